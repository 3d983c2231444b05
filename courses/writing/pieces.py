"""A lesson's notebook cut into pieces that a form takes one by one: a text, an exercise, a cell of
another kind. A change replaces the cells of its own piece; all others stay as they are."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.messages import Message, Refused
from courses.handouts.variants import draws, literals_of
from courses.notebooks import (
    Cell,
    Notebook,
    cell_options,
    grade_id_of,
    is_answer,
    is_marked,
    is_task,
    marking_of,
    source_of,
)
from courses.options import MARK
from courses.writing.cells import draft_of
from courses.writing.draft import Draft

STEM = "bai"  # begins the ids of exercises that the form makes
TEXT_STEM = "chu"
CHANGED = Message(
    "Phần này vừa được sửa ở nơi khác (trong JupyterLab hay ở một cửa sổ nữa) sau khi anh/chị mở "
    "biểu mẫu. Những gì đã điền vẫn còn dưới đây: hãy chép lại chỗ cần, rồi mở lại phần này."
)


@dataclass(frozen=True)
class Piece:
    """``kind``: text, exercise or cell; ``name`` is in addresses: the id of its last cell;
    ``start`` and ``end``: its cells in the notebook. ``draft``: of an exercise that the form can
    take up."""

    kind: str
    name: str
    start: int
    end: int
    cells: tuple[Cell, ...]
    draft: Draft | None = None

    @property
    def digest(self) -> str:
        """Of what stands there: a form says what it was opened on."""
        held = [(one["cell_type"], source_of(one), marking_of(one)) for one in self.cells]
        return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def title(self) -> str:
        """An exercise's name, a text's heading or beginning."""
        last = self.cells[-1]
        try:
            named = str(cell_options(last).get("exercise") or cell_options(last).get("title") or "")
        except Refused:
            named = ""
        shown = [line for line in source_of(last).split("\n") if not line.startswith(MARK)]
        lines = [line.strip(" #*>-|") for line in shown]
        return named or next((line for line in lines if line), "")[:80]

    @property
    def origin(self) -> str:
        """Where an exercise of the bank came from, "" for others."""
        try:
            return str(cell_options(self.cells[-1]).get("taken_from", ""))
        except Refused:
            return ""


def pieces_of(notebook: Notebook) -> list[Piece]:
    """The pieces in their order; every cell stands in exactly one."""
    cells = notebook["cells"]
    found: list[Piece] = []
    begun: int | None = None  # the first answer cell of an exercise
    for place, cell in enumerate(cells):
        if is_marked(cell):
            start = _start(cells, begun if begun is not None else place, found)
            del found[_count(found, start) :]
            own = tuple(cells[start : place + 1])
            found.append(Piece("exercise", _name(cell), start, place + 1, own, draft_of(own)))
            begun = None
            continue
        if begun is None and is_answer(cell):
            begun = place
        kind = "text" if cell["cell_type"] == "markdown" and not marking_of(cell) else "cell"
        found.append(Piece(kind, _name(cell), place, place + 1, (cell,)))
    return found


def find_piece(notebook: Notebook, name: str) -> Piece | None:
    return next((one for one in pieces_of(notebook) if one.name == name), None)


def replaced(notebook: Notebook, name: str, cells: Sequence[Cell], *, seen: str = "") -> Notebook:
    """The notebook with ``cells`` (none: removed) in the place of a piece. ``seen``: the digest
    that whoever asks has before them. Raises Refused where the piece is another one now."""
    piece = find_piece(notebook, name)
    if piece is None or (seen and piece.digest != seen):
        raise Refused(CHANGED)
    whole = notebook["cells"]
    return {**notebook, "cells": [*whole[: piece.start], *cells, *whole[piece.end :]]}


def inserted(notebook: Notebook, after: str, cells: Sequence[Cell]) -> Notebook:
    """``cells`` behind the piece of this name; at the end where there is none of it."""
    piece = find_piece(notebook, after)
    place = piece.end if piece else len(notebook["cells"])
    whole = notebook["cells"]
    return {**notebook, "cells": [*whole[:place], *cells, *whole[place:]]}


def moved(notebook: Notebook, name: str, by: int) -> Notebook:
    """The piece one place up (-1) or down (1)."""
    pieces = pieces_of(notebook)
    place = next((n for n, one in enumerate(pieces) if one.name == name), None)
    if place is None or not 0 <= place + by < len(pieces):
        return notebook
    pieces[place], pieces[place + by] = pieces[place + by], pieces[place]
    return {**notebook, "cells": [cell for piece in pieces for cell in piece.cells]}


def free_name(notebook: Notebook, stem: str = STEM) -> str:
    """A name that no cell has yet, nor begins with: bai-3."""
    held = {_name(cell) for cell in notebook["cells"]} | {
        str(cell.get("id", "")) for cell in notebook["cells"]
    }
    taken = {int(found[1]) for one in held if (found := re.match(rf"{stem}-(\d+)", one))}
    return f"{stem}-{max(taken, default=0) + 1}"


def names_bound(notebook: Notebook, but: str = "") -> set[str]:
    """Variables that cells assign, but for those of one piece."""
    found: set[str] = set()
    for piece in pieces_of(notebook):
        if piece.name != but:
            for cell in piece.cells:
                found |= _bound_by(cell)
    return found


def with_words(piece: Piece, **words: str) -> list[Cell]:
    """An exercise's cells, its own code as it is, with another ``task`` text."""
    cells = [dict(cell) for cell in piece.cells]
    place = task_place(piece)
    if place is not None and "task" in words:
        cells[place] = cells[place] | {"source": words["task"]}
    return cells


def task_place(piece: Piece) -> int | None:
    """Which of an exercise's cells is its task's text; None where a task is its own text."""
    texts = [
        n
        for n, one in enumerate(piece.cells)
        if one["cell_type"] == "markdown" and not marking_of(one)
    ]
    return texts[-1] if texts and not is_task(piece.cells[-1]) else None


def _bound_by(cell: Cell) -> set[str]:
    if cell["cell_type"] != "code":
        return set()
    try:
        return set(literals_of(source_of(cell)))
    except Refused:
        return set()


def _start(cells: Sequence[Cell], first: int, found: Sequence[Piece]) -> int:
    """Where an exercise begins: at its task's text, and the drawing cells directly above that."""
    ends = max((one.end for one in found if one.kind == "exercise"), default=0)
    start = first
    if not is_task(cells[first]) and start > ends and _is_text(cells[start - 1]):
        start -= 1
    while start > ends and _draws(cells[start - 1]):
        start -= 1
    return start


def _is_text(cell: Cell) -> bool:
    return cell["cell_type"] == "markdown" and not marking_of(cell)


def _draws(cell: Cell) -> bool:
    try:
        return draws(cell)
    except Refused:
        return False


def _count(found: Sequence[Piece], start: int) -> int:
    return sum(one.start < start for one in found)


def _name(cell: Any) -> str:
    return grade_id_of(cell) or str(cell.get("id", ""))


def with_name(cell: Cell, name: str) -> Cell:
    """A copy with another id, and nbgrader's where it has one."""
    named: Cell = json.loads(json.dumps(cell)) | {"id": name}
    if marking_of(named):
        named["metadata"]["nbgrader"]["grade_id"] = name
    return named
