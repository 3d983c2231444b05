"""Reading a notebook that anyone may have made: bounded, and with a reason when it is none."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from core.marks import State
from core.messages import Message, Refused
from courses.reading import decoded, plain_lines

MAX_BYTES = 10 * 1024 * 1024
MAX_CELLS = 2_000


class Unfit(Exception):
    """The file cannot be marked; ``state`` and ``reason`` say why."""

    def __init__(self, state: State, reason: Message) -> None:
        super().__init__(state)
        self.state = state
        self.reason = reason


@dataclass(frozen=True)
class Cell:
    """One cell, with only what marking looks at. ``marking`` is nbgrader's metadata, unchecked."""

    kind: str  # "code", "markdown", "raw"
    source: str
    marking: dict[str, Any] = field(default_factory=dict)

    @property
    def grade_id(self) -> str | None:
        found = self.marking.get("grade_id")
        return found if isinstance(found, str) and found else None

    @property
    def grade(self) -> bool:
        return self.marking.get("grade") is True

    @property
    def solution(self) -> bool:
        return self.marking.get("solution") is True

    @property
    def task(self) -> bool:
        return self.marking.get("task") is True

    @property
    def locked(self) -> bool:
        """As nbgrader's ``is_locked``: is the instructor's text put back before marking?"""
        return not self.solution and (self.grade or self.marking.get("locked") is True)

    @property
    def points(self) -> float:
        found = self.marking.get("points", 0)
        return float(found) if isinstance(found, (int, float)) else 0.0


def read_cells(content: bytes | dict[str, Any]) -> list[Cell]:
    """The cells of a notebook (nbformat 4). Raises `Unfit`."""
    if isinstance(content, bytes):
        if len(content) > MAX_BYTES:
            raise Unfit(
                "too_large",
                Message(
                    "Tệp nộp quá lớn: {size} MB, cho phép tối đa {limit} MB.",
                    {"size": round(len(content) / 2**20, 1), "limit": MAX_BYTES // 2**20},
                ),
            )
        content = _parse(content)
    version = content.get("nbformat")
    if version != 4:
        raise Unfit(
            "unreadable",
            Message("Sổ bài tập phải ở định dạng nbformat 4. Hãy lưu lại bằng Jupyter hiện hành."),
        )
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise Unfit("unreadable", _not_a_notebook())
    if len(cells) > MAX_CELLS:
        raise Unfit(
            "too_large",
            Message("Sổ bài tập có quá nhiều ô: {count}.", {"count": len(cells)}),
        )
    return [_cell(cell) for cell in cells]


def _parse(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(decoded(content))
    except (ValueError, RecursionError, Refused):
        raise Unfit("unreadable", _not_a_notebook()) from None
    if not isinstance(found, dict):
        raise Unfit("unreadable", _not_a_notebook())
    return found


def _not_a_notebook() -> Message:
    return Message("Tệp nộp không phải là sổ Jupyter (.ipynb) đọc được.")


def _cell(found: object) -> Cell:
    if not isinstance(found, dict):
        raise Unfit("unreadable", _not_a_notebook())
    kind, source, metadata = found.get("cell_type"), found.get("source"), found.get("metadata", {})
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(kind, str) or not isinstance(source, str):
        raise Unfit("unreadable", _not_a_notebook())
    # Half a surrogate pair has no UTF-8 and no meaning as Python.
    source = plain_lines(source.encode("utf-8", "replace").decode("utf-8"))
    marking = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return Cell(kind, source, marking if isinstance(marking, dict) else {})
