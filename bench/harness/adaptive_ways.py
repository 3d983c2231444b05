"""The ways of testing that `bench/adaptive.py` compares. Each is told whom it tests, gives items,
is told scores, and says in the end what it holds for true.

Pix's two rules are stated as read in its public repository (1024pix/pix, November 2026) and written
anew; catsim's is maximum information at the last estimate, as its selector picks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from adaptive_people import LADDERS, LEVELS, People, answer, place_of

from skills_framework.ability import Ability, infer, nothing_known
from skills_framework.adaptive import Bank, Rules, draw, enough, may_come, worth
from skills_framework.calibration import calibrate_curve
from skills_framework.exposure import Exposure, counted, draw_eligible, no_exposure, scarcity
from skills_framework.item_response import Booleans, Floats, Integers, log_chances

NONE = -1
Z = 1.959964


@dataclass(frozen=True)
class Held:
    """What a way of testing holds for true of p people. ``overall``, ``error`` (p,): None for the
    error where it gives none; ``domains`` (p, D); ``low``, ``high`` (p, D) the 95 % interval."""

    overall: Floats
    error: Floats | None
    domains: Floats
    low: Floats | None
    high: Floats | None


class Way(Protocol):
    def begin(self, people: People) -> None: ...
    def ask(self, turn: int) -> Integers: ...  # (p,) items, NONE for who has finished
    def hear(self, items: Integers, scores: Integers) -> None: ...
    def end(self) -> Held: ...


class Ours:
    """The engine as it is, a new draw of eligible items for everybody."""

    def __init__(
        self,
        bank: Bank,
        rules: Rules,
        rng: np.random.Generator,
        *,
        bound: float = 0.25,
        before: Exposure | None = None,
    ) -> None:
        self.bank, self.rules, self.rng = bank, rules, rng
        self.exposure = before or no_exposure(len(bank.items), bound=bound)

    def begin(self, people: People) -> None:
        sitting = len(people.theta)
        self.given = np.zeros((sitting, len(self.bank.items)), dtype=np.bool_)
        self.told = np.zeros((sitting, *nothing_known(self.bank.prior).shape))
        self.minutes = np.zeros(sitting)
        self.eligible = draw_eligible([self.exposure], sitting, self.rng)

    def ability(self) -> Ability:
        return infer(self.bank.prior, self.told)

    def ask(self, turn: int) -> Integers:
        ability, items = self.ability(), self.given.sum(axis=1)
        over = enough(self.rules, ability, items, self.minutes)
        may = may_come(self.bank, self.rules, self.given, self.eligible) & ~over[:, None]
        value = self.value(ability) * scarcity(self.exposure)
        return draw(self.rules, value, may, items, self.rng)

    def value(self, ability: Ability) -> Floats:
        return worth(self.bank, self.rules, ability, self.given)

    def hear(self, items: Integers, scores: Integers) -> None:
        who = np.flatnonzero(items != NONE)
        item = items[who]
        self.given[who, item] = True
        self.minutes[who] += self.bank.minutes[item]
        self.told[who, self.bank.domain[item]] += self.bank.log_chance[
            item, self.read(item, scores[who])
        ]

    def read(self, items: Integers, scores: Integers) -> Integers:
        """A score as the bank knows it."""
        return scores

    def end(self) -> Held:
        self.exposure = counted(self.exposure, self.eligible, self.given)
        ability = self.ability()
        interval = ability.interval()
        return Held(
            ability.overall,
            ability.overall_error,
            ability.mean,
            interval[..., 0],
            interval[..., 1],
        )


class Random(Ours):
    """Any item that may come, scored as ours."""

    def value(self, ability: Ability) -> Floats:
        return self.rng.random(self.given.shape)


class OnlyFullPoints(Ours):
    """Ours without partial credit: a performance item is right with all its points, or wrong."""

    def __init__(
        self, bank: Bank, rules: Rules, rng: np.random.Generator, *, bound: float = 0.25
    ) -> None:
        super().__init__(_without_partial_credit(bank), rules, rng, bound=bound)
        self.points = np.array([len(one.steps) for one in bank.items])

    def read(self, items: Integers, scores: Integers) -> Integers:
        return (scores == self.points[items]).astype(np.int64)


def _without_partial_credit(bank: Bank) -> Bank:
    grid = bank.prior.grid
    weight = np.exp(-(((grid - bank.prior.mean) / bank.prior.sd) ** 2) / 2)
    items = []
    for one, chance in zip(bank.items, np.exp(bank.log_chance), strict=True):
        full = chance[len(one.steps)]
        slope, steps = calibrate_curve(weight * np.stack([1 - full, full]), grid)
        items.append(replace(one, slope=slope, steps=(float(steps[0]),)))
    return Bank(tuple(items), bank.prior)


class Bound(Ours):
    """What no way of choosing can beat by much: the items that tell most at each person's *true*
    abilities, without a rule of content, exposure or lot; scored as ours."""

    def __init__(self, bank: Bank, items: int, rng: np.random.Generator) -> None:
        rules = Rules(most_items=items, overall_error=0, first=1, later=1, balance=0)
        super().__init__(bank, rules, rng, bound=1.0)

    def begin(self, people: People) -> None:
        super().begin(people)
        self.eligible[:] = True
        grid = self.bank.prior.grid
        place = np.rint((people.theta - grid[0]) / (grid[1] - grid[0])).astype(np.int64)
        self.truth = np.zeros(self.told.shape)
        np.put_along_axis(self.truth, np.clip(place, 0, len(grid) - 1)[..., None], 1.0, axis=2)

    def value(self, ability: Ability) -> Floats:
        return worth(self.bank, self.rules, replace(ability, density=self.truth), self.given)


@dataclass(frozen=True)
class OneScale:
    """A bank as a way with one ability and right-or-wrong answers sees it: 2PL parameters (n,) of
    *all points earned*, fitted to how the mean of the domains foretells it."""

    slopes: Floats
    places: Floats


def on_one_scale(bank: Bank) -> OneScale:
    """What such a way's calibration would converge to on honest people without end."""
    prior = bank.prior
    loading = np.asarray(prior.loadings)
    correlation = np.outer(loading, loading)
    np.fill_diagonal(correlation, 1.0)
    variance = prior.sd**2 * correlation.mean()
    rest = np.sqrt(prior.sd**2 - variance)
    overall = np.linspace(-4.5, 4.5, 61) * np.sqrt(variance)
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    weights = weights / weights.sum()
    points = np.isfinite(bank.steps).sum(axis=1)
    full = np.zeros((len(bank.items), len(overall)))
    for node, weight in zip(nodes, weights, strict=True):
        chances = np.exp(log_chances(overall + rest * node, bank.slopes, bank.steps))
        full += weight * chances[np.arange(len(points)), points]
    people = np.exp(-(overall**2) / (2 * variance))
    fitted = [calibrate_curve(people * np.stack([1 - one, one]), overall) for one in full]
    return OneScale(np.array([one[0] for one in fitted]), np.array([one[1][0] for one in fitted]))


