"""A finding of the check, and how the place that it is about is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.messages import Message
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
