"""From evidence to a level: one rule that joins examination, placement and practice. Pure.

The rule, as a learner may read it (docs/assessment.md has it with its reasons):

- Every task done is one sign: solved (70 % of its points) or not, at the level of the task. Of an
  exercise that was done again and again only one sign counts, solved where it ever was.
- Whoever just reaches a level solves 70 % of its tasks, 16 % of those one level above and 97 % of
  those one level below (`SLOPE`). Beforehand each level is a tenth rarer than the one below it.
- A sign speaks with a weight: an examination with 1, a placement or a check of what was retained
  with 0.7, practice (with hints, as often as one likes) with 0.4. After two years half of it is
  left. What an examination or a placement says of another competence of the domain counts 0.4 of
  that; practice says nothing of other competences.
- A level is held when it is reached at least as likely as not, a task of this level or above was
  solved in the competence itself, and what was solved from there up weighs 0.8 together, whatever
  its age: one task of an examination, two exercises, one item of a placement and one near it.

A log-likelihood is a sum, so the order does not matter; a solved task makes every level more
likely, never less. Levels of tasks are those their authors gave and reviewers confirmed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.passing import reaches
from skills_framework.framework import PASS_SHARE
from skills_framework.item_response import Floats

EXAMINATION, PLACEMENT, RETAINED, PRACTICE = "examination", "placement", "retained", "practice"
WEIGHTS: Mapping[str, float] = {EXAMINATION: 1.0, PLACEMENT: 0.7, RETAINED: 0.7, PRACTICE: 0.4}
HALF_LIFE = dt.timedelta(days=730)
NEAR = 0.4  # what a sitting says of another competence of the same domain
ENOUGH = 0.8  # what the solved tasks that support a level must weigh together
EVEN = 0.5
SURE, FAIRLY_SURE = 0.9, 0.7  # from which a level is called sure, and fairly sure
LEVELS = 8
SLOPE = 2.5  # so that all of a level solved and none of the next is that level
RARER = 0.9
MOST_NEEDED = 12  # tasks that `needed` tries at most

_BELOW = math.log(PASS_SHARE / (1 - PASS_SHARE)) / SLOPE
_GRID = np.arange(-20, 111) / 10.0 + 0.05  # places on the scale: the level reached, and between
_LEVELS = np.arange(1, LEVELS + 1)
_SOLVES = -np.logaddexp(0.0, -SLOPE * (_GRID - _LEVELS[:, None] + _BELOW))  # log chance, by level
_MISSES = -np.logaddexp(0.0, SLOPE * (_GRID - _LEVELS[:, None] + _BELOW))
_BEFOREHAND = _GRID * math.log(RARER)
_REACHES = (_LEVELS[:, None] <= _GRID).astype(np.float64)


@dataclass(frozen=True)
class Sign:
    """A task done. ``source``: of `WEIGHTS`; ``task``: what is counted once (an exercise, or an
    item of one sitting); ``at``: when it was done."""

    source: str
    competence: str
    level: int
    solved: bool
    at: dt.datetime
    task: str = ""


@dataclass(frozen=True)
class Weighed:
    """A sign with the weight that it has for one competence now; ``own``: it is of that one."""

    sign: Sign
    weight: float
    own: bool


@dataclass(frozen=True)
class Judged:
    """What is known of one competence. ``chances``: that levels 1 … 8 are reached; ``signs``: what
    counts, the weightiest first."""

    competence: str
    level: int
    chances: tuple[float, ...]
    signs: tuple[Weighed, ...]

    @property
    def sure(self) -> float:
        """How likely it is that the level is reached; 0 where none is held."""
        return self.chances[self.level - 1] if self.level else 0.0

    @property
    def surety(self) -> str:
        """The same in a word: ``sure``, ``fairly`` or ``hardly``; "" where no level is held."""
        if not self.level:
            return ""
        return "sure" if self.sure >= SURE else "fairly" if self.sure >= FAIRLY_SURE else "hardly"

    @cached_property
    def own(self) -> tuple[Weighed, ...]:
        """The signs of the competence itself."""
        return tuple(one for one in self.signs if one.own)


def is_solved(share: float) -> bool:
    """Whether a share (0 … 1) of a task's points solves it."""
    return reaches(share, 1.0, PASS_SHARE)


def each_once(signs: Iterable[Sign]) -> list[Sign]:
    """One sign for each task: of its last time solved, or, where it never was, of its last time."""
    found: dict[tuple[str, str, str, int], Sign] = {}
    for one in signs:
        key = (one.source, one.task, one.competence, one.level)
        there = found.get(key)
        if there is None or (one.solved, one.at) > (there.solved, there.at):
            found[key] = one
    return list(found.values())


def freshness(age: dt.timedelta) -> float:
    """What is left of a sign's weight at this age: 1 … 0."""
    return float(0.5 ** (max(age, dt.timedelta()) / HALF_LIFE))


def weigh(sign: Sign, competence: str, *, at: dt.datetime) -> float:
    """What a sign weighs for a competence now; 0 where it says nothing of it."""
    return _nearness(sign, competence) * WEIGHTS[sign.source] * freshness(at - sign.at)


