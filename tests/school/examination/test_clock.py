"""What time is charged: properties that hold however pauses and outages fall."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from school.examination import clock
from school.examination.clock import Stretch

START = dt.datetime(2026, 3, 9, 1, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def after(seconds: int) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def stretch(begun: int, took: int | None) -> Stretch:
    return Stretch(after(begun), None if took is None else after(begun + took))


# From half an hour before a sitting begins to long after it; some do not end.
PAUSES = st.lists(
    st.builds(stretch, st.integers(-1800, 9000), st.none() | st.integers(0, 4000)), max_size=8
)
NOW = st.integers(0, 9000)


def left(now: int, pauses: list[Stretch], *, latest: int | None = None) -> float:
    late = None if latest is None else after(latest)
    return clock.seconds_left(HOUR, START, after(now), pauses, latest=late)


@given(NOW, PAUSES)
def test_no_pause_makes_the_time_shorter(now: int, pauses: list[Stretch]) -> None:
    assert left(now, pauses) >= left(now, [])
    assert left(now, pauses, latest=3000) >= left(now, [], latest=3000)


@given(NOW, PAUSES, st.data())
def test_one_more_never_takes_anything_away(
    now: int, pauses: list[Stretch], data: st.DataObject
) -> None:
    more = data.draw(PAUSES)
    assert left(now, [*pauses, *more]) >= left(now, pauses)


@given(NOW, PAUSES)
def test_a_minute_is_given_back_once_however_often_it_was_stopped(
    now: int, pauses: list[Stretch]
) -> None:
    assert left(now, pauses + pauses) == left(now, pauses) == left(now, pauses[::-1])


SHORT = st.lists(
    st.builds(stretch, st.integers(-40, 150), st.none() | st.integers(0, 90)), max_size=8
)


@given(st.integers(0, 150), SHORT)
def test_what_stood_still_is_the_union_counted_second_by_second(
    now: int, pauses: list[Stretch]
) -> None:
    seconds = sum(
        any(
            one.begun_at <= after(second)
            and (one.ended_at is None or after(second + 1) <= one.ended_at)
            for one in pauses
        )
        for second in range(now)
    )
    assert clock.stood_still(START, after(now), pauses).total_seconds() == seconds


@given(NOW, st.integers(0, 600), PAUSES)
def test_time_only_ever_goes_down_and_no_faster_than_the_wall(
    now: int, later: int, pauses: list[Stretch]
) -> None:
    before, behind = left(now, pauses), left(now + later, pauses)
    assert before - later <= behind <= before


@given(NOW, PAUSES)
def test_nobody_has_more_than_was_allowed(now: int, pauses: list[Stretch]) -> None:
    assert 0 <= left(now, pauses) <= 3600


@given(NOW, NOW)
def test_while_it_stands_still_nothing_is_charged(now: int, begun: int) -> None:
    going_on = [stretch(begun, None)]
    assert left(max(now, begun), going_on) == left(begun, [])
    assert clock.stands_still(after(now), going_on) == (now >= begun)


def test_an_hour_is_an_hour() -> None:
    assert [left(now, []) for now in (0, 1800, 3599, 3600, 9000)] == [3600, 1800, 1, 0, 0]


def test_pauses_before_the_beginning_give_nothing() -> None:
    assert left(600, [stretch(-900, 600)]) == 3000
    assert left(600, [stretch(-900, 1200)]) == 3300  # five minutes of it after the beginning


def test_the_room_s_end_cuts_who_came_late_and_moves_with_pauses() -> None:
    assert left(0, [], latest=1200) == 1200
    assert left(600, [stretch(100, 300)], latest=1200) == 900


def test_extra_time_is_a_share_and_a_closing_hour_does_not_take_it() -> None:
    assert clock.allowed_for(60, 0.5, 10) == dt.timedelta(minutes=100)
    ends = START + HOUR
    assert clock.latest_for(ends, 60, 0.5, 10) == ends + dt.timedelta(minutes=40)


def test_a_portal_that_was_away_for_longer_than_a_breath_is_found_out() -> None:
    assert clock.outage_between(None, START) is None
    assert clock.outage_between(START, after(15)) is None
    assert clock.outage_between(START, after(16)) == Stretch(START, after(16))
    assert clock.PULSE_EVERY * 2 < clock.LONGEST_GAP  # one that is late is no outage
