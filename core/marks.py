"""What marking gives back: plain frozen values, safe to store and to send.

Points are in the units the instructor wrote into the notebook's metadata. ``feedback`` is the
Vietnamese sentence shown to the learner: the instructor's own message where a check failed with
one, otherwise one of ours. It never holds the text of a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Protocol

from core.messages import Message
from core.points import in_points, total_points

Mode = Literal["strict", "compatible"]
State = Literal["marked", "unreadable", "foreign", "too_large", "failed"]

# Of what one cell prints and shows. The learner's process keeps to these so that honest output is
# cut kindly; the supervisor holds it to them.
MAX_TEXT = 200_000  # characters of printed text
MAX_OUTPUTS = 200
MAX_RICH = 8 * 1024 * 1024  # characters of all rich outputs


@dataclass(frozen=True)
class CellMarks:
    """One graded cell. ``0 <= points <= max`` unless the course gives extra credit by hand."""

    grade_id: str
    points: float
    max: float
    feedback: str | None = None
    needs_review: bool = False  # a person must look: the points are provisional
    shared: bool = False  # the test ran inside the learner's process
    note: str | None = None  # why a person must look, for that person; never for the learner
    other: float | None = None  # what it earned in compatible mode, where that was more


class MarkedCell(Protocol):
    """A graded cell as far as whoever stores or compares it looks: `CellMarks`, or one like it."""

    @property
    def grade_id(self) -> str: ...
    @property
    def points(self) -> float: ...
    @property
    def max(self) -> float: ...
    @property
    def feedback(self) -> str | None: ...
    @property
    def needs_review(self) -> bool: ...


@dataclass(frozen=True)
class Marks:
    """A whole notebook. Unless ``state`` is "marked" there are no cells, and a reason."""

    state: State
    total: float
    max: float
    cells: tuple[CellMarks, ...] = ()
    reason: Message | None = None
    mode: Mode = "strict"

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON; the reason as its Vietnamese text."""
        return {
            "state": self.state,
            "mode": self.mode,
            "total": self.total,
            "max": self.max,
            "cells": [asdict(cell) for cell in self.cells],
            "waiting": sum(cell.needs_review for cell in self.cells),
            "reason": str(self.reason) if self.reason else None,
        }


class MarksNotebooks(Protocol):
    """A marker, as whoever hands it notebooks sees it: `graders.Marker`, or the one of a cluster.
    `mark` may be called from several threads at once."""

    def mark(
        self,
        source: bytes,
        submitted: bytes,
        *,
        mode: Mode = "strict",
        seed: int = 0,
        files: Mapping[str, bytes] | None = None,
    ) -> Marks: ...


def make_marks(
    cells: Sequence[CellMarks], max_points: float, mode: Mode, *, state: State = "marked"
) -> Marks:
    """A marked notebook: points and their sum by the one rule of `core.points`."""
    kept = tuple(replace(cell, points=in_points(cell.points)) for cell in cells)
    total = total_points(cell.points for cell in kept)
    return Marks(state, total, in_points(max_points), kept, None, mode)


@dataclass(frozen=True)
class CellRun:
    """What one cell printed, drew and raised: ``outputs`` in nbformat's shape."""

    outputs: list[dict[str, Any]]
    ok: bool
    timed_out: bool = False
