"""`mark_one`: one notebook against its source by nbgrader's rules, without course or gradebook."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import math
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
from jsonschema import ValidationError
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader import utils
from nbgrader.api import MissingEntry
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    DeduplicateIds,
    LimitOutput,
    LockCells,
    OverwriteCells,
)
from nbgrader.preprocessors.execute import UnresponsiveKernelError

from core.marks import CellMarks, Marks, make_marks
from core.messages import Message
from core.points import total_points
from graders.compatible.execute import Execute
from graders.compatible.kernels import Kernels
from graders.compatible.walled import WalledKernels
from graders.languages import refuse_other_languages
from graders.read_submission import Unfit, read_cells
from graders.strict import feedback
from graders.strict.between.file_exchange import is_plain

logger = logging.getLogger("motcham.marking")


reads: Any = nbformat.reads


def mark_one(
    source: bytes | Mapping[str, Any],
    submitted: bytes,
    *,
    kernels: Kernels | None = None,
    allow_reduced: bool = False,
    files: Mapping[str, bytes] | None = None,
    most_s: float = math.inf,
) -> Marks:
    """What ``nbgrader autograde`` would have scored, had ``source`` been generated and submitted.

    ``kernels``: to use again; without them walled ones are started, which takes half a second and
    raises `sandbox.WallsMissing` as there. ``files``: what lies beside the notebook.
    ``most_s``: seconds for all of its cells. Never raises for a bad submission. A grade cell that
    was deleted earns 0; one that a person must mark earns 0 and says so.
    """
    try:
        read_cells(submitted)
    except Unfit as unfit:
        return Marks(unfit.state, 0.0, 0.0, (), unfit.reason, "compatible")
    book = source if isinstance(source, bytes) else json.dumps(source).encode()
    try:
        refuse_other_languages(book)
    except Unfit as unfit:
        return Marks(unfit.state, 0.0, 0.0, (), unfit.reason, "compatible")
    assignment = Assignment(reads(_with_ids(book), as_version=4))
    try:
        notebook = reads(_with_ids(submitted), as_version=4)
        if not assignment.known(notebook):
            return _not_marked("foreign", assignment, Message("Đây không phải sổ của bài này."))
        sanitize(notebook, assignment)
        with (
            _own(kernels, allow_reduced) as warm,
            tempfile.TemporaryDirectory(prefix="motcham-mark-") as folder,
        ):
            put_files(Path(folder), files or {})
            run(notebook, warm, Path(folder), most_s)
        return _marks(notebook, assignment)
    except (SchemaTooOldError, SchemaTooNewError, ValidationError, nbformat.ValidationError):
        reason = Message("Thông tin chấm điểm trong sổ đã bị sửa hỏng.")
        return _not_marked("unreadable", assignment, reason)
    except (DeadKernelError, CellTimeoutError, UnresponsiveKernelError):
        reason = Message("Mã của anh/chị làm dừng tiến trình chạy bài; không ô nào được chấm.")
        return _not_marked("failed", assignment, reason)
    except (ValueError, RuntimeError) as error:  # as nbgrader: partial credit above the maximum …
        logger.info("not marked: %s", error)
        return _not_marked("failed", assignment, Message("nbgrader không chấm được sổ này."))


def _with_ids(content: bytes) -> str:
    """A notebook whose cells all have ids: nbformat gives those without one a random one, and
    warns of each."""
    book = json.loads(content.decode("utf-8-sig"))
    if book.get("nbformat_minor", 0) >= 5:
        for number, cell in enumerate(book.get("cells", ())):
            cell.setdefault("id", f"o-{number}")
    return json.dumps(book)


class Assignment:
    """What nbgrader's gradebook would know of the source notebook: answers `OverwriteCells`."""

    def __init__(self, source: Any) -> None:
        # Whatever the kernel is called where the author works: it is Python, and so is ours.
        self.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        self.released = copy.deepcopy(source)
        for step in (LockCells(), ClearSolutions(), ClearOutput()):
            step.preprocess(self.released, {})
        with_tests = {
            cell.metadata.nbgrader["grade_id"]: cell
            for cell in self.released.cells
            if utils.is_grade(cell) or utils.is_solution(cell) or utils.is_locked(cell)
        }
        self.cells = copy.deepcopy(with_tests)
        ClearHiddenTests().preprocess(self.released, {})
        self.graded = {name: cell for name, cell in self.cells.items() if utils.is_grade(cell)}
        self.max = total_points(float(c.metadata.nbgrader["points"]) for c in self.graded.values())

    def find_source_cell(self, name: str, _notebook: str, _assignment: str) -> SimpleNamespace:
        if name not in self.cells:
            raise MissingEntry(name)
        cell = self.cells[name]
        return SimpleNamespace(
            name=name,
            cell_type=cell.cell_type,
            locked=utils.is_locked(cell),
            source=cell.source,
            checksum=utils.compute_checksum(cell),
        )

    def find_graded_cell(self, name: str, _notebook: str, _assignment: str) -> SimpleNamespace:
        if name not in self.graded:
            raise MissingEntry(name)
        return SimpleNamespace(max_score=float(self.graded[name].metadata.nbgrader["points"]))

    def known(self, notebook: Any) -> bool:
        """Whether ``notebook`` holds any cell of this assignment's."""
        held = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
        return not self.cells or bool(held & set(self.cells))


