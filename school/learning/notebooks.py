"""A learner's notebook: the answers in it, what is run of it, what it lost. All of it is pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import courses
from core.messages import Message, Refused
from courses.notebooks import (
    CODE_STUB,
    grade_id_of,
    is_answer,
    is_solution,
    is_task_answer,
    is_test,
    source_of,
    write_text,
)
from school.learning.answering import form_of
from school.learning.notebook_weight import (
    LONGEST_SOURCE,
)

Answers = dict[str, Any]  # cell id → a form's value, or the source of a code cell


def answer_cells(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """The cells a learner answers in, by cell id."""
    return {
        str(cell.get("id", "")): cell
        for cell in notebook["cells"]
        if cell["cell_type"] in ("code", "markdown") and is_answer(cell)
    }


def answers_in(notebook: Mapping[str, Any]) -> Answers:
    """Every answer: a form's value, a code cell's source, the text written in a text cell."""
    return {cell_id: _answer(cell) for cell_id, cell in answer_cells(notebook).items()}


def without_content(answers: Answers) -> Answers:
    """Answers without the bytes of uploaded files: ``{"name": …, "size": …}`` in their place."""
    return {
        cell_id: {"name": value.get("name"), "size": len(value["base64"])}
        if isinstance(value, dict) and isinstance(value.get("base64"), str)
        else value
        for cell_id, value in answers.items()
    }


def _answer(cell: Mapping[str, Any]) -> Any:
    source = source_of(cell)
    if cell["cell_type"] == "markdown":
        return courses.written_answer(cell) or None
    try:
        if courses.read_form(source) is not None:
            return courses.read_answer(source)
    except Refused:  # edited elsewhere into something that is no form any more: show it as code
        pass
    return source


def is_blank(cell: Mapping[str, Any]) -> bool:
    """Is a cell as it was handed out, as far as one sees: nothing chosen, typed or written, the
    code still our two lines for "write here"?"""
    value = _answer(cell)
    if cell["cell_type"] == "markdown" or form_of(cell) is not None:
        return value is None
    lines = [line.strip() for line in str(value).split("\n")]
    return not any(lines) or any(
        lines[place : place + len(CODE_STUB)] == CODE_STUB for place in range(len(lines))
    )


def digests(notebook: Mapping[str, Any], answers: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """A digest of each exercise's answer, to see whether it changed; ``answers``: the ids of each
    exercise's cells, by its grade_id."""
    sources = {cell_id: source_of(cell) for cell_id, cell in answer_cells(notebook).items()}
    return {
        grade_id: hashlib.sha256(
            "\0".join(sources.get(cell_id, "") for cell_id in cells).encode()
        ).hexdigest()
        for grade_id, cells in answers.items()
    }


def apply_answers(notebook: dict[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook with these answers; raises `Refused` naming every answer that does not fit."""
    cells, wrong = answer_cells(notebook), []
    for cell_id, value in answers.items():
        cell = cells.get(cell_id)
        if cell is None:
            wrong.append(Message("Bài này không có ô trả lời {cell}.", {"cell": cell_id}))
            continue
        try:
            cell["source"] = _with_answer(cell, value)
        except Refused as refused:
            wrong.extend(refused.messages)
    if wrong:
        raise Refused(*wrong)
    return notebook


def _with_answer(cell: Mapping[str, Any], value: Any) -> str:
    source = source_of(cell)
    if cell["cell_type"] == "markdown":
        return write_text(cell, _text(value))
    if form_of(cell) is not None:
        return courses.write_answer(source, value)
    if not isinstance(value, str):
        raise Refused(Message("Câu trả lời của ô mã phải là chữ."))
    if len(value) > LONGEST_SOURCE:
        raise Refused(Message("Ô mã dài quá mức cho phép ({n} ký tự).", {"n": LONGEST_SOURCE}))
    return value


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise Refused(Message("Câu trả lời của ô viết phải là chữ."))
    if value and len(value) > LONGEST_SOURCE:
        raise Refused(Message("Ô viết dài quá mức cho phép ({n} ký tự).", {"n": LONGEST_SOURCE}))
    return unicodedata.normalize("NFC", value or "")


def same_answers(notebook: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    stored = answers_in(notebook)
    return all(cell_id in stored and stored[cell_id] == value for cell_id, value in answers.items())


def sources_up_to(notebook: Mapping[str, Any], cell_id: str) -> tuple[list[str], list[str]]:
    """Sources and ids of the code cells to run for *Chạy thử*: up to this one, without tests."""
    sources: list[str] = []
    ids: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and not is_test(cell):
            sources.append(source_of(cell))
            ids.append(str(cell.get("id", "")))
        if cell.get("id") == cell_id:
            if not ids or ids[-1] != cell_id:
                break
            return sources, ids
    raise Refused(Message("Bài này không có ô mã {cell}.", {"cell": cell_id}))


def read_submitted(content: bytes) -> dict[str, Any]:
    """A notebook somebody sends us; raises `Refused` where it is none."""
    try:
        notebook: dict[str, Any] = courses.read_notebook(content)
    except RecursionError:
        raise Refused(Message("không phải sổ bài học hợp lệ: lồng nhau quá sâu")) from None
    return notebook


def restored(notebook: Mapping[str, Any], published: dict[str, Any]) -> dict[str, Any]:
    """The published lesson with the draft's answers put back, cell by cell (by grade_id)."""
    kept = {
        grade_id_of(cell): source_of(cell)
        for cell in notebook["cells"]
        if is_solution(cell) and grade_id_of(cell)
    }
    below_tasks = {str(cell.get("id", "")): source_of(cell) for cell in notebook["cells"]}
    for cell in published["cells"]:
        if is_solution(cell) and grade_id_of(cell) in kept:
            cell["source"] = kept[grade_id_of(cell)]
        elif is_task_answer(cell):
            cell["source"] = below_tasks.get(str(cell.get("id", "")), "")
    return published
