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

    def hostile(self, shown: Booleans) -> Booleans:
        """(p, n): items that are enemies of one shown (p, n). Most items have none."""
        have = np.flatnonzero(self.enemies.any(axis=0))
        found = np.zeros_like(shown)
        found[:, have] = shown[:, have] @ self.enemies[np.ix_(have, have)].astype(np.float64) > 0
        return found

    def membership(self, names: Collection[str]) -> Floats:
        """(n, c): 1 where an item belongs to a group; kept, as it is asked for with every item."""
        wanted = tuple(names)
        if wanted not in self._memberships:
            table = [[float(name in one.groups) for name in wanted] for one in self.items]
            self._memberships[wanted] = np.array(table)
        return self._memberships[wanted]

    @cached_property
    def _memberships(self) -> dict[tuple[str, ...], Floats]:
        return {}


@dataclass(frozen=True)
class Rules:
    """Of one kind of sitting. Errors in logits; ``group_least`` and ``group_most``: how many items
    of each named group at least and at most. ``first`` and ``later``: from how many of the best an
    item is drawn, for the first ``robust`` items and after them; ``near``: the share of the best
    item's worth below which none is drawn. ``whole``: weight of the overall error beside those of
    the domains; ``balance``: how strongly an item is held back as its groups fill up, 0 not at all.
    ``domain_error``, ``overall_error``: sure enough."""

    most_items: int = 20
    least_items: int = 6
    most_minutes: float = float("inf")
    domain_error: float = 0.6
    overall_error: float = 0.27
    group_least: Mapping[str, int] = field(default_factory=dict)
    group_most: Mapping[str, int] = field(default_factory=dict)
    first: int = 10
    robust: int = 3
    later: int = 4
    near: float = 0.85
    whole: float = 6.0
    balance: float = 0.25


def enough(rules: Rules, ability: Ability, items: Integers, minutes: Floats) -> Booleans:
    """(p,): whether each sitting may end: every domain and the whole are sure enough, or items
    (p,) or minutes (p,) are up. A person without any answer is never sure enough."""
    sure = np.all(ability.error <= rules.domain_error, axis=-1)
    sure &= (ability.overall_error <= rules.overall_error) & (items >= rules.least_items)
    over: Booleans = sure | (items >= rules.most_items) | (minutes >= rules.most_minutes)
    return over


def may_come(
    bank: Bank, rules: Rules, given: Booleans, eligible: Booleans, *, seen: Booleans | None = None
) -> Booleans:
    """(p, n): items that are neither given, nor an enemy of one given, nor of a group that is full,
    and eligible by lot (`exposure`). Where groups still lack as many items as are left, theirs
    alone. ``seen``: those given and others shown that do not count; given where not told.

    Eligibility gives way where nothing else would be left; no other rule does.
    """
    shown = given if seen is None else seen
    free: Booleans = ~(shown | bank.hostile(shown))
    if rules.group_most:
        member = bank.membership(rules.group_most)
        full = given @ member >= np.array(list(rules.group_most.values()))
        free &= ~((full @ member.T) > 0)
    free = _narrowed(free, eligible)
    if rules.group_least:
        member = bank.membership(rules.group_least)
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
    """(p, n): product over an item's groups of the share of their room that is left, softened: the
    worth balances the domains already, by what is not yet known of each."""
    if not rules.group_most:
        return np.ones(given.shape)
    member = bank.membership(rules.group_most)
    most = np.array(list(rules.group_most.values()), dtype=np.float64)
    left = np.maximum(most - given @ member, 1e-9) / most
    priority: Floats = np.exp(rules.balance * np.log(left) @ member.T)
    return priority


def draw(
    rules: Rules, worths: Floats, may: Booleans, items: Integers, rng: np.random.Generator
) -> Integers:
    """(p,): one of the best by lot (randomesque: Kingsbury & Zara, 1989, *Applied Measurement in
    Education* 2, 359–375), −1 where nothing may come. ``items`` (p,): how many were given."""
    scored = np.where(may, worths, -1.0)
    width = min(max(rules.first, rules.later), scored.shape[1])
    order = np.argpartition(-scored, width - 1, axis=1)[:, :width]
    best = np.take_along_axis(scored, order, axis=1)
    ranks = np.argsort(-best, axis=1, kind="stable")
    order, best = np.take_along_axis(order, ranks, axis=1), np.take_along_axis(best, ranks, axis=1)
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


def told_by(bank: Bank, answers: Sequence[Answer]) -> Floats:
    """The log-likelihood (D, q) of one person's answers, taken in the items' order and not in that
    of the sitting, so that the same answers give the same figures to the last bit. Raises
    ValueError for an item answered twice or a score that it does not have, KeyError for an item
    that the bank lacks."""
    told = nothing_known(bank.prior)
    found = sorted((bank.place[one.item], one.score) for one in answers)
    if len({place for place, _ in found}) < len(found):
        raise ValueError("an item is answered once")
    for place, score in found:
        if not 0 <= score <= len(bank.items[place].steps):
            raise ValueError(f"{bank.items[place].id} has no score {score}")
        told[bank.domain[place]] += bank.log_chance[place, score]
    return told


def ability_of(bank: Bank, answers: Sequence[Answer]) -> Ability:
    """What one person's answers say. To leave an item out afterwards, leave its answer out."""
    return infer(bank.prior, told_by(bank, answers))


def next_item(
    bank: Bank,
    rules: Rules,
    answers: Sequence[Answer],
    *,
    rng: np.random.Generator,
    minutes: float = 0.0,
    shown: Collection[str] = (),
    before: Sequence[Answer] = (),
    eligible: Booleans | None = None,
    scarcity: Floats | None = None,
) -> Item | None:
    """The next item for one person; None when it is enough, or nothing may come.

    ``minutes``: used so far. ``shown``: items that were given and do not count (a question reported
    faulty, one seen in an earlier sitting): neither they nor their enemies come, and they take no
    place. ``before``: answers of an earlier sitting: the item is chosen for somebody who gave them,
    and they count for nothing else. ``eligible`` (n,): drawn when the sitting began,
    ``scarcity`` (n,): see `exposure`.
    """
    ability = infer(bank.prior, told_by(bank, [*before, *answers])[None])
    count = np.array([len(answers)], dtype=np.int64)
    if enough(rules, ability, count, np.array([minutes]))[0]:
        return None
    given = np.zeros((1, len(bank.items)), dtype=np.bool_)
    given[0, [bank.place[one.item] for one in answers]] = True
    seen = given.copy()
    seen[0, [bank.place[one] for one in shown if one in bank.place]] = True
    lot = np.ones_like(given) if eligible is None else eligible[None]
    worths = worth(bank, rules, ability, given) * (1.0 if scarcity is None else scarcity)
    chosen = int(draw(rules, worths, may_come(bank, rules, given, lot, seen=seen), count, rng)[0])
    return None if chosen < 0 else bank.items[chosen]


def hurried(seconds: Sequence[float | None], usual: Sequence[float], share: float = 0.1) -> float:
    """Of the answers whose time is known, the share given in less than ``share`` of the item's
    usual seconds: too fast to have read it (normative threshold: Wise & Ma, 2012). 0 without any.
    A sign for a person to look at; it never enters an estimate or a mark."""
    known = [(took, long) for took, long in zip(seconds, usual, strict=True) if took is not None]
    return sum(took < share * long for took, long in known) / len(known) if known else 0.0
