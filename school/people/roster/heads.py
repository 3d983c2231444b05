"""Which line of an office's list is its head, and which column says what. Pure.

Offices put a title above the table, write heads on two floors, merge cells, and name columns in
their own words. What is not understood is told, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.messages import Message, Refused
from school.people.roster.columns import COLUMNS, FAMILY, GIVEN, spelled
from school.people.sheets import Cell, Sheet
from school.people.sheets.cells import EMPTY, Merged

WHO = ("code", "full_name")  # two of these are for the author to tell apart, whatever their titles
LOOKED_AT = 40  # lines that say something, from the top


@dataclass(frozen=True)
class Heads:
    """The head of a table. ``columns``: position → key of `COLUMNS`, or `FAMILY`, `GIVEN`.
    ``unknown``: heads that name nothing a list needs. ``last``: index of the head's last line."""

    columns: Mapping[int, str]
    unknown: tuple[str, ...]
    last: int

    @property
    def missing(self) -> list[str]:
        """Titles of the columns that must be there and are not."""
        have = set(self.columns.values())
        if FAMILY in have and GIVEN in have:
            have.add("full_name")
        return [column.title for key, column in COLUMNS.items() if column.must and key not in have]


def find_heads(sheet: Sheet) -> Heads:
    """The first line, or pair of lines, that names every column that must be there.

    Raises `Refused` that says what is missing in the line that came nearest.
    """
    candidates: list[Heads] = []
    twice: Refused | None = None
    for at in range(min(LOOKED_AT, len(sheet.rows))):
        for floors in (1, 2) if at + 1 < len(sheet.rows) else (1,):
            try:
                candidates.append(_read(sheet, at, _labels(sheet, at, floors), at + floors - 1))
            except Refused as refused:
                twice = twice or refused
    whole = next((heads for heads in candidates if not heads.missing), None)
    if whole is not None:
        return whole
    if twice is not None:
        raise twice
    nearest = max(candidates, key=lambda heads: len(set(heads.columns.values())), default=None)
    if nearest is None:
        raise Refused(Message("Tệp rỗng"))
    raise Refused(
        Message(
            "Thiếu cột: {columns}. Đặt tên cột như trong tệp mẫu",
            {"columns": ", ".join(nearest.missing)},
        )
    )


def knows(text: str) -> bool:
    """Whether a text names a column."""
    return bool(spelled(text))


def _labels(sheet: Sheet, at: int, floors: int) -> dict[int, str]:
    """Column → its head; of two floors the lower one that says something."""
    line, cells = sheet.rows[at]
    labels = _spread(cells, line, sheet.merged)
    if floors == 1:
        return labels
    below_line, below = sheet.rows[at + 1]
    if below_line != line + 1 or not _on_two_floors(sheet.merged, line):
        return {}
    lower = {position: cell.text for position, cell in enumerate(below) if cell.text.strip()}
    return labels | lower


def _on_two_floors(merged: Sequence[Merged], line: int) -> bool:
    """Whether some head reaches down into the next line, or lies across several columns."""
    return any(
        area.top == line and (area.bottom > line or area.right > area.left) for area in merged
    )


def _spread(cells: Sequence[Cell], line: int, merged: Sequence[Merged]) -> dict[int, str]:
    """The heads of a line, a merged one for every column below it."""
    labels = {position: cell.text for position, cell in enumerate(cells) if cell.text.strip()}
    for area in merged:
        if area.top <= line <= area.bottom and area.left in labels:
            for position in range(area.left + 1, min(area.right, area.left + 20) + 1):
                labels.setdefault(position, labels[area.left])
    return labels


def _read(sheet: Sheet, at: int, labels: Mapping[int, str], last: int) -> Heads:
    found: dict[int, str] = {}
    exact: set[int] = set()
    for position, label in sorted(labels.items()):
        key = spelled(label)
        if key:
            found[position] = key
            if spelled(label, titles_only=True):
                exact.add(position)
    columns = _settle_doubles(found, exact, labels, sheet, at)
    columns = _settle_names(columns)
    unknown = tuple(
        dict.fromkeys(
            " ".join(label.split())
            for position, label in sorted(labels.items())
            if position not in columns
        )
    )
    return Heads(columns, unknown, last)


def _settle_doubles(
    found: Mapping[int, str],
    exact: set[int],
    labels: Mapping[int, str],
    sheet: Sheet,
    at: int,
) -> dict[int, str]:
    """Of two columns that could be the same one, that with the very title; a head merged over two
    columns of names is both. Two equals are for the author to tell apart."""
    kept: dict[int, str] = {}
    for key in dict.fromkeys(found.values()):
        places = [position for position in sorted(found) if found[position] == key]
        sure = key not in WHO and [position for position in places if position in exact]
        best = sure or places
        if len(best) > 1 and key == "full_name" and _one_area(sheet, at, best):
            kept[best[0]], kept[best[-1]] = FAMILY, GIVEN
        elif len(best) > 1 and key in COLUMNS:
            raise Refused(Message("Cột “{column}” có hai lần", {"column": labels[best[1]].strip()}))
        else:
            kept[best[0]] = key
    return kept


def _one_area(sheet: Sheet, at: int, places: Sequence[int]) -> bool:
    line = sheet.rows[at][0]
    return any(
        area.top <= line <= area.bottom and area.left <= places[0] and places[-1] <= area.right
        for area in sheet.merged
    )


def _settle_names(columns: Mapping[int, str]) -> dict[int, str]:
    """“Tên” alone is the whole name; beside a family name it is the given one."""
    keys = set(columns.values())
    settled = dict(columns)
    for position, key in columns.items():
        if (key == GIVEN and "full_name" in keys) or (
            key == FAMILY and ("full_name" in keys or GIVEN not in keys)
        ):
            del settled[position]
        elif key == GIVEN and FAMILY not in keys:
            settled[position] = "full_name"
    return settled


def cell_at(cells: Sequence[Cell], position: int) -> Cell:
    return cells[position] if position < len(cells) else EMPTY
