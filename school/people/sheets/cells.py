"""What a file says, cell by cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.messages import Message, Refused

MOST_ROWS = 50_000  # that say something; empty ones cost nothing
MOST_COLUMNS = 60
LONGEST_TEXT = 5_000  # characters of one cell; nobody's name or unit is longer

Kind = Literal["text", "number", "date", "truth", "error", "formula"]


@dataclass(frozen=True)
class Cell:
    """What stands in a cell. ``text`` is what its reader sees: 00123, not 123, where the cell's
    format says so. ``kind`` is what the file keeps: a date in a column of codes is told by it."""

    text: str
    kind: Kind = "text"


EMPTY = Cell("")


@dataclass(frozen=True)
class Merged:
    """A merged area, all four ends within it; rows as the file counts them, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """The rows that say something, by their own number in the file."""

    name: str
    rows: Sequence[tuple[int, Sequence[Cell]]]
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    merged: Sequence[Merged] = ()


@dataclass(frozen=True)
class Book:
    """All sheets of a file."""

    sheets: Sequence[Sheet]


@dataclass
class Rows:
    """Collects the rows of one sheet, and says so when they are too many."""

    found: list[tuple[int, list[Cell]]] = field(default_factory=list)

    def add(self, line: int, cells: Mapping[int, Cell]) -> None:
        """Keep a row that says something; ``cells`` by column."""
        kept = {at: cell for at, cell in cells.items() if cell.text.strip() and at < MOST_COLUMNS}
        if not kept:
            return
        if len(self.found) > MOST_ROWS:
            raise Refused(Message("Tệp có hơn {n} dòng. Hãy chia nhỏ", {"n": MOST_ROWS}))
        width = max(kept) + 1
        self.found.append((line, [kept.get(at, EMPTY) for at in range(width)]))


def shown_number(value: float) -> str:
    """A number as a sheet shows it without a format: 12 and 12.5, never 12.0."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)


def shown_date(moment: dt.datetime | dt.date) -> str:
    return moment.strftime("%d/%m/%Y")
