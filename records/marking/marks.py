"""What machines and people gave for the exercises of a submission, as it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.marks import MarkedCell
from core.messages import Message
from core.points import total_points
from records.tables.marking import ExerciseMarks, Review, Submission


class Result(Protocol):
    """`graders.Marks`, as far as it is stored."""

    @property
    def state(self) -> str: ...
    @property
    def total(self) -> float: ...
    @property
    def max(self) -> float: ...
    @property
    def cells(self) -> Sequence[MarkedCell]: ...
    @property
    def reason(self) -> Message | None: ...
    @property
    def mode(self) -> str: ...


def marks_of(session: Session, submission_id: int) -> Sequence[ExerciseMarks]:
    """What each exercise of a submission earned."""
    return session.scalars(
        select(ExerciseMarks)
        .where(ExerciseMarks.submission_id == submission_id)
        .order_by(ExerciseMarks.grade_id)
    ).all()


def reviewed(session: Session, submission_id: int) -> dict[str, float]:
    """Points that people gave, by exercise: a machine never replaces them."""
    decided = session.scalars(
        select(ExerciseMarks).where(
            ExerciseMarks.submission_id == submission_id, ExerciseMarks.needs_review.is_(False)
        )
    )
    with_reviews = set(
        session.scalars(select(Review.grade_id).where(Review.submission_id == submission_id))
    )
    return {row.grade_id: row.points for row in decided if row.grade_id in with_reviews}


def replace_marks(
    session: Session, submission: Submission, cells: Iterable[MarkedCell]
) -> list[ExerciseMarks]:
    """Put a machine's marks of the exercises in place of those stored, and add up the points.

    What a person gave stays, with the words to it.
    """
    by_hand = reviewed(session, submission.id)
    said = {row.grade_id: row.feedback for row in marks_of(session, submission.id)}
    session.execute(delete(ExerciseMarks).where(ExerciseMarks.submission_id == submission.id))
    exercises = [
        ExerciseMarks(
            submission_id=submission.id,
            grade_id=cell.grade_id,
            points=by_hand.get(cell.grade_id, cell.points),
            max_points=cell.max,
            feedback=said[cell.grade_id] if cell.grade_id in by_hand else cell.feedback,
            needs_review=cell.needs_review and cell.grade_id not in by_hand,
            note=getattr(cell, "note", None),  # a result without doubts need not say so
            other_points=getattr(cell, "other", None),
        )
        for cell in cells
    ]
    session.add_all(exercises)
    submission.points = total_points(exercise.points for exercise in exercises)
    session.flush()
    return exercises
