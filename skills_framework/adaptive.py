"""Which item next, and when it is enough. Pure: randomness is handed in, time is counted outside.

A sitting goes round: what is known (`ability.infer`) → is it enough (`enough`) → which items may
come and how much each is worth (`worth`) → one of the best by lot (`draw`). Every function works
on people at once, arrays of p rows; a sitting of one person is p = 1 (`next_item`).

How much an item is worth: by how much an answer is expected to lower the errors that are reported,
those of the domains and that of the whole, (the A-criterion of Mulder & van der Linden, 2009,
*Psychometrika* 74, 273–296), times its content's priority (the maximum priority index of Cheng &
Chang, 2009, *British Journal of Mathematical and Statistical Psychology* 62, 369–383). Information
is averaged over the whole posterior and not read at the estimate (van der Linden, 1998), so that
one careless answer at the start does not send a person to the far end of the bank.

Response time (`hurried`) is a sign for a person to look at. Nothing here reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from skills_framework.ability import Ability, Prior, infer, nothing_known
from skills_framework.item_response import (
    Booleans,
    Floats,
    Integers,
    log_chances,
    score_variance,
    softened,
)


@dataclass(frozen=True)
class Item:
    """An item as the engine knows it. ``domain``: number of its domain in the prior; ``slope``,
    ``steps``: see `item_response`; ``difficulty_error``: standard error of its difficulty in
    logits; ``groups``: names of the contents it belongs to (competence, kind); ``minutes``: what
    it usually takes; ``enemies``: ids of items that tell its answer or ask the same."""

    id: str
    domain: int
    slope: float
    steps: tuple[float, ...]
    groups: frozenset[str] = frozenset()
    minutes: float = 1.0
    enemies: frozenset[str] = frozenset()
    difficulty_error: float = 0.0


@dataclass(frozen=True)
class Bank:
    """Items laid out for reckoning under one prior. Raises ValueError for none, an id twice, or an
    item of a domain that the prior does not have."""

    items: tuple[Item, ...]
    prior: Prior

    def __post_init__(self) -> None:
        domains = range(len(self.prior.loadings))
        if not self.items or len({one.id for one in self.items}) < len(self.items):
            raise ValueError("a bank has items, each once")
        if any(one.domain not in domains for one in self.items):
            raise ValueError("an item belongs to a domain of the prior")

    @cached_property
    def place(self) -> Mapping[str, int]:
        return {one.id: i for i, one in enumerate(self.items)}

    @cached_property
    def domain(self) -> Integers:
        """(n,)"""
        return np.array([one.domain for one in self.items], dtype=np.int64)

    @cached_property
    def minutes(self) -> Floats:
        """(n,)"""
        return np.array([one.minutes for one in self.items])

    @cached_property
    def slopes(self) -> Floats:
        """(n,), softened by what is not known of the items."""
        errors = np.array([one.difficulty_error for one in self.items])
        return softened(np.array([one.slope for one in self.items]), errors)

    @cached_property
    def steps(self) -> Floats:
        """(n, m), filled up with +inf."""
        steps = np.full((len(self.items), max(len(one.steps) for one in self.items)), np.inf)
        for row, one in zip(steps, self.items, strict=True):
            row[: len(one.steps)] = one.steps
        return steps

    @cached_property
    def log_chance(self) -> Floats:
        """(n, m + 1, q): log-chance of each score on the prior's grid."""
        return log_chances(self.prior.grid, self.slopes, self.steps)

    @cached_property
    def information(self) -> Floats:
        """(n, q): Fisher information on the grid, 1 / logit²."""
        return self.slopes[:, None] ** 2 * score_variance(np.exp(self.log_chance))

    @cached_property
    def enemies(self) -> Booleans:
        """(n, n): may never be in one sitting; true both ways whoever said it."""
        hostile = np.zeros((len(self.items),) * 2, dtype=np.bool_)
        for i, one in enumerate(self.items):
            hostile[i, [self.place[other] for other in one.enemies if other in self.place]] = True
        np.fill_diagonal(hostile, False)
        both: Booleans = hostile | hostile.T
        return both

    def membership(self, names: Collection[str]) -> Booleans:
        """(n, c): which items belong to each of these groups."""
        return np.array([[name in one.groups for name in names] for one in self.items])


