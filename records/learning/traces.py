"""What is noted of how people learn, beyond their answers: how long they worked at exercises, which
browser handed in. No mark rests on either. Kept for a time, and not of whoever does not want it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from records.tables.learning import TimeAtExercise, TraceRefused
from records.tables.marking import Submission
from records.writing import insert_new

TIME, BROWSER = "time", "browser"
_AT_ONCE = 10_000  # rows that one tidying touches, so that nobody waits for it


def add_time(
    session: Session,
    *,
    person_id: int,
    release_id: int,
    lesson: str,
    seconds: Mapping[str, int],
    at: dt.datetime,
) -> None:
    """Add to the time that a learner has worked at exercises (seconds by grade_id), unless they do
    not want it counted."""
    if not seconds or TIME in refused_by(session, person_id):
        return
    for grade_id, more in seconds.items():
        key = {
            "person_id": person_id,
            "release_id": release_id,
            "lesson": lesson,
            "grade_id": grade_id,
        }
        if insert_new(session, TimeAtExercise, **key, seconds=more, at=at):
            continue
        session.execute(
            update(TimeAtExercise)
            .filter_by(**key)
            .values(seconds=TimeAtExercise.seconds + more, at=at)
            .execution_options(synchronize_session=False)
        )


def refused_by(session: Session, person_id: int) -> frozenset[str]:
    """The kinds that this person does not want noted."""
    return frozenset(
        session.scalars(select(TraceRefused.kind).where(TraceRefused.person_id == person_id))
    )


def refuse(session: Session, person_id: int, kind: str, *, at: dt.datetime) -> None:
    """This person wants no more of this kind; what was noted of it is forgotten."""
    insert_new(session, TraceRefused, person_id=person_id, kind=kind, at=at)
    if kind == TIME:
        session.execute(delete(TimeAtExercise).where(TimeAtExercise.person_id == person_id))


def accept(session: Session, person_id: int, kind: str) -> None:
    """They have nothing against it any more."""
    session.execute(
        delete(TraceRefused).where(TraceRefused.person_id == person_id, TraceRefused.kind == kind)
    )


def forget_older(session: Session, kind: str, before: dt.datetime) -> int:
    """Forget what was noted before a time, some at once; how many rows it was."""
    if kind == TIME:
        keys = list(TimeAtExercise.__table__.primary_key)
        old = select(*keys).where(TimeAtExercise.at < before).limit(_AT_ONCE)
        rows = session.execute(old).all()
        for row in rows:
            exactly = [key == value for key, value in zip(keys, row, strict=True)]
            session.execute(delete(TimeAtExercise).where(*exactly))
        return len(rows)
    noted = [Submission.device.is_not(None), Submission.submitted_at < before]
    some = select(Submission.id).where(*noted).limit(_AT_ONCE)
    gone = session.execute(
        update(Submission)
        .where(Submission.id.in_(some))
        .values(device=None)
        .returning(Submission.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
