"""Answers as people type them: Vietnamese numbers, and forms sent without any script.

`static/lesson.js` reads the same controls the same way; this is the way for a browser in which
the script is late or off.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from courses import Form

GROUPED = {".": re.compile(r"\d{1,3}(\.\d{3})+"), ",": re.compile(r"\d{1,3}(,\d{3})+")}


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes


def read_key(text: str) -> int | None:
    """A key, or another whole number from 0 that an address or a hidden field carries; None for
    anything else, also for what only looks like digits (²) or is too long for a database."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def read_number(text: str, language: str = "vi") -> int | float | None:
    """6.800 → 6800, 12,5 → 12.5 (in English 6,800 and 12.5); None where it is no number.

    With one kind of mark only, three digits after each mark mean thousands where that is the
    language's own mark for thousands.
    """
    text = re.sub(r"[\s\u00a0]", "", text).replace("−", "-")
    sign = -1 if text.startswith("-") else 1
    text = text.lstrip("+-")
    if not re.fullmatch(r"[\d.,]*\d[\d.,]*", text):
        return None
    thousands, decimal = (".", ",") if language == "vi" else (",", ".")
    if thousands in text and decimal in text:
        if text.rindex(thousands) > text.rindex(decimal):
            thousands, decimal = decimal, thousands
        text = text.replace(thousands, "").replace(decimal, ".")
    elif GROUPED[thousands].fullmatch(text):
        text = text.replace(thousands, "")
    else:
        text = text.replace(",", ".")
    try:
        return sign * (float(text) if "." in text else int(text))
    except ValueError:
        return None


def write_number(value: Any, language: str = "vi") -> str:
    """A number as it stands in its field: no thousands marks, the language's decimal mark."""
    if value is None or isinstance(value, str):
        return value or ""
    text = repr(value)
    return text.replace(".", ",") if language == "vi" else text


def read_posted(
    form: Form | None,
    cell_id: str,
    arguments: Callable[[str], Sequence[str]],
    upload: Callable[[str], Upload | None],
    language: str,
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
            return read_number(first, language) if first.strip() else None
        case "text":
            return first.replace("\r\n", "\n") or None
        case "match":
            chosen = {key: _first(arguments(f"{name}-{key}")) or None for key, _ in form.options}
            return chosen if any(chosen.values()) else None
        case "table":
            return read_table(
                form, lambda row, key: _first(arguments(f"{name}-{row}-{key}")), language
            )
    sent = upload(name)
    return as_file(sent) if sent else KEEP


KEEP = object()  # nothing was chosen: leave what is there


def as_file(sent: Upload) -> dict[str, str]:
    return {"name": sent.name, "base64": base64.b64encode(sent.content).decode()}


def read_table(
    form: Form, typed: Callable[[int, str], str], language: str
) -> list[dict[str, Any]] | None:
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
            value: Any = text or None
            if text and column.kind == "number":
                number_read = read_number(text, language)
                value = text if number_read is None else number_read
            row[column.key] = value
        rows.append(row)
    return rows if touched else None


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


def given_json(form: Form) -> str:
    """What the author gave of a table, for the script; safe inside a script element."""
    given = {"columns": [column.key for column in form.columns], "rows": list(form.rows)}
    return Markup(json.dumps(given, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704
