"""Turns: who asks for too much waits behind the others."""

from __future__ import annotations

import asyncio

import pytest

from hub.portal.turns import TooManyWaiting, Turns


class Hall:
    """People who take turns, and the order in which they got in."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.came: list[str] = []
        self._leave: dict[str, list[asyncio.Event]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def ask(self, person: str) -> None:
        leave = asyncio.Event()
        self._leave.setdefault(person, []).append(leave)

        async def stay() -> None:
            async with self.turns.turn(person):
                self.came.append(person)
                await leave.wait()

        self._tasks.append(asyncio.create_task(stay()))
        await asyncio.sleep(0)

    async def let_go(self, person: str) -> None:
        self._leave[person].pop(0).set()
        for _ in range(4):
            await asyncio.sleep(0)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def test_one_who_asks_four_times_holds_one_place_and_the_others_get_in() -> None:
    hall = Hall(Turns(4))
    for person in ["an"] * 4 + ["binh", "chi", "dung"]:
        await hall.ask(person)
    assert hall.came == ["an", "binh", "chi", "dung"]
    await hall.close()


async def test_who_waits_is_served_in_order_and_who_holds_a_share_is_passed_over() -> None:
    hall = Hall(Turns(1))
    for person in ("an", "an", "binh", "chi"):
        await hall.ask(person)
    await hall.let_go("an")
    assert hall.came == ["an", "an"], "nobody was there before the second"
    await hall.let_go("an")
    await hall.let_go("binh")
    assert hall.came == ["an", "an", "binh", "chi"]
    await hall.close()


async def test_a_newcomer_does_not_pass_those_who_wait() -> None:
    hall = Hall(Turns(2, each=1))
    for person in ("an", "binh", "chi", "dung"):
        await hall.ask(person)
    await hall.let_go("an")
    await hall.ask("em")
    await hall.let_go("binh")
    assert hall.came == ["an", "binh", "chi", "dung"]
    await hall.close()


async def test_more_than_may_wait_is_refused_at_once() -> None:
    turns = Turns(4, queue=1)
    async with turns.turn("an"):
        waiting = asyncio.create_task(_once(turns, "an"))
        await asyncio.sleep(0)
        with pytest.raises(TooManyWaiting):
            await _once(turns, "an")
        await _once(turns, "binh")
    await waiting


async def test_impatience_ends_the_waiting_and_leaves_nothing_behind() -> None:
    turns = Turns(1)
    async with turns.turn("an"):
        with pytest.raises(TimeoutError):
            async with turns.turn("binh", patience_s=0.01):
                raise AssertionError("there was no place")
    await _once(turns, "chi")
    assert turns.holds("an") == turns.holds("binh") == 0


async def test_who_is_cancelled_as_the_place_comes_hands_it_on() -> None:
    turns = Turns(1)
    async with turns.turn("an"):
        gone = asyncio.create_task(_once(turns, "binh"))
        await asyncio.sleep(0)
    gone.cancel()  # the place is binh's already, and binh has not run since
    await asyncio.gather(gone, return_exceptions=True)
    await asyncio.wait_for(_once(turns, "chi"), 5)


async def _once(turns: Turns, person: str) -> None:
    async with turns.turn(person):
        pass
