"""What was looked at, how it is, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.messages import Message
from hub.settings import Settings

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


def links_lead_here(settings: Settings) -> Message | None:
    """What to set where links that are handed to people open on this machine alone; None where
    they open elsewhere too, and in a demonstration, which is looked at on its own machine."""
    if settings.demonstration or not settings.is_local:
        return None
    return Message(
        "Địa chỉ đang là {address}. Đặt MOTCHAM_PUBLIC_URL là địa chỉ mọi người gõ (ví dụ "
        "https://hoc.example.vn), khởi động lại, rồi mới phát đường dẫn và phiếu.",
        {"address": settings.address},
    )


def link_findings(settings: Settings) -> Iterator[Finding]:
    """The same as something looked at."""
    if mend := links_lead_here(settings):
        what = Message("Đường dẫn phát cho mọi người chỉ mở được trên chính máy này")
        yield Finding("note", what, mend)
