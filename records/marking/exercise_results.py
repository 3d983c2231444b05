"""What instructors look at: how a lesson's exercises went, and who handed in what."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from records.marking.queue import EXAM
from records.tables.courses import Release
from records.tables.learning import Draft, Enrolment, TimeAtExercise
from records.tables.marking import ExerciseMarks, Submission
from records.tables.people import Person


@dataclass(frozen=True)
class Tried:
    """One exercise of a learner's first marked submission of a lesson."""

    person_id: int
    submission_id: int
    grade_id: str
    points: float
    max_points: float
    feedback: str | None


@dataclass(frozen=True)
class HandedIn:
    """A submission in a list. ``full_name`` is "" while people have yet to mark an exam: they are
    not to know whose it is."""

    id: int
    full_name: str
    submitted_at: dt.datetime
    state: str
    points: float | None
    max_points: float | None
    person_id: int


def first_tries(
    session: Session, course: str, lesson: str, *, learners: int = 2000
) -> Sequence[Tried]:
    """Exercise by exercise, what the latest ``learners`` to hand in earned at their first try."""
    firsts = _firsts(course, lesson, learners).subquery()
    rows = session.execute(
        select(
            Submission.person_id,
            ExerciseMarks.submission_id,
            ExerciseMarks.grade_id,
            ExerciseMarks.points,
            ExerciseMarks.max_points,
            ExerciseMarks.feedback,
        )
        .join(firsts, firsts.c.id == ExerciseMarks.submission_id)
        .join(Submission, Submission.id == ExerciseMarks.submission_id)
        .where(ExerciseMarks.needs_review.is_(False))
        .order_by(ExerciseMarks.submission_id, ExerciseMarks.grade_id)
    )
    return [Tried(*row) for row in rows]


def first_notebooks(
    session: Session, course: str, lesson: str, *, learners: int = 200
) -> dict[int, bytes]:
    """The notebooks of the latest first tries, by submission."""
    firsts = _firsts(course, lesson, learners).subquery()
    rows = session.execute(
        select(Submission.id, Submission.notebook).join(firsts, firsts.c.id == Submission.id)
    )
    return {row.id: row.notebook for row in rows}


def _firsts(course: str, lesson: str, learners: int) -> Select[int]:
    first = func.min(Submission.id).label("id")
    return (
        select(first)
        .join(Release, Release.id == Submission.release_id)
        .where(
            Release.course == course,
            Submission.lesson == lesson,
            Submission.state == "marked",
            Submission.outcome == "marked",
        )
        .group_by(Submission.person_id)
        .order_by(first.desc())
        .limit(learners)
    )


def times_at_exercises(session: Session, course: str, lesson: str) -> dict[str, list[int]]:
    """Seconds that each learner has worked at an exercise, by grade_id, over all releases."""
    rows = session.execute(
        select(TimeAtExercise.grade_id, func.sum(TimeAtExercise.seconds))
        .join(Release, Release.id == TimeAtExercise.release_id)
        .where(Release.course == course, TimeAtExercise.lesson == lesson)
        .group_by(TimeAtExercise.grade_id, TimeAtExercise.person_id)
    )
    found: defaultdict[str, list[int]] = defaultdict(list)
    for grade_id, seconds in rows:
        found[grade_id].append(int(seconds))
    return found


def first_times(
    session: Session, course: str
) -> tuple[Mapping[str, dict[int, dt.datetime]], Mapping[str, dict[int, dt.datetime]]]:
    """When each person first opened and first handed in each lesson: lesson → person → time."""
    opened: defaultdict[str, dict[int, dt.datetime]] = defaultdict(dict)
    handed_in: defaultdict[str, dict[int, dt.datetime]] = defaultdict(dict)
    for into, table, moment in (
        (opened, Draft, Draft.opened_at),
        (handed_in, Submission, Submission.submitted_at),
    ):
        rows = session.execute(
            select(table.lesson, table.person_id, func.min(moment))
            .join(Release, Release.id == table.release_id)
            .where(Release.course == course)
            .group_by(table.lesson, table.person_id)
        )
        for lesson, person_id, at in rows:
            into[lesson][person_id] = at
    return opened, handed_in


def releases_of(session: Session, course: str) -> Sequence[tuple[Release, int]]:
    """Every release of a course, newest first, and how many learners are on it."""
    rows = session.execute(
        select(Release, func.count(Enrolment.id))
        .outerjoin(Enrolment, Enrolment.release_id == Release.id)
        .where(Release.course == course)
        .group_by(Release.id)
        .order_by(Release.number.desc())
    )
    return [(release, learners) for release, learners in rows]


def handed_in(
    session: Session, course: str, lesson: str, *, before: int | None = None, limit: int = 50
) -> Sequence[HandedIn]:
    """Submissions of a lesson, the last handed in first (keys need not follow time: what came from
    elsewhere is older); ``before``, the key of one, turns the page."""
    undecided = or_(
        Submission.state.in_(("queued", "claimed")),
        exists().where(
            ExerciseMarks.submission_id == Submission.id, ExerciseMarks.needs_review.is_(True)
        ),
    )
    found = (
        select(
            Submission.id,
            case((and_(Submission.priority == EXAM, undecided), ""), else_=Person.full_name),
            Submission.submitted_at,
            Submission.state,
            Submission.points,
            Submission.max_points,
            Submission.person_id,
        )
        .join(Release, Release.id == Submission.release_id)
        .join(Person, Person.id == Submission.person_id)
        .where(Release.course == course, Submission.lesson == lesson)
        .order_by(Submission.submitted_at.desc(), Submission.id.desc())
        .limit(limit)
    )
    last = session.get(Submission, before) if before is not None else None
    if last is not None:
        found = found.where(
            or_(
                Submission.submitted_at < last.submitted_at,
                and_(Submission.submitted_at == last.submitted_at, Submission.id < last.id),
            )
        )
    return [HandedIn(*row) for row in session.execute(found)]


def count_handed_in(session: Session, course: str) -> dict[str, int]:
    """How many submissions each lesson has."""
    rows = session.execute(
        select(Submission.lesson, func.count())
        .join(Release, Release.id == Submission.release_id)
        .where(Release.course == course)
        .group_by(Submission.lesson)
    )
    return dict(rows.all())


@dataclass(frozen=True)
class MarkedWork:
    """A marked submission with its notebook, and when the lesson was first opened."""

    submission_id: int
    person_id: int
    lesson: str
    notebook: bytes
    opened_at: dt.datetime | None
    submitted_at: dt.datetime
    points: float | None
    max_points: float | None
    device: str | None


def marked_works(session: Session, course: str, *, limit: int = 1000) -> Sequence[MarkedWork]:
    """The latest marked submissions of a course, oldest first."""
    rows = session.execute(
        select(
            Submission.id,
            Submission.person_id,
            Submission.lesson,
            Submission.notebook,
            Draft.opened_at,
            Submission.submitted_at,
            Submission.points,
            Submission.max_points,
            Submission.device,
        )
        .join(Release, Release.id == Submission.release_id)
        .outerjoin(
            Draft,
            (Draft.person_id == Submission.person_id)
            & (Draft.release_id == Submission.release_id)
            & (Draft.lesson == Submission.lesson),
        )
        .where(
            Release.course == course,
            Submission.state == "marked",
            Submission.outcome == "marked",
        )
        .order_by(Submission.id.desc())
        .limit(limit)
    )
    return [MarkedWork(*row) for row in reversed(rows.all())]
