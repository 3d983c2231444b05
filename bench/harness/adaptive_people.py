"""The bank and the people of `bench/adaptive.py`: made up, seeded, the same for every way.

Bank: 24 competences of the framework in its 6 domains, 12 items each, two ladders of levels 1 to 6,
288 in all; of each four, in the middle of the ladders and at their ends, one in three is a
performance item with 2 to 4 points (generalized partial credit), the others are right or wrong
(2PL). People: general ability and six domains, as in `skills_framework/ability.py`; the mean of the
six has a standard deviation of 1.8 logits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skills_framework.ability import Prior
from skills_framework.adaptive import Bank, Item
from skills_framework.framework import load_framework
from skills_framework.item_response import Booleans, Floats, Integers

OVERALL_SD = 1.8
CORRELATION = 0.8
SLOPE, PERFORMANCE_SLOPE, SLOPE_SPREAD = 1.3, 0.85, 0.3
CHOICE_MINUTES, PERFORMANCE_MINUTES = 0.8, 2.0
LADDERS, LEVELS = 2, 6


def make_prior(correlation: float = CORRELATION) -> Prior:
    """Six domains that correlate alike; the mean of the six has `OVERALL_SD`."""
    sd = OVERALL_SD / np.sqrt((1 + 5 * correlation) / 6)
    return Prior((float(np.sqrt(correlation)),) * 6, sd=float(sd))


def place_of(level: Floats | Integers) -> Floats:
    """The middle difficulty, in logits, of questions of these levels."""
    place: Floats = -3.375 + 1.35 * (level - 1.0)
    return place


def make_bank(rng: np.random.Generator) -> Bank:
    """The items as they are. Id: competence, ladder and level, as in `1.2/0/4`."""
    items: list[Item] = []
    for number, domain in enumerate(load_framework().domains):
        for competence in domain.competences:
            for ladder in range(LADDERS):
                for level in range(1, LEVELS + 1):
                    performs = (level + 3 * ladder) % 3 == 0
                    items.append(_item(rng, number, competence.code, ladder, level, performs))
    return Bank(tuple(items), make_prior())


def _item(
    rng: np.random.Generator, domain: int, competence: str, ladder: int, level: int, performs: bool
) -> Item:
    place = float(place_of(np.array(level))) + rng.normal(0, 0.4)
    points = int(rng.integers(3, 6)) if performs else 1
    spread = np.sort(rng.normal(0, 0.8, points)) if performs else np.zeros(1)
    typical = PERFORMANCE_SLOPE if performs else SLOPE
    # Two ladders of one competence ask the same at the lowest level: enemies.
    foe = frozenset({f"{competence}/{1 - ladder}/{level}"}) if level == 1 else frozenset[str]()
    return Item(
        f"{competence}/{ladder}/{level}",
        domain,
        float(typical * np.exp(rng.normal(0, SLOPE_SPREAD))),
        tuple(float(place + one - spread.mean()) for one in spread),
        frozenset({competence, f"domain {domain}", "performance" if performs else "choice"}),
        PERFORMANCE_MINUTES if performs else CHOICE_MINUTES,
        foe,
    )


def misjudged(bank: Bank, rng: np.random.Generator) -> Bank:
    """The bank as a calibration on some 150 answers an item would have it: places wrong by 0.25
    logits, slopes by 15 %, and a correlation of the domains that is too high."""
    wrong = []
    for one in bank.items:
        shift = rng.normal(0, 0.25)
        slope = one.slope * float(np.exp(rng.normal(0, 0.15)))
        steps = tuple(step + float(shift) for step in one.steps)
        wrong.append(replace(one, slope=slope, steps=steps, difficulty_error=0.25))
    return Bank(tuple(wrong), bank.prior)


@dataclass(frozen=True)
class People:
    """p people: ``theta`` (p, D) logits; ``luck`` (p, n) decides each answer, the same whatever way
    of testing asks; ``guesses`` (p, n): answered without reading; ``knows`` (p, n): has seen the
    item; ``tires``: logits lost with each item after the tenth; ``floor``: chance to hit a choice
    by not knowing."""

    theta: Floats
    luck: Floats
    guesses: Booleans
    knows: Booleans
    tires: float = 0.0
    floor: float = 0.0

    @property
    def overall(self) -> Floats:
        overall: Floats = self.theta.mean(axis=1)
        return overall

    def part(self, chosen: slice) -> People:
        return replace(
            self,
            theta=self.theta[chosen],
            luck=self.luck[chosen],
            guesses=self.guesses[chosen],
            knows=self.knows[chosen],
        )


def make_people(
    rng: np.random.Generator, people: int, bank: Bank, *, correlation: float = CORRELATION
) -> People:
    """Honest ones."""
    prior = make_prior(correlation)
    general = rng.normal(size=(people, 1))
    own = rng.normal(size=(people, len(prior.loadings)))
    loading = np.asarray(prior.loadings)
    theta = prior.sd * (loading * general + np.sqrt(1 - loading**2) * own)
    nothing = np.zeros((people, len(bank.items)), dtype=np.bool_)
    return People(theta, rng.random((people, len(bank.items))), nothing, nothing)


def answer(people: People, truth: Bank, items: Integers, turn: int) -> Integers:
    """Scores (p,) of everybody's answer to their item (p,), the ``turn``-th of the sitting."""
    every = np.arange(len(items))
    theta = people.theta[every, truth.domain[items]] - people.tires * max(0, turn - 10)
    steps, slopes = truth.steps[items], truth.slopes[items]
    reached = np.concatenate([np.zeros((len(items), 1)), np.cumsum(steps, axis=1)], axis=1)
    powers = slopes[:, None] * (np.arange(reached.shape[1]) * theta[:, None] - reached)
    chance = np.exp(powers - powers.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    choice = ~np.isfinite(steps[:, 1])
    lucky = np.where(choice, people.floor, 0.0)
    guessed = people.guesses[every, items]
    chance[:, 0] = np.where(guessed, np.where(choice, 0.75, 1.0), chance[:, 0] * (1 - lucky))
    chance[:, 1] = np.where(guessed, np.where(choice, 0.25, 0.0), chance[:, 1] + lucky * 0.0)
    chance[choice, 1] = 1 - chance[choice, 0]
    chance[guessed & ~choice, 1:] = 0.0
    luck = people.luck[every, items]
    score = (luck[:, None] > np.cumsum(chance, axis=1)).sum(axis=1)
    points = np.isfinite(steps).sum(axis=1)
    return np.where(people.knows[every, items], points, np.minimum(score, points))
