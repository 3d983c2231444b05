"""Signs that a person should look at: never a verdict, never a penalty.

Honest people trip these too (a shared office computer, a colleague who explains well), so each
sign says what was seen and leaves the judgement to whoever looks.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.calendar import today_in_vietnam

LONG_ENOUGH = 120  # characters of own code or text; shorter answers agree by themselves
TOO_FAST = 0.1  # share of the stated practice minutes
MANY_ACCOUNTS = 3  # on one device within one day of Việt Nam


@dataclass(frozen=True)
class Work:
    """A marked submission. ``written``: what the learner wrote in code and text answers."""

    submission_id: int
    person_id: int
    lesson: str
    written: str
    opened_at: dt.datetime | None
    submitted_at: dt.datetime
    share: float
    device: str | None = None


@dataclass(frozen=True)
class Sign:
    """``kind``: ``same`` (one text, several people), ``fast``, ``device`` (one browser, several
    accounts). ``minutes``: how long it took, for ``fast``. ``pairs``: every submission in which it
    was seen, with whose it is."""

    kind: str
    lesson: str
    submissions: tuple[int, ...]
    people: tuple[int, ...]
    minutes: float | None = None
    pairs: tuple[tuple[int, int], ...] = ()


def find_signs(works: Iterable[Work], practice_minutes: Mapping[str, float]) -> tuple[Sign, ...]:
    """All signs in these submissions; ``practice_minutes`` by lesson, as the course states."""
    seen = list(works)
    return (*_same(seen), *_fast(seen, practice_minutes), *_devices(seen))


def _same(works: Iterable[Work]) -> Iterable[Sign]:
    by_text: defaultdict[tuple[str, str], list[Work]] = defaultdict(list)
    for work in works:
        text = "".join(work.written.split())
        if len(text) >= LONG_ENOUGH:
            by_text[work.lesson, text].append(work)
    for (lesson, _text), group in by_text.items():
        yield from _sign("same", lesson, group, at_least=2)


def _fast(works: Iterable[Work], practice_minutes: Mapping[str, float]) -> Iterable[Sign]:
    for work in works:
        if work.opened_at is None or work.share < 1:
            continue
        minutes = (work.submitted_at - work.opened_at).total_seconds() / 60
        if 0 <= minutes < TOO_FAST * practice_minutes.get(work.lesson, 0):
            pair = (work.submission_id, work.person_id)
            yield Sign("fast", work.lesson, pair[:1], pair[1:], minutes, (pair,))


def _devices(works: Iterable[Work]) -> Iterable[Sign]:
    by_device: defaultdict[tuple[str, dt.date], list[Work]] = defaultdict(list)
    for work in works:
        if work.device:
            by_device[work.device, today_in_vietnam(work.submitted_at)].append(work)
    for group in by_device.values():
        yield from _sign("device", group[0].lesson, group, at_least=MANY_ACCOUNTS)


def _sign(kind: str, lesson: str, group: list[Work], *, at_least: int) -> Iterable[Sign]:
    people = tuple(dict.fromkeys(work.person_id for work in group))
    if len(people) >= at_least:
        pairs = tuple((work.submission_id, work.person_id) for work in group)
        yield Sign(kind, lesson, tuple(one for one, _person in pairs), people, pairs=pairs)
