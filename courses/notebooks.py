"""Notebooks in nbgrader's format: reading, its cell rules, and the learner's version of a source.

The rules are nbgrader 0.9.6's own (``generate_assignment`` with its default settings), written
again as pure functions so that publishing a course starts no application and opens no database.
``tests/courses`` holds them to the real nbgrader. The one difference is the form cell: its
solution region is dropped and not replaced by a stub, so that ``name = None`` stays.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.messages import Message, Refused
from courses.options import options_of, options_of_text, split_comment
from courses.reading import decoded, mend
from courses.shown import shown_cell, shown_metadata

Notebook = dict[str, Any]
Cell = dict[str, Any]

CODE_STUB = ["# YOUR CODE HERE", "raise NotImplementedError()"]
TEXT_STUB = ["YOUR ANSWER HERE"]
SOLUTION = ("BEGIN SOLUTION", "END SOLUTION")
HIDDEN_TESTS = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
MARK_SCHEME = ("BEGIN MARK SCHEME", "END MARK SCHEME")


def read_notebook(content: bytes) -> Notebook:
    """Read ``.ipynb`` bytes of any 4.x (older ones are converted), with plain line ends and an id
    in every cell. Raises Refused when they are not a valid notebook."""
    text = decoded(content)
    form = _format()
    try:
        mended = json.dumps(mend(json.loads(text)))
        notebook = form.from_dict(mend(form.reads(mended, as_version=4)))
        form.validate(notebook)
    except Exception as error:  # nbformat's many kinds; all say: this is no notebook
        reason = str(error).strip().split("\n")[0]
        raise Refused(
            Message("không phải sổ bài học hợp lệ: {reason}", {"reason": reason})
        ) from None
    found: Notebook = notebook
    return found


def write_notebook(notebook: Notebook) -> bytes:
    """Write a notebook as nbformat does: sorted keys, one line of source per line; UTF-8."""
    form = _format()
    text: str = form.writes(form.from_dict(notebook))
    return (text if text.endswith("\n") else text + "\n").encode()


def _format() -> Any:
    """nbformat, which is slow to load; whoever only needs the rules below does not wait."""
    import nbformat

    return nbformat


def source_of(cell: Mapping[str, Any]) -> str:
    """The cell's source as one string (on disk nbformat keeps a list of lines)."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def marking_of(cell: Mapping[str, Any]) -> dict[str, Any]:
    """nbgrader's metadata of the cell; {} for an ordinary cell."""
    found = cell.get("metadata", {}).get("nbgrader")
    return found if isinstance(found, dict) else {}


def grade_id_of(cell: Mapping[str, Any]) -> str:
    return str(marking_of(cell).get("grade_id", ""))


def is_grade(cell: Mapping[str, Any]) -> bool:
    return bool(marking_of(cell).get("grade", False))


def is_solution(cell: Mapping[str, Any]) -> bool:
    return bool(marking_of(cell).get("solution", False))


def is_locked(cell: Mapping[str, Any]) -> bool:
    """Does nbgrader put the instructor's source back before marking?"""
    if is_solution(cell):
        return False
    return is_grade(cell) or bool(marking_of(cell).get("locked", False))


def is_test(cell: Mapping[str, Any]) -> bool:
    return is_grade(cell) and not is_solution(cell)


def is_task(cell: Mapping[str, Any]) -> bool:
    """nbgrader's manually graded task: its text stays, the answer stands in cells below it."""
    return bool(marking_of(cell).get("task", False))


def is_marked(cell: Mapping[str, Any]) -> bool:
    """Does the cell have points: a test, an answer marked by a person, or a task?"""
    return is_grade(cell) or is_task(cell)


def is_marked_by_hand(cell: Mapping[str, Any]) -> bool:
    return is_task(cell) or (is_grade(cell) and is_solution(cell))


def is_answer(cell: Mapping[str, Any]) -> bool:
    """Does the learner answer here? A solution cell, or the text cell below a task."""
    return is_solution(cell) or is_task_answer(cell)


def is_task_answer(cell: Mapping[str, Any]) -> bool:
    """The text cell that learners receive below each task (`with_task_answers`)."""
    ours = cell.get("metadata", {}).get("motcham")
    return isinstance(ours, dict) and bool(ours.get("answers"))


def task_answer_id(task: Mapping[str, Any]) -> str:
    """The id of the answer cell of this task: notebook cell ids have 64 characters at most."""
    return f"{str(task.get('id', ''))[:57]}-answer"


def with_task_answers(notebook: Notebook) -> Notebook:
    """A learner's notebook with an empty text cell below each task, to answer in.

    In Jupyter a learner may add cells below a task; a page must have a place for the answer. The
    cell bears no mark of nbgrader's, so nbgrader takes it for one that the learner added.
    """
    cells: list[Cell] = []
    for cell in notebook["cells"]:
        cells.append(cell)
        if is_task(cell):
            place = {"motcham": {"answers": grade_id_of(cell)}}
            answer = {"cell_type": "markdown", "id": task_answer_id(cell), "metadata": place}
            cells.append({**answer, "source": ""})
    return {**notebook, "cells": cells}


def cell_options(cell: Mapping[str, Any]) -> dict[str, Any]:
    """The ``#| `` options of a code cell, or those in the comment at the top of a text cell.

    Raises Refused where they can not be read.
    """
    source = source_of(cell)
    if cell.get("cell_type") == "code":
        return options_of(source)
    return options_of_text(source) if cell.get("cell_type") == "markdown" else {}


