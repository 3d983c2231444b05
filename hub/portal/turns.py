"""Fair turns at something there are few places of: whoever asks much waits behind the others.

A person holds at most ``each`` of the places at once, so that one who asks without end leaves
the rest to everybody else; who waits is served in the order they came, those passed over who hold
their share already. One event loop; no lock.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class TooManyWaiting(Exception):
    """This person waits for as many turns as one may."""


class Turns:
    """``places`` in all, ``each`` of them for one person at most, ``queue`` waiting of a person."""

    def __init__(self, places: int, *, each: int = 1, queue: int = 1000) -> None:
        self.places, self.each, self.queue = places, each, queue
        self._held: Counter[str] = Counter()
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, person: str, *, patience_s: float | None = None) -> AsyncIterator[None]:
        """Hold a place. Raises `TooManyWaiting` at once, `TimeoutError` after ``patience_s``."""
        await self._take(person, patience_s)
        try:
            yield
        finally:
            self._give_back(person)

    def holds(self, person: str) -> int:
        """How many places a person holds now."""
        return self._held[person]

    async def _take(self, person: str, patience_s: float | None) -> None:
        if self._free(person) and not any(self._free(other) for other, _ in self._waiting):
            self._held[person] += 1
            return
        if sum(other == person for other, _ in self._waiting) >= self.queue:
            raise TooManyWaiting
        mine = (person, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        try:
            async with asyncio.timeout(patience_s):
                await mine[1]
        except BaseException:
            if mine in self._waiting:
                self._waiting.remove(mine)
            elif mine[1].done() and not mine[1].cancelled():
                self._give_back(person)  # the place came at the very moment we went
            raise

    def _free(self, person: str) -> bool:
        return self._held.total() < self.places and self._held[person] < self.each

    def _give_back(self, person: str) -> None:
        self._held[person] -= 1
        if not self._held[person]:
            del self._held[person]  # nobody is remembered who holds nothing
        for one in list(self._waiting):
            if self._held.total() >= self.places:
                return
            if self._free(one[0]):
                self._waiting.remove(one)
                if not one[1].done():
                    self._held[one[0]] += 1
                    one[1].set_result(None)
