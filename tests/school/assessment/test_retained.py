"""Half a year later: when a check is due, and what it is held against."""

from __future__ import annotations

import datetime as dt

import pytest

from school.assessment.item_bank import the_bank
from school.assessment.retained import AFTER, due_since, expected_share
from skills_framework import scale

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_a_check_is_due_half_a_year_after_the_latest_placement_or_certificate() -> None:
    old, recent = AT - AFTER, AT - AFTER + DAY
    assert due_since(None, None, None, at=AT) is None
    assert due_since(old, None, None, at=AT) == old
    assert due_since(None, old, None, at=AT) == old
    assert due_since(recent, old, None, at=AT) is None, "the placement is too recent"
    assert due_since(old, recent, None, at=AT) is None


def test_what_was_checked_is_not_checked_again_until_there_is_something_newer() -> None:
    old = AT - 3 * AFTER
    assert due_since(old, None, old + AFTER, at=AT) is None
    assert due_since(old + 2 * AFTER, None, old + AFTER, at=AT) == old + 2 * AFTER


def estimate(at: float, error: float = 0.5) -> scale.Estimate:
    return scale.Estimate(at, error, at - 2 * error, at + 2 * error)


def test_more_is_expected_of_whoever_stood_higher() -> None:
    parameters = the_bank().parameters
    for item in parameters.names[:40]:
        shares = [
            expected_share(parameters, item, {str(d): estimate(at) for d in range(1, 7)})
            for at in (-4.0, -1.0, 0.0, 1.0, 4.0)
        ]
        assert shares == sorted(shares)
        assert 0 < shares[0] < shares[-1] < 1
    item = next(one for one in parameters.names if len(parameters.about(one)["steps"]) == 1)
    at = parameters.about(item)["steps"][0]
    for error in (0.1, 1.0):
        same = {str(d): estimate(at, error) for d in range(1, 7)}
        assert expected_share(parameters, item, same) == pytest.approx(0.5)
