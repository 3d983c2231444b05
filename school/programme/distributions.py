"""How the people of a unit stand: at which level how many, competence by competence, and four
numbers of what training did. Numbers only: no name, no answer, and none about few people.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics.programme.small_cells import SMALLEST, Withheld, protect
from records import Session
from records.assessment import sittings
from records.people import persons
from records.programme import counting
from school.levels import AT_ONCE, FRAMEWORK, signs_of
from skills_framework import evidence as rule
from skills_framework.framework import Competence, Framework, load_framework

HEAD = ("ma_don_vi", "don_vi", "nang_luc", "ten_nang_luc", "bac", "so_nguoi", "ngay")
Shown = int | Withheld


@dataclass(frozen=True)
class CompetenceLevels:
    """One competence: of ``people`` who did something of it (None: too few to say), how many stand
    at each level, from 0 for none."""

    competence: Competence
    people: int | None
    counts: Mapping[int, Shown]

    @property
    def widths(self) -> tuple[tuple[int, float], ...]:
        """The levels whose numbers are shown, with their share of all, for the picture."""
        if not self.people:
            return ()
        return tuple(
            (level, count / self.people)
            for level, count in self.counts.items()
            if isinstance(count, int) and count
        )


@dataclass(frozen=True)
class Outcome:
    """One of the four numbers: about how many ``people`` (None: too few to say), and the
    ``value``, None where there is only the number of people."""

    people: int | None
    value: float | None = None


@dataclass(frozen=True)
class Distribution:
    """Of one unit with everything below it. ``listed``: people on its lists. ``certified``,
    ``placed``, ``grown`` (mean growth from the first to the last placement, in levels) and
    ``retained`` (earned half a year later for each point that was expected)."""

    unit: counting.UnitNode
    path: tuple[counting.UnitNode, ...]
    children: tuple[counting.UnitNode, ...]
    framework: Framework
    listed: int
    levels: tuple[CompetenceLevels, ...]
    certified: Outcome
    placed: Outcome
    grown: Outcome
    retained: Outcome


def find_distribution(
    session: Session, unit_id: int, programme: str, *, at: dt.datetime
) -> Distribution | None:
    """How the people of a unit and of all below it stand; None for an unknown unit."""
    tree = counting.load_units_tree(session)
    if unit_id not in tree:
        return None
    people = counting.listed_people(session, persons.unit_and_below(session, unit_id))
    framework = load_framework(FRAMEWORK)
    signs = signs_of(session, people)
    certified, placed, checked = 0, list[sittings.Placed](), dict[int, tuple[float, float]]()
    for first in range(0, len(people), AT_ONCE):
        some = people[first : first + AT_ONCE]
        certified += len(counting.certified_of(session, some, programme))
        placed += sittings.placements_of(session, some)
        checked |= sittings.checks_of(session, some)
    above = persons.units_above(session, unit_id)
    return Distribution(
        tree[unit_id],
        tuple(tree[one] for one in reversed(above) if one in tree and one != unit_id),
        _right_below(tree, unit_id),
        framework,
        len(people),
        levels_of(list(signs.values()), framework, at=at),
        Outcome(certified if certified >= SMALLEST or not certified else None),
        Outcome(_enough(len({one.person_id for one in placed}))),
        growth_of(placed),
        retained_of(checked),
    )


def levels_of(
    people: Sequence[Sequence[rule.Sign]], framework: Framework, *, at: dt.datetime
) -> tuple[CompetenceLevels, ...]:
    """The distribution of each competence, small numbers withheld."""
    competences = framework.competences
    found, own = rule.levels_of_many(people, [one.code for one in competences], at=at)
    return tuple(
        _protected(one, Counter(int(level) for level in found[own[:, place] > 0, place]))
        for place, one in enumerate(competences)
    )


def _protected(competence: Competence, counted: Counter[int]) -> CompetenceLevels:
    people = sum(counted.values())
    counts = {level: counted[level] for level in range(rule.LEVELS + 1)}
    if 0 < people < SMALLEST:
        return CompetenceLevels(competence, None, dict.fromkeys(counts, Withheld.SMALL))
    return CompetenceLevels(competence, people, protect(counts))


def growth_of(placed: Sequence[sittings.Placed]) -> Outcome:
    """Mean growth of those who took a placement more than once."""
    by_person: dict[int, list[float]] = {}
    for one in placed:
        by_person.setdefault(one.person_id, []).append(one.estimate)
    grown = [own[-1] - own[0] for own in by_person.values() if len(own) > 1]
    people = _enough(len(grown))
    return Outcome(people, sum(grown) / len(grown) if people else None)


def retained_of(checked: Mapping[int, tuple[float, float]]) -> Outcome:
    """What all earned together for each point that was expected of them together."""
    people = _enough(len(checked))
    expected = sum(one for _earned, one in checked.values())
    earned = sum(one for one, _expected in checked.values())
    return Outcome(people, earned / expected if people and expected else None)


def _enough(people: int) -> int | None:
    return people if people >= SMALLEST or not people else None


def _right_below(
    tree: Mapping[int, counting.UnitNode], unit_id: int
) -> tuple[counting.UnitNode, ...]:
    found = [
        node
        for node in tree.values()
        if (node.successor_id if node.successor_id is not None else node.parent_id) == unit_id
    ]
    return tuple(sorted(found, key=lambda node: (node.code, node.id)))


def as_rows(found: Distribution, *, on: dt.date) -> Iterator[tuple[str | int, ...]]:
    """The same as a file: a head, then a line for each competence and level."""
    yield HEAD
    for one in found.levels:
        for level, count in one.counts.items():
            said = count.value if isinstance(count, Withheld) else count
            name = one.competence.name["vi"]
            unit = (found.unit.code, found.unit.name)
            yield (*unit, one.competence.code, name, level, said, on.isoformat())
