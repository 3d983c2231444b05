"""The program of the walled child that takes a sheet apart, and what it may say of it.

A small file can be made to keep whoever reads it busy for minutes. What the child sends is taken
for what it may be: it had a hostile file in hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from core.messages import Message, Refused
from school.people.sheets.cells import MOST_COLUMNS, MOST_ROWS, Book, Cell, Kind, Merged, Sheet
from school.people.sheets.opening import open_sheets

FILE = "danh-sach"  # in the child's working folder
_KINDS = frozenset(get_args(Kind))


def main(channel: Any, **_: Any) -> None:
    """Send the book, or why there is none."""
    try:
        book = open_sheets(Path(FILE).read_bytes())
    except Refused as refused:
        channel.send({"refused": [message.as_dict() for message in refused.messages]})
        return
    channel.send({"sheets": [_as_json(sheet) for sheet in book.sheets]})


def _as_json(sheet: Sheet) -> list[Any]:
    return [
        sheet.name,
        sheet.visible,
        sorted(sheet.hidden_rows),
        [[area.top, area.left, area.bottom, area.right] for area in sheet.merged],
        [[line, [[cell.text, cell.kind] for cell in cells]] for line, cells in sheet.rows],
    ]


def read_answer(said: Any) -> Book:
    """The book that the child sent. Raises its `Refused`, and `ValueError` for nonsense."""
    try:
        if "refused" in said:
            raise Refused(
                *(Message(one["template"], dict(one["params"])) for one in said["refused"])
            )
        return Book(tuple(_sheet(*sheet) for sheet in said["sheets"]))
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError("no answer of this program") from error


def _sheet(name: Any, visible: Any, hidden: Any, merged: Any, rows: Any) -> Sheet:
    if len(rows) > MOST_ROWS + 1:
        raise ValueError("too many rows")
    return Sheet(
        str(name),
        [(int(line), [_cell(*cell) for cell in cells[:MOST_COLUMNS]]) for line, cells in rows],
        visible is True,
        frozenset(int(line) for line in hidden),
        tuple(Merged(*(int(end) for end in area)) for area in merged),
    )


def _cell(text: Any, kind: Any) -> Cell:
    if not isinstance(text, str) or kind not in _KINDS:
        raise ValueError("no cell")
    return Cell(text, kind)
