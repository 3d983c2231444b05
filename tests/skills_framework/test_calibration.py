"""Calibration against published examples, and against people whose parameters are known."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from skills_framework.ability import Prior
from skills_framework.calibration import NOT_GIVEN, calibrate, calibrate_curve, check_fit
from skills_framework.item_response import log_chances

# Bock & Lieberman (1970), sections 6 and 7 of the Law School Admission Test: how many of 1,000
# people gave each pattern of answers to five items, 00000 to 11111.
SECTION_6 = "3 6 2 11 1 1 3 4 1 8 0 16 0 3 2 15 10 29 14 81 3 28 15 80 16 56 21 173 11 61 28 298"
SECTION_7 = "12 19 1 7 3 19 3 17 10 5 3 7 7 23 8 28 7 39 11 34 14 51 15 90 6 25 7 35 18 136 32 308"
ONE = Prior((0.0,))


def people(patterns: str) -> np.ndarray:
    every = np.array(list(itertools.product([0, 1], repeat=5)))
    scores = np.repeat(every, [int(one) for one in patterns.split()], axis=0)
    assert scores.shape == (1000, 5)
    return scores


def learn(scores: np.ndarray, prior: Prior = ONE, most: int = 1, **options: Any):
    items = scores.shape[1]
    begin = np.tile(np.linspace(-0.5, 0.5, most) if most > 1 else np.zeros(1), (items, 1))
    return calibrate(
        scores,
        options.pop("domain", np.zeros(items, dtype=np.int64)),
        prior,
        slopes=np.ones(items),
        steps=begin,
        **options,
    )


def test_section_6_has_the_parameters_that_ltm_published() -> None:
    """Rizopoulos (2006), *Journal of Statistical Software* 17(5), `ltm(LSAT ~ z1)`."""
    found = learn(people(SECTION_6), penalty=0.0)
    assert found.slopes == pytest.approx([0.825, 0.723, 0.890, 0.689, 0.657], abs=0.002)
    assert found.steps[:, 0] == pytest.approx([-3.360, -1.370, -0.280, -1.866, -3.124], abs=0.005)
    assert found.log_likelihood == pytest.approx(-2466.653, abs=0.002)
    assert found.settled


def test_section_7_has_the_parameters_that_mirt_published() -> None:
    """Chalmers (2012), *Journal of Statistical Software* 48(6): slopes and intercepts."""
    found = learn(people(SECTION_7), penalty=0.0)
    assert found.slopes == pytest.approx([0.988, 1.081, 1.706, 0.765, 0.736], abs=0.003)
    intercepts = -found.slopes * found.steps[:, 0]
    assert intercepts == pytest.approx([1.856, 0.808, 1.804, 0.486, 1.855], abs=0.003)
    assert found.log_likelihood == pytest.approx(-2658.805, abs=0.002)


def made(
    rng: np.random.Generator, theta: np.ndarray, slopes: np.ndarray, steps: np.ndarray
) -> np.ndarray:
    """Answers (people, n) of people (p,) under the model."""
    chances = np.exp(log_chances(theta, slopes, steps))
    return (rng.random((len(slopes), 1, len(theta))) > np.cumsum(chances, axis=1)).sum(axis=1).T


RNG_SEED = 5
SLOPES = np.array([1.2, 0.8, 1.5, 1.0, 0.7, 1.3, 0.9, 1.1])
STEPS = np.array([[place - 0.6, place + 0.5] for place in np.linspace(-1.5, 1.5, 8)])


def test_tasks_with_partial_credit_are_found_again() -> None:
    rng = np.random.default_rng(RNG_SEED)
    scores = made(rng, rng.normal(size=2000), SLOPES, STEPS)
    found = learn(scores, most=2)
    assert np.abs(found.slopes - SLOPES).max() < 0.2
    assert np.abs(found.steps - STEPS).max() < 0.3
    # Errors that are told are of the size of errors that are made.
    off = np.abs(found.slopes - SLOPES) / found.slope_error
    assert 0.2 < off.mean() < 2


def test_answers_that_were_not_asked_for_are_left_out() -> None:
    rng = np.random.default_rng(RNG_SEED)
    theta = rng.normal(size=3000)
    scores = made(rng, theta, SLOPES, STEPS)
    # The hard half is for those who did well in the first four: as an adaptive test would.
    strong = scores[:, :4].sum(axis=1) >= 5
    scores[~strong, 4:] = NOT_GIVEN
    found = learn(scores, most=2)
    assert np.abs(found.steps - STEPS).max() < 0.35


def test_anchors_bring_new_items_to_the_old_scale_whoever_comes() -> None:
    rng = np.random.default_rng(RNG_SEED)
    scores = made(rng, 0.8 + 1.3 * rng.normal(size=2500), SLOPES, STEPS)
    old = np.arange(8) % 2 == 0
    found = calibrate(
        scores,
        np.zeros(8, dtype=np.int64),
        ONE,
        slopes=np.where(old, SLOPES, 1.0),
        steps=np.where(old[:, None], STEPS, np.array([[-0.5, 0.5]])),
        anchors=old,
    )
    assert np.array_equal(found.slopes[old], SLOPES[old])
    assert np.array_equal(found.steps[old], STEPS[old])
    assert np.abs(found.steps - STEPS)[~old].max() < 0.3
    assert found.prior.mean == pytest.approx(0.8, abs=0.1)
    assert found.prior.sd == pytest.approx(1.3, abs=0.1)


def test_items_of_two_domains_are_learned_together_with_how_alike_these_are() -> None:
    rng = np.random.default_rng(RNG_SEED)
    general, own = rng.normal(size=(2000, 1)), rng.normal(size=(2000, 2))
    theta = 0.9 * general + np.sqrt(1 - 0.81) * own
    scores = np.concatenate(
        [made(rng, theta[:, d], SLOPES[4 * d :][:4], STEPS[4 * d :][:4]) for d in (0, 1)], axis=1
    )
    found = learn(scores, Prior((0.5, 0.5)), most=2, domain=np.repeat([0, 1], 4))
    assert np.abs(found.steps - STEPS).max() < 0.35
    # How alike the domains are was not known, and is learned.
    assert found.prior.loadings[0] ** 2 == pytest.approx(0.81, abs=0.06)
    assert (found.prior.mean, found.prior.sd) == (0.0, 1.0)


def test_an_item_that_everybody_has_right_stays_finite() -> None:
    rng = np.random.default_rng(RNG_SEED)
    scores = made(rng, rng.normal(size=200), SLOPES, STEPS[:, :1])
    scores[:, 0] = 1
    found = learn(scores)
    assert np.all(np.isfinite(found.steps))
    assert found.steps[0, 0] < -2


def test_nobody_answered_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        learn(np.full((5, 2), NOT_GIVEN))


def test_an_item_nobody_answered_stays_as_it_was() -> None:
    rng = np.random.default_rng(RNG_SEED)
    scores = made(rng, rng.normal(size=200), SLOPES, STEPS[:, :1])
    scores[:, 3] = NOT_GIVEN
    found = learn(scores)
    assert (found.slopes[3], found.steps[3, 0]) == (1.0, 0.0)
    assert np.isinf(found.difficulty_error[3])


def test_a_curve_that_is_known_is_found_exactly() -> None:
    grid = np.linspace(-4, 4, 41)
    chances = np.exp(log_chances(grid, np.array([1.3]), np.array([[-0.4, 0.9]])))[0]
    slope, steps = calibrate_curve(chances, grid)
    assert slope == pytest.approx(1.3, abs=1e-5)
    assert steps == pytest.approx([-0.4, 0.9], abs=1e-5)


def flags(change: str) -> tuple[set[int], set[int]]:
    """Items flagged as drifted and as misfits when item 2 changed in this way."""
    rng = np.random.default_rng(RNG_SEED)
    slopes, steps = SLOPES.copy(), STEPS.copy()
    if change == "leaked":
        steps[2] -= 1.2
    if change == "flat":
        slopes[2] = 0.3
    scores = made(rng, rng.normal(size=800), slopes, steps)
    fit = check_fit(scores, np.zeros(8, dtype=np.int64), ONE, slopes=SLOPES, steps=STEPS)
    return {*np.flatnonzero(fit.drifted())}, {*np.flatnonzero(fit.misfits())}


def test_items_that_behave_are_not_flagged() -> None:
    assert flags("nothing") == (set(), set())


def test_an_item_that_became_easier_is_flagged() -> None:
    assert flags("leaked")[0] == {2}


def test_an_item_that_no_longer_tells_people_apart_is_flagged() -> None:
    assert 2 in flags("flat")[1]


def test_a_few_answers_flag_nothing() -> None:
    scores = np.ones((10, 8), dtype=np.int64) * 2
    fit = check_fit(scores, np.zeros(8, dtype=np.int64), ONE, slopes=SLOPES, steps=STEPS)
    assert not fit.drifted().any()
    assert not fit.misfits().any()
