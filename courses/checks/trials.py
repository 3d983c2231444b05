"""What the check learns by marking: the reference solution, an empty answer, and half of one.

Each is marked in strict mode, as learners will be, and in compatible mode, as nbgrader would. Where
the reference loses points, or the two modes disagree, the tests concerned are marked once more as
``shared``; whether that cures it tells what kind of mend the author needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from core.marks import CellMarks, Marks
from core.messages import Message, Refused
from courses.checks.probes import asking_last_values, asking_setup, with_shared
from courses.checks.problems import Problem, cell_at, place
from courses.checks.sharing import reasons_to_share
from courses.checks.weak_tests import classes_of, is_weak, learners_names, needs_a_tests_name
from courses.course import Lesson
from courses.endings import ending_of
from courses.handouts.variants import downloads, has_variants, variant
from courses.notebooks import (
    HIDDEN_TESTS,
    SOLUTION,
    Cell,
    Notebook,
    grade_id_of,
    is_marked,
    is_marked_by_hand,
    is_solution,
    is_test,
    learner_notebook,
    source_of,
    write_notebook,
)
from courses.options import options_of

TRIED_SEEDS = (1, 2, 3)  # besides the author's own values, where a lesson draws its numbers
NAMES = {
    "solved": Message("lời giải mẫu"),
    "half": Message("bài làm một nửa"),
    "empty": Message("bài để trống"),
}
_NUMBERS = ("int", "float")


class Mark(Protocol):
    """`graders.Marker.mark`: a source and what was handed in, as bytes. ``candid``: the feedback is
    for the author."""

    def __call__(
        self,
        source: bytes,
        submitted: bytes,
        *,
        mode: Literal["strict", "compatible"] = "strict",
        candid: bool = False,
    ) -> Marks: ...


def check_marks(lesson: Lesson, mark: Mark) -> list[Problem]:
    """The reference solution earns everything, an empty answer nothing, also for drawn numbers;
    and both ways of marking say the same of the author's own values."""
    found: list[Problem] = []
    for seed in (0, *(TRIED_SEEDS if has_variants(lesson.source) else ())):
        where: Message | str = lesson.file
        if seed:
            where = Message("{file} (biến thể {seed})", {"file": lesson.file, "seed": seed})
        try:
            source = variant(lesson.source, seed)
            downloads(source)
            trial = _Trial(where, source, mark)
        except Refused as refused:
            return [Problem(lesson.file, why) for why in refused.messages]
        found += trial.problems(both_modes=not seed)
    return found


def try_notebook(file: str, source: Notebook, mark: Mark) -> list[Problem]:
    """The same for a notebook that belongs to no course of ours."""
    try:
        return _Trial(file, source, mark).problems(both_modes=True)
    except Refused as refused:
        return [Problem(file, why) for why in refused.messages]


def solved_notebook(source: Notebook, *, every: int = 1) -> Notebook:
    """The learner's notebook with the reference solutions written in, as a learner would.

    ``every``: only into the first of so many solution cells.
    """
    solved = learner_notebook(source)
    seen = 0
    for mine, theirs in zip(source["cells"], solved["cells"], strict=True):
        if is_solution(mine):
            if seen % every == 0:
                theirs["source"] = without_marks(source_of(mine))
            seen += 1
    return solved


def without_marks(source: str) -> str:
    """The source without the lines that mark regions."""
    marks = (*SOLUTION, *HIDDEN_TESTS)
    return "\n".join(line for line in source.split("\n") if not any(m in line for m in marks))


