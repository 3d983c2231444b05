"""The register of lecturers: who may teach which course, from when, and by what certificate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from records.people.merging import same_person
from records.tables.people import Person
from records.tables.teaching import Lecturer


@dataclass(frozen=True)
class Registered:
    """A line of the register. ``course`` None: any course."""

    id: int
    person_id: int
    username: str | None
    full_name: str
    course: str | None
    from_on: dt.date
    until_on: dt.date | None
    certificate: str

    def standing(self, on: dt.date) -> str:
        """``now``, ``later`` or ``over``."""
        if self.from_on > on:
            return "later"
        return "over" if self.until_on is not None and self.until_on < on else "now"


def add_lecturer(
    session: Session,
    person_id: int,
    course: str | None,
    *,
    from_on: dt.date,
    until_on: dt.date | None,
    certificate: str,
    by: str,
    at: dt.datetime,
) -> Lecturer:
    """Enter somebody into the register."""
    row = Lecturer(
        person_id=person_id,
        course=course,
        from_on=from_on,
        until_on=until_on,
        certificate=certificate,
        recorded_by=by,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    return row


def find_lecturer(session: Session, key: int) -> Lecturer | None:
    """The line with this key."""
    return session.get(Lecturer, key)


def lines_of(session: Session, person_id: int) -> Sequence[Lecturer]:
    """Every line of a person, also of those merged into them."""
    return session.scalars(
        select(Lecturer)
        .where(Lecturer.person_id.in_(same_person(session, person_id)))
        .order_by(Lecturer.id)
    ).all()


def teaches(session: Session, person_id: int, course: str, *, on: dt.date) -> bool:
    """Whether the register has this person for this course on this day (of Việt Nam)."""
    found = (
        select(Lecturer.id)
        .where(
            Lecturer.person_id.in_(same_person(session, person_id)),
            or_(Lecturer.course.is_(None), Lecturer.course == course),
            *in_force(on),
        )
        .limit(1)
    )
    return session.scalar(found) is not None


def in_force(on: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Lines that hold on this day."""
    return Lecturer.from_on <= on, or_(Lecturer.until_on.is_(None), Lecturer.until_on >= on)


def load_register(session: Session) -> Sequence[Registered]:
    """The whole register, by name; those who were erased are left out."""
    rows = session.execute(
        select(
            Lecturer.id,
            Lecturer.person_id,
            Person.username,
            Person.full_name,
            Lecturer.course,
            Lecturer.from_on,
            Lecturer.until_on,
            Lecturer.certificate,
        )
        .join(Person, Person.id == Lecturer.person_id)
        .where(Person.erased_at.is_(None))
        .order_by(Person.name_key, Lecturer.id)
    )
    return [Registered(*row) for row in rows]
