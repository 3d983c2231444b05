"""The audit log as a file: lines of JSON, from which the chain can be checked, or CSV to read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from courses.handouts.csv_cells import safe_cell

COLUMNS = ("id", "at", "actor", "action", "subject", "detail", "previous_hash", "hash")
TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


def json_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """One object a line."""
    for entry in entries:
        yield json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def csv_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """For a spreadsheet; nothing in it is computed there."""
    yield b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"
    for entry in entries:
        line = io.StringIO()
        detail = json.dumps(entry["detail"], ensure_ascii=False)
        cells = [detail if name == "detail" else str(entry[name]) for name in COLUMNS]
        csv.writer(line).writerow([safe_cell(cell) for cell in cells])
        yield line.getvalue().encode()


MAKERS = {"jsonl": json_lines, "csv": csv_lines}
