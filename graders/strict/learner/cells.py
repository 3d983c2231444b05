"""Runs the learner's cells one by one, each within its time."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from graders.strict.between.outputs import Outputs
from graders.strict.between.protocol import CellSaid
from graders.strict.between.starvation import Starvation, allowance
from graders.strict.learner.errors import CellTimeout, Errors
from graders.strict.learner.shell import close_figures

_REPEAT_S = 0.25


class Cells:
    """``show``: keep outputs, for a learner who looks at them."""

    def __init__(self, shell: Any, outputs: Outputs, starvation: Starvation, *, show: bool) -> None:
        self._shell = shell
        self._outputs = outputs
        self._starvation = starvation
        self._show = show
        self._ran: dict[int, int] = {}
        self.errors = Errors(outputs, self._ran)

    def run(self, source: str, number: int, limit: float) -> dict[str, Any]:
        """Run one cell within ``limit`` seconds. Says `CellSaid`."""
        self._outputs.start()
        self._ran[self._shell.execution_count] = number
        error: BaseException | None = None
        try:
            with self.deadline(limit):
                result = self._shell.run_cell(source, store_history=True)
                error = result.error_before_exec or result.error_in_exec
        except CellTimeout as late:
            error = late
        if not self._show:
            close_figures()
        said: dict[str, Any] = {
            CellSaid.OK: error is None,
            CellSaid.TIMED_OUT: isinstance(error, CellTimeout),
        }
        if error is not None:
            said[CellSaid.ERROR] = self.errors.plain(error)
        if self._show:
            said[CellSaid.OUTPUTS] = self._outputs.taken()
        return said

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Raise `CellTimeout` in the running code, again and again should it be swallowed."""
        began, starved = time.monotonic(), self._starvation.seconds()

        def ring(*_: object) -> None:
            waited = self._starvation.seconds() - starved
            more = allowance(seconds, waited) - (time.monotonic() - began)
            if more > 0.05:
                signal.setitimer(signal.ITIMER_REAL, more, _REPEAT_S)
                return
            raise CellTimeout("quá thời gian cho phép")

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01), _REPEAT_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
