"""How many passwords may be tried, by whom.

A wrong password costs the address it came from, and the pair of name and address; never the name
alone, or a stranger could lock anybody out. Who has logged in from an address before is known
there, and waits for no stranger at the same address. Hashing takes turns: one at a time for each
address, as many as there are processors for all.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable

from hub.login.callers import SpeedLimit, network_of

ADDRESS_BURST, ADDRESS_PER_S = 30, 1 / 5  # wrong ones of an office behind one address
PAIR_BURST, PAIR_PER_S = 10, 1 / 60  # wrong ones of one name from one address
NAME_BURST, NAME_PER_S = 100, 1 / 10  # wrong ones of one name from places it never came from
ASK_BURST, ASK_PER_S = 20, 1 / 60  # links asked for from one address
LETTER_BURST, LETTER_PER_S = 3, 1 / 1200  # letters to one person
CODE_BURST, CODE_PER_S = 40, 1 / 10  # codes of slips typed at one address
ENTRY_BURST, ENTRY_PER_S = 60, 1 / 30  # who ask to come in, from one address: a class at once
ENTRIES_BURST, ENTRIES_PER_S = 600, 1 / 5  # and of all
# Who asked and has not confirmed it: a school behind one address, and its network. A request waits
# two days (`school.people.entering`), and one in five of all that may wait is one network's.
HELD_S = 48 * 3600
HELD_BURST, NETWORK_BURST = 500, 1000
MOST_WAITING = 64  # of one address: a class that comes at once
MOST_KNOWN = 50_000  # pairs of name and address


class LoginLimits:
    """Keeps count, in memory: a restart forgives."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._addresses = SpeedLimit(burst=ADDRESS_BURST, per_second=ADDRESS_PER_S, clock=clock)
        self._pairs = SpeedLimit(burst=PAIR_BURST, per_second=PAIR_PER_S, clock=clock)
        self._names = SpeedLimit(burst=NAME_BURST, per_second=NAME_PER_S, clock=clock)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._processors = asyncio.Semaphore(max(1, (os.cpu_count() or 1) - 1))
        self._lanes: dict[str, _Lane] = {}

    async def try_password(self, name: str, address: str, check: Callable[[], bool]) -> bool | None:
        """Whether ``check`` (which hashes, in a thread) finds the password right; None where it
        was not asked, because too many were wrong."""
        pair = f"{address} {name}"
        known = pair in self._known
        if not self._may_try(name, address, pair, known=known):
            return None
        async with self._turn_of(pair if known else address) as mine:
            if not mine or not self._may_try(name, address, pair, known=known):
                return None
            self._charge(name, address, pair, known=known)
            async with self._processors:
                right = await asyncio.to_thread(check)
        if right:
            self._forgive(name, address, pair, known=known)
        return right

    def _may_try(self, name: str, address: str, pair: str, *, known: bool) -> bool:
        if not self._pairs.would_allow(pair):
            return False
        return known or (self._addresses.would_allow(address) and self._names.would_allow(name))

    def _charge(self, name: str, address: str, pair: str, *, known: bool) -> None:
        self._pairs.allow(pair)
        if not known:
            self._addresses.allow(address)
            self._names.allow(name)

    def _forgive(self, name: str, address: str, pair: str, *, known: bool) -> None:
        self._pairs.give_back(pair)
        if not known:
            self._addresses.give_back(address)
            self._names.give_back(name)
        self._known[pair] = None
        self._known.move_to_end(pair)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    @contextlib.asynccontextmanager
    async def _turn_of(self, whose: str) -> AsyncIterator[bool]:
        """One at a time; False at once where too many wait already."""
        lane = self._lanes.setdefault(whose, _Lane())
        if lane.inside >= MOST_WAITING:
            yield False
            return
        lane.inside += 1
        try:
            async with lane.turn:
                yield True
        finally:
            lane.inside -= 1
            if not lane.inside:
                self._lanes.pop(whose, None)


class LinkLimits:
    """How many links may be asked for, and how many codes tried. In memory: a restart forgives."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._asking = SpeedLimit(burst=ASK_BURST, per_second=ASK_PER_S, clock=clock)
        self._letters = SpeedLimit(burst=LETTER_BURST, per_second=LETTER_PER_S, clock=clock)
        self._codes = SpeedLimit(burst=CODE_BURST, per_second=CODE_PER_S, clock=clock)

    def may_ask(self, address: str) -> bool:
        """Whether this address may ask for one more."""
        return self._asking.allow(address)

    def may_write(self, name: str) -> bool:
        """Whether one more letter goes to whoever has this name, however many ask."""
        return self._letters.allow(name)

    def may_try(self, address: str) -> bool:
        """Whether this address may try one more code."""
        return self._codes.allow(address)

    def forgive(self, address: str) -> None:
        """The code was right."""
        self._codes.give_back(address)


class EntryLimits:
    """How many may ask to come in: from one address, for one e-mail, and of all. In memory; what
    they leave in the records has a bound of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._addresses = SpeedLimit(burst=ENTRY_BURST, per_second=ENTRY_PER_S, clock=clock)
        self._all = SpeedLimit(burst=ENTRIES_BURST, per_second=ENTRIES_PER_S, clock=clock)
        self._letters = SpeedLimit(burst=LETTER_BURST, per_second=LETTER_PER_S, clock=clock)
        self._codes = SpeedLimit(burst=CODE_BURST, per_second=CODE_PER_S, clock=clock)
        self._held = SpeedLimit(burst=HELD_BURST, per_second=HELD_BURST / HELD_S, clock=clock)
        self._networks = SpeedLimit(
            burst=NETWORK_BURST, per_second=NETWORK_BURST / HELD_S, clock=clock
        )

    def may_ask(self, address: str) -> bool:
        """Whether one more may ask from this address, and of all."""
        return self._addresses.allow(address) and self._all.allow("")

    def may_wait(self, address: str) -> bool:
        """Whether one more request of this address, and of its network, may wait to be confirmed:
        nobody fills what is kept of everybody's."""
        network = network_of(address)
        if not (self._held.would_allow(address) and self._networks.would_allow(network)):
            return False
        return self._held.allow(address) and self._networks.allow(network)

    def waits_no_more(self, address: str) -> None:
        """Somebody there confirmed theirs."""
        self._held.give_back(address)
        self._networks.give_back(network_of(address))

    def may_write(self, email: str) -> bool:
        """Whether one more letter goes to this e-mail, however many ask."""
        return self._letters.allow(email)

    def may_open(self, address: str) -> bool:
        """Whether this address may try one more link or code."""
        return self._codes.allow(address)


class _Lane:
    def __init__(self) -> None:
        self.inside, self.turn = 0, asyncio.Lock()
