"""Takes sheets that officers send apart in a walled child, one after the other."""

from __future__ import annotations

import threading

from core.messages import Message, Refused
from hub.portal.walled_child import WalledChild
from sandbox import Limits
from school.people.sheets import Book
from school.people.sheets.walled import FILE, read_answer

# Fifty thousand people take about four seconds on two slow cores.
LIMITS = Limits(cpu_s=20, wall_s=40, memory_mb=768, processes=8, file_mb=16, frame_mb=64, nice=15)


class SheetDesk:
    """Safe to use from several threads: one file is taken apart at a time."""

    def __init__(self, *, allow_reduced: bool = False) -> None:
        self._child = WalledChild(
            "school.people.sheets.walled", limits=LIMITS, allow_reduced=allow_reduced
        )
        self._turn = threading.Lock()

    def open(self, content: bytes) -> Book:
        """What the file says. Raises `Refused`, also where it would take more than it may."""
        with self._turn:
            said = self._child.ask({FILE: content}, {})
        try:
            return read_answer(said)
        except ValueError:
            raise Refused(
                Message(
                    "Không đọc được tệp này trong giới hạn cho phép. Hãy chép các dòng sang một "
                    "tệp mới rồi lưu lại thành .xlsx"
                )
            ) from None

    def close(self) -> None:
        """End what was started. Safe to repeat."""
        self._child.close()
