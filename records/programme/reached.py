"""Neighbours whom learners say they taught: written down, and counted by unit and course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.people.merging import same_person
from records.tables.programme import PeopleReached


@dataclass(frozen=True)
class Reached:
    """By the learners of one unit (None: of none), with one course, on one day: how many people,
    in how many sessions."""

    unit_id: int | None
    course: str
    day: dt.date
    people: int
    sessions: int


def add_reached(
    session: Session,
    person_id: int,
    course: str,
    *,
    unit_id: int | None,
    held_on: dt.date,
    people: int,
    place: str,
    at: dt.datetime,
) -> PeopleReached:
    """Write it down, where nothing of that course and day is there (`find_reached_on`)."""
    row = PeopleReached(
        person_id=person_id,
        course=course,
        unit_id=unit_id,
        held_on=held_on,
        people=people,
        place=place,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    return row


def find_reached(session: Session, person_id: int, key: int) -> PeopleReached | None:
    """This person's own row with this key; None for anybody else's."""
    row = session.get(PeopleReached, key)
    return row if row and row.person_id in same_person(session, person_id) else None


def find_reached_on(
    session: Session, person_id: int, course: str, day: dt.date
) -> PeopleReached | None:
    """What this person wrote down for a course and a day."""
    return session.scalar(
        select(PeopleReached).where(
            PeopleReached.person_id.in_(same_person(session, person_id)),
            PeopleReached.course == course,
            PeopleReached.held_on == day,
        )
    )


def reached_by(session: Session, person_id: int, course: str) -> Sequence[PeopleReached]:
    """What this person wrote down of a course, the latest day first."""
    return session.scalars(
        select(PeopleReached)
        .where(
            PeopleReached.person_id.in_(same_person(session, person_id)),
            PeopleReached.course == course,
        )
        .order_by(PeopleReached.held_on.desc(), PeopleReached.id.desc())
    ).all()


def remove_reached(session: Session, row: PeopleReached) -> None:
    session.delete(row)
    session.flush()


def count_reached(session: Session) -> list[Reached]:
    """Everything that was written down, by unit, course and day: no line says who."""
    table = PeopleReached
    rows = session.execute(
        select(
            table.unit_id,
            table.course,
            table.held_on,
            func.sum(table.people),
            func.count(),
        ).group_by(table.unit_id, table.course, table.held_on)
    )
    return [
        Reached(unit, course, day, int(people), times) for unit, course, day, people, times in rows
    ]