class _RightOrWrong:
    """What Pix's examination and catsim have in common: one ability, all points or nothing."""

    def __init__(self, bank: Bank, scale: OneScale, rng: np.random.Generator) -> None:
        self.bank, self.scale, self.rng = bank, scale, rng
        self.points = np.isfinite(bank.steps).sum(axis=1)

    def begin(self, people: People) -> None:
        self.given = np.zeros((len(people.theta), len(self.bank.items)), dtype=np.bool_)
        self.log = np.zeros((len(people.theta), len(self.grid)))
        self.capacity = np.full(len(people.theta), self.start)

    grid: Floats
    start: float

    def curve(self, item: Integers, right: Booleans) -> Floats:
        power = self.scale.slopes[item, None] * (self.grid - self.scale.places[item, None])
        return -np.log1p(np.exp(np.where(right[:, None], -power, power)))

    def reward(self) -> Floats:
        """(p, n): Fisher information at the last estimate."""
        power = self.scale.slopes * (self.capacity[:, None] - self.scale.places)
        chance = 1 / (1 + np.exp(-power))
        return chance * (1 - chance) * self.scale.slopes**2

    def held(self, error: Floats) -> Held:
        domains = np.repeat(self.capacity[:, None], len(self.bank.prior.loadings), axis=1)
        low, high = domains - Z * error[:, None], domains + Z * error[:, None]
        return Held(self.capacity, error, domains, low, high)


