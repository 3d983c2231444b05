"""Sheets as OpenDocument keeps them (ODF 1.2, part 1, chapters 8 and 9)."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Mapping

from school.people.sheets.cells import (
    EMPTY,
    LONGEST_TEXT,
    MOST_COLUMNS,
    Book,
    Cell,
    Merged,
    Rows,
    Sheet,
    shown_date,
    shown_number,
)
from school.people.sheets.markup import Bounds, read_markup

TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def read_ods(archive: zipfile.ZipFile) -> Book:
    """All sheets. Raises `KeyError` or `ExpatError` for a broken file."""
    reading = _Reading()
    with archive.open("content.xml") as stream:
        read_markup(stream, reading.begin, reading.end, Bounds())
    return Book(tuple(reading.sheets))


class _Reading:
    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._table: dict[str, str] = {}
        self._open()

    def _open(self) -> None:
        self._rows, self._hidden, self._merged = Rows(), set[int](), list[Merged]()
        self._line, self._repeated = 0, 1
        self._cells: dict[int, Cell] = {}
        self._column = 0
        self._given: Mapping[str, str] = {}
        self._said: list[str] = []
        self._in_note = 0

    def begin(self, name: str, given: Mapping[str, str]) -> None:
        if name == "style":
            self._style = given.get("name", "")
        elif name == "table-properties" and given.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "table":
            self._table = dict(given)
            self._open()
        elif name == "table-row":
            self._line += 1
            self._repeated = _times(given, "number-rows-repeated")
            self._cells, self._column = {}, 0
            if given.get("visibility") in ("collapse", "filter"):
                self._hidden.add(self._line)
        elif name in ("table-cell", "covered-table-cell"):
            self._given = given
            self._said.clear()
        elif name == "annotation":
            self._in_note += 1

    def end(self, name: str, text: str) -> None:
        if name == "annotation":
            self._in_note -= 1
        elif name in ("p", "span", "a", "s") and not self._in_note:
            self._said.append(text if name != "s" else " ")
        elif name in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif name == "table-row":
            self._rows.add(self._line, self._cells)
            self._line += self._repeated - 1
        elif name == "table":
            visible = self._table.get("style-name", "") not in self._hidden_styles
            self.sheets.append(
                Sheet(
                    self._table.get("name", ""),
                    self._rows.found,
                    visible,
                    frozenset(self._hidden),
                    tuple(self._merged),
                )
            )

    def _end_cell(self) -> None:
        cell = self._cell()
        times = _times(self._given, "number-columns-repeated")
        if cell.text:
            for at in range(self._column, min(self._column + times, MOST_COLUMNS)):
                self._cells[at] = cell
        across = _times(self._given, "number-columns-spanned")
        down = _times(self._given, "number-rows-spanned")
        if across > 1 or down > 1:
            self._merged.append(
                Merged(self._line, self._column, self._line + down - 1, self._column + across - 1)
            )
        self._column += times

    def _cell(self) -> Cell:
        shown = "".join(self._said).strip()[:LONGEST_TEXT]
        if self._given.get("formula"):
            error = shown.startswith(("#", "Err:"))
            return Cell(shown, "error") if error else Cell(f"={shown}", "formula")
        kind = self._given.get("value-type", "")
        if kind in ("float", "percentage", "currency"):
            # What is shown keeps the zeros in front; what is stored tells a shortened number.
            value = float(self._given.get("value", "nan") or "nan")
            plainly = shown_number(value) if value == value else shown
            padded = shown.isdigit() and shown.lstrip("0") == plainly and shown != plainly
            return Cell(shown, "text") if padded else Cell(plainly, "number")
        if kind == "date":
            try:
                day = dt.date.fromisoformat(self._given.get("date-value", "")[:10])
            except ValueError:
                return Cell(shown, "date")
            return Cell(shown_date(day), "date")
        if kind == "boolean":
            return Cell(shown or "TRUE", "truth")
        return Cell(shown) if shown else EMPTY


def _times(given: Mapping[str, str], name: str) -> int:
    number = given.get(name, "1")
    return max(1, min(int(number), 10_000_000)) if number.isdigit() and len(number) < 9 else 1