@dataclass
class _Trial:
    """One source with what would be handed in for it. Making one raises Refused."""

    where: Message | str
    source: Notebook
    mark: Mark
    submitted: dict[str, bytes] = field(default_factory=dict)
    strict: dict[str, Marks] = field(default_factory=dict)
    compatible: dict[str, Marks] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  # tests whose last value is explained

    def __post_init__(self) -> None:
        self.content = write_notebook(self.source)
        self.submitted["solved"] = write_notebook(solved_notebook(self.source))
        if sum(is_solution(cell) for cell in self.source["cells"]) > 1:
            self.submitted["half"] = write_notebook(solved_notebook(self.source, every=2))
        self.submitted["empty"] = write_notebook(learner_notebook(self.source))

    def problems(self, *, both_modes: bool) -> list[Problem]:
        for name, content in self.submitted.items():
            if both_modes or name != "half":
                self.strict[name] = self.mark(self.content, content, candid=True)
        found = [*self._setup_faults(), *self._not_full(), *self._not_empty()]
        if not both_modes or self.strict["solved"].state != "marked":
            return found
        found += self._last_values()
        for name, content in self.submitted.items():
            self.compatible[name] = self.mark(self.content, content, mode="compatible")
        return [*found, *self._differences()]

    # What learners would get ---------------------------------------------------------------------

    def _not_full(self) -> Iterator[Problem]:
        marks = self.strict["solved"]
        if marks.state != "marked":
            yield Problem(self.where, Message("lời giải mẫu không chấm được: {why}", _why(marks)))
            return
        seen = {one.grade_id for one in marks.cells}
        for cell in self.source["cells"]:
            if is_marked(cell) and grade_id_of(cell) not in seen:
                yield self._problem(
                    grade_id_of(cell), Message("bài tập không có mặt trong kết quả chấm")
                )
        for lost in self._lost():
            said = {"points": lost.points, "max": lost.max, "feedback": lost.feedback or "–"}
            yield self._problem(
                lost.grade_id,
                Message("lời giải mẫu chỉ được {points}/{max} điểm: {feedback}", said),
            )
            for why in self._reasons(lost.grade_id):
                yield self._problem(
                    lost.grade_id,
                    Message(
                        "ô kiểm tra này cần “#| shared: true”, hoặc viết lại, vì: {why}",
                        {"why": why},
                    ),
                )

    def _not_empty(self) -> Iterator[Problem]:
        marks = self.strict["empty"]
        if marks.state != "marked":
            yield Problem(
                self.where, Message("bài làm để trống không chấm được: {why}", _why(marks))
            )
            return
        for cell in marks.cells:
            if cell.points > 0:
                yield self._problem(
                    cell.grade_id,
                    Message("bài làm để trống vẫn được {points} điểm", {"points": cell.points}),
                )

    def _lost(self) -> list[CellMarks]:
        """Where the reference solution misses marks that no person gives."""
        by_hand = {grade_id_of(c) for c in self.source["cells"] if is_marked_by_hand(c)}
        return [
            cell
            for cell in self.strict["solved"].cells
            if cell.points < cell.max and cell.grade_id not in by_hand
        ]

    def _reasons(self, grade_id: str) -> list[Message]:
        """Why this test might have to be shared, as far as its text tells."""
        cell = self._cell(grade_id)
        if cell is None or not is_test(cell) or _is_shared(cell):
            return []
        return reasons_to_share(source_of(cell), classes_of(self.source))

    # What the author's own cells do --------------------------------------------------------------

    def _setup_faults(self) -> Iterator[Problem]:
        source, asked = asking_setup(self.source)
        if not asked:
            return
        marks = self.mark(write_notebook(source), self.submitted["solved"], candid=True)
        for cell in marks.cells:
            if cell.grade_id in asked and cell.points < cell.max:
                number, setup = asked[cell.grade_id]
                yield Problem(
                    place(self.where, number, setup),
                    Message(
                        "ô chuẩn bị này báo lỗi khi chấm: {error}; khi chấm không có mạng, cũng "
                        "không có tệp nào ngoài sổ và tệp do ô chuẩn bị ghi ra",
                        {"error": cell.feedback or "–"},
                    ),
                )

    def _last_values(self) -> Iterator[Problem]:
        source, asked = asking_last_values(self.source)
        if not asked:
            return
        marks = self.mark(write_notebook(source), self.submitted["solved"], candid=True)
        for cell in marks.cells:
            if cell.grade_id in asked:
                number, test = asked[cell.grade_id]
                words = str(cell.feedback or "").split(" ")
                told = _of_last_value(words, checks=ending_of(source_of(test)).checks)
                if told is not None:
                    self.told.add(cell.grade_id)
                    yield Problem(place(self.where, number, test), *told)

    # Both ways of marking ------------------------------------------------------------------------

    def _differences(self) -> Iterator[Problem]:
        """Tests that the modes see differently, or that the reference loses in: what would mend."""
        for name, marks in self.compatible.items():
            if marks.state != "marked":
                failed = {"which": NAMES[name], "why": marks.reason or marks.state}
                yield Problem(
                    self.where,
                    Message("nbgrader không chấm được {which}: {why}", failed),
                    "warning",
                )
                return
        lost = {cell.grade_id for cell in self._lost()}
        differing = self._differing(self.strict)
        doubtful = {one for one in (lost | differing.keys()) if self._may_share(one)}
        cured = self._cured_by_sharing(doubtful)
        for grade_id in sorted(lost | differing.keys()):
            if grade_id in differing:
                which, strictly, otherwise = differing[grade_id]
                said: dict[str, Any] = {
                    "which": NAMES[which],
                    "strict": strictly,
                    "compatible": otherwise,
                }
                yield self._problem(
                    grade_id,
                    Message(
                        "{which}: chấm nghiêm ngặt cho {strict} điểm, nbgrader cho {compatible}",
                        said,
                    ),
                    "warning",
                )
            if grade_id in cured:
                yield self._problem(grade_id, _CURED, "error" if grade_id in lost else "warning")
            elif grade_id in differing and not self._is_explained(grade_id):
                yield self._problem(grade_id, _NOT_CURED, "warning")

    def _is_explained(self, grade_id: str) -> bool:
        """Has the check said already what is wrong with this test?"""
        cell = self._cell(grade_id)
        weak = cell is not None and is_weak(source_of(cell), learners_names(self.source))
        return weak or grade_id in self.told or needs_a_tests_name(self.source)

    def _differing(self, strict: Mapping[str, Marks]) -> dict[str, tuple[str, float, float]]:
        """By grade_id the first variant that differs, its points in strict and compatible mode."""
        found: dict[str, tuple[str, float, float]] = {}
        for name, marks in strict.items():
            theirs = {cell.grade_id: cell for cell in self.compatible[name].cells}
            for mine in marks.cells:
                other = theirs.get(mine.grade_id)
                if other is None or (mine.needs_review and other.needs_review):
                    continue
                if abs(mine.points - other.points) > 1e-9:
                    found.setdefault(mine.grade_id, (name, mine.points, other.points))
        return found

    def _cured_by_sharing(self, grade_ids: set[str]) -> set[str]:
        if not grade_ids or needs_a_tests_name(self.source):
            return set()
        source = write_notebook(with_shared(self.source, grade_ids))
        shared = {
            name: self.mark(source, content, candid=True)
            for name, content in self.submitted.items()
        }
        if any(marks.state != "marked" for marks in shared.values()):
            return set()
        full = {one.grade_id for one in shared["solved"].cells if one.points >= one.max}
        return (grade_ids & full) - self._differing(shared).keys()

    def _may_share(self, grade_id: str) -> bool:
        cell = self._cell(grade_id)
        return cell is not None and is_test(cell) and not _is_shared(cell)

    def _cell(self, grade_id: str) -> Cell | None:
        return next((c for c in self.source["cells"] if grade_id_of(c) == grade_id), None)

    def _problem(self, grade_id: str, message: Message, severity: str = "error") -> Problem:
        return Problem(cell_at(self.where, grade_id), message, severity)