class PixExamination(_RightOrWrong):
    """Pix's certification ("flash"). 32 questions always. Grid of 80 abilities from −9; start −3.
    After each answer: posterior = all likelihood so far × a normal prior of variance 1.5 around
    *the last* capacity; its mean is the new capacity, moved by at most half of the last one (or
    0.5). Next: not of the two last competences, none of a ladder already asked, all competences
    once before any twice; of the five with most information the first by 51 %, else the second by
    51 %, and so on. One capacity is shown for everything."""

    grid = np.arange(80) * 18 / 80 - 9
    start = -3.0
    length, moves, variance, pick = 32, 0.5, 1.5, 0.51

    def __init__(self, bank: Bank, scale: OneScale, rng: np.random.Generator) -> None:
        super().__init__(bank, scale, rng)
        names = [one.id.rpartition("/")[0] for one in bank.items]
        self.ladder = np.unique(names, return_inverse=True)[1]
        self.competence = np.unique([one.partition("/")[0] for one in names], return_inverse=True)[
            1
        ]

    def begin(self, people: People) -> None:
        super().begin(people)
        self.last: list[Integers] = []
        self.posterior = np.zeros_like(self.log)

    def ask(self, turn: int) -> Integers:
        people = len(self.given)
        if turn >= self.length:
            return np.full(people, NONE)
        free, fresh = ~self.used(self.ladder), ~self.used(self.competence)
        free = np.where(fresh.any(axis=1, keepdims=True), fresh, free)
        for items in self.last[-2:]:
            spaced = free & (self.competence != self.competence[items][:, None])
            free = np.where(spaced.any(axis=1, keepdims=True), spaced, free)
        worths = np.where(free, self.reward(), -1.0)
        order = np.argpartition(-worths, 4, axis=1)[:, :5]
        ranks = np.argsort(-np.take_along_axis(worths, order, axis=1), axis=1)
        order = np.take_along_axis(order, ranks, axis=1)
        among = np.minimum(free.sum(axis=1), 5)
        lot = np.minimum(self.rng.geometric(self.pick, people) - 1, among - 1)
        return order[np.arange(people), lot]

    def used(self, groups: Integers) -> Booleans:
        """(p, n): items of a group of which one was given already."""
        member = (groups[:, None] == np.arange(groups.max() + 1)).astype(np.float64)
        used: Booleans = (self.given @ member > 0)[:, groups]
        return used

    def hear(self, items: Integers, scores: Integers) -> None:
        self.given[np.arange(len(items)), items] = True
        self.last.append(items)
        self.log += self.curve(items, scores == self.points[items])
        log = self.log - (self.grid - self.capacity[:, None]) ** 2 / (2 * self.variance)
        self.posterior = np.exp(log - log.max(axis=1, keepdims=True))
        self.posterior /= self.posterior.sum(axis=1, keepdims=True)
        small = np.abs(self.capacity) < self.moves
        gap = np.where(small, self.moves, np.abs(self.capacity * self.moves))
        mean = self.posterior @ self.grid
        self.capacity = np.clip(mean, self.capacity - gap, self.capacity + gap)

    def end(self) -> Held:
        spread = (self.posterior * (self.grid - self.capacity[:, None]) ** 2).sum(axis=1)
        return self.held(np.sqrt(spread - (9 / 80) ** 2 / 12))


