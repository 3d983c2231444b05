"""What each competence means, in plain words: this project's own reading, beside the framework.

One file ``data/explained/<framework>.json``, with a version of its own: an explanation may be
mended without touching the framework that results are stamped with. Every text stands in all
languages of the framework; ``status`` says whose words they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from skills_framework.framework import DATA

FOLDER = DATA / "explained"
Words = Mapping[str, str]  # language → text


@dataclass(frozen=True)
class Stage:
    """What two neighbouring levels mean for a competence, such as levels 3 and 4."""

    lowest: int
    highest: int
    means: Words

    def has(self, level: int) -> bool:
        return self.lowest <= level <= self.highest


@dataclass(frozen=True)
class Explanation:
    """A competence in a sentence or two, and what its levels mean, the lowest first."""

    about: Words
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Explained:
    """The explanations of one framework. ``written_on``: an ISO date."""

    framework: str
    version: int
    written_on: str
    status: Words
    competences: Mapping[str, Explanation]


@cache
def find_explained(framework: str) -> Explained | None:
    """The explanations of this framework; None where nobody has written any."""
    path = FOLDER / f"{framework}.json"
    if "/" in framework or not path.is_file():
        return None
    data = json.loads(path.read_bytes())
    return Explained(
        framework=data["explains"],
        version=data["version"],
        written_on=data["written_on"],
        status=data["status"],
        competences={
            code: Explanation(one["about"], tuple(map(_stage, one["stages"].items())))
            for code, one in data["competences"].items()
        },
    )


def _stage(item: tuple[str, Words]) -> Stage:
    lowest, _, highest = item[0].partition("-")
    return Stage(int(lowest), int(highest), item[1])
