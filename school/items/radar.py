"""Signs that items have leaked: what counts as one, and by how much. Pure.

Five are looked for: an item came to too many (*exposed*); it has become easier than its parameters
say (*easier*, and *harder*, which is no leak but a fault); right answers that came faster than
anybody reads (*fast*); a variant easier than its fellows and answered fast (*variant*, which the
rule at `retired_by_rule` takes out of use); and pairs of people whose wrong answers agree
(`skills_framework.agreement`). Each is a reason for a person to look. Nobody's mark, pass or result
changes by any of them, and none of them is here told of a person but by the keys of two sittings.

``scopes`` says for each sitting where it took place: a room of an examination, or nothing more
than its kind. People are compared within one, and fast answers are counted by it.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from records.assessment.items import Given
from school.assessment.item_bank import Parameters
from school.assessment.sittings import BOUND
from school.items.answers import Responses, current, responses_of
from skills_framework import agreement, scale
from skills_framework.calibration import Foretold, foretell

FAST = 0.1  # of an item's usual time: nobody has read it (`adaptive.hurried`)
FAST_ANYWAY = 0.01  # at least this share of honest answers is right and so fast
LEAST_FAST = 3
LEAST_SITTINGS, LEAST_ANSWERS, LEAST_OF_VARIANT = 50, 50, 20
SURE, MATTERS = 4.0, 0.05  # standard errors, and share of an item's points
VARIANT_SURE, VARIANT_MATTERS = 3.0, 0.1
MOST_OF_SCOPE = 2000  # people compared with one another: the latest of a scope
ALARM = agreement.ALARM


@dataclass(frozen=True)
class Cell:
    """Where fast right answers to an item stand out: one variant everywhere (``scope`` ""), or
    every variant (None) in one scope. ``fast`` of ``given``; ``chance``: of at least so many."""

    variant: int | None
    scope: str
    given: int
    fast: int
    chance: float


@dataclass(frozen=True)
class ItemSigns:
    """What was seen of an item. ``share``: of all sittings that asked it; ``right``: the mean
    share of its points; ``easier``: points above those foretold, as a share of them, with its
    standard ``error``, in which the parameters' own is; ``signs``: which of them stand out."""

    given: int
    share: float
    right: float
    easier: float
    error: float
    fast: int
    cells: tuple[Cell, ...]
    variants: tuple[int, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """Two sittings of one scope whose wrong answers agree (`agreement.Pair`)."""

    one: int
    other: int
    scope: str
    both: int
    alike: int
    expected: float
    chance: float


@dataclass(frozen=True)
class Watch:
    """All signs. ``pairs_looked_at``: how many pairs of people could have been named."""

    sittings: int
    items: Mapping[str, ItemSigns]
    pairs: tuple[Alike, ...]
    pairs_looked_at: int

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return found


def watch(parameters: Parameters, given: Sequence[Given], scopes: Mapping[int, str]) -> Watch:
    """Look at these answers. A sitting that ``scopes`` does not name is in that of its kind."""
    mine = current(parameters, given)
    sittings = len({one.sitting for one in mine})
    fast = _fast_cells(parameters, mine, scopes)
    responses = responses_of(parameters, mine)
    told = foretell(
        responses.scores,
        responses.domain,
        scale.PRIOR,
        slopes=responses.slopes,
        steps=responses.steps,
    )
    by_item: dict[str, list[Given]] = defaultdict(list)
    for one in mine:
        by_item[one.item].append(one)
    items = {
        name: _signs_of(parameters, name, answers, sittings, fast[name], responses, told)
        for name, answers in sorted(by_item.items())
    }
    pairs, looked_at = alike(mine, scopes)
    return Watch(sittings, items, tuple(pairs), looked_at)


def retired_by_rule(watch: Watch, left: Mapping[str, Sequence[int]]) -> list[tuple[str, int]]:
    """The variants that the rule takes out of use: (item, variant).

    The rule: at least `LEAST_OF_VARIANT` people had it, right answers to it came too fast to have
    been read, more than chance lets them, *and* it is easier than the item's other variants, by
    `VARIANT_SURE` standard errors and a tenth of the points. Both must hold: quick people are no
    leak, nor is a variant that was easier from the start. Never the last one that is ``left`` of an
    item: then a person decides.
    """
    found = []
    for name, signs in sorted(watch.items.items()):
        open_ = set(left.get(name, ()))
        for variant in signs.variants:
            if variant in open_ and len(open_) > 1:
                open_.discard(variant)
                found.append((name, variant))
    return found


def scope_of(one: Given, scopes: Mapping[int, str]) -> str:
    return scopes.get(one.sitting, one.kind)


# --- one item -----------------------------------------------------------------------------------


def _signs_of(
    parameters: Parameters,
    name: str,
    answers: Sequence[Given],
    sittings: int,
    cells: Sequence[Cell],
    responses: Responses,
    told: Foretold,
) -> ItemSigns:
    easier, error = _drift(parameters, name, responses, told)
    share = len(answers) / sittings
    signs = []
    spread = math.sqrt(share * (1 - share) / sittings)
    if sittings >= LEAST_SITTINGS and share - 2 * spread > BOUND:
        signs.append("exposed")
    if len(answers) >= LEAST_ANSWERS and abs(easier) >= max(MATTERS, SURE * error):
        signs.append("easier" if easier > 0 else "harder")
    suspects = {one.variant for one in cells if one.variant is not None}
    variants = _leaked_variants(parameters, name, answers, suspects, responses, told)
    signs += ["fast"] if cells else []
    signs += ["variant"] if variants else []
    return ItemSigns(
        len(answers),
        round(share, 4),
        round(float(np.mean([one.credit for one in answers])), 4),
        round(easier, 4),
        round(error, 4),
        sum(_is_fast(parameters, one) for one in answers),
        tuple(cells),
        tuple(variants),
        tuple(signs),
    )


def _drift(
    parameters: Parameters, name: str, responses: Responses, told: Foretold
) -> tuple[float, float]:
    """Points above those foretold, as a share of the item's, and the standard error of that:
    of chance, and of the difficulty, which is known no better than its own error says."""
    column = parameters.engine.place[name]
    item = parameters.engine.items[column]
    over, spread = told.over[:, column], told.spread[:, column]
    there, points = ~np.isnan(over), len(item.steps)
    count = int(there.sum())
    moves = item.slope * float(spread[there].mean()) * item.difficulty_error
    error = math.hypot(math.sqrt(float(spread[there].sum())) / count, moves) / points
    return float(over[there].mean()) / points, error


def _leaked_variants(
    parameters: Parameters,
    name: str,
    answers: Sequence[Given],
    suspects: set[int],
    responses: Responses,
    told: Foretold,
) -> list[int]:
    """Of the variants answered too fast those that are easier than the others, too. Held against
    each other, so that it does not matter how well the item's own place is known."""
    column = parameters.engine.place[name]
    points = len(parameters.engine.items[column].steps)
    row = {key: place for place, key in enumerate(responses.sittings)}
    found = []
    for variant in sorted(suspects):
        over: dict[bool, list[float]] = {True: [], False: []}
        spread = {True: 0.0, False: 0.0}
        for one in answers:
            own = one.variant == variant
            over[own].append(float(told.over[row[one.sitting], column]))
            spread[own] += float(told.spread[row[one.sitting], column])
        if min(len(over[True]), len(over[False])) < LEAST_OF_VARIANT:
            continue
        ahead = float(np.mean(over[True]) - np.mean(over[False]))
        error = math.hypot(*(math.sqrt(spread[own]) / len(over[own]) for own in (True, False)))
        if ahead >= VARIANT_SURE * error and ahead / points >= VARIANT_MATTERS:
            found.append(variant)
    return found


# --- fast right answers -------------------------------------------------------------------------


def _fast_cells(
    parameters: Parameters, given: Sequence[Given], scopes: Mapping[int, str]
) -> dict[str, list[Cell]]:
    """By item where right answers came too fast more often than chance lets them, over all places
    looked at (Bonferroni). Each answer is in two: its variant wherever it was given, and its item
    in the room it was given in. A room has too few answers to one variant to say anything."""
    counted: dict[tuple[str, int | None, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in given:
        fast = _is_fast(parameters, one)
        for cell in ((one.item, one.variant, ""), (one.item, None, scope_of(one, scopes))):
            counted[cell][0] += 1
            counted[cell][1] += fast
    usual = sum(_is_fast(parameters, one) for one in given) / max(len(given), 1)
    found: dict[str, list[Cell]] = defaultdict(list)
    for (item, variant, scope), (count, quick) in sorted(counted.items(), key=repr):
        if quick < LEAST_FAST:
            continue
        base = np.full((1, count), max(usual, FAST_ANYWAY))
        chance = float(agreement.tails_of(base, np.array([quick]))[0])
        if chance < ALARM / len(counted):
            found[item].append(Cell(variant, scope, count, quick, chance))
    return found


def _is_fast(parameters: Parameters, one: Given) -> bool:
    usual = 60 * float(parameters.about(one.item)["minutes"])
    right = one.credit > 1 - 1e-6
    return right and one.seconds is not None and one.seconds < FAST * usual


# --- people whose errors agree ------------------------------------------------------------------


def alike(given: Sequence[Given], scopes: Mapping[int, str]) -> tuple[list[Alike], int]:
    """The pairs of sittings in one scope whose wrong answers agree more than chance lets them, and
    how many pairs there were. One answer is another's like where item, text, variant and what was
    answered are."""
    wrong: dict[int, dict[Hashable, str]] = defaultdict(dict)
    people: dict[int, int] = {}
    scope: dict[str, list[int]] = defaultdict(list)
    for one in given:
        if one.sitting not in people:
            scope[scope_of(one, scopes)].append(one.sitting)
        people[one.sitting] = one.person
        if one.answer is not None and one.credit < 1 - 1e-6:
            question = (one.item, one.digest, one.variant)
            wrong[one.sitting][question] = " ".join(one.answer.casefold().split())
    latest = {name: sorted(keys)[-MOST_OF_SCOPE:] for name, keys in sorted(scope.items())}
    chances = agreement.alike_chances([wrong[key] for key in sorted(people)])
    looked_at = sum(len(keys) * (len(keys) - 1) // 2 for keys in latest.values())
    found = []
    for name, keys in latest.items():
        pairs = agreement.pairs_alike(
            [wrong[key] for key in keys],
            chances,
            same=[people[key] for key in keys],
            looked_at=looked_at,
        )
        found += [
            Alike(
                keys[one.one],
                keys[one.other],
                name,
                one.both,
                one.alike,
                round(one.expected, 2),
                one.chance,
            )
            for one in pairs
        ]
    return sorted(found, key=lambda one: one.chance), looked_at
