"""How a sheet shows a number: as a date, with zeros in front, or as it is. Pure.

Numbers of built-in formats are those of ECMA-376, part 1, 18.8.30.
"""

from __future__ import annotations

import datetime as dt
import re

from school.people.sheets.cells import Cell, shown_date, shown_number

_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_ZEROS = re.compile(r"0{2,}")
MOST_FIGURES = 15  # beyond these a sheet has forgotten what was typed


def is_date(number: int, code: str) -> bool:
    """Whether the format ``number`` (with its ``code`` where it is the file's own) shows a date."""
    if code:
        return bool(re.search(r"[dmyhs]", _QUOTED.sub("", code).lower()))
    return number in _BUILT_IN_DATES


def as_shown(value: float, number: int, code: str, *, from_1904: bool = False) -> Cell:
    """A stored number as its reader sees it."""
    if is_date(number, code):
        return _as_date(value, from_1904=from_1904)
    bare = _QUOTED.sub("", code).split(";")[0].strip()
    if _ZEROS.fullmatch(bare) and value.is_integer():
        return Cell(f"{int(value):0{len(bare)}d}", "text" if abs(value) < 1e15 else "number")
    if number == 49 or code == "@":
        return Cell(shown_number(value), "text" if abs(value) < 1e11 else "number")
    return Cell(shown_number(value), "number")


def has_lost_figures(text: str) -> bool:
    """Whether a number has more figures than a sheet keeps, or the zeros of a shortened one."""
    figures = text.lstrip("-")
    if not figures.isdigit():
        return True  # 12.5, 1e+19
    return len(figures) > MOST_FIGURES or (
        len(figures) >= 12 and len(figures) - len(figures.rstrip("0")) >= 6
    )


def _as_date(value: float, *, from_1904: bool) -> Cell:
    begin = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's days have no zone
    try:
        return Cell(shown_date(begin + dt.timedelta(days=value)), "date")
    except OverflowError:
        return Cell(shown_number(value), "date")
