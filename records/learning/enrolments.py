"""Who takes which course, on which release."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import Select, and_, or_, select, true
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.courses.offers import find_withdrawal
from records.courses.releases import current_release
from records.people.public import certificates_by, is_public
from records.tables.assessment import Certificate
from records.tables.courses import Release
from records.tables.learning import Attendance, Enrolment, Meeting
from records.tables.marking import Submission
from records.tables.people import Person
from records.writing import insert_new


def begin_course(
    session: Session, person_id: int, course: str, *, at: dt.datetime, seed: int | None = None
) -> Enrolment:
    """Enrol on the release that is current now; who has begun already stays on theirs.

    ``seed`` (1 … 2³¹-1) draws the learner's own numbers (`courses.variant`); left out, one is
    drawn that nobody can guess.
    """
    enrolled = find_enrolment(session, person_id, course)
    if enrolled:
        return enrolled
    release = current_release(session, course)
    if release is None:
        raise Refused(Message("Không có khóa học {course}", {"course": course}))
    if find_withdrawal(session, course) is not None:
        raise Refused(Message("Khóa học này đã được rút; chỉ ai đã bắt đầu mới học tiếp được."))
    insert_new(
        session,
        Enrolment,
        person_id=person_id,
        course=course,
        release_id=release.id,
        seed=seed or 1 + secrets.randbelow(2**31 - 1),
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


def completed_without_certificate(session: Session, programme: str) -> Sequence[int]:
    """Keys of persons who completed a course of the programme and hold no certificate for it.

    A public person's counts while they are public: in a list, they earn the programme's own.
    """
    public = and_(is_public(), Certificate.programme.in_(certificates_by(programme)))
    held = and_(
        Certificate.person_id == Enrolment.person_id,
        or_(Certificate.programme == programme, public),
    )
    return session.scalars(
        select(Enrolment.person_id)
        .distinct()
        .join(Release, Release.id == Enrolment.release_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Certificate, held)
        .where(
            Person.erased_at.is_(None),
            Release.programme == programme,
            Enrolment.completed_at.is_not(None),
            Certificate.number.is_(None),
        )
        .order_by(Enrolment.person_id)
    ).all()


def learners_of(
    session: Session,
    course: str | None,
    units: Collection[int] | None,
    *,
    without_certificate: str | None = None,
) -> Sequence[int]:
    """Keys of everybody who takes the course (None: any or none) and is of these units (None: any);
    without whoever was erased. ``without_certificate``: and holds none for this programme."""
    asked = select(Person.id).where(Person.erased_at.is_(None))
    if without_certificate is not None:
        held = select(Certificate.person_id).where(
            Certificate.programme.in_(certificates_by(without_certificate)),
            Certificate.revoked_at.is_(None),
        )
        asked = asked.where(Person.id.not_in(held))
    if course is not None:
        asked = asked.join(Enrolment, Enrolment.person_id == Person.id).where(
            Enrolment.course == course
        )
    if units is None:
        return session.scalars(asked.order_by(Person.id)).all()
    rows = session.execute(asked.add_columns(Person.unit_id).order_by(Person.id))
    return [person_id for person_id, unit_id in rows if unit_id in units]


def without_submission(
    session: Session, course: str, lesson: str, *, units: Collection[int] | None = None
) -> Sequence[int]:
    """Keys of those who take the course and have neither handed the lesson in nor attended it;
    where ``units`` are given, only their people."""
    handed_in = (
        select(Submission.person_id)
        .join(Release, Release.id == Submission.release_id)
        .where(Release.course == course, Submission.lesson == lesson)
    )
    attended = (
        select(Attendance.person_id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(Meeting.course == course, Meeting.lesson == lesson)
    )
    return session.scalars(
        select(Enrolment.person_id)
        .where(
            Enrolment.course == course,
            Enrolment.completed_at.is_(None),
            Enrolment.person_id.not_in(handed_in),
            Enrolment.person_id.not_in(attended),
            Enrolment.person_id.in_(_people_of(units)) if units is not None else true(),
        )
        .order_by(Enrolment.person_id)
    ).all()


def _people_of(units: Collection[int]) -> Select[int]:
    return select(Person.id).where(Person.unit_id.in_(units))
