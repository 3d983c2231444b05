"""Whole sittings: which items come, and when it is enough."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from catsim.item_bank import ItemBank
from catsim.selection import MaxInfoSelector
from hypothesis import given, settings
from hypothesis import strategies as st

from skills_framework.ability import Prior
from skills_framework.adaptive import (
    Answer,
    Bank,
    Item,
    Rules,
    ability_of,
    hurried,
    next_item,
)

SIX = Prior((0.9,) * 6, sd=1.97)
PLENTY = Rules(most_items=20, overall_error=0.0)


def make_bank(items: int = 90, *, enemies: bool = True, seed: int = 1) -> Bank:
    """Items of six domains and 18 competences, a third of them with partial credit; where there are
    enemies, each third item is one of the next."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(items):
        place = float(rng.normal(0, 1.8))
        steps = (place - 0.7, place, place + 0.7) if i % 3 == 1 else (place,)
        foe = frozenset({f"i{i + 1}"}) if enemies and i % 3 == 0 else frozenset[str]()
        groups = frozenset({f"competence {i % 18}", f"domain {i % 6}"})
        made.append(Item(f"i{i}", i % 6, float(rng.uniform(0.8, 1.8)), steps, groups, 1.0, foe))
    return Bank(tuple(made), SIX)


BANK = make_bank()


def sit(bank: Bank, rules: Rules, seed: int = 1, able: float = 0.5, **how: Any) -> list[Answer]:
    """One whole sitting of somebody who is right by this share."""
    rng = np.random.default_rng(seed)
    answers: list[Answer] = []
    while item := next_item(bank, rules, answers, rng=rng, **how):
        answers.append(Answer(item.id, int(rng.binomial(len(item.steps), able))))
        assert len(answers) <= len(bank.items)
    return answers


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1))
def test_nobody_gets_an_item_twice_or_two_that_are_enemies(seed: int, able: float) -> None:
    answers = sit(BANK, replace(PLENTY, most_items=40), seed, able)
    places = [BANK.place[one.item] for one in answers]
    assert len(set(places)) == len(places) == 40
    assert not BANK.enemies[np.ix_(places, places)].any()


def test_enemies_are_enemies_both_ways_whoever_says_it() -> None:
    assert BANK.enemies[0, 1] and BANK.enemies[1, 0]
    assert not BANK.enemies.diagonal().any()


def test_a_bank_of_one_item_works() -> None:
    bank = Bank((Item("a", 2, 1.2, (0.3,)),), SIX)
    assert [one.item for one in sit(bank, PLENTY)] == ["a"]
    assert next_item(bank, PLENTY, [Answer("a", 1)], rng=np.random.default_rng(1)) is None


def test_a_bank_of_enemies_gives_one_of_them() -> None:
    bank = Bank(
        (Item("a", 0, 1.0, (0.0,), enemies=frozenset({"b"})), Item("b", 0, 1.0, (0.0,))), SIX
    )
    assert len(sit(bank, PLENTY)) == 1


@pytest.mark.parametrize("able", [0.0, 0.5, 1.0])
def test_it_ends_when_every_domain_and_the_whole_are_sure_enough(able: float) -> None:
    rules = Rules(most_items=60, domain_error=1.0, overall_error=0.5)
    answers = sit(BANK, rules, able=able)
    sure = [
        bool(np.all((found := ability_of(BANK, answers[:n])).error <= 1.0))
        and found.overall_error <= 0.5
        for n in range(rules.least_items, len(answers) + 1)
    ]
    assert sure[-1] or len(answers) == 60
    assert not any(sure[:-1])
    assert able != 0.5 or len(answers) < 30


def test_it_ends_when_the_items_are_up() -> None:
    assert len(sit(BANK, replace(PLENTY, most_items=7))) == 7


def test_it_ends_when_the_time_is_up() -> None:
    rules = replace(PLENTY, most_minutes=25.0)
    rng = np.random.default_rng(1)
    assert next_item(BANK, rules, [], rng=rng, minutes=24.9) is not None
    assert next_item(BANK, rules, [], rng=rng, minutes=25.0) is None


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1))
def test_content_is_balanced(seed: int, able: float) -> None:
    domains = [f"domain {d}" for d in range(6)]
    competences = [f"competence {c}" for c in range(18)]
    rules = replace(
        PLENTY,
        most_items=14,
        group_least=dict.fromkeys(domains, 2),
        group_most=dict.fromkeys(competences, 1),
    )
    answers = sit(BANK, rules, seed, able)
    items = [BANK.items[BANK.place[one.item]] for one in answers]
    counts = {name: sum(name in item.groups for item in items) for name in domains + competences}
    assert len(items) == 14
    assert all(counts[name] >= 2 for name in domains)
    assert all(counts[name] <= 1 for name in competences)


