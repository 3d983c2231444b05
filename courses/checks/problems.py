"""A finding of the check, and how the place that it is about is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.messages import Message
from courses.blocks import Block
from courses.notebooks import grade_id_of


@dataclass(frozen=True)
class Problem:
    """One finding. ``where`` is the lesson's file and the cell; ``severity`` error or warning."""

    where: Message | str
    message: Message
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def place(file: Message | str, number: int, cell: Mapping[str, Any]) -> Message:
    """A cell by its number (from 1) and its grade_id or id."""
    ident = grade_id_of(cell) or cell.get("id", "")
    return Message(
        "{file}, ô số {number} ({cell})", {"file": file, "number": number, "cell": ident}
    )


def cell_at(where: Message | str, grade_id: str) -> Message:
    return Message("{place} ({cell})", {"place": where, "cell": grade_id})


def file_of(where: Message | str) -> str:
    """The lesson's file that a place is in, also where it names a cell, or numbers that were
    drawn."""
    while isinstance(where, Message):
        inner = where.params.get("place", where.params.get("file", ""))
        where = inner if isinstance(inner, Message) else str(inner)
    return where


def beside_blocks(
    found: Iterable[Problem], file: str, blocks: Sequence[Block]
) -> tuple[dict[int, list[Problem]], list[Problem]]:
    """What was found in a lesson's file, by the index of the block it is about: the cell's own, or
    the exercise's header where learners do not see the cell. And what is about none of them."""
    beside: dict[int, list[Problem]] = {}
    rest: list[Problem] = []
    for problem in found:
        if file_of(problem.where) != file:
            continue
        cell = problem.where.params.get("cell", "") if isinstance(problem.where, Message) else ""
        index = next((n for n, one in enumerate(blocks) if cell and _is_of(one, str(cell))), None)
        if index is None:
            rest.append(problem)
        else:
            beside.setdefault(index, []).append(problem)
    return beside, rest


def _is_of(block: Block, cell: str) -> bool:
    return cell in (block.cell_id, block.grade_id)
