"""A deadline ends when the minute or the second that is written on the page is over."""

from __future__ import annotations

import datetime as dt

import pytest

from records.courses.lesson_terms import has_closed, set_terms, terms_of

EVENING = dt.datetime(2026, 11, 30, 16, 59, tzinfo=dt.UTC)  # 23:59 in Hà Nội


@pytest.mark.parametrize(
    ("closes", "seconds", "closed"),
    [
        (EVENING, 0, False),
        (EVENING, 16, False),
        (EVENING, 59.999, False),
        (EVENING, 60, True),
        (EVENING.replace(second=59), 59.999, False),
        (EVENING.replace(second=59), 60, True),
        (EVENING.replace(second=30), 30.5, False),
        (EVENING.replace(second=30), 31, True),
        (EVENING.replace(second=59, microsecond=999_999), 59.9999, False),
        (None, 10**9, False),
    ],
)
def test_the_whole_minute_belongs_to_the_deadline(closes, seconds, closed) -> None:
    assert has_closed(closes, EVENING + dt.timedelta(seconds=seconds)) is closed


def test_seconds_are_kept_as_they_were_set(records) -> None:
    exact = EVENING.replace(second=59)
    with records.begin() as session:
        set_terms(session, "k", "b", closes_at=exact, attempts=2)
    with records.read() as session:
        assert terms_of(session, "k")["b"].closes_at == exact
