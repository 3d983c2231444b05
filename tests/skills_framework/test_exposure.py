"""How often items come, over many people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills_framework.exposure import (
    Exposure,
    counted,
    draw_eligible,
    eligible_chance,
    no_exposure,
    scarcity,
)


def many_sittings(
    exposure: Exposure, people: int, items: int, rng: np.random.Generator
) -> Exposure:
    """Everybody wants the same items most, the first of those that are eligible."""
    for _ in range(people):
        eligible = draw_eligible([exposure], 1, rng)
        given = np.zeros_like(eligible)
        given[0, np.flatnonzero(eligible[0])[:items]] = True
        exposure = counted(exposure, eligible, given)
    return exposure


@pytest.mark.parametrize("bound", [0.1, 0.25, 0.5])
def test_no_item_comes_to_more_than_its_share_of_people(bound: float) -> None:
    rng = np.random.default_rng(1)
    after = many_sittings(no_exposure(120, bound=bound), 1000, 8, rng)
    assert after.people == 1000
    assert after.rate.max() <= bound + bound * after.grace / 1000
    # The bound is used: items that everybody wants come nearly as often as they may.
    assert after.rate.max() > 0.85 * bound


def test_in_a_room_an_item_is_bounded_too() -> None:
    rng = np.random.default_rng(1)
    bank, room = no_exposure(60, bound=0.25), no_exposure(60, bound=0.25, grace=4)
    for _ in range(40):
        eligible = draw_eligible([bank, room], 1, rng)
        given = np.zeros_like(eligible)
        given[0, np.flatnonzero(eligible[0])[:8]] = True
        bank, room = counted(bank, eligible, given), counted(room, eligible, given)
    assert room.given.max() <= 0.25 * (40 + 4)


@given(st.integers(0, 300), st.integers(0, 300), st.floats(0.05, 1.0))
def test_a_chance_is_a_chance(people: int, came: int, bound: float) -> None:
    came = min(came, people)
    counts = Exposure(np.array([float(people)]), np.array([float(came)]), people, bound)
    assert 0 <= eligible_chance(counts)[0] <= 1
    assert 0 < scarcity(counts)[0] <= 1


def test_what_came_rarely_is_always_eligible_and_what_came_to_its_bound_never() -> None:
    counts = Exposure(np.full(3, 1000.0), np.array([10.0, 260.0, 400.0]), 1000)
    assert list(eligible_chance(counts)) == [1.0, 0.0, 0.0]
    dear = scarcity(counts)
    assert dear[0] > 0.9 and dear[1] == dear[2] < 0.1


def test_nobody_has_been_there_and_the_first_draw_is_cautious() -> None:
    assert np.allclose(eligible_chance(no_exposure(5)), 0.5)


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.1])
def test_a_bound_that_is_no_share_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="share"):
        no_exposure(3, bound=bad)
