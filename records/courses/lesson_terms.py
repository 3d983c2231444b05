"""Until when, and how often, a lesson may be handed in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from records.tables.courses import Release, Terms
from records.tables.marking import Submission


def has_closed(closes_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether a deadline has passed. One of 23:59 includes its whole minute, one of 23:59:30 its
    whole second: what is written on the page is what one may still do."""
    if closes_at is None:
        return False
    last = dt.timedelta(seconds=1) if closes_at.second else dt.timedelta(minutes=1)
    return at >= closes_at.replace(microsecond=0) + last


def set_terms(
    session: Session,
    course: str,
    lesson: str,
    *,
    closes_at: dt.datetime | None = None,
    attempts: int | None = None,
) -> Terms:
    """Set a lesson's deadline and number of attempts; None means without."""
    return session.merge(
        Terms(course=course, lesson=lesson, closes_at=closes_at, attempts=attempts)
    )


def find_terms(session: Session, course: str, lesson: str) -> Terms | None:
    """The terms of a lesson, where it has any."""
    return session.get(Terms, (course, lesson))


def terms_of(session: Session, course: str) -> dict[str, Terms]:
    """The terms of a course's lessons, by lesson."""
    return {row.lesson: row for row in session.scalars(select(Terms).where(Terms.course == course))}


def closing_between(
    session: Session, begin: dt.datetime, end: dt.datetime
) -> list[tuple[str, str, dt.datetime]]:
    """(course, lesson, deadline) of those that close between these moments, soonest first."""
    rows = session.scalars(
        select(Terms)
        .where(Terms.closes_at >= begin, Terms.closes_at < end)
        .order_by(Terms.closes_at, Terms.course, Terms.lesson)
    )
    return [(row.course, row.lesson, row.closes_at) for row in rows if row.closes_at]


def count_attempts(session: Session, person_id: int, course: str, lesson: str) -> int:
    """How often the person has handed the lesson in, on any release of the course.

    What waits counts as well as what was marked. What could not be marked (with a reason, or laid
    aside because marking broke) does not count against the learner.
    """
    counted = (
        select(func.count())
        .select_from(Submission)
        .join(Release, Release.id == Submission.release_id)
        .where(
            Submission.person_id == person_id,
            Release.course == course,
            Submission.lesson == lesson,
            Submission.state != "dead",
            or_(Submission.outcome.is_(None), Submission.outcome == "marked"),
        )
    )
    return session.scalar(counted) or 0
