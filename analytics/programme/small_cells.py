"""Protects people behind small numbers before figures go to the public.

A count below `SMALLEST` may point at a person who is known to be in the unit, so it is withheld;
zeros say nothing about anybody and are kept. Where the sum is published too, withheld numbers
could be worked out from the rest, so further ones are withheld, the smallest first, until every
small one could still be any number from 1 to `SMALLEST` - 1. The two kinds have signs of their own
(`Withheld`), which is why the second kind being at least `SMALLEST` is reckoned with.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

K = TypeVar("K")
SMALLEST = 5


class Withheld(Enum):
    """Why a count is not published, and the sign that open data has in its place."""

    SMALL = f"<{SMALLEST}"
    COMPLEMENT = "x"  # large enough itself, but others would follow from it


def protect(counts: Mapping[K, int], *, smallest: int = SMALLEST) -> dict[K, int | Withheld]:
    """The counts, some withheld. Safe to publish together with their sum."""
    small = {key for key, count in counts.items() if 0 < count < smallest}
    others = sorted((count, str(key), key) for key, count in counts.items() if count >= smallest)
    beside: set[K] = set()
    hidden_sum = sum(counts[key] for key in small)
    for count, _name, key in others:
        if _is_open(len(small), len(beside), hidden_sum, smallest):
            break
        beside.add(key)
        hidden_sum += count
    return {
        key: Withheld.SMALL if key in small else Withheld.COMPLEMENT if key in beside else count
        for key, count in counts.items()
    }


def _is_open(small: int, beside: int, hidden_sum: int, smallest: int) -> bool:
    """Whether each small count could be any from 1 to ``smallest - 1``, knowing the sum of what is
    hidden, how many are small, and that the others are at least ``smallest``."""
    if not small:
        return True
    most = smallest - 1
    highest_left = hidden_sum - (small - 1) - smallest * beside  # if all others are at their least
    if beside:  # which may be as large as anybody likes
        return highest_left >= most
    lowest_left = hidden_sum - most * (small - 1)
    return small > 1 and highest_left >= most and lowest_left <= 1
