"""Days as the programme counts them: in Việt Nam, in reporting years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

from core.days_off import is_working_day

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def reporting_window(day: dt.date) -> tuple[dt.date, dt.date]:
    """The reporting year a day falls in: 15 December to 14 December (QĐ 749/QĐ-TTg, S4:198)."""
    year = day.year + 1 if (day.month, day.day) >= (12, 15) else day.year
    return dt.date(year - 1, 12, 15), dt.date(year, 12, 14)


def today_in_vietnam(at: dt.datetime) -> dt.date:
    return at.astimezone(HANOI).date()


def midnight(day: dt.date) -> dt.datetime:
    """The first moment of a day in Việt Nam."""
    return dt.datetime.combine(day, dt.time(), HANOI)


def after_working_days(
    at: dt.datetime,
    days: int,
    *,
    off: Collection[dt.date] = (),
    worked: Collection[dt.date] = (),
) -> dt.datetime:
    """The last minute of the ``days``-th working day in Việt Nam after ``at``.

    Saturdays, Sundays and feasts are none (`core.days_off`); ``off`` and ``worked`` are what was
    decided besides.
    """
    day = today_in_vietnam(at)
    while days > 0:
        day += dt.timedelta(days=1)
        days -= is_working_day(day, off=off, worked=worked)
    return (midnight(day + dt.timedelta(days=1)) - dt.timedelta(minutes=1)).astimezone(dt.UTC)
