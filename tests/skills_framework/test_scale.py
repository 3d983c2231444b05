"""Where items start, and which level an ability is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from skills_framework import scale
from skills_framework.adaptive import Answer, Bank, Item, ability_of
from skills_framework.item_response import expected_score, log_chances


@pytest.mark.parametrize("level", range(1, scale.HIGHEST + 1))
def test_a_level_is_reached_where_seventy_percent_of_its_tasks_would_be_solved(level: int) -> None:
    start = scale.starting(level, 1, 0.0)
    at = np.array([scale.ability_at(level)])
    chances = np.exp(log_chances(at, np.array([start.slope]), np.array([start.steps])))
    assert expected_score(chances)[0, 0] == pytest.approx(0.7)
    assert scale.level_of(scale.ability_at(level)) == level
    assert scale.level_of(scale.ability_at(level) - 0.01) == level - 1


def test_a_task_with_points_has_a_step_for_each_around_its_level() -> None:
    for points, steps in ((1, 1), (2, 2), (3.5, 3), (4, 4), (7, 4)):
        start = scale.starting(4, points, 0.0)
        assert len(start.steps) == steps
        assert sum(start.steps) / steps == pytest.approx(4 - scale.MIDDLE)
        assert list(start.steps) == sorted(start.steps)


def test_what_can_be_guessed_tells_less() -> None:
    assert scale.starting(1, 1, 0.25).slope < scale.starting(1, 1, 0.0).slope


def test_no_point_is_given_that_was_not_earned_whole() -> None:
    assert [scale.score_of(share, 3) for share in (0, 0.32, 1 / 3, 0.99, 1, 1.5)] == [
        *(0, 0, 1, 2, 3, 3)
    ]
    assert scale.score_of(0.99, 1) == 0


def test_places_stay_on_the_picture_and_rise_with_ability() -> None:
    places = [scale.place_of(x / 10) for x in range(-100, 100)]
    assert min(places) == 0 and max(places) == scale.HIGHEST
    assert places == sorted(places)


def test_an_estimate_holds_its_own_ends_and_its_own_doubt() -> None:
    items = tuple(Item(str(d), d, 1.3, (0.0,)) for d in range(scale.DOMAINS))
    bank = Bank(items, scale.PRIOR)
    domains, whole = scale.estimates(ability_of(bank, [Answer("0", 1)]))
    for one in (*domains, whole):
        assert one.low < one.estimate < one.high
        assert one.lowest <= one.level <= one.highest
    assert domains[0].estimate > domains[1].estimate > 0
    assert domains[0].error < domains[1].error
    middle = whole.estimate + scale.MIDDLE - scale.ability_at(0) - scale.MIDDLE
    assert whole.surely(middle) == pytest.approx(0.5, abs=0.01)
    assert math.isclose(whole.surely(-9), 1, abs_tol=1e-6)
