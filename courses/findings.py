"""What a check finds in a course."""

from __future__ import annotations

from dataclasses import dataclass

from skills_framework.messages import Message


@dataclass(frozen=True)
class Problem:
    """One finding. ``where`` is the lesson's file and the cell; ``severity`` error or warning."""

    where: Message | str
    message: Message
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"
