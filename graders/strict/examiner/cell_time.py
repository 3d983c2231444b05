"""How long the running cell may still take, on whichever side its time is spent."""

from __future__ import annotations

import time

from graders.strict.between.starvation import MOST, Starvation, allowance


class CellTime:
    """Seconds of a test or setup cell, less those in which a side had no processor."""

    def __init__(self) -> None:
        self._starvation = Starvation()
        self.begin(10.0)

    def begin(self, seconds: float) -> None:
        """A cell begins that may take ``seconds``."""
        self._limit = seconds
        self._began, self._starved = time.monotonic(), self._starvation.seconds()

    def allow(self, seconds: float) -> None:
        """From now on there are at least ``seconds`` for what must still be said."""
        self._limit = max(self._limit, time.monotonic() - self._began + seconds)

    def left(self) -> float:
        spent = time.monotonic() - self._began
        return allowance(self._limit, self._starvation.seconds() - self._starved) - spent

    def left_at_most(self) -> float:
        """However little processor both had."""
        return self._began + MOST * self._limit - time.monotonic()

    def grant(self, starved: object, waited: float) -> None:
        """The learner's process says how long it had no processor: no longer than we waited."""
        if isinstance(starved, (int, float)) and 0 < starved <= waited:
            self._starved -= float(starved)
