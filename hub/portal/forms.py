"""A lesson's controls: what an ordinary form post says of them, and what stands in them.

`static/src/lesson/controls.js` collects the same controls the same way; this is the way for a
browser in which the script is late or off. Both hand on what was typed; numbers are read by
`school.learning.answering` alone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from courses import Field, Form, read_typed, write_number
from courses.answers.typed import field_label
from hub.portal.told_fields import said_of

__all__ = ["field_label", "said_of", "write_number"]  # for the templates


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes


def read_key(text: str) -> int | None:
    """A key, or another whole number from 0 that an address or a hidden field carries; None for
    anything else, also for what only looks like digits (²) or is too long for a database."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def read_posted(
    form: Form | None,
    cell_id: str,
    arguments: Callable[[str], Sequence[str]],
    upload: Callable[[str], Upload | None],
) -> Any:
    """A cell's answer out of an ordinary form post. ``form`` None: a code cell, its source."""
    name = f"a-{cell_id}"
    texts = arguments(name)
    first = texts[0] if texts else ""
    if form is None:
        return first.replace("\r\n", "\n")
    match form.kind:
        case "single":
            return first or None
        case "multiple" | "order":
            return list(texts) or None
        case "number":
            return first.strip() or None
        case "text":
            return first.replace("\r\n", "\n") or None
        case "match":
            chosen = {key: _first(arguments(f"{name}-{key}")) or None for key, _ in form.options}
            return chosen if any(chosen.values()) else None
        case "table":
            return read_table(form, lambda row, key: _first(arguments(f"{name}-{row}-{key}")))
    sent = upload(name)
    return as_file(sent) if sent else KEEP


KEEP = object()  # nothing was chosen: leave what is there


def as_file(sent: Upload) -> dict[str, str]:
    return {"name": sent.name, "base64": base64.b64encode(sent.content).decode()}


def read_table(form: Form, typed: Callable[[int, str], str]) -> list[dict[str, Any]] | None:
    """The rows of a table: what the author gave, and what was typed; None while all is empty."""
    rows: list[dict[str, Any]] = []
    touched = False
    for number, given in enumerate(form.rows):
        row: dict[str, Any] = {}
        for column in form.columns:
            if column.key in given:
                row[column.key] = given[column.key]
                continue
            text = typed(number, column.key).strip()
            touched = touched or bool(text)
            row[column.key] = text or None
        rows.append(row)
    return rows if touched else None


def fields_of(form: Form, value: Any, language: str) -> dict[tuple[int | None, str], Field]:
    """How every field for a number reads that stands in this answer, by row and column."""
    fields = read_typed(form, value, language)[1]
    return {(field.row, field.column): field for field in fields}


def first_unread(shown: Iterable[Any], language: str) -> tuple[str, int | None, str] | None:
    """The first field of a page that holds no number where one belongs: (cell, row, column)."""
    for item in shown:
        if item.kind != "form":
            continue
        for (row, column), field in fields_of(item.block.form, item.value, language).items():
            if field.fault:
                return item.block.cell_id, row, column
    return None


def in_one_line(value: Any) -> str:
    """What was typed, said shortly; "" for what is no text."""
    if isinstance(value, str):
        return " ".join(value.split())[:80]
    if not isinstance(value, list):
        return ""
    rows = [row.values() if isinstance(row, Mapping) else [row] for row in value]
    return " | ".join(str(one) for row in rows for one in row if one not in (None, ""))[:80]


def shown_order(form: Form, value: Any) -> list[tuple[str, str]]:
    """The options of an ordering in the order they stand now."""
    texts = dict(form.options)
    keys = value if isinstance(value, list) and set(value) == set(texts) else list(texts)
    return [(key, texts[key]) for key in keys]


def table_value(value: Any, row: int, key: str) -> Any:
    """What stands in a cell of a table answer."""
    if isinstance(value, list) and row < len(value) and isinstance(value[row], Mapping):
        return value[row].get(key)
    return None


def _first(texts: Sequence[str]) -> str:
    return texts[0] if texts else ""


def given_json(form: Form) -> Markup:
    """What the author gave of a table, for the script."""
    return script_json({"columns": [one.key for one in form.columns], "rows": list(form.rows)})


def script_json(value: Any) -> Markup:
    """Plain JSON for a script element; nothing in it can end the element, for it has no “<”."""
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - see above
