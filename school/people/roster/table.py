"""From a file as offices save it to rows with known columns, and what was made of the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.folding import fold as plain
from core.messages import Message, Refused
from records.people import persons
from school.people.roster.columns import COLUMNS, FAMILY, GIVEN, is_sample
from school.people.roster.heads import Heads, cell_at, find_heads, knows, say_missing
from school.people.roster.told import Told
from school.people.sheets import Book, Cell, Opener, Sheet, open_book
from school.people.sheets.cells import EMPTY, MOST_COLUMNS, MOST_ROWS, Kind, Merged

__all__ = ["COLUMNS", "MOST_ROWS", "Reading", "Row", "Table", "read_table"]

SAMPLED, LONGEST_SAMPLE, LONGEST_LABEL = 20, 40, 120
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
class ColumnRead:
    """A column of the file: what stands above it, what it was taken for ("" for nothing), and the
    first thing that stands in it."""

    position: int
    label: str
    key: str
    sample: str


@dataclass(frozen=True)
class Reading:
    """What was made of the file, for whoever sent it. ``skipped``: (line, its text) of what is no
    person; ``missing``: keys of the columns that must be there and are not; ``overruled``: heads of
    columns in whose place something is said of the whole list."""

    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    hidden_rows: int = 0
    unknown_columns: tuple[str, ...] = ()
    skipped: tuple[tuple[int, str], ...] = ()
    columns: tuple[ColumnRead, ...] = ()
    missing: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """``corrected``: how many cells whoever sent the list has mended since; ``left_out``: rows that
    they leave out."""

    rows: Sequence[Row]
    reading: Reading
    corrected: int = 0
    left_out: Sequence[Row] = ()


def read_table(name: str, content: bytes, opener: Opener | None = None) -> Table:
    """The people of a file (xlsx, ods, XML of Excel 2003, text with separators), for whoever cannot
    be asked about it: `Refused` also where a column is missing.

    ``opener`` takes sheets apart in place of this process.

    Raises `Refused` for a file that cannot be used at all, with its mend.
    """
    table = read_list(content, Told(), opener)
    refuse_unread(table.reading)
    return table


def read_list(content: bytes, told: Told, opener: Opener | None = None) -> Table:
    """The same for whoever is asked: with the columns as they say, and a table also where a column
    is missing or may be two (``reading`` tells)."""
    book = open_book(content, knows, opener=opener)
    sheet, heads = _choose(book, told.for_all)
    return _as_table(book, sheet, heads.with_columns(told.columns), told.for_all)


def refuse_unread(reading: Reading) -> None:
    """`Refused` where a column that must be there is not, or two could be one."""
    if reading.twice:
        raise Refused(Message("Cột “{column}” có hai lần", {"column": reading.twice[-1]}))
    if reading.missing:
        raise Refused(say_missing(reading.missing))


def settle(table: Table, told: Told) -> Table:
    """The table as its sender means it: with what is said of all rows, without those that are left
    out, cells mended."""
    rows = [row for row in table.rows if row.line not in told.left_out]
    left_out = [row for row in table.rows if row.line in told.left_out]
    said = {key: text for key, text in told.for_all.items() if text}
    if said:
        said |= dict.fromkeys(("kind", "vintage"), "") if "unit" in said else {}
        rows = [_say(row, said) for row in rows]
    return correct(replace(table, rows=rows, left_out=left_out), told.corrections)


def _say(row: Row, said: Mapping[str, str]) -> Row:
    kinds = {key: kind for key, kind in row.kinds.items() if key not in said}
    return replace(row, cells={**row.cells, **said}, kinds=kinds)


def _as_table(book: Book, sheet: Sheet, heads: Heads, given: Collection[str]) -> Table:
    rows, skipped = _rows_below(sheet, heads)
    hidden = sum(row.line in sheet.hidden_rows for row in rows)
    columns = _columns(sheet, heads)
    # The head of the unit's code, not of the words beside it.
    over = (column.label for column in columns if column.key in given)
    return Table(
        rows,
        Reading(
            sheet.name,
            tuple(one.name for one in book.sheets if one.visible and one.rows and one is not sheet),
            tuple(one.name for one in book.sheets if not one.visible and one.rows),
            hidden,
            heads.unknown,
            tuple(skipped),
            columns,
            heads.missing(given),
            heads.twice,
            tuple(over),
        ),
    )


def _columns(sheet: Sheet, heads: Heads) -> tuple[ColumnRead, ...]:
    """Every column that has a head, or a text in one of the first lines below."""
    first: dict[int, str] = {}
    for _line, cells in sheet.rows[heads.last + 1 : heads.last + 1 + SAMPLED]:
        for position, cell in enumerate(cells[:MOST_COLUMNS]):
            if text := " ".join(cell.text.split()):
                first.setdefault(position, text[:LONGEST_SAMPLE])
    return tuple(
        ColumnRead(
            at,
            " ".join(heads.labels.get(at, "").split())[:LONGEST_LABEL],
            heads.columns.get(at, ""),
            first.get(at, ""),
        )
        for at in sorted({*first, *heads.labels})
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


def _choose(book: Book, given: Collection[str]) -> tuple[Sheet, Heads]:
    """The first visible sheet with the head of a list; else the one that came nearest."""
    visible = [sheet for sheet in book.sheets if sheet.visible and sheet.rows]
    if not visible:
        only_hidden = any(sheet.rows for sheet in book.sheets)
        raise Refused(
            Message("Mọi trang tính có dữ liệu đều bị ẩn. Hãy bỏ ẩn trang cần nhập rồi gửi lại")
            if only_hidden
            else Message("Tệp rỗng")
        )
    found: list[tuple[Sheet, Heads]] = []
    complaint: Refused | None = None
    for sheet in visible:
        try:
            heads = find_heads(sheet, given)
        except Refused as refused:
            complaint = complaint or refused
            continue
        if not heads.missing(given) and not heads.twice:
            return sheet, heads
        found.append((sheet, heads))
    if not found:
        assert complaint is not None
        raise complaint
    return max(found, key=lambda one: len(one[1].columns))


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
