"""Who stands exactly on the mark passes, in whatever order their points were added up."""

from __future__ import annotations

import itertools

import pytest

from core.passing import reaches
from skills_framework.framework import Evidence, load_framework, profile


@pytest.mark.parametrize(
    ("points", "share"), [([0.7] * 10, 0.7), ([0.6, 0.7, 0.8], 0.7), ([0.1] * 6, 0.6 / 6)]
)
def test_a_sum_of_fractions_on_the_mark_reaches_it(points: list[float], share: float) -> None:
    for order in itertools.islice(itertools.permutations(points), 6):
        total = 0.0
        for one in order:  # as a plain sum adds, before Python 3.12
            total += one
        assert reaches(total, len(points), share)


def test_a_hundredth_below_the_mark_does_not_reach_it() -> None:
    assert not reaches(6.99, 10, 0.7)
    assert not reaches(0.0, 10, 0.5)


def test_what_gives_no_points_has_nothing_to_fail_at() -> None:
    assert reaches(0.0, 0.0, 0.7)


def test_a_competence_shown_by_a_mean_on_the_mark_is_shown() -> None:
    shares = (0.6, 0.7, 0.8)  # (0.6 + 0.7 + 0.8) / 3 is 0.6999999999999998
    shown = profile(load_framework(), [Evidence("1.1", 1, share) for share in shares])
    assert shown["1.1"].level == 1
