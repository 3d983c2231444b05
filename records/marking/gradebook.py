"""The learners of a course with their best marks, lesson by lesson and exercise by exercise."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from core.folding import fold
from records.marking.queue import EXAM
from records.tables.courses import Release
from records.tables.learning import Attendance, Enrolment, Meeting, Progress
from records.tables.marking import ExerciseMarks, Submission
from records.tables.people import Person

AT_ONCE = 500  # people of one statement


@dataclass(frozen=True)
class Learner:
    """Somebody who began the course."""

    person_id: int
    code: str | None
    full_name: str
    unit_id: int | None
    began_at: dt.datetime
    completed_at: dt.datetime | None


@dataclass(frozen=True)
class Best:
    """The best marks of a lesson. ``secret``: of an exam that people have yet to mark, who are not
    to know whose it is, so nothing of it may stand beside a name."""

    submission_id: int
    points: float
    max_points: float
    secret: bool


def list_learners(
    session: Session,
    course: str,
    *,
    units: Collection[int] | None = None,
    meeting: int | None = None,
    search: str = "",
) -> Sequence[Learner]:
    """Who began the course and is still here, in the order of a Vietnamese list.

    ``units``: of these only; ``meeting``: who was in this class; ``search``: words of a name, with
    or without diacritics, or of a code.
    """
    found = (
        select(
            Person.id,
            Person.code,
            Person.full_name,
            Person.unit_id,
            Enrolment.began_at,
            Enrolment.completed_at,
        )
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.course == course, Person.erased_at.is_(None), Person.left_at.is_(None))
        .order_by(Person.name_key, Person.id)
    )
    if units is not None:
        found = found.where(Person.unit_id.in_(units))
    if meeting is not None:
        there = select(Attendance.person_id).where(Attendance.meeting_id == meeting)
        found = found.where(Person.id.in_(there))
    for word in fold(search).split():
        code = func.lower(Person.code)
        found = found.where(
            or_(
                Person.name_folded.contains(word, autoescape=True),
                code.contains(word, autoescape=True),
            )
        )
    return [Learner(*row) for row in session.execute(found)]


def units_with_learners(session: Session, course: str) -> frozenset[int]:
    """Units that somebody who began the course belongs to."""
    rows = session.scalars(
        select(Person.unit_id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.course == course, Person.erased_at.is_(None), Person.left_at.is_(None))
        .distinct()
    )
    return frozenset(unit for unit in rows if unit is not None)


def classes_of(session: Session, course: str) -> Sequence[Meeting]:
    """Classes in person of the course, newest first."""
    return session.scalars(
        select(Meeting).where(Meeting.course == course).order_by(Meeting.starts_at.desc())
    ).all()


def best_marks(
    session: Session, course: str, people: Sequence[int]
) -> Mapping[int, Mapping[str, Best]]:
    """Person → lesson → best marks."""
    undecided = or_(
        Submission.state.in_(("queued", "claimed")),
        exists().where(
            ExerciseMarks.submission_id == Submission.id, ExerciseMarks.needs_review.is_(True)
        ),
    )
    found: defaultdict[int, dict[str, Best]] = defaultdict(dict)
    for some in _portions(people):
        rows = session.execute(
            select(
                Progress.person_id,
                Progress.lesson,
                Progress.submission_id,
                Progress.points,
                Progress.max_points,
                and_(Submission.priority == EXAM, undecided),
            )
            .join(Submission, Submission.id == Progress.submission_id)
            .where(Progress.course == course, Progress.person_id.in_(some))
        )
        for person_id, lesson, submission, points, most, secret in rows:
            found[person_id][lesson] = Best(submission, points, most, secret)
    return found


def waiting_for_marks(
    session: Session, course: str, people: Sequence[int]
) -> frozenset[tuple[int, str]]:
    """(person, lesson) of what is not marked to the end, but for exams, which have no names yet."""
    found: set[tuple[int, str]] = set()
    for some in _portions(people):
        rows = session.execute(
            select(Submission.person_id, Submission.lesson)
            .join(Release, Release.id == Submission.release_id)
            .join(ExerciseMarks, ExerciseMarks.submission_id == Submission.id)
            .where(
                Release.course == course,
                Submission.person_id.in_(some),
                Submission.priority != EXAM,
                ExerciseMarks.needs_review.is_(True),
            )
            .distinct()
        )
        found |= {(person_id, lesson) for person_id, lesson in rows}
    return frozenset(found)


def exercise_marks(
    session: Session, submissions: Sequence[int]
) -> Mapping[int, Mapping[str, tuple[float, float]]]:
    """Submission → exercise → (points, of how many); what waits for a person is left out."""
    found: defaultdict[int, dict[str, tuple[float, float]]] = defaultdict(dict)
    for some in _portions(submissions):
        rows = session.execute(
            select(
                ExerciseMarks.submission_id,
                ExerciseMarks.grade_id,
                ExerciseMarks.points,
                ExerciseMarks.max_points,
            ).where(ExerciseMarks.submission_id.in_(some), ExerciseMarks.needs_review.is_(False))
        )
        for submission, grade_id, points, most in rows:
            found[submission][grade_id] = (points, most)
    return found


def _portions(values: Sequence[int]) -> Iterator[Sequence[int]]:
    """A statement takes a bounded number of parameters."""
    for begin in range(0, len(values), AT_ONCE):
        yield values[begin : begin + AT_ONCE]
