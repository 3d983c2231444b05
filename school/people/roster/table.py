"""From a file as offices save it to rows with known columns, and what was made of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.folding import fold as plain
from core.messages import Message, Refused
from records.people import persons
from school.people.roster.columns import COLUMNS, FAMILY, GIVEN, is_sample
from school.people.roster.heads import Heads, cell_at, find_heads, knows
from school.people.sheets import Book, Cell, Opener, Sheet, open_book
from school.people.sheets.cells import EMPTY, MOST_ROWS, Kind, Merged

__all__ = ["COLUMNS", "MOST_ROWS", "Reading", "Row", "Table", "read_table"]

# Lines of a list that are no people: totals, signatures, headings of groups.
_NO_PERSON = re.compile(
    r"(tong|cong|tong cong|tong so|nguoi lap|thu truong|truong phong|giam doc|chu tich|ky ten|"
    r"\(?ky|noi nhan|luu|ghi chu|danh sach (nay )?(co|gom)|an dinh|ngay .* thang|xac nhan)\b.*"
)
_HEADING = re.compile(r"([ivxlc]+|[a-z]|\d{1,2})[.)/]? .*")
_NUMBERED = re.compile(r"[(\[]?\d{1,2}[)\]]?")


@dataclass(frozen=True)
class Row:
    """A row of the list: its line in the file (1 is the first), the text of each known column, and
    of those that are not plain text what the file keeps there."""

    line: int
    cells: Mapping[str, str]
    kinds: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What was made of the file, for whoever sent it. ``skipped``: (line, its text) of what is no
    person."""

    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    hidden_rows: int = 0
    unknown_columns: tuple[str, ...] = ()
    skipped: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """``corrected``: how many cells whoever sent the list has mended since."""

    rows: Sequence[Row]
    reading: Reading
    corrected: int = 0


def read_table(name: str, content: bytes, opener: Opener | None = None) -> Table:
    """The people of a file (xlsx, ods, XML of Excel 2003, text with separators).

    ``opener`` takes sheets apart in place of this process.

    Raises `Refused` for a file that cannot be used at all, with its mend.
    """
    book = open_book(content, knows, opener=opener)
    sheet, heads = _choose(book)
    rows, skipped = _rows_below(sheet, heads)
    hidden = sum(row.line in sheet.hidden_rows for row in rows)
    return Table(
        rows,
        Reading(
            sheet.name,
            tuple(one.name for one in book.sheets if one.visible and one.rows and one is not sheet),
            tuple(one.name for one in book.sheets if not one.visible and one.rows),
            hidden,
            heads.unknown,
            tuple(skipped),
        ),
    )


def correct(table: Table, corrections: Mapping[tuple[int, str], str]) -> Table:
    """The table with other texts in some cells, by line and column's key. Those that the list has
    not are passed over, and those that say the same."""
    rows, count = [], 0
    for row in table.rows:
        new = {
            key: text
            for key in row.cells
            if (text := corrections.get((row.line, key))) is not None and text != row.cells[key]
        }
        count += len(new)
        kinds = {key: kind for key, kind in row.kinds.items() if key not in new}
        rows.append(replace(row, cells={**row.cells, **new}, kinds=kinds) if new else row)
    return replace(table, rows=rows, corrected=count)


def _choose(book: Book) -> tuple[Sheet, Heads]:
    """The first visible sheet with the head of a list; the complaint is about the first of all."""
    visible = [sheet for sheet in book.sheets if sheet.visible and sheet.rows]
    if not visible:
        only_hidden = any(sheet.rows for sheet in book.sheets)
        raise Refused(
            Message("Mọi trang tính có dữ liệu đều bị ẩn. Hãy bỏ ẩn trang cần nhập rồi gửi lại")
            if only_hidden
            else Message("Tệp rỗng")
        )
    complaint: Refused | None = None
    for sheet in visible:
        try:
            return sheet, find_heads(sheet)
        except Refused as refused:
            complaint = complaint or refused
    assert complaint is not None
    raise complaint


def _rows_below(sheet: Sheet, heads: Heads) -> tuple[list[Row], list[tuple[int, str]]]:
    below = sheet.rows[heads.last + 1 :]
    filled = _Merged(sheet.merged, sheet.rows)
    rows: list[Row] = []
    skipped: list[tuple[int, str]] = []
    for number, (line, cells) in enumerate(below):
        own = {key: cell_at(cells, at) for at, key in heads.columns.items()}
        if _is_no_person(own, cells, first=number == 0):
            words = " ".join(cell.text.strip() for cell in cells if cell.text.strip())
            skipped.append((line, words[:80]))
            continue
        whole = {
            key: cell if cell.text.strip() else filled.at(line, at)
            for (at, key), cell in zip(heads.columns.items(), own.values(), strict=True)
        }
        row = _as_row(line, whole)
        if is_sample(row.cells):
            skipped.append((line, f"{row.cells['code']} {row.cells['full_name']}"))
        else:
            rows.append(row)
    return rows, skipped


def _as_row(line: int, cells: Mapping[str, Cell]) -> Row:
    texts = {key: cell.text for key, cell in cells.items() if key in COLUMNS}
    if FAMILY in cells and GIVEN in cells:
        texts["full_name"] = f"{cells[FAMILY].text} {cells[GIVEN].text}"
    kinds = {
        ("full_name" if key in (FAMILY, GIVEN) else key): cell.kind
        for key, cell in cells.items()
        if cell.kind != "text"
    }
    return Row(line, {key: texts.get(key, "") for key in COLUMNS}, kinds)


def _is_no_person(own: Mapping[str, Cell], cells: Sequence[Cell], *, first: bool) -> bool:
    """A line without code, group and unit that says nothing else of a person either: a total, a
    signature, the heading of a group; and the line (1) (2) (3) below a head."""
    said = [cell.text.strip() for cell in cells if cell.text.strip()]
    if first and len(said) > 2 and all(_NUMBERED.fullmatch(text) for text in said):
        return True
    if any(own[key].text.strip() for key in ("code", "group") if key in own):
        return len(said) == 1 and _reads_as_no_person(said[0])
    known = [cell.text.strip() for cell in own.values() if cell.text.strip()]
    if len(said) == 1:
        return True
    return len(known) <= 2 and all(_reads_as_no_person(text) for text in said if text in known)


def _reads_as_no_person(text: str) -> bool:
    words = plain(persons.clean(text))
    return bool(_NO_PERSON.fullmatch(words) or _HEADING.fullmatch(words))


class _Merged:
    """What a merged area says, for each of its cells."""

    def __init__(self, areas: Sequence[Merged], rows: Sequence[tuple[int, Sequence[Cell]]]) -> None:
        self._areas = [area for area in areas if area.bottom > area.top]
        self._lines = dict(rows) if self._areas else {}

    def at(self, line: int, position: int) -> Cell:
        for area in self._areas:
            if area.top <= line <= area.bottom and area.left <= position <= area.right:
                return cell_at(self._lines.get(area.top, ()), area.left)
        return EMPTY
