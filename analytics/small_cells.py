"""Protects people behind small numbers before figures go to the public.

A count below `SMALLEST` may point at a person who is known to be in the unit, so it is withheld;
zeros say nothing about anybody and are kept. Where the sum is published too, one withheld number
could be worked out from the rest, so the smallest remaining one is withheld as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")
SMALLEST = 5


def protect(counts: Mapping[K, int], *, smallest: int = SMALLEST) -> dict[K, int | None]:
    """The counts with None for the withheld ones. Safe to publish together with their sum."""
    hidden = {key for key, count in counts.items() if 0 < count < smallest}
    others = sorted((count, str(key), key) for key, count in counts.items() if count >= smallest)
    hidden_sum = sum(counts[key] for key in hidden)
    # Hidden ones whose sum is itself small, or a single one, would still give somebody away.
    for count, _name, key in others:
        if not hidden or (len(hidden) > 1 and hidden_sum >= smallest):
            break
        hidden.add(key)
        hidden_sum += count
    return {key: None if key in hidden else count for key, count in counts.items()}
