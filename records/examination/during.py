"""What happens in rooms while they are open: pauses, the portal's pulse, incidents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from records.tables.examination import Candidate, ExamIncident, ExamPause, ExamPulse, ExamRoom
from records.writing import insert_new

# --- pauses ---------------------------------------------------------------------------------------


def begin_pause(
    session: Session,
    room_id: int,
    candidate_id: int | None,
    *,
    by: int,
    reason: str,
    at: dt.datetime,
) -> ExamPause:
    """Time stands still from now on, in the room or for one candidate."""
    row = ExamPause(
        room_id=room_id,
        candidate_id=candidate_id,
        kind="pause",
        begun_at=at,
        by_person=by,
        reason=reason,
    )
    session.add(row)
    session.flush()
    return row


def add_outage(
    session: Session, room_id: int, *, begun_at: dt.datetime, ended_at: dt.datetime
) -> ExamPause:
    """The portal was away for everybody in this room."""
    row = ExamPause(room_id=room_id, kind="outage", begun_at=begun_at, ended_at=ended_at, reason="")
    session.add(row)
    session.flush()
    return row


def open_pause(session: Session, room_id: int, candidate_id: int | None) -> ExamPause | None:
    """The pause of the room (None), or of this candidate alone, that still goes on."""
    return session.scalar(
        select(ExamPause).where(
            ExamPause.room_id == room_id,
            ExamPause.candidate_id == candidate_id
            if candidate_id is not None
            else ExamPause.candidate_id.is_(None),
            ExamPause.ended_at.is_(None),
        )
    )


def pauses_for(session: Session, candidate: Candidate) -> Sequence[ExamPause]:
    """Those of the whole room, and the candidate's own; in the order of their beginning."""
    return session.scalars(
        select(ExamPause)
        .where(
            ExamPause.room_id == candidate.room_id,
            or_(ExamPause.candidate_id.is_(None), ExamPause.candidate_id == candidate.id),
        )
        .order_by(ExamPause.begun_at, ExamPause.id)
    ).all()


def pauses_in(session: Session, room_id: int) -> Sequence[ExamPause]:
    """All pauses of a room, in the order of their beginning."""
    return session.scalars(
        select(ExamPause)
        .where(ExamPause.room_id == room_id)
        .order_by(ExamPause.begun_at, ExamPause.id)
    ).all()


# --- the portal's pulse ---------------------------------------------------------------------------


def last_pulse(session: Session) -> dt.datetime | None:
    """When the portal was last known to answer while a room was open."""
    return session.scalar(select(ExamPulse.at).where(ExamPulse.id == 1).with_for_update())


def keep_pulse(session: Session, at: dt.datetime) -> None:
    if not insert_new(session, ExamPulse, id=1, at=at):
        session.get_one(ExamPulse, 1).at = at
        session.flush()


# --- incidents ------------------------------------------------------------------------------------


def add_incident(
    session: Session,
    room: ExamRoom,
    candidate: Candidate | None,
    kind: str,
    text: str,
    *,
    number: int | None = None,
    by: int,
    at: dt.datetime,
) -> ExamIncident:
    row = ExamIncident(
        room_id=room.id,
        candidate_id=candidate.id if candidate else None,
        person_id=candidate.person_id if candidate else None,
        kind=kind,
        number=number,
        text=text,
        at=at,
        by_person=by,
        decision="",
        answer="",
    )
    session.add(row)
    session.flush()
    return row


def find_incident(session: Session, key: int) -> ExamIncident | None:
    return session.get(ExamIncident, key)


def incidents_in(session: Session, rooms: Collection[int]) -> Sequence[ExamIncident]:
    """What happened in these rooms, the latest first."""
    return session.scalars(
        select(ExamIncident).where(ExamIncident.room_id.in_(rooms)).order_by(ExamIncident.id.desc())
    ).all()


def reports_of(session: Session, candidate_id: int) -> Sequence[ExamIncident]:
    """The questions that a candidate reported, in their order."""
    return session.scalars(
        select(ExamIncident)
        .where(ExamIncident.candidate_id == candidate_id, ExamIncident.kind == "question")
        .order_by(ExamIncident.id)
    ).all()
