"""Waiting for marks: one look at the database a tenth of a second, however many are waiting."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

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
