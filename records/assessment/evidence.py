"""Signs of competence: what an exercise at a level earned, kept with the marks it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
