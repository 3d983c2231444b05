"""Sheets as Office Open XML keeps them (ECMA-376, transitional and strict).

Our own reader, because libraries stop at what other programs write: styles they do not know, a
`dimension` that lies. Only what a list needs is read: texts, numbers with the format they are shown
in, what is hidden, what is merged.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from school.people.sheets.cells import EMPTY, LONGEST_TEXT, Book, Cell, Merged, Rows, Sheet
from school.people.sheets.markup import Bounds, read_markup
from school.people.sheets.number_formats import as_shown

MOST_SHEETS = 50
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


def read_xlsx(archive: zipfile.ZipFile) -> Book:
    """All sheets. Raises `KeyError` or `ExpatError` for a broken file."""
    bounds = Bounds()
    names = {name.lower(): name for name in archive.namelist()}
    workbook = _workbook(archive, names, bounds)
    styles = _styles(archive, names, bounds)
    texts = _shared_texts(archive, names, bounds)
    sheets = []
    for name, visible, path in workbook.sheets[:MOST_SHEETS]:
        if path.lower() not in names:
            continue
        reading = _Reading(texts, styles, workbook.from_1904)
        with archive.open(names[path.lower()]) as stream:
            read_markup(stream, reading.begin, reading.end, bounds)
        sheets.append(
            Sheet(
                name,
                reading.rows.found,
                visible,
                frozenset(reading.hidden),
                tuple(reading.merged),
            )
        )
    return Book(tuple(sheets))


def column_of(place: str) -> tuple[int, int]:
    """“C12” → column 2 (from 0) and row 12."""
    found = _PLACE.fullmatch(place)
    if not found:
        raise ValueError(place[:20])
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1, int(found[2])


def area_of(reference: str) -> Merged | None:
    """“B2:C4” as a merged area; None for anything else."""
    try:
        first, _, last = reference.partition(":")
        left, top = column_of(first)
        right, bottom = column_of(last or first)
    except ValueError:
        return None
    return Merged(top, left, bottom, right)


@dataclass
class _Workbook:
    sheets: list[tuple[str, bool, str]] = field(default_factory=list)
    from_1904: bool = False


def _workbook(archive: zipfile.ZipFile, names: Mapping[str, str], bounds: Bounds) -> _Workbook:
    targets: dict[str, str] = {}
    found = _Workbook()

    def relation(name: str, given: Mapping[str, str]) -> None:
        if name == "Relationship" and given.get("TargetMode") != "External":
            target = given.get("Target", "")
            place = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            targets[given.get("Id", "")] = posixpath.normpath(place)

    def sheet(name: str, given: Mapping[str, str]) -> None:
        if name == "sheet":
            place = targets.get(given.get("id", ""), "")
            visible = given.get("state", "visible") == "visible"
            found.sheets.append((given.get("name", ""), visible, place))
        elif name == "workbookPr":
            found.from_1904 = given.get("date1904") in ("1", "true")

    for path, begin in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        with archive.open(names[path]) as stream:
            read_markup(stream, begin, _nothing, bounds)
    return found


def _styles(
    archive: zipfile.ZipFile, names: Mapping[str, str], bounds: Bounds
) -> Sequence[tuple[int, str]]:
    """Of each cell style: the number of its format, and the format's text where it is the file's
    own. Everything else about styles is other programs' business."""
    if "xl/styles.xml" not in names:
        return ()
    codes: dict[int, str] = {}
    numbers: list[int] = []
    inside: list[bool] = []

    def begin(name: str, given: Mapping[str, str]) -> None:
        if name == "cellXfs":
            inside.append(True)
        elif name == "numFmt" and given.get("numFmtId", "").isdigit():
            codes[int(given["numFmtId"])] = given.get("formatCode", "")
        elif name == "xf" and inside:
            given_number = given.get("numFmtId", "0")
            numbers.append(int(given_number) if given_number.isdigit() else 0)

    def end(name: str, _text: str) -> None:
        if name == "cellXfs" and inside:
            inside.pop()

    with archive.open(names["xl/styles.xml"]) as stream:
        read_markup(stream, begin, end, bounds)
    return [(number, codes.get(number, "")) for number in numbers]


