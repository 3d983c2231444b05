"""Days on which offices in Việt Nam do not work, and Saturdays on which they do.

Fixed feasts are counted for every year; those of the lunar calendar stand here for the years they
are known (Việt Nam's own calendar, UTC+7). Bộ luật Lao động 45/2019/QH14, Điều 112; Ngày Văn hóa
Việt Nam from 2026 by Nghị quyết 80-NQ/TW. A feast on a Saturday or Sunday is made up for on the
next working day (Điều 111). What the Government decides anew each year (which day stands beside
2 September, which days are exchanged) is here for 2025 and 2026; later years wait for the decision,
so that a date is early rather than late, and an operator adds what was decided.

The dates were compared on 30 November 2026 with those of the library `holidays` 0.109, which is not
used itself: it would hold other libraries back at older versions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from functools import lru_cache

DAY = dt.timedelta(days=1)
CULTURE_DAY_SINCE = 2026

# Year → the first day of the first lunar month, the tenth of the third (Giỗ Tổ Hùng Vương).
LUNAR = {
    2025: ((1, 29), (4, 7)),
    2026: ((2, 17), (4, 26)),
    2027: ((2, 6), (4, 16)),
    2028: ((1, 26), (4, 4)),
    2029: ((2, 13), (4, 23)),
    2030: ((2, 2), (4, 12)),
}
# What was decided for a year: days off beyond the law's own.
DECIDED = {
    2025: ((1, 27), (5, 2), (9, 1)),
    2026: ((8, 31), (9, 1)),
}
WORKED = frozenset({dt.date(2025, 4, 26), dt.date(2026, 8, 22)})  # in exchange


@lru_cache(maxsize=64)
def days_off(year: int) -> frozenset[dt.date]:
    """The days of this year, beside Saturdays and Sundays, on which no office works."""
    feasts = set(_feasts(year))
    off = feasts | {dt.date(year, *day) for day in DECIDED.get(year, ())}
    tet = _tet(year)
    for feast in sorted(feasts):
        # Where a year's Tết was decided as a whole, so was what makes up for its Sundays.
        if feast.weekday() >= 5 and not (year in DECIDED and feast in tet):
            off.add(_next_free(feast, off))
    return frozenset(off)


def is_working_day(
    day: dt.date, *, off: Collection[dt.date] = (), worked: Collection[dt.date] = ()
) -> bool:
    """Whether offices work on this day. ``off``, ``worked``: what was decided besides."""
    if day in worked or (day in WORKED and day not in off):
        return True
    return day.weekday() < 5 and day not in off and day not in days_off(day.year)


def _feasts(year: int) -> Iterator[dt.date]:
    for month, day in ((1, 1), (4, 30), (5, 1), (9, 2)):
        yield dt.date(year, month, day)
    if year >= CULTURE_DAY_SINCE:
        yield dt.date(year, 11, 24)
    if year in LUNAR:
        yield dt.date(year, *LUNAR[year][1])
    yield from _tet(year)


def _tet(year: int) -> tuple[dt.date, ...]:
    """Five days: the last of the old year and the first four of the new one."""
    if year not in LUNAR:
        return ()
    first = dt.date(year, *LUNAR[year][0])
    return tuple(first + n * DAY for n in range(-1, 4))


def _next_free(day: dt.date, off: Collection[dt.date]) -> dt.date:
    while day.weekday() >= 5 or day in off:
        day += DAY
    return day
