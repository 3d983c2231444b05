"""Honest people are hardly ever named, and people who copied are found."""

from __future__ import annotations

import math

import numpy as np
import pytest

from skills_framework.agreement import (
    ALARM,
    LEAST_WRONG,
    alike_chances,
    pairs_alike,
    tails_of,
)

Answers = list[dict[int, str]]


def sat(seed: int, people: int = 120, questions: int = 40, each: int = 30) -> Answers:
    """Wrong answers of honest people who were each given some of the questions. Of the wrong
    options one tempts most, and whom it tempts depends on ability: independence is not quite so."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(-0.3, 1.2, people)
    place = rng.normal(0, 1, questions)
    tempting = rng.normal(0, 0.8, (questions, 3))
    lean = rng.normal(0, 0.4, (questions, 3))
    chance = 1 / (1 + np.exp(-1.2 * (ability[:, None] - place)))
    given = rng.random((people, questions)).argsort(axis=1) < each
    erred = given & (rng.random((people, questions)) >= chance)
    draw = rng.gumbel(size=(people, questions, 3))
    chosen = (tempting + lean * ability[:, None, None] + draw).argmax(axis=2)
    return [
        {int(one): "abc"[chosen[person, one]] for one in np.flatnonzero(erred[person])}
        for person in range(people)
    ]


def copied(answers: Answers, taker: int, source: int, share: float, seed: int) -> Answers:
    """With one person's answers taken over by another, so many of them."""
    rng = np.random.default_rng(seed)
    mine = dict(answers[taker])
    for question, answer in answers[source].items():
        if rng.random() < share:
            mine[question] = answer
    return [mine if place == taker else one for place, one in enumerate(answers)]


def test_among_honest_people_anybody_is_named_no_more_often_than_promised() -> None:
    looks = 150
    alarms = 0
    for seed in range(looks):
        answers = sat(seed)
        alarms += bool(pairs_alike(answers, alike_chances(answers)))
    # 150 looks at 7,140 pairs each.
    assert alarms <= looks * ALARM


def test_whoever_copied_nearly_all_of_a_neighbours_errors_is_found_in_a_room() -> None:
    found = 0
    for seed in range(30):
        answers = sat(1000 + seed)
        weak = int(np.argmax([len(one) for one in answers]))
        taker = (weak + 1) % len(answers)
        answers = copied(answers, taker, weak, 0.9, seed)
        named = pairs_alike(answers, alike_chances(answers))
        found += {weak, taker} in [{one.one, one.other} for one in named]
        assert all(one.alike > one.expected for one in named)
    assert found >= 24


def test_the_error_that_everybody_makes_names_nobody() -> None:
    answers: Answers = [dict.fromkeys(range(30), "a") for _ in range(60)]
    chances = alike_chances(answers)
    assert set(chances.values()) == {0.95}
    assert pairs_alike(answers, chances) == []


def test_a_question_that_few_erred_at_says_nothing() -> None:
    few: Answers = [{1: "a"} for _ in range(LEAST_WRONG - 1)]
    assert alike_chances(few) == {}
    assert list(alike_chances([*few, {1: "b"}])) == [1]


def test_two_sittings_of_one_person_are_no_pair() -> None:
    answers = sat(5)
    twins = [*answers, answers[0]]
    own = [*range(len(answers)), 0]
    chances = alike_chances(twins)
    named = {(one.one, one.other) for one in pairs_alike(twins, chances)}
    assert (0, len(answers)) in named
    named = {(one.one, one.other) for one in pairs_alike(twins, chances, same=own)}
    assert (0, len(answers)) not in named


def test_the_more_pairs_are_looked_at_the_more_it_takes() -> None:
    answers = copied(sat(7), 1, 0, 0.8, 7)
    chances = alike_chances(answers)
    here = pairs_alike(answers, chances)
    assert {one.chance for one in pairs_alike(answers, chances, looked_at=10**9)} <= {
        one.chance for one in here
    }
    assert pairs_alike(answers, chances, looked_at=10**30) == []


def test_the_tail_is_that_of_a_binomial_where_chances_are_equal() -> None:
    least = np.arange(8)
    found = tails_of(np.full((8, 7), 0.3), least)
    each = [math.comb(7, k) * 0.3**k * 0.7 ** (7 - k) for k in range(8)]
    assert found == pytest.approx([sum(each[k:]) for k in least], abs=1e-12)
    by_hand = 0.2 * 0.5 + 0.2 * 0.9 + 0.5 * 0.9 - 2 * 0.2 * 0.5 * 0.9
    assert tails_of(np.array([[0.2, 0.5, 0.9]]), np.array([2]))[0] == pytest.approx(by_hand)


def test_nobody_and_one_person_are_no_pair() -> None:
    assert pairs_alike([], {}) == []
    assert pairs_alike([{1: "a"}], {1: 0.5}) == []
