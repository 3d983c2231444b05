"""Appeals, and what is decided about candidates after a sitting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.people.merging import same_person
from records.tables.assessment import Sitting
from records.tables.examination import (
    Appeal,
    Candidate,
    Examination,
    ExamInvigilator,
    ExamRoom,
)


@dataclass(frozen=True)
class Place:
    """A candidate where they sat."""

    candidate: Candidate
    room: ExamRoom
    examination: Examination
    sitting: Sitting | None


def find_place(session: Session, candidate_id: int) -> Place | None:
    """A candidate with room, examination and sitting."""
    candidate = session.get(Candidate, candidate_id)
    return None if candidate is None else _place(session, candidate)


def place_of_sitting(session: Session, sitting_id: int) -> Place | None:
    """The same by the sitting; None for one of no examination."""
    candidate = session.scalar(select(Candidate).where(Candidate.sitting_id == sitting_id))
    return None if candidate is None else _place(session, candidate)


def _place(session: Session, candidate: Candidate) -> Place:
    room = session.get(ExamRoom, candidate.room_id)
    examination = session.get(Examination, candidate.examination_id)
    assert room is not None
    assert examination is not None
    sitting = session.get(Sitting, candidate.sitting_id) if candidate.sitting_id else None
    return Place(candidate, room, examination, sitting)


def invigilated(session: Session, room_id: int, person_id: int) -> bool:
    """Whether this person looked after the room."""
    return (
        session.scalar(
            select(ExamInvigilator.room_id).where(
                ExamInvigilator.room_id == room_id,
                ExamInvigilator.person_id.in_(same_person(session, person_id)),
            )
        )
        is not None
    )


def record_appeal(
    session: Session, sitting: Sitting, text: str, *, at: dt.datetime
) -> Appeal:
    """Write an appeal down; it waits for a person."""
    row = Appeal(
        person_id=sitting.person_id,
        about="sitting",
        sitting_id=sitting.id,
        text=text,
        asked_at=at,
        state="open",
        answer="",
    )
    session.add(row)
    session.flush()
    return row


def find_appeal(session: Session, key: int) -> Appeal | None:
    return session.get(Appeal, key)


def appeal_of(session: Session, sitting_id: int) -> Appeal | None:
    """The appeal about a sitting: there is one at most."""
    return session.scalar(select(Appeal).where(Appeal.sitting_id == sitting_id))


def appeals(session: Session, *, limit: int) -> Sequence[Appeal]:
    """Those that wait first, the oldest first; then those that were decided, the newest first."""
    waiting = session.scalars(
        select(Appeal).where(Appeal.state == "open").order_by(Appeal.asked_at).limit(limit)
    ).all()
    decided = session.scalars(
        select(Appeal)
        .where(Appeal.state != "open")
        .order_by(Appeal.decided_at.desc())
        .limit(limit - len(waiting))
    ).all()
    return [*waiting, *decided]
