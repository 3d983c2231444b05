"""How long to wait on a machine that is busy with others.

A limit is meant for the learner's code, not for its neighbours: time that a process was ready to
run and had no processor does not count against it. The kernel keeps that time for each process. It
is granted up to `MOST` times the limit, so that nobody waits for ever; what is ended then, without
having had its time (`is_short_of`), says nothing about the learner.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

MOST = 4.0


class Starvation:
    """The time that one process has waited for a processor.

    The kernel's file is opened once, since it is asked some hundred times a notebook. ``pid``: a
    process, or "self".
    """

    def __init__(self, pid: int | str = "self") -> None:
        self._last = 0.0
        try:
            self._file = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._file = -1

    def seconds(self) -> float:
        """Seconds so far; what was read last once the process is gone, 0 where the kernel does
        not tell."""
        if self._file >= 0:
            with suppress(OSError, ValueError, IndexError):
                self._last = int(os.pread(self._file, 80, 0).split()[1]) / 1e9
        return self._last

    def close(self) -> None:
        """Let go of the file. Safe to repeat; what was read last stays."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def all_seconds(several: Iterable[Starvation]) -> float:
    """Seconds that several processes have waited, together."""
    return sum(one.seconds() for one in several)


def allowance(limit: float, starved: float) -> float:
    """Seconds of wall clock for something that may run ``limit`` seconds."""
    return min(limit + max(0.0, starved), limit * MOST)


def is_short_of(limit: float, spent: float, starved: float) -> bool:
    """Whether what was ended after ``spent`` seconds of wall clock, because ``limit`` seconds were
    over, had less than those: it waited ``starved`` seconds for a processor."""
    return spent >= limit > spent - starved
