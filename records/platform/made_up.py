"""Takes the people of a demonstration out of the records, whole, and nobody else.

Whoever was made up is marked so in their own row (`Person.made_up`). What they did goes with them:
every row that belongs to them, to their submissions or to their certificates. A row that cannot go
because something of a real person's rests on it (a mark given by hand) stays, erased. The audit log
is a chain and keeps its lines; so do the counters, for no number is given twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, not_, or_, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from records.examination.clearing import BY_OTHERS, clear_examinations, who_did_something
from records.people import persons
from records.schema import Table
from records.tables.assessment import Certificate
from records.tables.learning import Attendance, Meeting, Notice, NoticeRead
from records.tables.marking import Review, Submission
from records.tables.people import Person, Unit
from records.tables.programme import Target

UNITS_BEGIN = "TN-"  # codes of the units that are made up
PLAN = "Kế hoạch mẫu để trình diễn"  # ends the source of a demonstration's plan


@dataclass(frozen=True)
class Cleared:
    """What was taken out. ``usernames``: who could log in; ``person_ids``: whose labs go too;
    ``certificates_left``: of people who are not made up."""

    people: int
    submissions: int
    certificates: int
    certificates_left: int
    units: int
    usernames: tuple[str, ...]
    person_ids: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.people or self.units)


def clear(session: Session, *, at: dt.datetime) -> Cleared:
    """Take out everybody who is made up, with all that is theirs. Safe to repeat."""
    people = select(Person.id).where(Person.made_up)
    submissions = select(Submission.id).where(Submission.person_id.in_(people))
    numbers = select(Certificate.number).where(Certificate.person_id.in_(people))
    names = select(Person.username).where(Person.made_up, Person.username.is_not(None))
    usernames = tuple(name for name in session.scalars(names) if name)
    person_ids = tuple(session.scalars(people))
    gone = {
        "submissions": _count(session, submissions),
        "certificates": _count(session, numbers),
        "people": _count(session, people.where(Person.erased_at.is_(None))),
    }
    clear_examinations(session, people)
    _erase_who_must_stay(session, people, at=at)
    _delete_messages(session, usernames)
    for table in reversed(Table.metadata.sorted_tables):  # whoever refers to others goes first
        if theirs := _belongs(table, people, submissions, numbers):
            session.execute(delete(table).where(or_(*theirs)))
    stays = _stay(people)
    session.execute(delete(Person).where(Person.made_up, not_(Person.id.in_(stays))))
    session.execute(delete(Target).where(Target.source.endswith(PLAN)))
    units = _delete_units(session)
    session.expire_all()
    left = _count(session, select(Certificate.number))
    return Cleared(
        certificates_left=left, units=units, usernames=usernames, person_ids=person_ids, **gone
    )


def _count(session: Session, found: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _belongs(
    table: SqlTable, people: Select[Any], submissions: Select[Any], numbers: Select[Any]
) -> list[ColumnElement[bool]]:
    """What makes a row of this table theirs: whose it is, or of which work or certificate."""
    if table.name == Person.__tablename__:
        return []
    owners = {"person": people, "submission": submissions, "certificate": numbers}
    found: list[ColumnElement[bool]] = []
    for key in table.foreign_keys:
        owner = owners.get(key.column.table.name)
        if owner is not None and key.parent.name not in {"marker_id", *BY_OTHERS}:
            found.append(key.parent.in_(owner))
    return found


def _stay(people: Select[Any]) -> Select[Any]:
    """Those whose row must stay: who gave a real person a mark by hand, or did something at an
    examination that stays; and the last key of all, for a key is in the log and must never be
    another person's."""
    marked = select(Review.marker_id).join(Submission, Submission.id == Review.submission_id)
    last = select(func.max(Person.id)).scalar_subquery()
    return select(Person.id).where(
        Person.id.in_(people),
        or_(
            Person.id == last,
            Person.id.in_(marked.where(not_(Submission.person_id.in_(people)))),
            Person.id.in_(who_did_something(people)),
        ),
    )


def _erase_who_must_stay(session: Session, people: Select[Any], *, at: dt.datetime) -> None:
    for person_id in session.scalars(_stay(people)).all():
        persons.erase_person(session, person_id, at=at)
        nowhere = {"unit_id": None, "audience_group": None}
        session.execute(update(Person).where(Person.id == person_id).values(nowhere))


def _delete_messages(session: Session, usernames: tuple[str, ...]) -> None:
    """Messages that the made-up sent, and the classes they called to which nobody real came."""
    sent = select(Notice.id).where(Notice.sent_by.in_(usernames))
    session.execute(delete(NoticeRead).where(NoticeRead.notice_id.in_(sent)))
    session.execute(delete(Notice).where(Notice.sent_by.in_(usernames)))
    real = select(Attendance.meeting_id).join(Person, Person.id == Attendance.person_id)
    called = select(Meeting.id).where(
        Meeting.called_by.in_(usernames), not_(Meeting.id.in_(real.where(not_(Person.made_up))))
    )
    session.execute(delete(Attendance).where(Attendance.meeting_id.in_(called)))
    session.execute(delete(Meeting).where(Meeting.id.in_(called)))


def _delete_units(session: Session) -> int:
    """Delete the made-up units that nothing refers to any more."""
    unused = [Unit.code.startswith(UNITS_BEGIN, autoescape=True), Unit.name.contains("mẫu")]
    for table in Table.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == Unit.__tablename__:
                named = select(key.parent).where(key.parent.is_not(None))
                unused.append(not_(Unit.id.in_(named)))
    gone = session.execute(delete(Unit).where(*unused).returning(Unit.id)).all()
    return len(gone)
