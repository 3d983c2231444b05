"""The clock of a sitting: wall time, less what is not charged. Pure; the server's time is told.

Pauses of the room, of one candidate, and outages of the portal may overlap in any way: what counts
is their union, so that nobody is given the same minute twice and nobody loses one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

GRACE = dt.timedelta(seconds=15)  # an answer sent as time ran out may still be on its way
PULSE_EVERY = dt.timedelta(seconds=5)
LONGEST_GAP = dt.timedelta(seconds=15)  # between pulses; a longer one is an outage
NOTHING = dt.timedelta(0)


class Pause(Protocol):
    """A stretch that is not charged; without an end it still goes on."""

    @property
    def begun_at(self) -> dt.datetime: ...
    @property
    def ended_at(self) -> dt.datetime | None: ...


@dataclass(frozen=True)
class Stretch:
    """A `Pause` by itself."""

    begun_at: dt.datetime
    ended_at: dt.datetime | None = None


def stood_still(started: dt.datetime, now: dt.datetime, pauses: Iterable[Pause]) -> dt.timedelta:
    """How much of the time from ``started`` to ``now`` lies in any of the pauses."""
    spans = sorted(
        (max(one.begun_at, started), min(now if one.ended_at is None else one.ended_at, now))
        for one in pauses
    )
    total, counted_to = NOTHING, started
    for begun, ended in spans:
        begun = max(begun, counted_to)
        if ended > begun:  # one that begins after ``now`` has nothing in it
            total += ended - begun
            counted_to = ended
    return total


def seconds_left(
    allowed: dt.timedelta,
    started: dt.datetime,
    now: dt.datetime,
    pauses: Sequence[Pause],
    *,
    latest: dt.datetime | None = None,
) -> float:
    """Seconds of work that are left, 0 when time is up. ``allowed``: of work, from ``started`` on;
    ``latest``: when the room ends for this candidate, before what pauses since then give back."""
    still = stood_still(started, now, pauses)
    left = allowed - (now - started - still)
    if latest is not None:
        left = min(left, latest + still - now)
    return max(0.0, left.total_seconds())


def allowed_for(minutes: int, extra_share: float, added_minutes: int) -> dt.timedelta:
    """The time of one candidate: of everybody, extra time, and what an invigilator added."""
    return dt.timedelta(minutes=minutes * (1 + extra_share) + added_minutes)


def latest_for(
    ends_at: dt.datetime, minutes: int, extra_share: float, added_minutes: int
) -> dt.datetime:
    """When the room ends for one candidate: a closing hour takes no extra time away."""
    return ends_at + dt.timedelta(minutes=minutes * extra_share + added_minutes)


def stands_still(now: dt.datetime, pauses: Iterable[Pause]) -> bool:
    """Whether time is not charged just now."""
    return any(
        one.begun_at <= now and (one.ended_at is None or now < one.ended_at) for one in pauses
    )


def outage_between(last: dt.datetime | None, now: dt.datetime) -> Stretch | None:
    """The time in which the portal was away, by its last pulse; None where it was not."""
    if last is None or now - last <= LONGEST_GAP:
        return None
    return Stretch(last, now)
