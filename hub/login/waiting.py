"""Who has said the right password and not yet shown a key: kept in memory, for minutes.

Nothing is open to them meanwhile. What their browser holds is a random token in a cookie of its
own, good for the one page that asks; a restart forgets all of them, and they say the password
again.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from hub.login.callers import SpeedLimit

LASTS_S = 300  # to find the key, or the paper with the codes
MOST_TRIES = 5  # of one login
PERSON_BURST, PERSON_PER_S = 15, 1 / 60  # wrong answers of one person, in whatever logins
MOST_WAITING = 5_000


class SecondFactor(Exception):
    """The password was right, and opens nothing but the page that asks for a key: or, where
    ``registers``, the page for a first one."""

    def __init__(self, username: str, person_id: int, *, registers: bool) -> None:
        super().__init__("a security key is asked for")
        self.username, self.person_id, self.registers = username, person_id, registers


@dataclass
class Waiting:
    """``logs_in``: what follows is a session; False for somebody who has one, and adds a key or is
    to do ``then`` to their keys.
    ``password``: the hash of the one that was right; another one since, and it is not.
    ``challenge``: what the answer to the page that was shown last must bear; b"" once answered."""

    username: str
    person_id: int
    registers: bool
    logs_in: bool
    next_url: str
    password: bytes | None
    until: float
    challenge: bytes = b""
    tries_left: int = MOST_TRIES
    then: str = ""

    def take_challenge(self) -> bytes:
        """The one that was asked, for one answer."""
        challenge, self.challenge = self.challenge, b""
        return challenge


class WaitingRoom:
    """All who wait, by what their browser's token hashes to."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: OrderedDict[str, Waiting] = OrderedDict()
        self._people = SpeedLimit(burst=PERSON_BURST, per_second=PERSON_PER_S, clock=clock)

    def enter(
        self,
        username: str,
        person_id: int,
        *,
        registers: bool,
        logs_in: bool,
        next_url: str,
        password: bytes | None,
        then: str = "",
    ) -> str:
        """Let somebody wait; the token for their browser."""
        token = secrets.token_urlsafe(32)
        until = self._clock() + LASTS_S
        waiting = Waiting(
            username, person_id, registers, logs_in, next_url, password, until, then=then
        )
        self._waiting[_key(token)] = waiting
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        return token

    def find(self, token: str) -> Waiting | None:
        """Who waits with this token, within their time."""
        waiting = self._waiting.get(_key(token)) if token else None
        if waiting is None or waiting.until <= self._clock():
            self.leave(token)
            return None
        return waiting

    def leave(self, token: str) -> None:
        """This token is good for nothing any more."""
        self._waiting.pop(_key(token), None)

    def leave_all(self, person_id: int) -> None:
        """Nor is any other of this person's."""
        for key in [key for key, one in self._waiting.items() if one.person_id == person_id]:
            del self._waiting[key]

    def may_try(self, token: str) -> bool:
        """Count one answer; False, and nobody waits with this token any more, after too many."""
        waiting = self.find(token)
        if waiting is None:
            return False
        waiting.tries_left -= 1
        if waiting.tries_left < 0 or not self._people.allow(str(waiting.person_id)):
            self.leave(token)
            return False
        return True

    def forgive(self, person_id: int) -> None:
        """The answer was right."""
        self._people.give_back(str(person_id))


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
