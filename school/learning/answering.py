"""What learners typed or chose, read by the language of their page, and what is said of it.

`courses.answers.typed` reads; here it is done for whole answers and notebooks, and refused with the
fields it is about (`AtFields`). Every way in comes through here: the lesson page, a form without
script, the lab, the JSON interface.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

import courses
from core.messages import Message, Refused
from courses.english.telling import with_given
from courses.notebooks import source_of
from school.refusals import AtFields


def form_of(cell: Mapping[str, Any]) -> courses.Form | None:
    """The cell's form; None for a code or text cell, also for a form that was broken."""
    if cell["cell_type"] != "code":
        return None
    try:
        return courses.read_form(source_of(cell))
    except Refused:
        return None


def read_answers(
    cells: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any], language: str
) -> tuple[dict[str, Any], tuple[courses.Field, ...]]:
    """The answers with their numbers read, and what is to be said of every field."""
    read: dict[str, Any] = {}
    fields: list[courses.Field] = []
    for cell_id, value in answers.items():
        form = form_of(cells[cell_id]) if cell_id in cells else None
        read[cell_id] = value
        if form is not None:
            own = with_given(form, value)  # whatever language the page was in
            read[cell_id], said = courses.read_typed(form, own, language, cell=cell_id)
            fields += said
    return read, tuple(fields)


def read_notebook(
    cells: Mapping[str, dict[str, Any]], language: str
) -> tuple[dict[str, str], tuple[courses.Field, ...]]:
    """Read the form cells of a notebook from the lab, in place.

    Gives back the new source of every cell that changed, and what is to be said.
    """
    changed: dict[str, str] = {}
    fields: list[courses.Field] = []
    for cell_id, cell in cells.items():
        if cell["cell_type"] != "code":
            continue
        before = source_of(cell)
        after, said = courses.read_cell(before, language, cell=cell_id)
        fields += said
        if after != before:
            cell["source"] = changed[cell_id] = after
    return changed, tuple(fields)


def unread(fields: Iterable[courses.Field]) -> tuple[courses.Field, ...]:
    return tuple(field for field in fields if field.fault is not None)


def refuse_unread(fields: Iterable[courses.Field]) -> None:
    """Raise `AtFields` where something typed could not be read: it is not handed in like that."""
    if found := unread(fields):
        raise AtFields(*found)


def look_into_files(
    cells: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any]
) -> dict[str, courses.Seen]:
    """What the chosen files hold, by cell; raises `AtFields` naming every file that is no good.

    It unpacks: call it in a thread, and in no transaction.
    """
    seen: dict[str, courses.Seen] = {}
    faults: list[courses.Field] = []
    for cell_id, value in answers.items():
        form = form_of(cells[cell_id]) if cell_id in cells else None
        if form is None or form.kind != "file" or not _is_file(value):
            continue
        name = value["name"]
        try:
            seen[cell_id] = courses.look_into(name, _content(value["base64"]), form.accept)
        except Refused as refused:
            fault = refused.messages[0]
            faults.append(courses.Field(form.label, name, fault=fault, cell=cell_id))
    if faults:
        raise AtFields(*faults)
    return seen


def _is_file(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(value.get(key), str) for key in ("name", "base64")
    )


def _content(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Message("Nội dung tệp gửi lên không đọc được. Hãy chọn lại tệp.")) from None
