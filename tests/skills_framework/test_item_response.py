"""Chances, information and likelihood of items, held against their formulas and against catsim."""

from __future__ import annotations

import numpy as np
import pytest
from catsim import irt
from hypothesis import given, settings
from hypothesis import strategies as st

from skills_framework.item_response import (
    expected_score,
    information,
    log_chances,
    log_likelihood,
    softened,
)

GRID = np.linspace(-5, 5, 41)
slopes = st.floats(0.2, 3)
places = st.floats(-4, 4)
steps = st.lists(places, min_size=1, max_size=5)


def one(slope: float, own: list[float], grid: np.ndarray = GRID) -> np.ndarray:
    return np.exp(log_chances(grid, np.array([slope]), np.array([own])))[0]


@settings(max_examples=40, deadline=None)
@given(slopes, steps)
def test_the_chances_of_all_scores_are_one(slope: float, own: list[float]) -> None:
    chances = one(slope, own)
    assert chances.shape == (len(own) + 1, len(GRID))
    assert np.allclose(chances.sum(axis=0), 1)


@settings(max_examples=40, deadline=None)
@given(slopes, steps)
def test_who_can_do_more_is_expected_to_earn_more(slope: float, own: list[float]) -> None:
    assert np.all(np.diff(expected_score(one(slope, own))) > 0)


@settings(max_examples=40, deadline=None)
@given(slopes, steps)
def test_two_scores_that_follow_are_as_likely_where_their_step_is(
    slope: float, own: list[float]
) -> None:
    at_steps = one(slope, own, np.array(own))
    for k in range(len(own)):
        assert at_steps[k, k] == pytest.approx(at_steps[k + 1, k])


@settings(max_examples=40, deadline=None)
@given(slopes, steps)
def test_information_is_the_slope_of_the_likelihood_squared(slope: float, own: list[float]) -> None:
    at, small = np.array([0.3]), 1e-4
    up, down = one(slope, own, at + small), one(slope, own, at - small)
    pull = (np.log(up) - np.log(down)) / (2 * small)
    fisher = (one(slope, own, at) * pull**2).sum()
    assert information(at, np.array([slope]), np.array([own]))[0, 0] == pytest.approx(
        fisher, rel=1e-4, abs=1e-7
    )


@settings(max_examples=40, deadline=None)
@given(slopes, places, st.floats(-4, 4))
def test_with_one_step_it_is_catsims_two_parameter_model(a: float, b: float, at: float) -> None:
    right = one(a, [b], np.array([at]))[1, 0]
    assert right == pytest.approx(irt.icc(at, a, b))
    told = information(np.array([at]), np.array([a]), np.array([[b]]))[0, 0]
    assert told == pytest.approx(irt.inf(at, a, b), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(slopes, places, st.booleans()), min_size=1, max_size=6))
def test_the_likelihood_of_answers_is_catsims(answers: list[tuple[float, float, bool]]) -> None:
    a, b, right = (np.array(column) for column in zip(*answers, strict=True))
    ours = log_likelihood(log_chances(GRID, a, b[:, None]), right.astype(np.int64))
    bank = np.column_stack([a, b, np.zeros(len(a)), np.ones(len(a))])
    theirs = [irt.log_likelihood(float(at), right, bank) for at in GRID]
    assert np.allclose(ours, theirs, rtol=1e-6, atol=1e-6)


def test_an_item_of_fewer_steps_has_no_higher_score() -> None:
    chances = log_chances(GRID, np.array([1.0, 1.0]), np.array([[0.0, np.inf], [0.0, 1.0]]))
    assert np.all(np.isneginf(chances[0, 2]))
    with pytest.raises(ValueError, match="no item has such a score"):
        log_likelihood(chances, np.array([2, 2]))


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_a_slope_that_is_not_positive_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        log_chances(GRID, np.array([bad]), np.array([[0.0]]))


def test_far_from_an_item_nothing_overflows() -> None:
    chances = log_chances(np.array([-60.0, 60.0]), np.array([3.0]), np.array([[-4.0, 4.0]]))
    assert np.all(np.isfinite(chances))


@settings(max_examples=40, deadline=None)
@given(slopes, st.floats(0, 2))
def test_an_item_that_is_known_less_speaks_less(slope: float, error: float) -> None:
    [soft] = softened(np.array([slope]), np.array([error]))
    assert 0 < soft <= slope
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    averaged = (weights / weights.sum()) @ (1 / (1 + np.exp(-slope * (1 + error * nodes))))
    assert 1 / (1 + np.exp(-soft)) == pytest.approx(averaged, abs=0.02)
