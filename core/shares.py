"""The one rule by which a share becomes a percentage people read.

Rounding never says what is not so: less than the whole is never shown as 100 %, more than nothing
never as 0 %, and what is beyond the whole never as exactly 100 %.
"""

from __future__ import annotations

from typing import Literal

Side = Literal["", "<", ">"]


def shown_share(share: float, digits: int = 0) -> tuple[Side, float]:
    """The share as it is written with ``digits`` decimals of a percent, and the sign before it:
    0.9996 → (">", 0.99), 0.0004 → ("<", 0.01), 0.5 → ("", 0.5)."""
    step = 10.0 ** -(digits + 2)
    rounded = round(share, digits + 2)
    if 0 < share < 1:
        if rounded <= 0:
            return "<", step
        if rounded >= 1:
            return ">", round(1 - step, digits + 2)
    if share > 1 and rounded <= 1:
        return ">", 1.0
    return "", rounded
