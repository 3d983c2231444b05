"""A row of a sitting's answers as the engine reads it, made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@dataclass
class Row:
    item: str
    number: int
    credit: float | None = 1.0
    seconds: float | None = 60.0
    given_at: dt.datetime | None = AT
    set_aside: bool = False
