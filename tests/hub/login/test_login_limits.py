"""Who may try how many passwords, in time that the test tells."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from hub.login.login_limits import (
    ADDRESS_BURST,
    CODE_BURST,
    HELD_BURST,
    HELD_S,
    NETWORK_BURST,
    PAIR_BURST,
    EntryLimits,
    LinkLimits,
    LoginLimits,
)
from school.people.entering import CONFIRM, MOST_WAITING


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def wrong(limits: LoginLimits, name: str, address: str, times: int) -> list[bool | None]:
    return [await limits.try_password(name, address, lambda: False) for _ in range(times)]


async def right(limits: LoginLimits, name: str, address: str) -> bool | None:
    return await limits.try_password(name, address, lambda: True)


async def test_a_strangers_wrong_ones_lock_nobody_out_of_the_own_address(clock: Clock) -> None:
    limits = LoginLimits(clock)
    assert await right(limits, "canbo", "10.0.0.1")
    await wrong(limits, "canbo", "203.0.113.9", 200)
    assert await right(limits, "canbo", "203.0.113.9") is None
    assert await right(limits, "canbo", "10.0.0.1")
    assert await right(limits, "canbo", "10.0.0.2"), "nor from another one, after so few"


async def test_sixty_names_with_one_password_are_slowed(clock: Clock) -> None:
    limits = LoginLimits(clock)
    said = [(await wrong(limits, f"mau{n}", "203.0.113.9", 1))[0] for n in range(60)]
    assert said[:ADDRESS_BURST] == [False] * ADDRESS_BURST
    assert said[ADDRESS_BURST:] == [None] * (60 - ADDRESS_BURST)


async def test_whoever_is_known_at_an_address_waits_for_no_stranger_there(clock: Clock) -> None:
    limits = LoginLimits(clock)
    assert await right(limits, "canbo", "10.0.0.1")
    for n in range(60):
        await wrong(limits, f"mau{n}", "10.0.0.1", 1)
    assert await right(limits, "nguoi-moi", "10.0.0.1") is None
    assert await right(limits, "canbo", "10.0.0.1")


async def test_a_name_that_keeps_failing_from_one_address_waits_there_and_time_heals(
    clock: Clock,
) -> None:
    limits = LoginLimits(clock)
    assert await right(limits, "canbo", "10.0.0.1")
    said = await wrong(limits, "canbo", "10.0.0.1", PAIR_BURST + 1)
    assert said == [False] * PAIR_BURST + [None]
    assert await right(limits, "canbo", "10.0.0.1") is None
    clock.now += 60
    assert await right(limits, "canbo", "10.0.0.1")


async def test_a_class_that_comes_at_once_from_one_address_gets_in(clock: Clock) -> None:
    limits = LoginLimits(clock)
    said = await asyncio.gather(*(right(limits, f"hv{n}", "10.0.0.1") for n in range(50)))
    assert said == [True] * 50


async def test_one_address_has_one_password_hashed_at_a_time(clock: Clock) -> None:
    limits, inside, most = LoginLimits(clock), 0, 0
    lock = threading.Lock()

    def hash_slowly() -> bool:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.01)
        with lock:
            inside -= 1
        return False

    await asyncio.gather(
        *(limits.try_password(f"mau{n}", "203.0.113.9", hash_slowly) for n in range(12))
    )
    assert most == 1


async def test_the_loop_runs_on_while_a_password_is_hashed(clock: Clock) -> None:
    limits, ticks = LoginLimits(clock), 0

    def hash_slowly() -> bool:
        time.sleep(0.3)
        return False

    trying = asyncio.create_task(limits.try_password("a", "10.0.0.1", hash_slowly))
    while not trying.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks > 10


async def test_no_more_than_a_class_waits_for_its_turn(clock: Clock) -> None:
    limits = LoginLimits(clock)
    said = await asyncio.gather(
        *(
            limits.try_password(f"mau{n}", "203.0.113.9", lambda: bool(time.sleep(0.005)))
            for n in range(300)
        )
    )
    assert said.count(False) <= ADDRESS_BURST
    assert not limits._lanes, "nothing of it is kept"


# --- at the door ----------------------------------------------------------------------------------


def asks_for_days(limits: EntryLimits, clock: Clock, addresses: list[str], days: float) -> int:
    """How many requests these addresses have kept, asking every ten seconds."""
    kept, until = 0, clock.now + days * 86_400
    while clock.now < until:
        for address in addresses:
            kept += limits.may_ask(address) and limits.may_wait(address)
        clock.now += 10
    return kept


def test_neither_one_address_nor_its_network_fills_the_table_of_who_waits(clock: Clock) -> None:
    assert CONFIRM.total_seconds() == HELD_S, "as long as a request waits"
    alone = asks_for_days(EntryLimits(clock), clock, ["203.0.113.9"], 2)
    assert alone <= 2 * HELD_BURST < MOST_WAITING / 2
    together = [f"203.0.113.{n}" for n in range(1, 30)]
    assert asks_for_days(EntryLimits(clock), clock, together, 2) <= 2 * NETWORK_BURST
    assert 2 * NETWORK_BURST < MOST_WAITING / 2, "others may still come"


def test_whoever_confirms_makes_room_for_the_next_at_their_address(clock: Clock) -> None:
    limits = EntryLimits(clock)
    school = "203.0.113.9"
    for _ in range(3 * HELD_BURST):
        assert limits.may_wait(school)
        limits.waits_no_more(school)
    assert all(limits.may_wait(school) for _ in range(HELD_BURST))
    assert not limits.may_wait(school)
    assert limits.may_wait("198.51.100.1"), "elsewhere nothing was taken"


def test_codes_of_slips_and_letters_are_not_guessed_by_one_address(clock: Clock) -> None:
    """59 bits and more, against a few thousand tries a day."""
    for limits in (LinkLimits(clock).may_try, EntryLimits(clock).may_open):
        tries, until = 0, clock.now + 86_400
        while clock.now < until:
            tries += limits("203.0.113.9")
            clock.now += 1
        assert CODE_BURST < tries < 10_000
