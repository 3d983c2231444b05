"""Days of birth as offices write them: 12/03/1985, a date cell, the year alone. Pure.

Kept as ``1985-03-12`` or ``1985``. Day before month is Việt Nam's order; whatever reads only the
other way round, or may have been turned round by a spreadsheet, is told and not guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from core.messages import Message
from school.people.sheets.cells import Kind

Trouble = tuple[Message, Message]
OLDEST = 1900
YOUNGEST = 14  # years; a pupil may be in a list
_FULL = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SHORT = re.compile(r"(\d{1,2}\s*[/.\- ]\s*){1,2}\d{2}")
_MONTH = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{4})")
MEND = Message("Ghi ngày/tháng/năm, ví dụ 12/03/1985; hoặc chỉ năm sinh: 1985")


def read_birth(text: str, *, today: dt.date | None = None) -> str | Trouble:
    """The day or year of birth that a cell says, as it is kept; or what is wrong and the mend."""
    if re.fullmatch(r"\d{4}", text):
        return _likely_year(int(text), today) or text
    if _MONTH.fullmatch(text):  # a month without its day says no more than the year
        return read_birth(text[-4:], today=today)
    if found := _FULL.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif _SHORT.fullmatch(text):
        return Message("Năm sinh chỉ có hai chữ số nên không chắc là năm nào"), MEND
    else:
        return Message("Không đọc được ngày sinh này"), MEND
    try:
        born = dt.date(year, month, day)
    except ValueError:
        if month > 12 >= day:
            return Message("Có vẻ ghi tháng trước ngày; cả cột có thể bị như vậy"), MEND
        return Message("Không có ngày này trong lịch"), MEND
    return _likely_year(born.year, today) or born.isoformat()


def shown_birth(born: str | None) -> str:
    """As people read it."""
    if not born or len(born) == 4:
        return born or ""
    return "/".join(reversed(born.split("-")))


def contradict(one: str | None, other: str | None) -> bool:
    """Whether these are of two people: both known, and not the same as far as they go."""
    if not one or not other:
        return False
    length = min(len(one), len(other))
    return one[:length] != other[:length]


def tell_the_same(one: str | None, other: str | None) -> bool:
    """Whether both say the same whole day."""
    return bool(one) and one == other and len(one or "") > 4


def fuller(said: str | None, known: str | None) -> str | None:
    """What is kept where a list says one thing and another is known: a year takes no day away."""
    return known if not said or (known and known.startswith(said)) else said


def turned_round(cells: Iterable[tuple[str, Kind]]) -> bool:
    """Whether a spreadsheet of another country seems to have taken days for months: then all that
    it made dates of have a day up to 12, and all that it left as text a day beyond."""
    dates, texts = 0, 0
    for text, kind in cells:
        found = _FULL.fullmatch(text)
        if found is None:
            continue
        small = int(found[1]) <= 12
        if small != (kind == "date"):
            return False
        dates, texts = dates + small, texts + (not small)
    return dates >= 3 and texts >= 1


def _likely_year(year: int, today: dt.date | None) -> Trouble | None:
    if year < OLDEST or (today and year > today.year - YOUNGEST):
        return Message("Năm sinh này không thể đúng"), MEND
    return None
