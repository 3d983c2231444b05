"""Whose wrong answers agree more than chance lets them: answers shared between two people. Pure.

Right answers agree because people know the same. Wrong ones say more: there are several, and two
people who err need not err alike. So of a pair only the questions count that both got wrong, as in
error-similarity analysis (Bellezza & Bellezza, 1989, *Teaching of Psychology* 16, 151–155). How
likely two wrong answers are the same is taken question by question from everybody who erred there,
so that the error that most people make weighs little; the number of agreements is then a sum of
unequal chances, whose tail is reckoned exactly (the generalized binomial of van der Linden &
Sotaridona, 2006, *Journal of Educational and Behavioral Statistics* 31, 283–304, given that both
erred).

False alarms are bounded over all pairs that could be named: a pair is named when its tail is below
``alarm`` / pairs (Bonferroni). In a look at a room of honest people, the chance that *any* pair is
named is then at most ``alarm``. What keeps it below that: chances are raised by a standard error,
questions few erred at are left out, and pairs need `LEAST_ALIKE` agreements.

A named pair is two people to be looked at: they may sit side by side, share a screen, or have
learned from the same wrong sheet. It proves nothing of either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from skills_framework.item_response import Booleans, Floats, Integers

ALARM = 0.05  # of a look at honest people, how often at most anybody is named
LEAST_WRONG = 20  # wrong answers to a question, before it is known how they agree
LEAST_ALIKE = 4
AT_ONCE = 20_000  # pairs reckoned at once
GREATEST = 0.95  # no chance of agreeing is taken to be greater


@dataclass(frozen=True)
class Pair:
    """Two people by their places: both erred at ``both`` questions, ``alike`` times in the same
    way where ``expected`` was to be expected; ``chance``: of at least so many among honest ones."""

    one: int
    other: int
    both: int
    alike: int
    expected: float
    chance: float


def alike_chances(wrong: Sequence[Mapping[Hashable, str]]) -> dict[Hashable, float]:
    """For each question how likely two people who err at it give the same answer, raised by a
    standard error. ``wrong``: by person, question → wrong answer. Questions that fewer than
    `LEAST_WRONG` people erred at are not in it."""
    counted: dict[Hashable, Counter[str]] = {}
    for one in wrong:
        for question, answer in one.items():
            counted.setdefault(question, Counter())[answer] += 1
    return {
        question: _alike(np.array(sorted(found.values()), dtype=np.float64))
        for question, found in counted.items()
        if found.total() >= LEAST_WRONG
    }


def _alike(counts: Floats) -> float:
    """Of all pairs of wrong answers the share that agree, and its standard error on top (that of a
    U-statistic: Hoeffding, 1948)."""
    n = counts.sum()
    share = float((counts * (counts - 1)).sum() / (n * (n - 1)))
    shares = counts / n
    spread = 4 * max(float((shares**3).sum() - (shares**2).sum() ** 2), 0.0) / n
    spread += 2 * share * (1 - share) / (n * (n - 1))
    return min(GREATEST, share + float(np.sqrt(spread)))


def pairs_alike(
    wrong: Sequence[Mapping[Hashable, str]],
    chances: Mapping[Hashable, float],
    *,
    alarm: float = ALARM,
    same: Sequence[int] | None = None,
    looked_at: int | None = None,
) -> list[Pair]:
    """The pairs of one scope whose wrong answers agree more than chance lets them, the least
    likely first. ``wrong``: by person, question → wrong answer; ``same``: a number for each, equal
    where two are one person, who is no pair. ``looked_at``: how many pairs the look has in all
    scopes, over which ``alarm`` is shared; those of this one where nothing is said."""
    people = len(wrong)
    pairs = people * (people - 1) // 2 if looked_at is None else looked_at
    if pairs <= 0:
        return []
    questions = {one: place for place, one in enumerate(sorted(chances, key=repr))}
    alike, erred = _agreements(wrong, questions)
    chance = np.array([chances[one] for one in questions])
    expected = (erred * chance) @ erred.T.astype(np.float64)
    # Nobody is named for what is to be expected: only the others are reckoned exactly.
    many = np.argwhere(np.triu((alike >= LEAST_ALIKE) & (alike > expected + 1), 1))
    found = []
    for at in range(0, len(many), AT_ONCE):
        one, other = many[at : at + AT_ONCE].T
        both = erred[one] & erred[other]
        tails = tails_of(both * chance, alike[one, other])
        for place in np.flatnonzero(tails < alarm / pairs):
            a, b = int(one[place]), int(other[place])
            if same is None or same[a] != same[b]:
                facts = (int(both[place].sum()), int(alike[a, b]), float(expected[a, b]))
                found.append(Pair(a, b, *facts, float(tails[place])))
    return sorted(found, key=lambda pair: (pair.chance, pair.one, pair.other))


def _agreements(
    wrong: Sequence[Mapping[Hashable, str]], questions: Mapping[Hashable, int]
) -> tuple[Integers, Booleans]:
    """For each two people how often they gave the same wrong answer (p, p), and who erred where
    (p, q)."""
    erred = np.zeros((len(wrong), len(questions)), dtype=np.bool_)
    gave: dict[tuple[int, str], list[int]] = {}
    for person, own in enumerate(wrong):
        for question, answer in own.items():
            place = questions.get(question)
            if place is not None:
                erred[person, place] = True
                gave.setdefault((place, answer), []).append(person)
    alike = np.zeros((len(wrong), len(wrong)), dtype=np.int64)
    for who in gave.values():
        alike[np.ix_(who, who)] += 1
    return alike, erred


def tails_of(chances: Floats, least: Integers) -> Floats:
    """For each row of ``chances`` (p, q): how likely at least ``least`` (p,) of its independent
    events happen."""
    most = int(least.max(initial=0))
    mass = np.zeros((len(chances), most + 1))  # the last column: at least so many
    mass[:, 0] = 1.0
    for one in chances.T:
        moved = mass[:, :-1] * one[:, None]
        mass[:, :-1] -= moved
        mass[:, 1:] += moved
    enough = np.arange(most + 1) >= least[:, None]
    tails: Floats = (mass * enough).sum(axis=1)
    return tails
