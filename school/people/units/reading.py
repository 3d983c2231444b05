"""From a file of units as offices save it (xlsx, ods, text with separators) to rows with known
columns. Codes stay as the sheet shows them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.folding import fold
from core.messages import Message, Refused
from records.people import persons
from school.people.roster.old_encodings import Conversion, Encoding, converting, to_unicode
from school.people.sheets import Cell, Opener, Sheet, open_book
from school.people.sheets.cells import EMPTY, Kind

CENTRAL_2025 = Path(__file__).parent / "data" / "central-2025.csv"
LOOKED_AT = 40  # lines from the top, in which the head may be
TITLES = {
    "kind": "Loại",
    "vintage": "Danh mục",
    "code": "Mã",
    "name": "Tên",
    "parent": "Cấp trên",
    "valid_from": "Từ ngày",
    "valid_to": "Đến ngày",
    "successor": "Đơn vị kế thừa",
    "predecessors": "Đơn vị tiền thân",
    "source": "Nguồn",  # for whoever reads the list
}
WORDED = ("name", "source")  # columns of words, which an old encoding spoils
MUST = ("kind", "code", "name")
_OTHERS = {
    "kind": ("loai don vi", "cap"),
    "vintage": ("nam danh muc", "phien ban"),
    "code": ("ma don vi", "ma so"),
    "name": ("ten don vi", "ten goi"),
    "parent": ("ma cap tren", "don vi cap tren", "truc thuoc"),
    "valid_from": ("hieu luc tu", "ngay thanh lap", "bat dau"),
    "valid_to": ("hieu luc den", "ngay ket thuc", "ket thuc"),
    "successor": ("ke thua", "don vi ke tuc", "sap nhap vao"),
    "predecessors": ("tien than", "don vi truoc", "hop nhat tu"),
    "source": ("ghi chu", "can cu", "van ban"),
}
_BY_HEAD = {fold(title): key for key, title in TITLES.items()} | {
    word: key for key, words in _OTHERS.items() for word in words
}


@dataclass(frozen=True)
class UnitRow:
    """A row: its line in the file, and the text of each column; ``kinds`` of what is no text."""

    line: int
    cells: Mapping[str, str]
    kinds: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True)
class UnitTable:
    rows: Sequence[UnitRow]
    sheet: str = ""
    unknown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    conversion: Conversion | None = None  # to be looked at before anything is judged


def in_unicode(table: UnitTable, wanted: Encoding | None) -> UnitTable:
    """The table as it is meant: turned into Unicode from the encoding that was asked for, or with
    what it would become where nobody has looked at that yet."""
    found = converting((row.cells[key] for row in table.rows for key in WORDED), wanted)
    if found is None:
        return table
    if isinstance(found, Conversion):
        return replace(table, conversion=found)
    rows = [
        replace(row, cells={**row.cells, **{k: to_unicode(row.cells[k], found) for k in WORDED}})
        for row in table.rows
    ]
    return replace(table, rows=rows)


def read_units(content: bytes, opener: Opener | None = None) -> UnitTable:
    """The units of a file. ``opener`` takes sheets apart in place of this process. `Refused` for a
    file that cannot be used at all, with its mend."""
    book = open_book(content, lambda text: bool(_key(text)), opener=opener)
    hidden = tuple(sheet.name for sheet in book.sheets if not sheet.visible and sheet.rows)
    for sheet in book.sheets:
        if sheet.visible and (head := _find_head(sheet)):
            return _below(sheet, *head, hidden)
    wanted = ", ".join(TITLES[key] for key in MUST)
    raise Refused(
        Message("Thiếu cột: {columns}. Đặt tên cột như trong tệp mẫu", {"columns": wanted})
    )


def _key(head: str) -> str:
    return _BY_HEAD.get(fold(head).rstrip(" *:."), "")


def _find_head(sheet: Sheet) -> tuple[int, dict[int, str], tuple[str, ...]] | None:
    """Where the head is, its columns, and the heads that name nothing."""
    for at, (_line, cells) in enumerate(sheet.rows[:LOOKED_AT]):
        columns: dict[int, str] = {}
        for position, cell in enumerate(cells):
            key = _key(cell.text)
            if key and key not in columns.values():
                columns[position] = key
        if set(MUST) <= set(columns.values()):
            rest = (
                " ".join(cell.text.split())
                for position, cell in enumerate(cells)
                if position not in columns and cell.text.strip()
            )
            return at, columns, tuple(rest)
    return None


def _below(
    sheet: Sheet,
    at: int,
    columns: Mapping[int, str],
    unknown: tuple[str, ...],
    hidden: tuple[str, ...],
) -> UnitTable:
    rows = []
    for line, cells in sheet.rows[at + 1 :]:
        own = {key: _cell(cells, position) for position, key in columns.items()}
        texts = {key: persons.clean(own[key].text) if key in own else "" for key in TITLES}
        if any(texts[key] for key in MUST):
            kinds = {key: cell.kind for key, cell in own.items() if cell.kind != "text"}
            rows.append(UnitRow(line, texts, kinds))
    return UnitTable(rows, sheet.name, unknown, hidden)


def _cell(cells: Sequence[Cell], position: int) -> Cell:
    return cells[position] if position < len(cells) else EMPTY


def one_row(**said: str) -> UnitTable:
    """A table of one unit, as a form says it."""
    return UnitTable([UnitRow(1, {key: persons.clean(said.get(key, "")) for key in TITLES})])


def write_list(rows: Sequence[Sequence[str]]) -> bytes:
    """A list in the very columns that `read_units` reads, as CSV for spreadsheets."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow(TITLES.values())
    writer.writerows(rows)
    return ("\ufeff" + text.getvalue()).encode()