def sanitize(notebook: Any, assignment: Assignment) -> None:
    """nbgrader's first pass, in place."""
    ClearOutput().preprocess(notebook, {})
    DeduplicateIds().preprocess(notebook, {})
    notebook.metadata["kernelspec"] = assignment.kernelspec
    overwrite = OverwriteCells()
    overwrite.gradebook = assignment
    overwrite.notebook_id = overwrite.assignment_id = ""
    for index, cell in enumerate(notebook.cells):
        notebook.cells[index] = overwrite.preprocess_cell(cell, {}, index)[0]
    CheckCellMetadata().preprocess(notebook, {})


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Lay files beside the notebook; none with a path that leads out of ``folder``."""
    for name, content in files.items():
        if is_plain(name):
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def run(notebook: Any, kernels: Kernels, folder: Path, most_s: float = math.inf) -> None:
    """nbgrader's second pass, in place, up to the scores."""
    execute = Execute(on_kernels=kernels)
    execute.ends_at = time.monotonic() + most_s
    execute.preprocess(notebook, {"metadata": {"path": str(folder)}})
    LimitOutput().preprocess(notebook, {})


def _marks(notebook: Any, assignment: Assignment) -> Marks:
    found = {
        cell.metadata.nbgrader["grade_id"]: cell
        for cell in notebook.cells
        if utils.is_grade(cell) and "grade_id" in cell.metadata.nbgrader
    }
    cells = tuple(
        _cell_marks(name, float(cell.metadata.nbgrader["points"]), found.get(name))
        for name, cell in assignment.graded.items()
    )
    return make_marks(cells, assignment.max, "compatible")


def _cell_marks(grade_id: str, most: float, cell: Any) -> CellMarks:
    if cell is None:
        said = Message("Ô kiểm tra này đã bị xóa khỏi bài nộp.")
        return CellMarks(grade_id, 0.0, most, str(said))
    score, _ = utils.determine_grade(cell, logger)
    if score is None:
        return CellMarks(grade_id, 0.0, most, str(feedback.of_review()), needs_review=True)
    return CellMarks(grade_id, float(score), most, None if score == most else _why(cell))


def _why(cell: Any) -> str:
    """The author's own message; otherwise only that it is wrong: an error may quote a test."""
    if utils.is_solution(cell):
        return str(feedback.of_unanswered())
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            if output.ename == "CellTimeoutError":
                return str(Message("Quá thời gian cho phép khi kiểm tra mã của anh/chị."))
            if output.ename == "AssertionError" and output.evalue.strip():
                return str(output.evalue)[: feedback.MAX_TEXT]
            break
    return str(Message("Câu này chưa đúng."))


def _not_marked(state: Any, assignment: Assignment, reason: Message) -> Marks:
    return Marks(state, 0.0, assignment.max, (), reason, "compatible")


@contextlib.contextmanager
def _own(kernels: Kernels | None, allow_reduced: bool) -> Iterator[Kernels]:
    if kernels is not None:
        yield kernels
    else:
        with WalledKernels(allow_reduced=allow_reduced) as started:
            yield started
