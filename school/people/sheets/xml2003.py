"""Sheets as Excel 2003 wrote them in one XML file (“XML Spreadsheet 2003”), often named .xls."""

from __future__ import annotations

import io
from collections.abc import Mapping

from school.people.sheets.cells import (
    LONGEST_TEXT,
    Book,
    Cell,
    Kind,
    Merged,
    Rows,
    Sheet,
    shown_number,
)
from school.people.sheets.markup import Bounds, read_markup

MARK = b"urn:schemas-microsoft-com:office:spreadsheet"
_KINDS: Mapping[str, Kind] = {"DateTime": "date", "Boolean": "truth", "Error": "error"}


def read_xml2003(content: bytes) -> Book:
    """All sheets. Raises `ExpatError` for a broken file."""
    reading = _Reading()
    read_markup(io.BytesIO(content), reading.begin, reading.end, Bounds())
    return Book(tuple(reading.sheets))


class _Reading:
    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._name, self._visible = "", True
        self._rows, self._merged, self._hidden = Rows(), list[Merged](), set[int]()
        self._line, self._column = 0, -1
        self._cells: dict[int, Cell] = {}
        self._cell = Cell("")
        self._across = 0
        self._kind = "String"
        self._formula = False

    def begin(self, name: str, given: Mapping[str, str]) -> None:
        if name == "Worksheet":
            self._name, self._visible = given.get("Name", ""), True
            self._rows, self._merged, self._hidden = Rows(), [], set()
            self._line = 0
        elif name == "Row":
            self._line = _number(given.get("Index"), self._line + 1)
            self._cells, self._column = {}, -1
            if given.get("Hidden") == "1":
                self._hidden.add(self._line)
        elif name == "Cell":
            self._column = _number(given.get("Index"), self._column + 2) - 1
            self._formula = "Formula" in given
            self._across = _number(given.get("MergeAcross"), 0)
            down = _number(given.get("MergeDown"), 0)
            if self._across or down:
                self._merged.append(
                    Merged(self._line, self._column, self._line + down, self._column + self._across)
                )
        elif name == "Data":
            self._kind = given.get("Type", "String")

    def end(self, name: str, text: str) -> None:
        if name == "Data":
            self._keep(text)
        elif name == "Cell":
            self._column += self._across
        elif name == "Visible" and text.strip() in ("SheetHidden", "SheetVeryHidden"):
            self._visible = False
        elif name == "Row":
            self._rows.add(self._line, self._cells)
        elif name == "Worksheet":
            self.sheets.append(
                Sheet(
                    self._name,
                    self._rows.found,
                    self._visible,
                    frozenset(self._hidden),
                    tuple(self._merged),
                )
            )

    def _keep(self, text: str) -> None:
        text = text[:LONGEST_TEXT]
        if self._formula and self._kind != "Error":
            self._cells[self._column] = Cell(f"={text}", "formula")
        elif self._kind == "Number":
            try:
                self._cells[self._column] = Cell(shown_number(float(text)), "number")
            except ValueError:
                self._cells[self._column] = Cell(text)
        elif text:
            self._cells[self._column] = Cell(text, _KINDS.get(self._kind, "text"))


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() and len(text) < 9 else otherwise
