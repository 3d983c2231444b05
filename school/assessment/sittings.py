"""What a sitting decides: which items may come, which is next, when it is enough, what it said.
Pure; who writes it down is `item_turns` and the acts of each kind of sitting.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

import numpy as np

from records.assessment.sittings import Asked, Exposed, Known
from school.assessment.item_bank import ItemBank, Parameters
from skills_framework import adaptive, exposure, scale
from skills_framework.ability import Ability
from skills_framework.item_response import Booleans, Floats

PLACEMENT, EXAMINATION, RETAINED = "placement", "examination", "retained"
MOST_MINUTES = 25.0
LONGEST = 3.0  # times its usual minutes that an item counts at most: somebody was away
WINDOW = 1000  # the latest sittings that exposure is reckoned over
BOUND = 0.25
SHORT = 1.0  # how strongly a short item is preferred: its worth over its minutes to this power
TRIAL_PLACES = (2, 9)  # an item on trial comes at one of these places, from 2 to 8
SEEN_AGAIN = dt.timedelta(days=365)  # an item comes to the same person again after

RULES = adaptive.Rules(
    most_items=18,
    least_items=10,
    most_minutes=MOST_MINUTES,
    domain_error=0.85,
    overall_error=0.45,
    group_least={f"domain {one}": 1 for one in range(scale.DOMAINS)},
    group_most={f"domain {one}": 4 for one in range(scale.DOMAINS)},
)
# Months later: a few items near where somebody stood, and never called off for being sure.
RETAINED_RULES = adaptive.Rules(
    most_items=8,
    least_items=5,
    most_minutes=12.0,
    domain_error=0.0,
    overall_error=0.0,
    group_most={f"domain {one}": 2 for one in range(scale.DOMAINS)},
)
RULES_OF = {PLACEMENT: RULES, RETAINED: RETAINED_RULES}


class Given(Protocol):
    """A row of a sitting's answers, as far as is decided by it."""

    @property
    def item(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def given_at(self) -> dt.datetime | None: ...
    @property
    def seconds(self) -> float | None: ...
    @property
    def credit(self) -> float | None: ...
    @property
    def set_aside(self) -> bool: ...


@dataclass(frozen=True)
class Next:
    """What comes next: the item, or why there is none (an ending of `Sitting`)."""

    asked: Asked | None
    ending: str = ""


def first_eligible(parameters: Parameters, exposed: Exposed, seed: int) -> bytes:
    """A bit for each item: whether it may come in a sitting that begins now."""
    counts = exposure_of(parameters, exposed)
    lot = exposure.draw_eligible([counts], 1, np.random.default_rng([seed, 0]))[0]
    return np.packbits(lot).tobytes()


def exposure_of(parameters: Parameters, exposed: Exposed) -> exposure.Exposure:
    """How often each item came in the latest sittings."""
    return _counted(parameters.names, exposed)


@lru_cache(maxsize=8)  # a room of 500 begins with the same counts
def _counted(names: tuple[str, ...], exposed: Exposed) -> exposure.Exposure:
    begun = [_bits(one, len(names)) for one in exposed.eligible]
    eligible = np.sum(begun, axis=0, dtype=np.float64) if begun else np.zeros(len(names))
    given = np.array([float(exposed.given.get(name, 0)) for name in names])
    return exposure.Exposure(np.maximum(eligible, given), given, len(begun), BOUND)


def _bits(packed: bytes, count: int) -> Booleans:
    found: Booleans = np.unpackbits(np.frombuffer(packed, np.uint8), count=count).astype(np.bool_)
    return found


def minutes_used(parameters: Parameters, answers: Sequence[Given]) -> float:
    """Minutes at the items that were answered; one counts three times its usual minutes at most."""
    return sum(
        min(one.seconds / 60, LONGEST * float(parameters.about(one.item)["minutes"]))
        for one in answers
        if one.seconds is not None
    )


def given_of(answers: Sequence[Given]) -> list[Given]:
    """The items that were answered, without those set aside."""
    return [one for one in answers if one.given_at is not None and not one.set_aside]


def engine_answers(parameters: Parameters, answers: Sequence[Given]) -> list[adaptive.Answer]:
    """The answers that count: given, marked, not set aside, and of no item that is on trial."""
    place = parameters.engine.place
    return [
        adaptive.Answer(
            one.item,
            scale.score_of(one.credit, len(parameters.engine.items[place[one.item]].steps)),
            one.seconds,
        )
        for one in answers
        if one.given_at is not None
        and one.credit is not None
        and not one.set_aside
        and not parameters.about(one.item)["trial"]
    ]


def next_of(
    bank: ItemBank,
    parameters: Parameters,
    answers: Sequence[Given],
    *,
    seed: int,
    eligible: bytes,
    exposed: Exposed,
    seen: Collection[str],
    before: Sequence[adaptive.Answer] = (),
    rules: adaptive.Rules = RULES,
    used: float | None = None,
) -> Next:
    """The next item of a sitting, or why it ends. ``parameters``: those it began with; an item
    that the running bank has no longer, or with another text, does not come. ``seen``: items of
    earlier sittings; they come only where nothing else is left. ``before``: answers of an earlier
    sitting, by which items are chosen and nothing is judged. ``used``: minutes, where a clock
    tells them (`minutes_used` where not)."""
    engine = parameters.engine
    used = minutes_used(parameters, answers) if used is None else used
    counted, given = engine_answers(parameters, answers), given_of(answers)
    if used >= rules.most_minutes:
        return Next(None, "time")
    if len(given) >= rules.most_items:
        return Next(None, "items")
    known = adaptive.ability_of(engine, counted)
    if bool(adaptive.enough(rules, _alone(known), np.array([len(counted)]), np.array([used]))[0]):
        return Next(None, "sure")
    gone = {
        name for name in engine.place if not bank.may_come(name, parameters.about(name)["digest"])
    }
    fits = _fits(engine, rules, used)
    tried = _trial_of(parameters, answers, gone, seen, fits, exposed, seed)
    if tried is not None:
        return Next(_asked(bank, parameters, tried, seed, len(answers) + 1))
    trials = {name for name in engine.place if parameters.about(name)["trial"]}
    mask = _bits(eligible, len(engine.items)) & _not(engine, {*seen, *trials}) & fits
    chosen = adaptive.next_item(
        engine,
        rules,
        counted,
        rng=np.random.default_rng([seed, len(answers) + 1]),
        minutes=used,
        shown={one.item for one in answers} | {one.item for one in before} | gone,
        before=before,
        eligible=mask,
        scarcity=_prices(engine, exposure_of(parameters, exposed)),
    )
    if chosen is None:
        return Next(None, "bank")
    return Next(_asked(bank, parameters, chosen.id, seed, len(answers) + 1))


def _trial_of(
    parameters: Parameters,
    answers: Sequence[Given],
    gone: Collection[str],
    seen: Collection[str],
    fits: Booleans,
    exposed: Exposed,
    seed: int,
) -> str | None:
    """The item on trial that is asked here, where this is the sitting's place for one: a place by
    lot among the first, so that nobody knows which it is. One that was tried least so far, none
    that gives another away; it counts for nothing, so whom it fits does not matter."""
    lot = np.random.default_rng([seed, 2])
    if len(answers) + 1 != int(lot.integers(*TRIAL_PLACES)):
        return None
    engine, asked = parameters.engine, {one.item for one in answers}
    fitting = [
        one
        for one, can in zip(engine.items, fits, strict=True)
        if can
        and parameters.about(one.id)["trial"]
        and one.id not in asked
        and one.id not in gone
        and one.id not in seen
        and not (one.enemies & asked)
    ]
    tried = [exposed.given.get(one.id, 0) for one in fitting]
    least = [one.id for one, times in zip(fitting, tried, strict=True) if times == min(tried)]
    return least[int(lot.integers(len(least)))] if least else None


def _alone(known: Ability) -> Ability:
    """One person's posterior, as a row of many."""
    return Ability(
        known.grid,
        known.density[None],
        known.mean[None],
        known.covariance[None],
        known.overall[None],
        known.overall_error[None],
    )


def _not(engine: adaptive.Bank, names: Collection[str]) -> Booleans:
    return np.array([one.id not in names for one in engine.items], dtype=np.bool_)


def _fits(engine: adaptive.Bank, rules: adaptive.Rules, used: float) -> Booleans:
    """Items that can be done in the time that is left, with a minute over it."""
    fits: Booleans = engine.minutes <= rules.most_minutes - used + 1
    return fits


def _prices(engine: adaptive.Bank, counts: exposure.Exposure) -> Floats:
    """What an item's worth is multiplied by: less where it comes often, less where it is long."""
    prices: Floats = exposure.scarcity(counts) / engine.minutes**SHORT
    return prices


def _asked(bank: ItemBank, parameters: Parameters, item: str, seed: int, number: int) -> Asked:
    lot = np.random.default_rng([seed, number, 1])
    seeds = bank.seeds(item)
    return Asked(
        item,
        parameters.about(item)["digest"],
        int(seeds[int(lot.integers(len(seeds)))]),
        int(lot.integers(1, 2**31)),
    )


def results_of(parameters: Parameters, answers: Sequence[Given]) -> list[Known]:
    """What a sitting's answers say, domain by domain, and of the whole (domain "")."""
    ability = adaptive.ability_of(parameters.engine, engine_answers(parameters, answers))
    domains, whole = scale.estimates(ability)
    named = {str(place): one for place, one in enumerate(domains, start=1)} | {"": whole}
    return [Known(name, one.estimate, one.error, one.low, one.high) for name, one in named.items()]


def left(
    parameters: Parameters,
    answers: Sequence[Given],
    rules: adaptive.Rules = RULES,
    *,
    used: float | None = None,
) -> int:
    """About how many items are still to come: by the time, and by the most there may be. What was
    said once is never said to be more after a further answer. ``used``: as in `next_of`; a clock
    may give time back, so by it the number may grow."""
    given = given_of(answers)
    if used is not None:
        return _left(parameters, given, rules, used)
    firsts = (given[:count] for count in range(len(given) + 1))
    return min(_left(parameters, one, rules, minutes_used(parameters, one)) for one in firsts)


def _left(
    parameters: Parameters, given: Sequence[Given], rules: adaptive.Rules, used: float
) -> int:
    usual = float(np.median(parameters.engine.minutes))
    pace = used / len(given) if given else usual
    by_time = round((rules.most_minutes - used) / max(pace, 1.0))
    return max(1, min(rules.most_items - len(given), max(by_time, rules.least_items - len(given))))


K = TypeVar("K")


def estimates_of(results: Mapping[K, Known]) -> dict[K, scale.Estimate]:
    return {
        name: scale.Estimate(one.estimate, one.error, one.low, one.high)
        for name, one in results.items()
    }