def test_what_is_not_eligible_does_not_come_while_anything_else_may() -> None:
    eligible = np.arange(90) % 2 == 0
    answers = sit(BANK, replace(PLENTY, most_items=15), eligible=eligible)
    assert all(BANK.place[one.item] % 2 == 0 for one in answers)
    none = np.zeros(90, dtype=np.bool_)
    assert next_item(BANK, PLENTY, [], rng=np.random.default_rng(1), eligible=none) is not None


def test_what_was_shown_and_does_not_count_does_not_come_again() -> None:
    shown = {f"i{i}" for i in range(0, 90, 3)}  # each the enemy of the next
    answers = sit(BANK, replace(PLENTY, most_items=30), shown=shown)
    assert len(answers) == 30
    assert {BANK.place[one.item] % 3 for one in answers} == {2}


def test_scarce_items_come_to_fewer() -> None:
    rare = np.where(np.arange(90) < 45, 0.05, 1.0)
    places = [BANK.place[one.item] for one in sit(BANK, PLENTY, scarcity=rare)]
    assert sum(place < 45 for place in places) < 5


def test_the_first_items_differ_from_person_to_person() -> None:
    firsts = {
        next_item(BANK, PLENTY, [], rng=np.random.default_rng(seed)).id  # type: ignore[union-attr]  # a bank
        for seed in range(40)
    }
    assert 3 <= len(firsts) <= PLENTY.first


def test_one_slip_at_the_start_costs_a_good_person_little() -> None:
    """Somebody who takes exactly the steps below 2 logits, but for the first item."""

    def estimate(seed: int, *, slips: bool) -> float:
        rng, answers = np.random.default_rng(seed), list[Answer]()
        while item := next_item(BANK, PLENTY, answers, rng=rng):
            score = sum(step < 2.0 for step in item.steps)
            answers.append(Answer(item.id, 0 if slips and not answers else score))
        return float(ability_of(BANK, answers).overall)

    costs = [estimate(seed, slips=False) - estimate(seed, slips=True) for seed in range(4)]
    assert max(costs) < 0.7
    assert np.mean(costs) < 0.5


def test_without_lot_and_balance_it_picks_what_catsim_picks() -> None:
    """One domain, right or wrong, an estimate that is certain: maximum information."""
    rng = np.random.default_rng(2)
    one = Prior((0.0,), sd=1.0)
    items = [
        Item(f"i{i}", 0, float(rng.uniform(0.8, 2)), (float(rng.normal()),)) for i in range(60)
    ]
    # Five hundred answers to items of no other use make the estimate sharp.
    sure = [Item(f"s{i}", 0, 3.0, (0.4,)) for i in range(500)]
    bank = Bank((*items, *sure), one)
    answers = [Answer(f"s{i}", i % 2) for i in range(500)]
    theta = float(ability_of(bank, answers).mean[0])
    rules = Rules(most_items=10**6, overall_error=0.0, first=1, later=1)
    table = np.array([[item.slope, item.steps[0], 0, 1] for item in items])
    given: list[int] = []
    for _ in range(8):
        theirs = MaxInfoSelector().select(
            item_bank=ItemBank(table), administered_items=given, est_theta=theta
        )
        ours = next_item(bank, rules, answers, rng=rng, shown={f"i{i}" for i in given})
        assert ours is not None and ours.id == f"i{theirs}"
        given.append(int(theirs))  # type: ignore[arg-type]  # there are more


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([Answer("i0", 2)], ValueError),
        ([Answer("i0", -1)], ValueError),
        ([Answer("i0", 1), Answer("i0", 1)], ValueError),
        ([Answer("gone", 1)], KeyError),
    ],
)
def test_answers_that_cannot_be_are_refused(answers: list[Answer], error: type) -> None:
    with pytest.raises(error):
        ability_of(BANK, answers)


def test_a_bank_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="each once"):
        Bank((Item("a", 0, 1.0, (0.0,)), Item("a", 0, 1.0, (0.0,))), SIX)
    with pytest.raises(ValueError, match="domain"):
        Bank((Item("a", 6, 1.0, (0.0,)),), SIX)


def test_time_is_a_sign_and_never_in_the_estimate() -> None:
    slow = [Answer("i0", 1, 60.0), Answer("i4", 0, 80.0)]
    quick = [replace(one, seconds=1.0) for one in slow]
    assert np.array_equal(ability_of(BANK, slow).density, ability_of(BANK, quick).density)
    assert hurried([1.0, 60.0, None, 4.0], [60.0, 60.0, 60.0, 60.0]) == pytest.approx(2 / 3)
    assert hurried([None], [60.0]) == 0.0


def test_an_item_that_is_known_less_moves_the_estimate_less() -> None:
    moved = []
    for error in (0.0, 0.5, 1.0):
        bank = Bank((Item("a", 0, 1.5, (0.5,), difficulty_error=error),), SIX)
        moved.append(float(ability_of(bank, [Answer("a", 1)]).mean[0]))
    assert all(less < more for more, less in pairwise(moved))
