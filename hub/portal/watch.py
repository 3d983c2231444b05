"""What the portal does by itself: it waits for marks, with one look at the database a tenth of a
second, however many are waiting; and it writes down that it is there while an examination goes on.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

from records import Records
from school.examination import pulse
from school.examination.clock import PULSE_EVERY

LOOK_EVERY_S = 0.1


class Watch:
    """``waiting`` says which of the given submissions are not settled yet."""

    def __init__(self, waiting: Callable[[Collection[int]], Awaitable[Collection[int]]]) -> None:
        self._waiting = waiting
        self._events: dict[int, list[asyncio.Event]] = defaultdict(list)
        self._task: asyncio.Task[None] | None = None

    async def settled(self, submission_id: int, *, timeout: float) -> None:
        """Return when the submission is marked or dead, or after ``timeout`` seconds."""
        event = asyncio.Event()
        self._events[submission_id].append(event)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), timeout)
        finally:
            self._events[submission_id].remove(event)
            if not self._events[submission_id]:
                del self._events[submission_id]

    async def _look(self) -> None:
        while self._events:
            watched = list(self._events)
            unsettled = await self._waiting(watched)
            for submission_id in set(watched).difference(unsettled):
                for event in self._events.get(submission_id, []):
                    event.set()
            await asyncio.sleep(LOOK_EVERY_S)


async def keep_beating(
    records: Records, clock: Callable[[], dt.datetime], stopped: asyncio.Event
) -> None:
    """A pulse every few seconds (`school.examination.pulse`) until it is stopped."""
    while not stopped.is_set():
        await beat(records, clock)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), PULSE_EVERY.total_seconds())


async def beat(records: Records, clock: Callable[[], dt.datetime]) -> None:
    """One pulse. Not in the pages' threads: these may all be busy."""
    try:
        await asyncio.to_thread(pulse.keep, records, at=clock())
    except Exception:  # the database may be away for a moment; the next pulse finds it out
        logging.getLogger(__name__).exception("no pulse was written")
