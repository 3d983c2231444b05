"""What follows from marks or attendance and broke, kept until it has been done.

`school.settling` writes here instead of undoing the marks, and clears it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from records.tables.marking import Unsettled

FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=1)
LONGEST_WHY = 500


def note_broken(
    session: Session,
    person_id: int,
    course: str,
    submission_id: int | None,
    *,
    why: str,
    at: dt.datetime,
) -> Unsettled:
    """Keep that something is still to follow, with the reason for the operator."""
    stored = session.scalar(
        select(Unsettled).where(
            Unsettled.person_id == person_id,
            Unsettled.course == course,
            Unsettled.submission_id.is_(None)
            if submission_id is None
            else Unsettled.submission_id == submission_id,
        )
    )
    if stored is None:
        stored = Unsettled(
            person_id=person_id,
            course=course,
            submission_id=submission_id,
            broke_at=at,
            tries=0,
            next_at=at,
        )
        session.add(stored)
    stored.tries += 1
    stored.why = why[:LONGEST_WHY]
    stored.next_at = at + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(stored.tries - 1, 10))
    session.flush()
    return stored


def clear_broken(session: Session, person_id: int, course: str, submission_id: int | None) -> None:
    """All of it has been done now."""
    session.execute(
        delete(Unsettled).where(
            Unsettled.person_id == person_id,
            Unsettled.course == course,
            Unsettled.submission_id.is_(None)
            if submission_id is None
            else Unsettled.submission_id == submission_id,
        )
    )


def due_again(session: Session, *, at: dt.datetime, limit: int = 20) -> Sequence[Unsettled]:
    """What may be tried again now, the oldest first."""
    return session.scalars(
        select(Unsettled).where(Unsettled.next_at <= at).order_by(Unsettled.id).limit(limit)
    ).all()


def count_unsettled(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Unsettled)) or 0
