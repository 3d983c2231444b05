"""What was typed into a form cell, and how it was read.

An answer keeps a number where one could be read and the typed text where none could: the text
stays visible until it is mended, and a lesson that holds one is not handed in. `read_typed` reads
an answer as a page or a program sends it, `read_cell` a form cell as somebody left it in the lab.
Pure; the language is told.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core import python_text
from core.messages import Message, Refused
from courses.answers.notation import UNREADABLE, Column, Form, as_literal, read_form
from courses.answers.numbers import read_number, show_number, write_number
from courses.options import option_lines

LINE = re.compile(r"(?P<name>[^\W\d]\w*)[ \t]*=(?!=)[ \t]*(?P<typed>[^#\n]*?)[ \t]*(?:#.*)?")


@dataclass(frozen=True)
class Field:
    """One field for a number: what was typed there, and the number or why it is none.

    ``row`` counts from 0 and ``column`` is a key in a table; None and "" elsewhere.
    """

    label: Message | str
    typed: str
    value: int | float | None = None
    fault: Message | None = None
    row: int | None = None
    column: str = ""
    cell: str = ""  # id of the notebook's cell

    @property
    def message(self) -> Message:
        """The fault with the name of its field."""
        assert self.fault is not None
        return Message("“{label}”: {why}", {"label": self.label, "why": self.fault})


def read_typed(
    form: Form, value: Any, language: str, *, cell: str = ""
) -> tuple[Any, tuple[Field, ...]]:
    """The answer with every text in a field for numbers read, and what is to be said of each."""
    if form.kind == "number":
        read, field = _read_one(form, value, language, form.label, cell=cell)
        return read, (field,) if field else ()
    if form.kind != "table" or not isinstance(value, list):
        return value, ()
    numbers = [column for column in form.columns if column.kind == "number"]
    rows: list[Any] = []
    fields: list[Field] = []
    for place, row in enumerate(value):
        rows.append(dict(row) if isinstance(row, Mapping) else row)
        for column in numbers if isinstance(row, Mapping) else ():
            if column.key not in row or _is_given(form, place, column.key):
                continue
            label = field_label(form, place, column)
            read, field = _read_one(
                column, row[column.key], language, label, row=place, column=column.key, cell=cell
            )
            rows[-1][column.key] = read
            fields += [field] if field else []
    return rows, tuple(fields)


def field_label(form: Form, row: int, column: Column) -> Message:
    """The name of a table's field: its column and its row, by what the author gave of it."""
    given = form.rows[row] if row < len(form.rows) else {}
    named = [given[one.key] for one in form.columns if given.get(one.key) not in (None, "")]
    if not named:
        return Message("{column}, dòng {row}", {"column": column.label, "row": row + 1})
    return Message(
        "{column}, dòng {row}: {name}",
        {"column": column.label, "row": row + 1, "name": str(named[0])},
    )


def is_plain(field: Field, language: str) -> bool:
    """Whether what was typed already reads as we show it, so that nothing need be said."""
    return field.value is not None and field.typed == show_number(field.value, language)


def read_cell(source: str, language: str, *, cell: str = "") -> tuple[str, tuple[Field, ...]]:
    """A form cell as it was left in the lab: its source with texts and Vietnamese figures read.

    A number in Python's own notation is Python's: running the cell says so. A text, and what is
    no Python at all (``so = 1.500 người``), is read as on the page. Cells of other kinds and
    expressions come back as they are.
    """
    try:
        form, shown = _form_of(source)
    except (Refused, *UNREADABLE):
        return source, ()
    if form is None or form.kind not in ("number", "table"):
        return source, ()
    node = _value_node(shown, form.name)
    if node is None:
        return source, ()
    try:
        value = ast.literal_eval(node)
    except UNREADABLE:
        return source, ()
    if form.kind == "number" and isinstance(value, tuple):
        value = ast.get_source_segment(shown, node) or ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        written = ast.get_source_segment(shown, node) or ""
        return source, _otherwise_read(form, written, value, language, cell)
    read, fields = read_typed(form, value, language, cell=cell)
    fields = tuple(one for one in fields if not _is_pythons(one, language))
    if read == value and shown == source:
        return source, fields
    return _with_literal(shown, node, as_literal(read)), fields


def _read_one(
    asked: Form | Column, value: Any, language: str, label: Message | str, **place: Any
) -> tuple[Any, Field | None]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value, Field(label, write_number(value, language), value, **place)
    if not isinstance(value, str):
        return value, None
    typed = value.strip()
    if not typed:
        return None, None
    try:
        number = read_number(
            typed, language, unit=asked.unit, label=asked.label, fractions=asked.fractions
        )
    except Refused as refused:
        return typed, Field(label, typed, fault=refused.messages[0], **place)
    return number, Field(label, typed, number, **place)


def _otherwise_read(
    form: Form, written: str, value: int | float, language: str, cell: str
) -> tuple[Field, ...]:
    """Python's 12.345 where the page would read 12 345: to be said as Python means it."""
    _read, field = _read_one(form, written, language, form.label, cell=cell)
    if field is None or field.value == value:
        return ()
    return (Field(form.label, written, value, cell=cell),)


def _is_pythons(field: Field, language: str) -> bool:
    return field.value is not None and field.typed == write_number(field.value, language)


def _is_given(form: Form, row: int, key: str) -> bool:
    return row < len(form.rows) and key in form.rows[row]


def _form_of(source: str) -> tuple[Form | None, str]:
    """The form, and the source as Python: a line that is none holds its value as a text."""
    try:
        return read_form(source), source
    except Refused:
        lines = source.split("\n")
        last = max((place for place, one in enumerate(lines) if _says(one)), default=-1)
        found = LINE.fullmatch(lines[last]) if last >= len(option_lines(source)) else None
        if found is None or not found["typed"]:
            raise
        lines[last] = f"{found['name']} = {found['typed']!r}"
        mended = "\n".join(lines)
        return read_form(mended), mended


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _value_node(source: str, name: str) -> ast.expr | None:
    """The expression last assigned to the form's name."""
    found = None
    for statement in python_text.parse(source).body:
        if isinstance(statement, ast.Assign) and [
            target.id for target in statement.targets if isinstance(target, ast.Name)
        ] == [name]:
            found = statement.value
    return found


def _with_literal(source: str, node: ast.expr, literal: str) -> str:
    """The source with this expression replaced. Python counts columns in bytes."""
    lines = source.split("\n")
    assert node.end_lineno is not None and node.end_col_offset is not None
    first, last = lines[node.lineno - 1].encode(), lines[node.end_lineno - 1].encode()
    before, after = first[: node.col_offset].decode(), last[node.end_col_offset :].decode()
    return "\n".join(
        [*lines[: node.lineno - 1], f"{before}{literal}{after}", *lines[node.end_lineno :]]
    )
