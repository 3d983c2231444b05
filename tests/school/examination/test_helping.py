"""Who needs help first; no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from school.examination import helping
from school.examination.helping import NEEDS, Standing

MINUTE = dt.timedelta(minutes=1)
FINE = Standing(
    state="working",
    identity="confirmed",
    reports=0,
    since_start=20 * MINUTE,
    quiet=MINUTE,
    left_page=0,
    seconds_left=2400,
    items_left=12,
)
WAITING = replace(FINE, state="registered", quiet=None, seconds_left=None)


@pytest.mark.parametrize(
    ("one", "needs"),
    [
        (FINE, ()),
        (replace(FINE, reports=1), ("question",)),
        (replace(FINE, quiet=6 * MINUTE), ("silent",)),
        (replace(FINE, quiet=6 * MINUTE, paused=True), ()),
        (replace(FINE, left_page=5), ("away",)),
        (replace(FINE, seconds_left=200), ("time",)),
        (replace(FINE, seconds_left=200, items_left=2), ()),
        (replace(FINE, reports=2, left_page=9), ("question", "away")),
        (replace(WAITING, identity="waiting"), ("identity",)),
        (replace(WAITING, identity="waiting", since_start=-MINUTE), ()),
        (replace(WAITING, identity="refused"), ()),
        (WAITING, ("late",)),
        (replace(WAITING, since_start=MINUTE), ()),
        (replace(FINE, state="done", quiet=99 * MINUTE, left_page=9, seconds_left=None), ()),
    ],
)
def test_a_need_is_named_when_it_is_there(one: Standing, needs: tuple[str, ...]) -> None:
    assert helping.needs_of(one) == needs


def test_the_most_urgent_stands_first_and_who_is_done_last() -> None:
    people = {
        1: replace(FINE, state="done"),
        2: FINE,
        3: replace(FINE, seconds_left=100),
        4: replace(WAITING, since_start=MINUTE),
        5: replace(FINE, reports=1),
        6: replace(WAITING, identity="waiting"),
        7: replace(FINE, reports=1, left_page=7),
    }
    order = sorted(
        people, key=lambda n: helping.turn(helping.needs_of(people[n]), people[n].state, n)
    )
    assert order == [7, 5, 6, 3, 2, 4, 1]


def test_every_need_has_its_words() -> None:
    assert all(str(words) for words in NEEDS.values())
    assert next(iter(NEEDS)) == "question"