@dataclass(frozen=True)
class Rules:
    """Of one kind of sitting. Errors in logits; ``group_least`` and ``group_most``: how many items
    of each named group at least and at most. ``first`` and ``later``: from how many of the best an
    item is drawn, for the first ``robust`` items and after them; ``near``: the share of the best
    item's worth below which none is drawn. ``whole``: weight of the overall error beside those of
    the domains. ``domain_error``, ``overall_error``: sure enough."""

    most_items: int = 20
    least_items: int = 6
    most_minutes: float = float("inf")
    domain_error: float = 0.6
    overall_error: float = 0.27
    group_least: Mapping[str, int] = field(default_factory=dict)
    group_most: Mapping[str, int] = field(default_factory=dict)
    first: int = 10
    robust: int = 3
    later: int = 5
    near: float = 0.6
    whole: float = 6.0


def enough(rules: Rules, ability: Ability, items: Integers, minutes: Floats) -> Booleans:
    """(p,): whether each sitting may end: every domain and the whole are sure enough, or items
    (p,) or minutes (p,) are up. A person without any answer is never sure enough."""
    sure = np.all(ability.error <= rules.domain_error, axis=-1)
    sure &= (ability.overall_error <= rules.overall_error) & (items >= rules.least_items)
    over: Booleans = sure | (items >= rules.most_items) | (minutes >= rules.most_minutes)
    return over


def may_come(bank: Bank, rules: Rules, given: Booleans, eligible: Booleans) -> Booleans:
    """(p, n): items that are neither given, nor an enemy of one given, nor of a group that is full,
    and eligible by lot (`exposure`). Where groups still lack as many items as are left, theirs
    alone. Eligibility gives way where nothing else would be left; the other rules never do."""
    free = ~(given | ((given @ bank.enemies.astype(np.float32)) > 0))
    if rules.group_most:
        member = bank.membership(rules.group_most).astype(np.float32)
        full = given @ member >= np.array(list(rules.group_most.values()))
        free &= ~((full @ member.T) > 0)
    free = _narrowed(free, eligible)
    if rules.group_least:
        member = bank.membership(rules.group_least).astype(np.float32)
        lacking = np.maximum(np.array(list(rules.group_least.values())) - given @ member, 0)
        pressing = lacking.sum(axis=1) >= rules.most_items - given.sum(axis=1)
        wanted: Booleans = ((lacking > 0) @ member.T) > 0
        free = _narrowed(free, wanted | ~pressing[:, None])
    return free


def _narrowed(free: Booleans, wanted: Booleans) -> Booleans:
    """Those of ``free`` that are wanted; all of them in rows where none is."""
    both = free & wanted
    narrowed: Booleans = np.where(both.any(axis=1, keepdims=True), both, free)
    return narrowed


def worth(bank: Bank, rules: Rules, ability: Ability, given: Booleans) -> Floats:
    """(p, n): how much each item is worth to each person now, more than 0.

    For an item of domain d with information I averaged over the posterior, a normal posterior with
    covariance Σ would lose  (Σ_d'WΣ_d) · I / (1 + I Σ_dd)  of the weighted sum of variances, W the
    weights of the domains' variances and the whole's.
    """
    domains = len(bank.prior.loadings)
    informed = np.empty(given.shape)
    for d in range(domains):
        own = bank.domain == d
        informed[:, own] = ability.density[:, d] @ bank.information[own].T
    weights = np.eye(domains) / domains + rules.whole * np.full((domains,) * 2, 1 / domains**2)
    touched = np.einsum(
        "pde,ef,pdf->pd", ability.covariance, weights, ability.covariance, optimize=True
    )
    lost = informed / (1 + informed * ability.variance[:, bank.domain])
    worths: Floats = touched[:, bank.domain] * lost * _priority(bank, rules, given)
    return worths


def _priority(bank: Bank, rules: Rules, given: Booleans) -> Floats:
    """(p, n): product over an item's groups of the share of their room that is left."""
    if not rules.group_most:
        return np.ones(given.shape)
    member = bank.membership(rules.group_most).astype(np.float64)
    most = np.array(list(rules.group_most.values()), dtype=np.float64)
    left = np.maximum(most - given @ member, 1e-9) / most
    priority: Floats = np.exp(np.log(left) @ member.T)
    return priority