def _shared_texts(
    archive: zipfile.ZipFile, names: Mapping[str, str], bounds: Bounds
) -> Sequence[str]:
    if "xl/sharedstrings.xml" not in names:
        return ()
    found: list[str] = []
    said: list[str] = []
    aside: list[bool] = []  # how a word is read aloud (rPh) is no part of it

    def begin(name: str, _given: Mapping[str, str]) -> None:
        if name == "si":
            said.clear()
        elif name == "rPh":
            aside.append(True)

    def end(name: str, text: str) -> None:
        if name == "t" and not aside:
            said.append(text)
        elif name == "rPh":
            aside.pop()
        elif name == "si":
            found.append("".join(said)[:LONGEST_TEXT])

    with archive.open(names["xl/sharedstrings.xml"]) as stream:
        read_markup(stream, begin, end, bounds)
    return found


class _Reading:
    """One sheet while it is read."""

    def __init__(
        self, texts: Sequence[str], styles: Sequence[tuple[int, str]], from_1904: bool
    ) -> None:
        self._texts, self._styles, self._from_1904 = texts, styles, from_1904
        self.rows = Rows()
        self.hidden: set[int] = set()
        self.merged: list[Merged] = []
        self._line = 0
        self._cells: dict[int, Cell] = {}
        self._column = -1
        self._given: Mapping[str, str] = {}
        self._value: str | None = None
        self._said: list[str] = []
        self._formula: str | None = None

    def begin(self, name: str, given: Mapping[str, str]) -> None:
        if name == "row":
            number = given.get("r", "")
            self._line = int(number) if number.isdigit() else self._line + 1
            self._cells, self._column = {}, -1
            if given.get("hidden") in ("1", "true"):
                self.hidden.add(self._line)
        elif name == "c":
            self._column = _column(given.get("r", ""), self._column + 1)
            self._given, self._value, self._formula = given, None, None
            self._said.clear()
        elif name == "mergeCell":
            area = area_of(given.get("ref", ""))
            if area is not None:
                self.merged.append(area)

    def end(self, name: str, text: str) -> None:
        if name == "v":
            self._value = text
        elif name == "t":
            self._said.append(text)
        elif name == "f":
            self._formula = text
        elif name == "c":
            cell = self._cell()
            if cell.text:
                self._cells[self._column] = cell
        elif name == "row":
            self.rows.add(self._line, self._cells)

    def _cell(self) -> Cell:
        kind = self._given.get("t", "n")
        value = (self._value or "").strip()
        if kind == "e":
            return Cell(value or "#N/A", "error")
        if self._formula is not None:
            return Cell(f"={self._formula.lstrip('=')}"[:LONGEST_TEXT], "formula")
        if kind == "s":
            number = int(value) if value.isdigit() else -1
            return Cell(self._texts[number] if 0 <= number < len(self._texts) else "")
        if kind == "inlineStr":
            return Cell("".join(self._said)[:LONGEST_TEXT])
        if kind == "b":
            return Cell("TRUE" if value == "1" else "FALSE", "truth") if value else EMPTY
        if kind == "d":
            return Cell(value, "date")
        if kind == "str" or not value:
            return Cell((self._value or "")[:LONGEST_TEXT])
        return self._number(value)

    def _number(self, value: str) -> Cell:
        style = self._given.get("s", "")
        place = int(style) if style.isdigit() else 0
        number, code = self._styles[place] if place < len(self._styles) else (0, "")
        try:
            return as_shown(float(value), number, code, from_1904=self._from_1904)
        except (ValueError, OverflowError):
            return Cell(value[:LONGEST_TEXT])


def _column(place: str, otherwise: int) -> int:
    try:
        return column_of(place)[0]
    except ValueError:
        return otherwise


def _nothing(_name: str, _text: str) -> None:
    pass
