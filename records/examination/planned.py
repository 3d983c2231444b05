"""Examinations, rooms and who looks after them, as they are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.people.merging import same_person
from records.tables.examination import Candidate, Examination, ExamInvigilator, ExamRoom
from records.tables.people import Person
from records.writing import insert_new


@dataclass(frozen=True)
class Rules:
    """What an examination asks of everybody; see `Examination`."""

    minutes: int
    most_items: int
    least_items: int
    pass_level: int


def add_examination(
    session: Session,
    *,
    title: str,
    framework: str,
    rules: Rules,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    by: int,
    at: dt.datetime,
) -> Examination:
    row = Examination(
        title=title,
        framework=framework,
        minutes=rules.minutes,
        most_items=rules.most_items,
        least_items=rules.least_items,
        pass_level=rules.pass_level,
        opens_at=opens_at,
        closes_at=closes_at,
        state="planned",
        reason="",
        made_by=by,
        made_at=at,
    )
    session.add(row)
    session.flush()
    return row


def find_examination(session: Session, key: int) -> Examination | None:
    return session.get(Examination, key)


def hold_examination(session: Session, key: int) -> Examination | None:
    """The examination; whoever else changes it waits until the transaction ends."""
    return session.get(
        Examination, key, with_for_update={"key_share": True}, populate_existing=True
    )


def list_examinations(session: Session) -> Sequence[Examination]:
    """All of them, the latest first."""
    return session.scalars(
        select(Examination).order_by(Examination.opens_at.desc(), Examination.id.desc())
    ).all()


def add_room(
    session: Session,
    examination: Examination,
    *,
    name: str,
    place: str,
    unit_id: int | None,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    code: str,
) -> ExamRoom:
    row = ExamRoom(
        examination_id=examination.id,
        name=name,
        place=place,
        unit_id=unit_id,
        starts_at=starts_at,
        ends_at=ends_at,
        code=code,
        state="planned",
    )
    session.add(row)
    session.flush()
    return row


def find_room(session: Session, key: int) -> ExamRoom | None:
    return session.get(ExamRoom, key)


def find_room_by_code(session: Session, code: str) -> ExamRoom | None:
    return session.scalar(select(ExamRoom).where(ExamRoom.code == code)) if code else None


def hold_room(session: Session, key: int) -> ExamRoom | None:
    """The room; whoever else changes it waits until the transaction ends."""
    return session.get(ExamRoom, key, with_for_update={"key_share": True}, populate_existing=True)


def rooms_of(session: Session, examination_id: int) -> Sequence[ExamRoom]:
    """An examination's rooms, in the order of their beginning."""
    return session.scalars(
        select(ExamRoom)
        .where(ExamRoom.examination_id == examination_id)
        .order_by(ExamRoom.starts_at, ExamRoom.id)
    ).all()


def open_rooms(session: Session) -> Sequence[ExamRoom]:
    return session.scalars(
        select(ExamRoom).where(ExamRoom.state == "open").order_by(ExamRoom.id)
    ).all()


def rooms_looked_after(session: Session, person_id: int) -> Sequence[ExamRoom]:
    """The rooms that this person was named for, the latest first."""
    return session.scalars(
        select(ExamRoom)
        .join(ExamInvigilator, ExamInvigilator.room_id == ExamRoom.id)
        .where(ExamInvigilator.person_id.in_(same_person(session, person_id)))
        .order_by(ExamRoom.starts_at.desc(), ExamRoom.id.desc())
    ).all()


def add_invigilator(
    session: Session, room_id: int, person_id: int, *, by: int, at: dt.datetime
) -> bool:
    """False where they look after the room already."""
    return insert_new(
        session, ExamInvigilator, room_id=room_id, person_id=person_id, named_by=by, named_at=at
    )


def remove_invigilator(session: Session, room_id: int, person_id: int) -> bool:
    """False where they did not look after it."""
    row = session.get(ExamInvigilator, (room_id, person_id))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def looks_after(session: Session, room_id: int, person_id: int) -> bool:
    """Whether this person was named for this room."""
    people = same_person(session, person_id)
    found = select(ExamInvigilator.room_id).where(
        ExamInvigilator.room_id == room_id, ExamInvigilator.person_id.in_(people)
    )
    return session.scalar(found.limit(1)) is not None


def invigilators_in(session: Session, examination_id: int) -> frozenset[int]:
    """Everybody who looks after a room of this examination."""
    return frozenset(
        session.scalars(
            select(ExamInvigilator.person_id)
            .join(ExamRoom, ExamRoom.id == ExamInvigilator.room_id)
            .where(ExamRoom.examination_id == examination_id)
        )
    )


def invigilators_of(session: Session, rooms: Collection[int]) -> dict[int, list[Person]]:
    """Who looks after each of these rooms, by name."""
    found: dict[int, list[Person]] = {room: [] for room in rooms}
    rows = session.execute(
        select(ExamInvigilator.room_id, Person)
        .join(Person, Person.id == ExamInvigilator.person_id)
        .where(ExamInvigilator.room_id.in_(rooms))
        .order_by(Person.name_key, Person.id)
    )
    for room, person in rows:
        found[room].append(person)
    return found


def count_candidates(session: Session, rooms: Collection[int]) -> Mapping[int, dict[str, int]]:
    """How many candidates of each state these rooms have."""
    found: dict[int, dict[str, int]] = {room: {} for room in rooms}
    rows = session.execute(
        select(Candidate.room_id, Candidate.state, func.count())
        .where(Candidate.room_id.in_(rooms))
        .group_by(Candidate.room_id, Candidate.state)
    )
    for room, state, count in rows:
        found[room][state] = count
    return found
