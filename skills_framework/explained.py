"""What each competence means, in plain words: this project's own reading, beside the framework.

One file ``data/explained/<framework>.json``, with a version of its own: an explanation may be
mended without touching the framework that results are stamped with. Every text stands in all
languages of the framework; ``status`` says whose words they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from core.messages import Message, Refused
from skills_framework.framework import DATA, LANGUAGES, Framework

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


def explained_in(data: object, framework: Framework, file: str) -> Explained | None:
    """What a framework's own file says under ``explained`` of its competences: the same keys as a
    file of ``data/explained``. None where it says nothing; `Refused` with every fault."""
    said = data.get("explained") if isinstance(data, dict) else None
    if said is None:
        return None
    faults: list[Message] = []

    def fault(key: str, why: Message) -> None:
        facts = {"file": file, "key": f"explained.{key}", "why": why}
        faults.append(Message("{file}: khóa “{key}”: {why}", facts))

    def words(found: object, key: str) -> Words:
        texts = found if isinstance(found, dict) else {}
        for language in LANGUAGES:
            if not isinstance(texts.get(language), str) or not texts[language].strip():
                fault(f"{key}.{language}", Message("phải là chuỗi ký tự không rỗng"))
        return {language: str(texts.get(language, "")) for language in LANGUAGES}

    competences = said.get("competences") if isinstance(said, dict) else None
    if not isinstance(competences, dict) or not competences:
        fault("competences", Message("phải có ít nhất một năng lực"))
        raise Refused(*faults)
    found: dict[str, Explanation] = {}
    for code, one in competences.items():
        key = f"competences.{code}"
        if not framework.has_competence(code):
            fault(key, Message("khung không có năng lực này"))
        stages = one.get("stages", {}) if isinstance(one, dict) else None
        if not isinstance(one, dict) or not isinstance(stages, dict):
            fault(key, Message("phải có “about” và “stages”"))
            continue
        means = []
        for span, text in stages.items():
            stage = _stage((span, words(text, f"{key}.stages.{span}"))) if _SPAN(span) else None
            if (
                stage is None
                or not framework.has_level(stage.lowest)
                or not framework.has_level(stage.highest)
            ):
                fault(f"{key}.stages.{span}", Message("phải là các bậc của khung, ví dụ 1-2"))
                continue
            means.append(stage)
        found[code] = Explanation(words(one.get("about"), f"{key}.about"), tuple(means))
    status = words(said.get("status"), "status")
    if faults:
        raise Refused(*faults)
    return Explained(framework.id, 1, framework.changed_on, status, found)


_SPAN = re.compile(r"[1-9][0-9]?-[1-9][0-9]?").fullmatch


def _stage(item: tuple[str, Words]) -> Stage:
    lowest, _, highest = item[0].partition("-")
    return Stage(int(lowest), int(highest), item[1])