def _nearness(sign: Sign, competence: str) -> float:
    if sign.competence == competence:
        return 1.0
    same = sign.competence.split(".")[0] == competence.split(".")[0]
    return NEAR if same and sign.source != PRACTICE else 0.0


def chances_of(solved: Floats, missed: Floats) -> Floats:
    """How likely each level is reached, [..., level]. ``solved`` and ``missed``: what the solved
    and the other tasks of each level weigh together, [..., level]."""
    spoken = _BEFOREHAND + solved @ _SOLVES + missed @ _MISSES
    density = np.exp(spoken - spoken.max(axis=-1, keepdims=True))
    found: Floats = density @ _REACHES.T / density.sum(axis=-1, keepdims=True)
    return found


def levels_of(chances: Floats, support: Floats, highest: Floats) -> Floats:
    """The level held, [...]; 0 for none. ``support``: what the solved tasks of each level weigh
    together whatever their age, [..., level]; ``highest``: the highest level solved in the
    competence itself, [...]."""
    from_here = np.cumsum(support[..., ::-1], axis=-1)[..., ::-1]
    held = (chances >= EVEN) & (from_here >= ENOUGH - 1e-9) & (highest[..., None] >= _LEVELS)
    found: Floats = (held * _LEVELS).max(axis=-1).astype(np.float64)
    return found


def judge(signs: Iterable[Sign], competence: str, *, at: dt.datetime) -> Judged:
    """What these signs, each of another task (`each_once`), say of a competence now."""
    weighed = [
        Weighed(one, weigh(one, competence, at=at), one.competence == competence)
        for one in signs
        if _nearness(one, competence)
    ]
    solved, missed, support = np.zeros(LEVELS), np.zeros(LEVELS), np.zeros(LEVELS)
    highest = 0
    for one in weighed:
        place = one.sign.level - 1
        (solved if one.sign.solved else missed)[place] += one.weight
        if one.sign.solved:
            support[place] += _nearness(one.sign, competence) * WEIGHTS[one.sign.source]
            highest = max(highest, one.sign.level if one.own else 0)
    chances = chances_of(solved, missed)
    level = int(levels_of(chances, support, np.array(highest)))
    return Judged(competence, level, tuple(map(float, chances)), tuple(sorted(weighed, key=_order)))


def _order(one: Weighed) -> tuple[bool, float, float, str, str]:
    """A fixed order: the same signs come out the same, however they were handed in."""
    sign = one.sign
    return (not one.own, -one.weight, -sign.at.timestamp(), sign.source, sign.task)


def levels_of_many(
    people: Sequence[Iterable[Sign]], competences: Sequence[str], *, at: dt.datetime
) -> tuple[Floats, Floats]:
    """What `judge` says of many people at once: the levels, [person, competence], and how many
    signs each has of the competence itself."""
    shape = (len(people), len(competences), LEVELS)
    solved, missed, support = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    highest, own = np.zeros(shape[:2]), np.zeros(shape[:2])
    places = {code: place for place, code in enumerate(competences)}
    near: dict[tuple[str, bool], list[tuple[int, float]]] = {}
    for person, signs in enumerate(people):
        for one in signs:
            key = (one.competence, one.source == PRACTICE)
            if key not in near:
                found = ((places[code], _nearness(one, code)) for code in competences)
                near[key] = [(place, share) for place, share in found if share]
            fresh = WEIGHTS[one.source] * freshness(at - one.at)
            for place, share in near[key]:
                (solved if one.solved else missed)[person, place, one.level - 1] += share * fresh
                support[person, place, one.level - 1] += (
                    share * WEIGHTS[one.source] if one.solved else 0.0
                )
            place = places.get(one.competence, -1)
            if place >= 0:
                own[person, place] += 1
                if one.solved:
                    highest[person, place] = max(highest[person, place], one.level)
    return levels_of(chances_of(solved, missed), support, highest), own


def needed(
    signs: Sequence[Sign], competence: str, level: int, *, fresh: int = MOST_NEEDED, at: dt.datetime
) -> int | None:
    """How many more exercises of this level, solved now, it takes to hold the level; 0 where it is
    held; None where all would not do, or there is no such level. ``fresh``: how many there are that
    were never done; behind them the missed ones can be done again, which takes the miss away."""
    if not 1 <= level <= LEVELS:
        return None
    own = [one for one in signs if _nearness(one, competence)]
    missed = [one for one in own if _is_to_mend(one, competence, level)]
    for more in range(fresh + len(missed) + 1):
        mended = missed[: max(0, more - fresh)]
        added = [Sign(PRACTICE, competence, level, True, at, f"more {n}") for n in range(more)]
        kept = [one for one in own if one not in mended]
        if judge([*kept, *added], competence, at=at).level >= level:
            return more
    return None


def _is_to_mend(one: Sign, competence: str, level: int) -> bool:
    done = (one.source, one.competence, one.level, one.solved)
    return done == (PRACTICE, competence, level, False)
