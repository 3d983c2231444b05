"""A level, what somebody decided about it, and what of it is told to whoever decides."""

from __future__ import annotations

import datetime as dt

from school.levels import Given, Level, counts_of
from skills_framework.evidence import EXAMINATION, PRACTICE, Sign, judge

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def sign(source: str, level: int, solved: bool = True, days: float = 0, task: str = "") -> Sign:
    return Sign(source, "1.1", level, solved, AT - days * DAY, task)


def level(signs: list[Sign], given: Given | None) -> Level:
    return Level(judge(signs, "1.1", at=AT), given)


def test_what_was_decided_is_the_least_that_holds() -> None:
    shown = [sign(EXAMINATION, 3, days=30)]
    decided = Given(5, AT - 10 * DAY)
    assert level(shown, decided).level == 5
    assert level(shown, decided).stands == decided
    higher = level([sign(EXAMINATION, 6, days=30)], decided)
    assert (higher.level, higher.stands) == (6, None)
    assert level([], decided).level == 5


def test_an_examination_that_comes_later_decides_anew() -> None:
    decided = Given(5, AT - 10 * DAY)
    assert level([sign(EXAMINATION, 3, days=5)], decided).level == 3
    practised = [sign(PRACTICE, 3, days=5, task="a"), sign(PRACTICE, 3, days=4, task="b")]
    assert level(practised, decided).level == 5, "practice does not"


def test_who_decides_is_told_how_many_and_no_task() -> None:
    signs = [
        sign(PRACTICE, 3, task="k/bai/mot"),
        sign(PRACTICE, 3, False, days=2, task="k/bai/hai"),
        sign(EXAMINATION, 4, days=9, task="7/3"),
    ]
    first, second = counts_of(signs)
    assert (first.source, first.level, first.solved, first.tried) == (EXAMINATION, 4, 1, 1)
    assert (second.solved, second.tried, second.latest) == (1, 2, AT)
    assert "bai" not in repr((first, second))