def written_answer(cell: Mapping[str, Any]) -> str:
    """What the learner wrote in a text cell: without its options; "" while it is as handed out."""
    text = _after_comment(source_of(cell)).strip()
    return "" if text == TEXT_STUB[0] else text


def write_text(cell: Mapping[str, Any], text: str) -> str:
    """The source of a text answer that says ``text``; what an empty one was handed out with."""
    source = source_of(cell)
    comment = source.removesuffix(_after_comment(source))
    if text.strip():
        return comment + text
    return comment if is_task_answer(cell) else comment + TEXT_STUB[0]


def _after_comment(source: str) -> str:
    try:
        return split_comment(source)[1]
    except Refused:
        return source


def is_form(cell: Mapping[str, Any]) -> bool:
    """A code cell with ``form:`` in its options, marked as a solution cell."""
    if cell.get("cell_type") != "code" or not is_solution(cell):
        return False
    try:
        return "form" in options_of(source_of(cell))
    except Refused:
        return False


def checksum(cell: Mapping[str, Any]) -> str:
    """nbgrader's MD5 over source, type, flags, id and points."""
    parts = [source_of(cell), cell["cell_type"]]
    parts += [str(one) for one in (is_grade(cell), is_solution(cell), is_locked(cell))]
    parts.append(grade_id_of(cell))
    if is_grade(cell):
        parts.append(str(float(marking_of(cell)["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def without_region(source: str, marks: tuple[str, str], stub: Iterable[str] = ()) -> str:
    """``source`` with each region between ``marks`` (and the marks) replaced by ``stub``.

    Raises Refused when a region is nested or has no end, as nbgrader does.
    """
    begin, end = marks
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        if begin in line:
            if inside:
                raise Refused(Message("có hai dòng “{mark}” lồng nhau", {"mark": begin}))
            inside = True
            indent = re.match(r"\s*", line)
            kept += [(indent.group(0) if indent else "") + one for one in stub]
        elif end in line:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise Refused(Message("thiếu dòng “{mark}”", {"mark": end}))
    return "\n".join(kept)


def region(source: str, marks: tuple[str, str]) -> list[str]:
    """The lines between ``marks``, of all regions together."""
    begin, end = marks
    found: list[str] = []
    inside = False
    for line in source.split("\n"):
        if begin in line:
            inside = True
        elif end in line:
            inside = False
        elif inside:
            found.append(line)
    return found


def learner_notebook(source: Notebook) -> Notebook:
    """Make the learner's notebook of an instructor's: no solutions, hidden tests or outputs, and
    of what stands beside the text only what a cell that learners see uses (`courses.shown`).

    Raises Refused (with the cell) for regions in the wrong cell or without an end.
    """
    cells: list[Cell] = []
    for number, cell in enumerate(copy.deepcopy(source["cells"]), start=1):
        try:
            _make_learners(cell)
        except Refused as refused:
            raise Refused(*(in_cell(number, cell, why) for why in refused.messages)) from None
        cells.append(shown_cell(cell))
    version = {key: source[key] for key in ("nbformat", "nbformat_minor")}
    metadata = shown_metadata(source.get("metadata", {}))
    released: Notebook = _format().from_dict({"cells": cells, "metadata": metadata, **version})
    return released


def in_cell(number: int, cell: Cell, why: Message) -> Message:
    """``why`` with its place: the cell's number (from 1) and its grade_id or cell id."""
    name = grade_id_of(cell) or str(cell.get("id", ""))
    return Message("ô số {number} ({name}): {why}", {"number": number, "name": name, "why": why})


def seal(cell: Cell) -> None:
    """Write nbgrader's checksum and cell type into a cell that nbgrader watches."""
    if is_grade(cell) or is_solution(cell) or is_locked(cell):
        marking = cell["metadata"]["nbgrader"]
        marking["checksum"] = checksum(cell)
        marking["cell_type"] = cell["cell_type"]


def _make_learners(cell: Cell) -> None:
    form = is_form(cell)
    _lock(cell)
    cell["source"] = _without_solution(cell, form=form)
    if any(mark in cell["source"] for mark in HIDDEN_TESTS[:1]) and not is_grade(cell):
        raise Refused(Message("phần kiểm tra ẩn phải nằm trong ô kiểm tra có điểm"))
    cell["source"] = without_region(cell["source"], HIDDEN_TESTS)
    if MARK_SCHEME[0] in cell["source"] and not marking_of(cell).get("task", False):
        raise Refused(Message("hướng dẫn chấm phải nằm trong ô bài tập chấm tay"))
    cell["source"] = without_region(cell["source"], MARK_SCHEME)
    seal(cell)


def _lock(cell: Cell) -> None:
    if is_solution(cell):
        cell["metadata"]["deletable"] = False
    elif is_locked(cell):
        cell["metadata"]["deletable"] = False
        cell["metadata"]["editable"] = False


def _without_solution(cell: Cell, *, form: bool) -> str:
    source = source_of(cell)
    stub = CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB
    has_region = SOLUTION[0] in source
    if has_region and not is_solution(cell):
        raise Refused(Message("phần lời giải phải nằm trong ô lời giải (solution)"))
    if form:
        return without_region(source, SOLUTION)
    if is_solution(cell) and not has_region:
        comment = "" if cell["cell_type"] == "code" else split_comment(source)[0]
        return comment + "\n".join(stub)
    return without_region(source, SOLUTION, stub)
