"""The posterior of six domains: exact, in whatever order, and honest about its width."""

from __future__ import annotations

import numpy as np
import pytest
from adaptivetesting.math.estimators import ExpectedAPosteriori, NormalPrior
from adaptivetesting.models import TestItem as TheirItem
from hypothesis import given, settings
from hypothesis import strategies as st

from skills_framework.ability import Prior, infer, nothing_known
from skills_framework.adaptive import Answer, Bank, Item, ability_of

SIX = Prior((0.9,) * 6, sd=1.97)
items = st.builds(
    lambda domain, slope, places: (domain, slope, tuple(places)),
    st.integers(0, 5),
    st.floats(0.4, 2.5),
    st.lists(st.floats(-3, 3), min_size=1, max_size=4),
)
answered = st.lists(st.tuples(items, st.integers(0, 4)), min_size=1, max_size=12)


def bank_of(answers: list, prior: Prior = SIX) -> Bank:
    return Bank(
        tuple(Item(f"i{i}", d, a, places) for i, ((d, a, places), _) in enumerate(answers)), prior
    )


def answers_of(answers: list) -> list[Answer]:
    return [
        Answer(f"i{i}", min(score, len(places)))
        for i, ((_, _, places), score) in enumerate(answers)
    ]


@settings(max_examples=20, deadline=None)
@given(answered, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter_to_the_last_bit(answers: list, shuffle) -> None:
    bank, given_answers = bank_of(answers), answers_of(answers)
    before = ability_of(bank, given_answers)
    shuffle.shuffle(given_answers)
    after = ability_of(bank, given_answers)
    assert np.array_equal(before.density, after.density)
    assert before.overall_error == after.overall_error


@settings(max_examples=20, deadline=None)
@given(answered)
def test_an_interval_is_never_wider_than_before_any_answer(answers: list) -> None:
    after = ability_of(bank_of(answers), answers_of(answers))
    nothing = infer(SIX, nothing_known(SIX))
    assert np.all(after.error <= nothing.error + 1e-9)
    assert after.overall_error <= nothing.overall_error + 1e-9


@settings(max_examples=20, deadline=None)
@given(answered, items)
def test_an_answer_more_is_never_expected_to_widen_an_interval(answers: list, more: tuple) -> None:
    """One surprising answer may; the mean over the answers that are expected does not."""
    bank = bank_of([*answers, (more, 0)])
    so_far = answers_of(answers)
    now = ability_of(bank, so_far)
    domain, last = more[0], f"i{len(answers)}"
    chances = np.exp(bank.log_chance[-1, : len(more[2]) + 1]) @ now.density[domain]
    later = [ability_of(bank, [*so_far, Answer(last, k)]) for k in range(len(chances))]
    assert chances.sum() == pytest.approx(1)
    for d in range(6):
        expected = sum(p * one.variance[d] for p, one in zip(chances, later, strict=True))
        assert expected <= now.variance[d] + 1e-9
    expected = sum(p * one.overall_error**2 for p, one in zip(chances, later, strict=True))
    assert expected <= now.overall_error**2 + 1e-9


@settings(max_examples=20, deadline=None)
@given(answered)
def test_it_is_what_reckoning_with_both_domains_at_once_gives(answers: list) -> None:
    prior = Prior((0.85, 0.7), mean=0.2, sd=1.4, points=31)
    two = [((d % 2, a, places), score) for (d, a, places), score in answers]
    bank, grid = bank_of(two, prior), prior.grid
    found = ability_of(bank, answers_of(two))
    joint = np.einsum("g,ga,gb->ab", prior.general_chance, *prior.given_general)
    for place, answer in enumerate(answers_of(two)):
        own = np.exp(bank.log_chance[place, answer.score])
        joint = joint * (own[:, None] if bank.domain[place] == 0 else own[None, :])
    joint /= joint.sum()
    assert np.allclose(found.density, [joint.sum(axis=1), joint.sum(axis=0)], atol=1e-10)
    mean = found.mean
    together = grid @ joint @ grid - mean[0] * mean[1]
    assert found.covariance[0, 1] == pytest.approx(together, abs=1e-9)
    whole = (grid[:, None] + grid[None, :]) / 2 - mean.mean()
    assert found.overall_error == pytest.approx(np.sqrt((joint * whole**2).sum()), abs=1e-9)


@settings(max_examples=3, deadline=None)
@given(answered)
def test_of_one_domain_it_is_adaptivetestings_estimate(answers: list) -> None:
    one = [((0, a, places[:1]), score) for (_, a, places), score in answers]
    found = ability_of(bank_of(one, Prior((0.0,), sd=1.3, points=201)), answers_of(one))
    theirs = []
    for (_, a, [b]), _ in one:
        theirs.append(TheirItem())
        theirs[-1].a, theirs[-1].b = a, b
    right = [answer.score for answer in answers_of(one)]
    estimator = ExpectedAPosteriori(right, theirs, NormalPrior(0, 1.3), (-5.85, 5.85))
    estimate = estimator.get_estimation()
    assert found.mean[0] == pytest.approx(estimate, abs=0.002)
    assert found.error[0] == pytest.approx(estimator.get_standard_error(estimate), abs=0.002)


def test_before_any_answer_it_is_the_prior() -> None:
    nothing = infer(SIX, nothing_known(SIX))
    assert np.allclose(nothing.mean, 0, atol=1e-9)
    assert np.allclose(nothing.error, 1.97, rtol=1e-3)
    assert nothing.covariance[0, 1] == pytest.approx(0.81 * 1.97**2, rel=1e-3)
    assert np.allclose(nothing.interval()[:, 1], 1.96 * 1.97, rtol=0.01)


def test_answers_in_one_domain_tell_of_the_others_less() -> None:
    bank = Bank(tuple(Item(f"i{i}", 0, 1.5, (0.5,)) for i in range(10)), SIX)
    found = ability_of(bank, [Answer(f"i{i}", 1) for i in range(10)])
    assert found.mean[0] > found.mean[1] > 0.5
    assert found.error[0] < found.error[1] < 1.97
    assert np.allclose(found.mean[1:], found.mean[1])
    assert np.all(found.at_least(0.0)[1:] < found.at_least(0.0)[0])


def test_domains_that_share_nothing_tell_nothing_of_each_other() -> None:
    prior = Prior((0.0, 0.0))
    bank = Bank((Item("a", 0, 2.0, (1.0,)),), prior)
    found = ability_of(bank, [Answer("a", 1)])
    assert found.mean[1] == pytest.approx(0, abs=1e-12)
    assert found.covariance[0, 1] == pytest.approx(0, abs=1e-12)


def test_its_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    general, own = rng.normal(size=(3000, 1)), rng.normal(size=(3000, 6))
    theta = 1.97 * (0.9 * general + np.sqrt(0.19) * own)
    bank = Bank(
        tuple(Item(f"i{i}", i % 6, 1.3, (float(rng.normal(0, 2)),)) for i in range(18)), SIX
    )
    told = np.zeros((3000, *nothing_known(SIX).shape))
    for place, item in enumerate(bank.items):
        chance = 1 / (1 + np.exp(-item.slope * (theta[:, item.domain] - item.steps[0])))
        score = (rng.random(3000) < chance).astype(int)
        told[:, item.domain] += bank.log_chance[place, score]
    found = infer(SIX, told)
    low, high = np.moveaxis(found.interval(), -1, 0)
    within = ((low <= theta) & (theta <= high)).mean(axis=0)
    assert np.all((within > 0.935) & (within < 0.965))
    off = np.abs(found.overall - theta.mean(axis=1)) / found.overall_error
    assert 0.935 < (off <= 1.96).mean() < 0.965


@pytest.mark.parametrize("bad", [{"loadings": ()}, {"loadings": (1.0,)}, {"sd": 0.0}])
def test_a_prior_that_cannot_be_is_refused(bad: dict) -> None:
    with pytest.raises(ValueError, match=r"loadings|spread"):
        Prior(**{"loadings": (0.5,), **bad})
