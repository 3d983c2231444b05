"""Which line of an office's list is its head, and which column says what. Pure.

Offices put a title above the table, write heads on two floors, merge cells, and name columns in
their own words. What is not understood is told, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.messages import Message, Refused
from school.people.roster.columns import COLUMNS, FAMILY, GIVEN, spelled
from school.people.sheets import Cell, Sheet
from school.people.sheets.cells import EMPTY, Merged

WHO = ("code", "full_name")  # two of these are for the author to tell apart, whatever their titles
LOOKED_AT = 40  # lines that say something, from the top
FEWEST_LABELS = 3  # of a head in which nothing is understood


@dataclass(frozen=True)
class Heads:
    """The head of a table. ``columns``: position → key of `COLUMNS`, or `FAMILY`, `GIVEN`.
    ``labels``: position → what stands above it. ``twice``: heads that could each be the same
    column, none of which was taken. ``last``: index of the head's last line."""

    columns: Mapping[int, str]
    labels: Mapping[int, str]
    twice: tuple[str, ...]
    last: int

    @property
    def unknown(self) -> tuple[str, ...]:
        """Heads that name nothing a list needs, or nothing that was understood."""
        left = (label for at, label in sorted(self.labels.items()) if at not in self.columns)
        return tuple(dict.fromkeys(" ".join(label.split()) for label in left))

    def missing(self, given: Collection[str] = ()) -> tuple[str, ...]:
        """Keys of the columns that must be there and are not. ``given``: those that are said of the
        whole list."""
        have = {*self.columns.values(), *given}
        if FAMILY in have and GIVEN in have:
            have.add("full_name")
        return tuple(key for key, column in COLUMNS.items() if column.must and key not in have)

    def with_columns(self, told: Mapping[int, str]) -> Heads:
        """The same, with columns as somebody says they are; "" is none. Of two that are said to be
        one the first is taken."""
        said: dict[str, int] = {}
        for position, key in sorted(told.items()):
            if key:
                said.setdefault(key, position)
        kept = {at: key for at, key in self.columns.items() if at not in told and key not in said}
        new = kept | {position: key for key, position in said.items()}
        if FAMILY in said or GIVEN in said:
            new = {at: key for at, key in new.items() if key != "full_name" or at in told}
        twice = tuple(
            self.labels.get(at, "")
            for at, key in sorted(told.items())
            if key and said[key] != at
        )  # fmt: skip
        return Heads(new, self.labels, twice if told else self.twice, self.last)


def say_missing(keys: Iterable[str]) -> Message:
    titles = ", ".join(COLUMNS[key].title for key in keys)
    return Message("Thiếu cột: {columns}. Đặt tên cột như trong tệp mẫu", {"columns": titles})


def find_heads(sheet: Sheet, given: Collection[str] = ()) -> Heads:
    """The first line, or pair of lines, that names every column that must be there but for what is
    ``given``; else what came nearest. Raises `Refused` where no line looks like a head."""
    candidates = [
        heads
        for at in range(min(LOOKED_AT, len(sheet.rows)))
        for floors in ((1, 2) if at + 1 < len(sheet.rows) else (1,))
        if (heads := _read(sheet, at, _labels(sheet, at, floors), at + floors - 1)).labels
    ]
    if not candidates:
        raise Refused(Message("Tệp rỗng"))
    whole = [heads for heads in candidates if not heads.missing(given) and not heads.twice]
    if whole:
        # Its lower floor may name more: an address below “Liên hệ”, which lies over two columns.
        near = [heads for heads in whole if heads.last - 1 <= whole[0].last]
        return max(near, key=lambda heads: len(heads.columns))
    nearest = max(candidates, key=lambda heads: len(set(heads.columns.values())) + len(heads.twice))
    if nearest.columns or nearest.twice:
        return nearest
    for heads in candidates:
        if len(heads.labels) >= FEWEST_LABELS:
            return heads
    raise Refused(say_missing(nearest.missing()))


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
    lower = {position: cell.text for position, cell in enumerate(below) if cell.text.strip()}
    merged = _on_two_floors(sheet.merged, line)
    if below_line != line + 1 or not (merged or _goes_on(labels, lower)):
        return {}
    return labels | lower


def _goes_on(upper: Mapping[int, str], lower: Mapping[int, str]) -> bool:
    """Whether a line is the lower floor of a head that was saved without its merged cells: it
    names columns, and says nothing below those that tell who somebody is."""
    who = {at for at, label in upper.items() if spelled(label) in (*WHO, FAMILY, GIVEN)}
    return bool(who) and not who & set(lower) and any(spelled(text) for text in lower.values())


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
    columns, doubles = _settle_doubles(found, exact, sheet, at)
    twice = tuple(labels[position].strip() for position in doubles)
    return Heads(_settle_names(columns), labels, twice, last)


def _settle_doubles(
    found: Mapping[int, str], exact: set[int], sheet: Sheet, at: int
) -> tuple[dict[int, str], list[int]]:
    """Of two columns that could be the same one, that with the very title; a head merged over two
    columns of names is both. Two equals are for somebody to tell apart: neither is taken."""
    kept: dict[int, str] = {}
    doubles: list[int] = []
    for key in dict.fromkeys(found.values()):
        places = [position for position in sorted(found) if found[position] == key]
        sure = key not in WHO and [position for position in places if position in exact]
        best = sure or places
        if len(best) > 1 and key == "full_name" and _one_area(sheet, at, best):
            kept[best[0]], kept[best[-1]] = FAMILY, GIVEN
        elif len(best) > 1 and key in COLUMNS:
            doubles += best
        else:
            kept[best[0]] = key
    return kept, doubles


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
