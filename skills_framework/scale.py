"""The scale that items and levels share: where each item stands before anybody answered it, and
which level an ability is. Pure.

`STARTING` names the rule below. It is stated so that it can be doubted: calibration
(`calibration.py`) replaces it item by item, and every result is kept with the parameters that it
was reckoned with.

- The levels stand one logit apart, level 3.5 at 0; before any answer a person is looked for around
  0 with a spread of 1.8.
- An item stands at its level. Right or wrong, its slope is 1.3, or 1.0 where a blind guess succeeds
  one time in ten or more. With points it has a step for each, at most four, half a logit apart
  around its level, with a slope of 0.85.
- Nobody has tried it, so its place may be wrong by 0.8 (one standard error).
- A level is reached where 70 % of its right-or-wrong tasks would be solved: the share by which
  practice shows a level, too (`framework.PASS_SHARE`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from skills_framework.ability import Ability, Prior
from skills_framework.framework import PASS_SHARE

STARTING = "start-1"
DOMAINS = 6
PRIOR = Prior(loadings=(math.sqrt(0.8),) * DOMAINS, sd=1.8)
MIDDLE, HIGHEST = 3.5, 6  # the level at 0; the highest that items ask for
SLOPE, GUESSED_SLOPE, POINTS_SLOPE = 1.3, 1.0, 0.85
GUESSED = 0.1  # chance of a blind guess from which it tells less
MOST_STEPS, APART = 4, 0.5
UNTRIED = 0.8
_OVER = math.log(PASS_SHARE / (1 - PASS_SHARE)) / SLOPE


@dataclass(frozen=True)
class Start:
    """Parameters of an item that nobody has answered; see `item_response`."""

    slope: float
    steps: tuple[float, ...]
    error: float = UNTRIED


def starting(level: int, points: float, chance: float) -> Start:
    """Where an item of this level stands. ``points``: what it can earn; ``chance``: of all of them
    by a blind guess."""
    place = level - MIDDLE
    steps = max(1, min(MOST_STEPS, math.floor(points)))
    if steps == 1:
        return Start(GUESSED_SLOPE if chance >= GUESSED else SLOPE, (place,))
    spread = tuple(place + APART * (step - (steps - 1) / 2) for step in range(steps))
    return Start(POINTS_SLOPE, spread)


def score_of(share: float, steps: int) -> int:
    """The whole points that a share (0…1) of an item's points is, of so many steps; none is given
    that was not earned whole."""
    return max(0, min(steps, math.floor(share * steps + 1e-6)))


def ability_at(level: float) -> float:
    """The ability at which a level is reached."""
    return level - MIDDLE + _OVER


def place_of(ability: float) -> float:
    """The same the other way round, as a place on a picture: 0 … `HIGHEST`, whole numbers where a
    level is reached."""
    return max(0.0, min(float(HIGHEST), ability + MIDDLE - _OVER))


def level_of(ability: float) -> int:
    """The highest level that is reached; 0 below the first."""
    return math.floor(place_of(ability) + 1e-9)


@dataclass(frozen=True)
class Estimate:
    """What is reported of a domain, or of the whole: logits. ``low`` … ``high`` hold 95 %."""

    estimate: float
    error: float
    low: float
    high: float

    @property
    def level(self) -> int:
        return level_of(self.estimate)

    @property
    def lowest(self) -> int:
        return level_of(self.low)

    @property
    def highest(self) -> int:
        return level_of(self.high)

    @property
    def places(self) -> tuple[float, float, float]:
        """Of the lower end, the estimate and the upper end, on the picture."""
        return place_of(self.low), place_of(self.estimate), place_of(self.high)

    def surely(self, level: float) -> float:
        """How probable it is that the level is reached, by a normal posterior."""
        return 0.5 * math.erfc((ability_at(level) - self.estimate) / (self.error * math.sqrt(2)))


def estimates(ability: Ability) -> tuple[tuple[Estimate, ...], Estimate]:
    """Of one person: every domain, and their mean."""
    ends = ability.interval()
    domains = tuple(
        Estimate(float(mean), float(error), float(low), float(high))
        for mean, error, (low, high) in zip(ability.mean, ability.error, ends, strict=True)
    )
    mean, error = float(ability.overall), float(ability.overall_error)
    return domains, Estimate(mean, error, mean - 1.96 * error, mean + 1.96 * error)