class Catsim(_RightOrWrong):
    """Maximum information at the maximum-likelihood estimate, searched between −6 and 6, all from
    0; standard error from the information of what was asked. ``length`` items."""

    grid = np.linspace(-6, 6, 481)
    start = 0.0

    def __init__(
        self, bank: Bank, scale: OneScale, rng: np.random.Generator, length: int = 20
    ) -> None:
        super().__init__(bank, scale, rng)
        self.length = length

    def ask(self, turn: int) -> Integers:
        if turn >= self.length:
            return np.full(len(self.given), NONE)
        return np.argmax(np.where(self.given, -1.0, self.reward()), axis=1)

    def hear(self, items: Integers, scores: Integers) -> None:
        self.given[np.arange(len(items)), items] = True
        self.log += self.curve(items, scores == self.points[items])
        self.capacity = self.grid[np.argmax(self.log, axis=1)]

    def end(self) -> Held:
        return self.held(1 / np.sqrt((self.reward() * self.given).sum(axis=1)))


def pix_placement(people: People, truth: Bank) -> tuple[Held, Booleans]:
    """Pix's placement, a competence after the other, and what was given (p, n).

    Level: of 0.5, 1, … 7.5 the one at which answers are best balanced, Σ (right − P) nearest 0,
    with one answer more that anybody has right (level 0) and one that nobody has (7); P logistic of
    slope 1 in levels. First a question of level 2; then, of those at most two levels above, one
    whose answer settles most others: who has it right has all easier of its ladder, who has it
    wrong none harder. It ends when no question would settle another. A level is read as the
    difficulty of its questions; a domain is the mean of its competences. There is no error.
    """
    width = LADDERS * LEVELS
    count = len(truth.items) // width
    given = np.zeros((len(people.theta), len(truth.items)), dtype=np.bool_)
    found = np.zeros((len(people.theta), count))
    for competence in range(count):
        first = competence * width
        levels, asked = _pix_level(people, truth, first)
        found[:, competence] = place_of(levels)
        given[:, first : first + width] = asked
    domain = truth.domain[::width]
    domains = np.stack(
        [found[:, domain == d].mean(axis=1) for d in range(domain.max() + 1)], axis=1
    )
    return Held(domains.mean(axis=1), None, domains, None, None), given


def _pix_level(people: People, truth: Bank, first: int) -> tuple[Floats, Booleans]:
    """Levels (p,) in the competence whose items begin at ``first``; which were asked (p, w)."""
    p, width = len(people.theta), LADDERS * LEVELS
    level = np.tile(np.arange(1, LEVELS + 1), LADDERS)
    same = np.repeat(np.arange(LADDERS), LEVELS)[:, None] == np.repeat(np.arange(LADDERS), LEVELS)
    easier, harder = same & (level < level[:, None]), same & (level > level[:, None])
    settled, right = np.zeros((2, p, width), dtype=np.bool_)
    asked = np.zeros((p, width), dtype=np.bool_)
    points = np.array([len(one.steps) for one in truth.items])
    steps = np.arange(0.5, 8, 0.5)
    expected = 1 / (1 + np.exp(-(steps[:, None] - level)))
    anchors = 1 - 1 / (1 + np.exp(-steps)) - 1 / (1 + np.exp(-(steps - 7)))
    guess = np.full(p, 2.0)
    for turn in range(width):
        chance = 1 / (1 + np.exp(-(guess[:, None] - level)))
        reward = chance * (~settled @ easier.T.astype(float)) + (1 - chance) * (
            ~settled @ harder.T.astype(float)
        )
        may = ~settled & (level - guess[:, None] <= 2) & (reward > 0)
        may &= (level == 2) | (turn > 0)
        who = np.flatnonzero(may.any(axis=1))
        if not len(who):
            break
        item = np.argmax(np.where(may, reward, -1.0), axis=1)
        scores = answer(people, truth, first + item, turn)
        good = scores == points[first + item]
        follows = np.where(good[:, None], easier[item], harder[item])
        settled[who] |= follows[who]
        settled[who, item[who]] = asked[who, item[who]] = True
        right[who, item[who]] = good[who]
        balance = (right & asked).sum(axis=1)[:, None] - asked @ expected.T + anchors
        guess = steps[np.argmin(np.abs(balance), axis=1)]
    return guess, asked
