"""Cells of CSV files that people open in a spreadsheet: no formula, and nothing changed on the way.

A CSV file has no types, so Excel and its like compute whatever begins with ``=``, ``+``, ``-`` or
``@``, and turn 00123 into 123, 1-2 into a date, 1E5 into 100,000. An apostrophe before such a text
is how a spreadsheet itself writes "this is text".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

TEXT_MARK = "'"
_COMPUTED = re.compile(r"\s*[=+\-@|\t\r\n\uff1d\uff0b\uff0d\uff20]")
_PLAIN_NUMBER = re.compile(r"[+-]?(0|[1-9]\d{0,14})([.,]\d{1,14})?\s?%?")
_CHANGED = re.compile(
    r"0\d[\d.,]*"  # loses its zeros
    r"|\d{16,}"  # loses its last digits
    r"|\d+([.,]\d+)?[eE][+-]?\d+"  # becomes a power of ten
    r"|\d{1,2}[-/]\d{1,2}"  # becomes a date; what is a date already may become one
)


def safe_cell(value: Any, *, keep_text: bool = True) -> Any:
    """The value as it may stand in a CSV cell. ``keep_text`` also marks what a spreadsheet would
    change; what it would compute is always marked. Numbers are left as they are."""
    if not isinstance(value, str) or _PLAIN_NUMBER.fullmatch(value):
        return value
    changed = keep_text and _CHANGED.fullmatch(value.strip())
    return TEXT_MARK + value if changed or _COMPUTED.match(value) else value


def csv_file(rows: Iterable[Sequence[Any]], *, separator: str, keep_text: bool = True) -> str:
    """A file of these rows as a spreadsheet opens it: text in quotes, so that a program knows codes
    from numbers, and the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([safe_cell(one, keep_text=keep_text) for one in row] for row in rows)
    return "\ufeff" + text.getvalue()
