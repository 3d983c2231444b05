"""What was looked at, how it is, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.messages import Message

State = Literal["good", "note", "missing"]
SIGNS = {"good": "✓", "note": "•", "missing": "✗"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``mend`` says what to do, usually a command to copy."""

    state: State
    what: Message
    mend: Message | None = None

    def as_line(self) -> Message:
        line = {"sign": SIGNS[self.state], "what": self.what}
        if self.mend is None:
            return Message("{sign} {what}", line)
        return Message("{sign} {what}\n    → {mend}", {**line, "mend": self.mend})
