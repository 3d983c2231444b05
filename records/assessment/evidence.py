"""Signs of competence: what an exercise at a level earned, kept with the marks it came from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from records.courses.releases import find_lesson
from records.tables.assessment import Evidence
from records.tables.courses import Release
from records.tables.marking import ExerciseMarks, Submission


def evidence_of(
    session: Session, person_id: int, framework: str | None = None
) -> Sequence[Evidence]:
    """A person's evidence, oldest first."""
    found = select(Evidence).where(Evidence.person_id == person_id)
    if framework is not None:
        found = found.where(Evidence.framework == framework)
    return session.scalars(found.order_by(Evidence.id)).all()


@dataclass(frozen=True)
class Practised:
    """An exercise that somebody did once, and where it stands."""

    person_id: int
    course: str
    lesson: str
    grade_id: str
    competence: str
    level: int
    share: float
    at: dt.datetime


def practised_by(session: Session, people: Collection[int], framework: str) -> Sequence[Practised]:
    """Everything that these people did, oldest first; hand in as many as one statement takes."""
    rows = session.execute(
        select(
            Evidence.person_id,
            Release.course,
            Submission.lesson,
            Evidence.grade_id,
            Evidence.competence,
            Evidence.level,
            Evidence.share,
            Evidence.at,
        )
        .join(Submission, Submission.id == Evidence.submission_id)
        .join(Release, Release.id == Submission.release_id)
        .where(Evidence.person_id.in_(people), Evidence.framework == framework)
        .order_by(Evidence.id)
    )
    return [Practised(*row) for row in rows]


def record_evidence(
    session: Session, submission: Submission, release: Release, marks: Iterable[ExerciseMarks]
) -> None:
    """Replace the submission's evidence by what these marks show.

    Marks that a person must still look at, exercises without points, and a notebook that could not
    be read or is not this course's show nothing.
    """
    session.execute(delete(Evidence).where(Evidence.submission_id == submission.id))
    lesson = find_lesson(release, submission.lesson)
    for mark in marks if submission.outcome == "marked" else ():
        exercise = lesson.find_exercise(mark.grade_id) if lesson else None
        if exercise is None or mark.needs_review or mark.max_points <= 0:
            continue
        session.add(
            Evidence(
                person_id=submission.person_id,
                framework=release.manifest.framework,
                competence=exercise.competence,
                level=exercise.level,
                share=min(1.0, max(0.0, mark.points / mark.max_points)),
                submission_id=submission.id,
                grade_id=mark.grade_id,
                at=submission.marked_at,
            )
        )