def _difference(which: str, strict: float, compatible: float) -> Message:
    return Message(
        "{which}: chấm nghiêm ngặt cho {strict} điểm, nbgrader cho {compatible}",
        {"which": NAMES[which], "strict": strict, "compatible": compatible},
    )


_CURED = Message(
    "chấm lại với dòng “#| shared: true” ở đầu ô kiểm tra thì hết: hãy thêm dòng ấy, hoặc so giá "
    "trị (số, chuỗi, danh sách) thay vì so đối tượng của người học"
)
_NOT_CURED = Message(
    "dòng “#| shared: true” không chữa được; hãy viết lại phép thử, hoặc ghi tên do người học đặt "
    "vào “#| learner:” (xem docs/marking.md)"
)


def _of_last_value(words: list[str], *, checks: bool) -> tuple[Message, str] | None:
    """What is to be said of a last value of this type (its module and name); None: it is fine."""
    if len(words) != 2 or words[1] == "NoneType":
        return None
    module, name = words
    if module == "builtins" and name in _NUMBERS:
        return None
    if name in ("bool", "bool_", "bool"):
        return _TRUTH, "error"
    if module.partition(".")[0] in ("numpy", "fractions", "decimal", "sympy", "mpmath") and (
        name != "ndarray"
    ):
        return (
            Message(
                "dòng cuối là một số kiểu {type}: ở đây được đọc là số điểm, còn nbgrader cho đủ "
                "điểm; hãy viết float(…)",
                {"type": name},
            ),
            "warning",
        )
    if checks:
        return None
    return (
        Message(
            "dòng cuối có kiểu {type}, không phải số điểm: nbgrader cho đủ điểm dù nó là gì; hãy "
            "viết assert, hoặc kết thúc bằng một số",
            {"type": name},
        ),
        "error",
    )


_TRUTH = Message(
    "dòng cuối là True hoặc False: nbgrader cho đủ điểm trong cả hai trường hợp; hãy viết assert"
)


def _is_shared(cell: Cell) -> bool:
    try:
        return options_of(source_of(cell)).get("shared") is True
    except Refused:
        return False


def _why(marks: Marks) -> dict[str, Any]:
    return {"why": marks.reason or marks.state}
