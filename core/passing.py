"""When points reach what is asked: one rule for exercises, lessons, courses and competences."""

from __future__ import annotations

# Points are sums of floats: whoever stands exactly on the mark must not fail by a rounding error.
TOLERANCE = 1e-9


def reaches(points: float, max_points: float, share: float) -> bool:
    """Whether ``points`` are at least ``share`` (0..1) of ``max_points``.

    What gives no points has nothing to fail at.
    """
    return points + TOLERANCE >= share * max_points
