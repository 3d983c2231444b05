"""Who takes which course, on which release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.releases import current_release
from records.tables import Enrolment
from records.writing import insert_new
from skills_framework.messages import Message, Refused


def begin_course(session: Session, person_id: int, course: str, *, at: dt.datetime) -> Enrolment:
    """Enrol on the release that is current now; who has begun already stays on theirs."""
    enrolled = find_enrolment(session, person_id, course)
    if enrolled:
        return enrolled
    release = current_release(session, course)
    if release is None:
        raise Refused(Message("Không có khóa học {course}", {"course": course}))
    insert_new(
        session,
        Enrolment,
        person_id=person_id,
        course=course,
        release_id=release.id,
        began_at=at,
    )
    enrolled = find_enrolment(session, person_id, course)
    assert enrolled is not None
    return enrolled


def find_enrolment(session: Session, person_id: int, course: str) -> Enrolment | None:
    """The person's enrolment in a course."""
    return session.scalar(
        select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.course == course)
    )


def enrolments_of(session: Session, person_id: int) -> Sequence[Enrolment]:
    """The person's courses, in the order they were begun."""
    return session.scalars(
        select(Enrolment).where(Enrolment.person_id == person_id).order_by(Enrolment.id)
    ).all()
