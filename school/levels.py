"""The level of a person in each competence, by the one rule (`skills_framework.evidence`), from
everything there is: examinations, placements, practice, and what a person decided on a contest."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from records import Session
from records.assessment import contests, evidence, sittings
from records.people.merging import same_person
from skills_framework import evidence as rule
from skills_framework.evidence import EXAMINATION, PRACTICE, WEIGHTS, Judged, Sign
from skills_framework.framework import load_framework

FRAMEWORK = "vn-tt02-2025"
AT_ONCE = 500  # people of one statement


@dataclass(frozen=True)
class Given:
    """A level that a person decided on a contest."""

    level: int
    at: dt.datetime


@dataclass(frozen=True)
class Level:
    """A competence of a person: what the rule says of it, and what somebody decided.

    What was decided is the least that holds, until an examination of the competence comes after it:
    that decides anew.
    """

    judged: Judged
    given: Given | None = None

    @property
    def stands(self) -> Given | None:
        """What was decided, where it holds still and is more than the rule says."""
        if self.given is None or self.given.level <= self.judged.level:
            return None
        later = (
            one.sign.source == EXAMINATION and one.sign.at > self.given.at
            for one in self.judged.own
        )
        return None if any(later) else self.given

    @property
    def level(self) -> int:
        return self.stands.level if self.stands else self.judged.level

    @property
    def seen(self) -> int:
        """How many tasks of the competence itself count."""
        return len(self.judged.own)


def load_levels(
    session: Session, person_id: int, *, framework: str = FRAMEWORK, at: dt.datetime
) -> dict[str, Level]:
    """Every competence of the framework, by its code."""
    signs = load_signs(session, person_id, framework=framework)
    given = contests.given_levels(session, person_id, framework)
    codes = [one.code for one in load_framework(framework).competences]
    return {
        code: Level(rule.judge(signs, code, at=at), Given(*given[code]) if code in given else None)
        for code in codes
    }


def load_signs(session: Session, person_id: int, *, framework: str = FRAMEWORK) -> list[Sign]:
    """What one person did, each task once."""
    keys = same_person(session, person_id)
    found = signs_of(session, keys, framework=framework)
    return rule.each_once(sign for key in keys for sign in found.get(key, ()))


def signs_of(
    session: Session, people: Collection[int], *, framework: str = FRAMEWORK
) -> dict[int, list[Sign]]:
    """What these people did, by their keys, each task once."""
    found: dict[int, list[Sign]] = defaultdict(list)
    about: dict[str, Mapping[str, Mapping[str, object]]] = {}
    ordered = sorted(people)
    for first in range(0, len(ordered), AT_ONCE):
        some = ordered[first : first + AT_ONCE]
        for one in evidence.practised_by(session, some, framework):
            found[one.person_id].append(_practice(one))
        for given in sittings.marked_of(session, some):
            items = about.get(given.parameters)
            if items is None:
                content = sittings.find_parameters(session, given.parameters) or {}
                items = about[given.parameters] = content.get("items", {})
            sign = _answer(given, items)
            if sign is not None and given.framework == framework:
                found[given.person_id].append(sign)
    return {person: rule.each_once(signs) for person, signs in found.items()}


def _practice(one: evidence.Practised) -> Sign:
    task = f"{one.course}/{one.lesson}/{one.grade_id}"
    return Sign(PRACTICE, one.competence, one.level, rule.is_solved(one.share), one.at, task)


def _answer(one: sittings.Marked, items: Mapping[str, Mapping[str, object]]) -> Sign | None:
    """An item of a sitting as a sign; None for one on trial, and for kinds that are no evidence."""
    about = items.get(one.item)
    if about is None or about["trial"] or one.kind not in WEIGHTS:
        return None
    if one.credit is None or one.at is None:
        return None
    level = about["level"]
    assert isinstance(level, int)
    task = f"{one.sitting_id}/{one.number}"
    solved = rule.is_solved(one.credit)
    return Sign(one.kind, str(about["measures"]), level, solved, one.at, task)


@dataclass(frozen=True)
class Count:
    """Of one source and one level: how many tasks were solved of how many, the latest when."""

    source: str
    level: int
    solved: int
    tried: int
    latest: dt.datetime


def counts_of(signs: Iterable[Sign]) -> Sequence[Count]:
    """The same evidence without a single answer in it: for whoever decides a contest."""
    found: dict[tuple[str, int], list[Sign]] = defaultdict(list)
    for one in signs:
        found[one.source, one.level].append(one)
    order = list(WEIGHTS)
    return [
        Count(source, level, sum(one.solved for one in own), len(own), max(one.at for one in own))
        for (source, level), own in sorted(
            found.items(), key=lambda item: (order.index(item[0][0]), -item[0][1])
        )
    ]
