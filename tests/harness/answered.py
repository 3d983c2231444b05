"""A made-up bank of items, and the answers of made-up people to it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np

from records.assessment.items import Given
from school.assessment.item_bank import Parameters, versioned
from skills_framework import scale

VARIANTS = 3


def made_parameters(items: int = 60, *, learned: bool = True, seed: int = 1) -> Parameters:
    """Right-or-wrong items over six domains and six levels; ``learned``: from many answers."""
    rng = np.random.default_rng(seed)
    content: dict[str, Any] = {"rule": "start-1", "framework": "vn-tt02-2025", "items": {}}
    for number in range(items):
        level = 1 + number % 6
        place = level - scale.MIDDLE
        content["items"][f"cau-{number:03}"] = {
            "digest": f"d{number:03}",
            "domain": number // 6 % 6,
            "measures": f"{number // 6 % 6 + 1}.1",
            "level": level,
            "minutes": 1.0,
            "enemies": [],
            "slope": 1.3,
            "steps": [place + (float(rng.normal(0, 0.5)) if learned else 0.0)],
            "error": 0.1 if learned else scale.UNTRIED,
            "trial": False,
            **({"answers": 500} if learned else {}),
        }
    return versioned(content)


def true_places(parameters: Parameters, spread: float, seed: int = 2) -> dict[str, float]:
    """Where items really stand, if where they start is off by ``spread``."""
    rng = np.random.default_rng(seed)
    return {
        name: float(np.mean(one["steps"]) + rng.normal(0, spread))
        for name, one in parameters.content["items"].items()
    }


def ability_of(person: int) -> float:
    """How able somebody is, in standard deviations."""
    return float(np.random.default_rng([11, person]).normal())


def sat_by(
    parameters: Parameters,
    people: int,
    *,
    places: dict[str, float] | None = None,
    each: int = 14,
    mean: float = -0.5,
    sd: float = 1.3,
    seed: int = 3,
    first: int = 1,
) -> list[Given]:
    """What honest people answered, each to some of the items by lot: right with the chance that
    their ability gives, wrong in one of three ways, in their own time."""
    rng = np.random.default_rng(seed)
    names = parameters.names
    found = []
    for person in range(first, first + people):
        ability = mean + sd * ability_of(person)
        for column in sorted(rng.permutation(len(names))[:each]):
            one = parameters.about(names[column])
            place = places[names[column]] if places else float(np.mean(one["steps"]))
            right = rng.random() < 1 / (1 + np.exp(-one["slope"] * (ability - place)))
            chosen = "dung" if right else "abc"[int(rng.choice(3, p=(0.5, 0.3, 0.2)))]
            found.append(
                Given(
                    sitting=person,
                    kind="placement",
                    person=person,
                    item=names[column],
                    digest=one["digest"],
                    variant=int(rng.integers(VARIANTS)),
                    answer=json.dumps({"cell": chosen}),
                    seconds=float(60 * np.exp(rng.normal(0, 0.5))),
                    credit=float(right),
                )
            )
    return found


def leaked(
    given: list[Given], item: str, *, variant: int | None = None, share: float = 0.6, seed: int = 9
) -> list[Given]:
    """The same, where so many of those who were given an item knew its answer beforehand."""
    rng = np.random.default_rng(seed)
    known = {"seconds": 3.0, "credit": 1.0, "answer": json.dumps({"cell": "dung"})}
    return [
        replace(one, **known)
        if one.item == item and variant in (None, one.variant) and rng.random() < share
        else one
        for one in given
    ]
