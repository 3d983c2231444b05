"""Which courses a person's certificate takes: the one rule that issuing, pages and API ask.

The ministry decides what a programme requires and from when (`records.programme.requirements`).
Whoever has begun keeps the rule of that day: a course that joins later binds only who begins later,
and one that leaves helps everybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from records import Session
from records.programme.requirements import Required, began_programme, requirements_of


@dataclass(frozen=True)
class Rule:
    """What is asked of one person. ``spared``: courses asked of those who begin now, not of this
    person. ``coming``: what will be asked of those who begin later still."""

    courses: tuple[str, ...]
    spared: tuple[str, ...]
    coming: tuple[Required, ...]
    began_at: dt.datetime | None


def in_force(requirements: Iterable[Required], at: dt.datetime) -> tuple[str, ...]:
    """The courses required at a moment, in the order in which they joined."""
    return tuple(dict.fromkeys(one.course for one in requirements if one.holds(at)))


def rule_for(
    requirements: Sequence[Required], *, began_at: dt.datetime | None, at: dt.datetime
) -> Rule:
    """The rule for a person who began the programme at ``began_at`` (None: not yet).

    The rule of the day of beginning holds, unless today's asks for a part of it only: nobody must
    do what no longer is asked. Nobody is certified for nothing: where nothing was required on that
    day, today's rule holds.
    """
    now = in_force(requirements, at)
    then = in_force(requirements, began_at) if began_at is not None else ()
    courses = now if not then or (now and set(now) < set(then)) else then
    return Rule(
        courses=courses,
        spared=tuple(course for course in now if course not in courses),
        coming=tuple(one for one in requirements if one.from_at > at),
        began_at=began_at,
    )


def find_rule(session: Session, person_id: int, programme: str, *, at: dt.datetime) -> Rule:
    """The rule for a person, by what the records hold."""
    requirements = requirements_of(session, programme)
    courses = {one.course for one in requirements}
    began_at = began_programme(session, person_id, programme, courses)
    return rule_for(requirements, began_at=began_at, at=at)
