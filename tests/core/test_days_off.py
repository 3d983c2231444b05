"""Working days in Việt Nam: weekends, feasts by the sun and by the moon, what a year decides."""

from __future__ import annotations

import datetime as dt

import pytest

from core.calendar import HANOI, after_working_days
from core.days_off import LUNAR, days_off, is_working_day


def test_tet_and_the_kings_day_of_every_known_year_follow_the_moon() -> None:
    known = dt.date(2000, 1, 6)  # a new moon, late that day; two are 29.530588 days apart
    assert len(LUNAR) >= 6
    for year, (first, kings) in LUNAR.items():
        new_year, tenth = dt.date(year, *first), dt.date(year, *kings)
        for begins in (new_year, tenth - dt.timedelta(days=9)):
            age = ((begins - known).days - 0.35) % 29.530588
            assert min(age, 29.530588 - age) < 1, begins
        assert (1, 20) <= first <= (2, 20)
        assert tenth - new_year in {dt.timedelta(days=n) for n in range(67, 70)}


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-13", True),  # Friday before Tết
        ("2026-02-16", False),  # the last day of the old year
        ("2026-02-20", False),  # the fourth of the new one
        ("2026-02-23", True),
        ("2026-04-27", False),  # Giỗ Tổ fell on a Sunday
        ("2026-08-22", True),  # a Saturday, worked for
        ("2026-08-31", False),  # this Monday
        ("2026-09-01", False),
        ("2026-09-02", False),
        ("2025-11-24", True),
        ("2026-11-24", False),  # Ngày Văn hóa Việt Nam
        ("2027-05-03", False),  # 1 May was a Saturday
        ("2027-09-03", True),  # not yet decided: early rather than late
        ("2028-01-03", False),  # 1 January was a Saturday
        ("2040-04-30", False),  # fixed ones are known for ever
    ],
)
def test_a_day_is_worked_or_not(day: str, works: bool) -> None:
    assert is_working_day(dt.date.fromisoformat(day)) is works


def test_what_is_decided_later_is_added() -> None:
    friday, saturday = dt.date(2027, 9, 3), dt.date(2027, 9, 11)
    assert not is_working_day(friday, off={friday})
    assert is_working_day(saturday, worked={saturday})


def test_an_answer_asked_for_before_tet_is_due_after_it() -> None:
    asked = dt.datetime(2026, 2, 12, 16, 0, tzinfo=HANOI)  # Thursday
    due = after_working_days(asked, 2)
    assert due == dt.datetime(2026, 2, 23, 23, 59, tzinfo=HANOI)
    more = {dt.date(2026, 2, 23)}
    assert after_working_days(asked, 2, off=more).astimezone(HANOI).day == 24


def test_a_feast_is_made_up_for_once() -> None:
    for year in range(2025, 2045):
        weekdays = [day for day in days_off(year) if day.weekday() < 5]
        weekend = [day for day in days_off(year) if day.weekday() >= 5]
        assert len(weekdays) >= 5 - (year not in LUNAR)
        if year not in (2025,):  # decided as a whole
            assert len(weekdays) >= len(weekend)