def draw(
    rules: Rules, worths: Floats, may: Booleans, items: Integers, rng: np.random.Generator
) -> Integers:
    """(p,): one of the best by lot (randomesque: Kingsbury & Zara, 1989, *Applied Measurement in
    Education* 2, 359–375), −1 where nothing may come. ``items`` (p,): how many were given."""
    scored = np.where(may, worths, -1.0)
    order = np.argsort(-scored, axis=1, kind="stable")
    width = min(max(rules.first, rules.later), scored.shape[1])
    best = np.take_along_axis(scored, order[:, :width], axis=1)
    among = np.where(items < rules.robust, rules.first, rules.later)
    good = (np.arange(width) < among[:, None]) & (best >= rules.near * best[:, :1]) & (best >= 0)
    lot = np.floor(rng.random(len(scored)) * good.sum(axis=1)).astype(np.int64)
    return np.where(may.any(axis=1), order[np.arange(len(scored)), lot], -1)


@dataclass(frozen=True)
class Answer:
    """One answer of a sitting: its item, its score in points, the seconds it took."""

    item: str
    score: int
    seconds: float | None = None


def ability_of(bank: Bank, answers: Sequence[Answer]) -> Ability:
    """What answers of one person say. Taken in the items' order, not in that of the sitting, so
    that the same answers give the same figures to the last bit. Raises ValueError for an item
    answered twice or a score that it does not have, KeyError for one that the bank lacks."""
    told = nothing_known(bank.prior)
    found = sorted((bank.place[one.item], one.score) for one in answers)
    if len({place for place, _ in found}) < len(found):
        raise ValueError("an item is answered once")
    for place, score in found:
        if not 0 <= score <= len(bank.items[place].steps):
            raise ValueError(f"{bank.items[place].id} has no score {score}")
        told[bank.domain[place]] += bank.log_chance[place, score]
    return infer(bank.prior, told)


def next_item(
    bank: Bank,
    rules: Rules,
    answers: Sequence[Answer],
    *,
    rng: np.random.Generator,
    shown: Collection[str] = (),
    eligible: Booleans | None = None,
    minutes: float = 0.0,
) -> Item | None:
    """The next item for one person; None when it is enough, or nothing may come.

    ``shown``: items that were given and do not count (a question reported faulty, a variant seen
    before): they and their enemies do not come, and they take no place. ``eligible`` (n,): drawn
    by `exposure` when the sitting began. ``minutes``: used so far.
    """
    ability = ability_of(bank, answers)
    one = Ability(ability.grid, *(np.asarray(part)[None] for part in (
        ability.density, ability.mean, ability.covariance, ability.overall, ability.overall_error,
    )))  # fmt: skip
    counted = np.array([len(answers)], dtype=np.int64)
    if enough(rules, one, counted, np.array([minutes]))[0]:
        return None
    given = np.zeros((1, len(bank.items)), dtype=np.bool_)
    given[0, [bank.place[answer.item] for answer in answers]] = True
    seen = given.copy()
    seen[0, [bank.place[item] for item in shown if item in bank.place]] = True
    lot = np.ones_like(given) if eligible is None else eligible[None]
    may = may_come(bank, rules, given, lot & ~_closed(bank, seen))
    may &= ~_closed(bank, seen)
    chosen = int(draw(rules, worth(bank, rules, one, given), may, counted, rng)[0])
    return None if chosen < 0 else bank.items[chosen]


def _closed(bank: Bank, seen: Booleans) -> Booleans:
    """(p, n): seen, or the enemy of what was."""
    closed: Booleans = seen | ((seen @ bank.enemies.astype(np.float32)) > 0)
    return closed


def hurried(seconds: Sequence[float | None], usual: Sequence[float], share: float = 0.1) -> float:
    """Of the answers whose time is known, the share given in less than ``share`` of the item's
    usual seconds: too fast to have read it (normative threshold: Wise & Ma, 2012). 0 without any.
    A sign for a person to look at; it never enters an estimate or a mark."""
    known = [(took, long) for took, long in zip(seconds, usual, strict=True) if took is not None]
    return sum(took < share * long for took, long in known) / len(known) if known else 0.0
