"""Points as they are stored and said: one rule, so that no sum is told as 2.8000000000000003."""

from __future__ import annotations

from collections.abc import Iterable

DECIMALS = 6  # finer than any course counts, coarser than what adding leaves behind


def in_points(value: float) -> float:
    """``value`` without the dust of binary fractions; never -0.0."""
    return round(float(value), DECIMALS) + 0.0


def total_points(values: Iterable[float]) -> float:
    """The sum of several points, as points."""
    return in_points(sum(values))
