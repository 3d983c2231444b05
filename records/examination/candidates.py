"""Candidates, as they are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from records.people.merging import same_person
from records.tables.assessment import SittingAnswer
from records.tables.examination import Candidate, Examination, ExamRoom
from records.tables.people import Person


def add_candidate(session: Session, room: ExamRoom, person_id: int, *, number: int) -> Candidate:
    """Somebody sits in this room, with this number in the examination (`next_number`)."""
    row = Candidate(
        examination_id=room.examination_id,
        room_id=room.id,
        person_id=person_id,
        number=number,
        extra_share=0.0,
        alternative="",
        note="",
        identity="waiting",
        added_minutes=0,
        state="registered",
        reason="",
        left_page=0,
    )
    session.add(row)
    session.flush()
    return row


def next_number(session: Session, examination_id: int) -> int:
    """The first number behind those that were given, while the examination is held."""
    last = session.scalar(
        select(func.max(Candidate.number)).where(Candidate.examination_id == examination_id)
    )
    return (last or 0) + 1


def find_candidate(session: Session, key: int) -> Candidate | None:
    return session.get(Candidate, key)


def hold_candidate(session: Session, key: int) -> Candidate | None:
    """The candidate; whoever else changes it waits until the transaction ends."""
    return session.get(Candidate, key, with_for_update={"key_share": True}, populate_existing=True)


def find_in_room(session: Session, room_id: int, person_id: int) -> Candidate | None:
    """This person as a candidate of this room."""
    return session.scalar(
        select(Candidate).where(
            Candidate.room_id == room_id,
            Candidate.person_id.in_(same_person(session, person_id)),
        )
    )


def find_in_examination(session: Session, examination_id: int, person_id: int) -> Candidate | None:
    """This person as a candidate of this examination, in whatever room."""
    return session.scalar(
        select(Candidate).where(
            Candidate.examination_id == examination_id,
            Candidate.person_id.in_(same_person(session, person_id)),
        )
    )


def find_by_sitting(session: Session, sitting_id: int) -> Candidate | None:
    return session.scalar(select(Candidate).where(Candidate.sitting_id == sitting_id))


def working_of(session: Session, person_id: int) -> Candidate | None:
    """This person at work in an examination."""
    return session.scalar(
        select(Candidate).where(
            Candidate.person_id.in_(same_person(session, person_id)), Candidate.state == "working"
        )
    )


@dataclass(frozen=True)
class Seat:
    """A candidate with where and when."""

    candidate: Candidate
    room: ExamRoom
    examination: Examination


def seats_of(session: Session, person_id: int) -> Sequence[Seat]:
    """Where this person is a candidate, the latest first; not of examinations still planned."""
    rows = session.execute(
        select(Candidate, ExamRoom, Examination)
        .join(ExamRoom, ExamRoom.id == Candidate.room_id)
        .join(Examination, Examination.id == Candidate.examination_id)
        .where(
            Candidate.person_id.in_(same_person(session, person_id)),
            Examination.state != "planned",
        )
        .order_by(ExamRoom.starts_at.desc(), Candidate.id.desc())
    )
    return [Seat(candidate, room, examination) for candidate, room, examination in rows]


def to_sit(session: Session, person_id: int) -> Sequence[Seat]:
    """The announced examinations that this person has not ended."""
    return [
        one
        for one in seats_of(session, person_id)
        if one.examination.state == "published" and one.candidate.state in ("registered", "working")
    ]


def find_seat(session: Session, candidate: Candidate) -> Seat:
    room = session.get_one(ExamRoom, candidate.room_id)
    return Seat(candidate, room, session.get_one(Examination, candidate.examination_id))


def in_room(session: Session, room_id: int) -> Sequence[tuple[Candidate, Person]]:
    """A room's candidates by number, with who they are."""
    rows = session.execute(
        select(Candidate, Person)
        .join(Person, Person.id == Candidate.person_id)
        .where(Candidate.room_id == room_id)
        .order_by(Candidate.number)
    )
    return [(candidate, person) for candidate, person in rows]


def in_examination(session: Session, examination_id: int) -> Sequence[tuple[Candidate, Person]]:
    """An examination's candidates by number, with who they are."""
    rows = session.execute(
        select(Candidate, Person)
        .join(Person, Person.id == Candidate.person_id)
        .where(Candidate.examination_id == examination_id)
        .order_by(Candidate.number)
    )
    return [(candidate, person) for candidate, person in rows]


def people_in(session: Session, examination_id: int) -> frozenset[int]:
    """The persons who are candidates of an examination."""
    return frozenset(
        session.scalars(
            select(Candidate.person_id).where(Candidate.examination_id == examination_id)
        )
    )


def remove_candidate(session: Session, candidate: Candidate) -> None:
    """Take somebody off the list who has begun nothing."""
    session.delete(candidate)
    session.flush()


def count_signal(session: Session, candidate_id: int) -> None:
    """The page lost the focus once more; counted in the statement itself."""
    session.execute(
        update(Candidate)
        .where(Candidate.id == candidate_id)
        .values(left_page=Candidate.left_page + 1)
        .execution_options(synchronize_session=False)
    )


def given_in(session: Session, sittings: Collection[int]) -> dict[int, int]:
    """How many answers were given in each of these sittings, without those set aside."""
    rows = session.execute(
        select(SittingAnswer.sitting_id, func.count())
        .where(
            SittingAnswer.sitting_id.in_(sittings),
            SittingAnswer.given_at.is_not(None),
            SittingAnswer.set_aside.is_(False),
        )
        .group_by(SittingAnswer.sitting_id)
    )
    return {sitting: count for sitting, count in rows}  # noqa: C416 - rows are no pairs to mypy
