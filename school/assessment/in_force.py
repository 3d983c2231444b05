"""The bank as it stands now: what its files say, moved on by what people decided since.

Files say where an item starts. On a running platform acts move it on (trial → live → retired, or
back to trial), and an accepted calibration says how it stands. Both hold for the text they were
decided about: an item whose text changes starts anew. Each mixture is a version of parameters of
its own, so counts of exposure begin anew with it. Everything but `in_force` is pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from records import Session
from records.assessment import items as kept
from records.assessment.items import Moved
from school.assessment.item_bank import ItemBank, Parameters, versioned

TRIAL, LIVE, RETIRED = "trial", "live", "retired"
TOLD_BY = "answers"  # how many answers an item was learned from; not there where from none


@dataclass(frozen=True)
class Standing:
    """How an item stands: its state, and the variants that were retired."""

    state: str
    retired: frozenset[int] = frozenset()


def in_force(session: Session, bank: ItemBank) -> ItemBank:
    """The bank with states and parameters that are in force now."""
    version = kept.accepted_version(session) or ""
    calibrated = Parameters(version, kept.version_content(session, version) or {})
    return _moved_on(bank, kept.moved(session), calibrated)


@lru_cache(maxsize=8)
def _moved_on(bank: ItemBank, moves: tuple[Moved, ...], calibrated: Parameters) -> ItemBank:
    found = standings(bank, moves)
    content = with_calibration(bank.parameters.content, calibrated.content)
    return replace(
        bank,
        parameters=versioned(with_trials(content, found)),
        retired=frozenset(name for name, one in found.items() if one.state == RETIRED),
        retired_variants={name: one.retired for name, one in found.items() if one.retired},
    )


def standings(bank: ItemBank, moves: Iterable[Moved]) -> dict[str, Standing]:
    """How every item of the bank stands, by the latest move of its present text. What was only
    reviewed counts, as what is live."""
    found = {
        name: Standing(TRIAL if one.state == TRIAL else LIVE) for name, one in bank.items.items()
    }
    variants: dict[str, set[int]] = defaultdict(set)
    for one in moves:
        if bank.find(one.item, one.digest) is None or found[one.item].state == RETIRED:
            continue
        if one.variant is None:
            found[one.item] = Standing(one.state)
        else:
            variants[one.item].add(one.variant)
    return {name: replace(one, retired=frozenset(variants[name])) for name, one in found.items()}


def with_trials(content: Mapping[str, Any], found: Mapping[str, Standing]) -> dict[str, Any]:
    """The parameters' content, where every item of ``found`` says whether it counts."""
    trials = {name: {"trial": one.state == TRIAL} for name, one in found.items()}
    items = {name: {**one, **trials.get(name, {})} for name, one in content["items"].items()}
    return {**content, "items": items}


def with_calibration(content: Mapping[str, Any], calibrated: Mapping[str, Any]) -> dict[str, Any]:
    """The content with what a calibration learned, for items whose text is still that one.
    ``calibrated``: a version's content; {} for none."""
    learned = {name: one for name, one in calibrated.get("items", {}).items() if one.get(TOLD_BY)}
    items = {}
    for name, one in content["items"].items():
        new = learned.get(name)
        fits = new is not None and new["digest"] == one["digest"]
        items[name] = {**one, **{key: new[key] for key in LEARNED}} if new and fits else one
    rule = calibrated["rule"] if learned else content["rule"]
    return {**content, "rule": rule, "items": items}


LEARNED = ("slope", "steps", "error", TOLD_BY)  # what a calibration says of an item
