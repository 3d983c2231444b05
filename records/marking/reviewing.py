"""Marks given by people: free text and whatever a machine must not decide.

Practice takes one marker. An exam takes two who do not see each other's points; where they
differ by more than a tenth of the points, a third person sees both and decides. `seen_by` says who
may see what before that: nobody who has still to mark independently.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased, defer

from core.messages import Message, Refused
from core.passing import TOLERANCE
from core.points import total_points
from records.marking.marks import marks_of
from records.marking.queue import EXAM
from records.platform import audit
from records.tables.marking import ExerciseMarks, Review, Submission
from records.writing import hold_person

APART = 0.1  # share of the points by which two markers may differ


@dataclass(frozen=True)
class Waiting:
    """An exercise that a person must mark. ``reviews``: how many have done so already.

    ``apart``: two markers of an exam disagree, and this marker would decide.
    """

    submission_id: int
    person_id: int
    release_id: int
    lesson: str
    grade_id: str
    max_points: float
    exam: bool
    reviews: int
    submitted_at: dt.datetime
    note: str | None = None  # why the machine could not decide; None where only people mark

    @property
    def apart(self) -> bool:
        return self.exam and self.reviews >= 2


def decide(points: Sequence[float], max_points: float, *, exam: bool) -> float | None:
    """The points in force after these reviews, or None while another marker is needed.

    ``points`` stand in the order they were given: of three in an exam, the third decides.
    """
    if not exam:
        return points[-1] if points else None
    if len(points) < 2:
        return None
    if len(points) == 2:
        agree = abs(points[0] - points[1]) <= APART * max_points + TOLERANCE
        return mean(points) if agree else None
    return points[2]


def deciding(reviews: Sequence[Review], max_points: float, *, exam: bool) -> Sequence[Review]:
    """The reviews on which the points in force rest: none while another marker is needed."""
    if decide([review.points for review in reviews], max_points, exam=exam) is None:
        return ()
    if not exam:
        return reviews[-1:]
    return reviews[2:3] or reviews[:2]


def seen_by(
    marker_id: int | None, reviews: Sequence[Review], max_points: float, *, exam: bool
) -> Sequence[Review]:
    """The reviews this person may see now.

    Of an exam that is not decided: their own; and both, to whoever has to decide between two that
    lie apart. Everything else would tell a second marker what the first gave.
    """
    if not exam or deciding(reviews, max_points, exam=True):
        return reviews
    own = [review for review in reviews if review.marker_id == marker_id]
    return own if own or len(reviews) < 2 else reviews


def waiting_for(session: Session, marker_id: int, *, limit: int = 100) -> Sequence[Waiting]:
    """Exercises this marker may mark now, exams first: not their own, not reviewed by them."""
    mine = (
        select(Review.marker_id)
        .where(
            Review.submission_id == ExerciseMarks.submission_id,
            Review.grade_id == ExerciseMarks.grade_id,
            Review.marker_id == marker_id,
        )
        .exists()
    )
    reviews = (
        select(func.count())
        .select_from(Review)
        .where(
            Review.submission_id == ExerciseMarks.submission_id,
            Review.grade_id == ExerciseMarks.grade_id,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(ExerciseMarks, Submission, reviews)
        .join(Submission, Submission.id == ExerciseMarks.submission_id)
        .where(
            ExerciseMarks.needs_review.is_(True),
            Submission.state == "marked",
            Submission.person_id != marker_id,
            ~mine,
            ~_superseded(),
        )
        .order_by(Submission.priority, Submission.id, ExerciseMarks.grade_id)
        .limit(limit)
        .options(defer(Submission.notebook))
    )
    return [
        Waiting(
            submission_id=submission.id,
            person_id=submission.person_id,
            release_id=submission.release_id,
            lesson=submission.lesson,
            grade_id=exercise.grade_id,
            max_points=exercise.max_points,
            exam=submission.priority == EXAM,
            reviews=count,
            submitted_at=submission.submitted_at,
            note=exercise.note,
        )
        for exercise, submission, count in rows
    ]


def _superseded() -> ColumnElement[bool]:
    """What the machine could not decide is looked at once for each learner and exercise, in the
    newest submission that has it: handing in again and again makes nobody look more often."""
    newer, its = aliased(Submission), aliased(ExerciseMarks)
    return ExerciseMarks.note.is_not(None) & (
        select(newer.id)
        .join(its, its.submission_id == newer.id)
        .where(
            newer.person_id == Submission.person_id,
            newer.release_id == Submission.release_id,
            newer.lesson == Submission.lesson,
            newer.id > Submission.id,
            newer.state == "marked",
            its.grade_id == ExerciseMarks.grade_id,
            its.needs_review.is_(True),
            its.note.is_not(None),
        )
        .correlate(Submission, ExerciseMarks)
        .exists()
    )


def still_waits(session: Session, submission_id: int) -> bool:
    """Whether some exercise of this submission waits for a person."""
    found = select(ExerciseMarks.grade_id).where(
        ExerciseMarks.submission_id == submission_id, ExerciseMarks.needs_review.is_(True)
    )
    return session.scalar(found.limit(1)) is not None


@dataclass(frozen=True)
class ByHand:
    """An exercise whose points people decided, and when the last of them did."""

    submission_id: int
    release_id: int
    lesson: str
    grade_id: str
    points: float
    max_points: float
    at: dt.datetime


def marked_by_hand(
    session: Session, person_id: int, *, since: dt.datetime, limit: int = 40
) -> list[ByHand]:
    """What people decided of this learner's exercises since then, the newest first."""
    last = func.max(Review.at)
    found = session.execute(
        select(
            Review.submission_id,
            Submission.release_id,
            Submission.lesson,
            Review.grade_id,
            ExerciseMarks.points,
            ExerciseMarks.max_points,
            last,
        )
        .join(Submission, Submission.id == Review.submission_id)
        .join(
            ExerciseMarks,
            (ExerciseMarks.submission_id == Review.submission_id)
            & (ExerciseMarks.grade_id == Review.grade_id),
        )
        .where(Submission.person_id == person_id, ExerciseMarks.needs_review.is_(False))
        .group_by(
            Review.submission_id,
            Submission.release_id,
            Submission.lesson,
            Review.grade_id,
            ExerciseMarks.points,
            ExerciseMarks.max_points,
        )
        .having(last >= since)
        .order_by(last.desc(), Review.submission_id, Review.grade_id)
        .limit(limit)
    )
    return [ByHand(*row) for row in found]


def reviews_of(session: Session, submission_id: int, grade_id: str) -> Sequence[Review]:
    """All reviews of one exercise, in the order they were given."""
    return session.scalars(
        select(Review)
        .where(Review.submission_id == submission_id, Review.grade_id == grade_id)
        .order_by(Review.at, Review.marker_id)
    ).all()


def record_review(
    session: Session,
    submission_id: int,
    grade_id: str,
    *,
    marker_id: int,
    marker: str,
    points: float,
    comment: str,
    at: dt.datetime,
    picks: Sequence[float] | None = None,
) -> bool:
    """Keep one person's points; True when the exercise is decided by it, and what follows from
    the submission's points is to be settled in this transaction (`school.settling`).

    ``picks``: the points of each criterion of the exercise's rubric, which add up to ``points``.
    `Refused` when the exercise is not there, the points are out of range or it is their own; and
    in an exam, when they have marked it before or it is decided: marks given independently stay.
    """
    submission = session.get(Submission, submission_id)
    exercise = session.get(ExerciseMarks, (submission_id, grade_id))
    if submission is None or exercise is None or submission.state != "marked":
        raise Refused(Message("Không có bài tập này để chấm"))
    if submission.person_id == marker_id:
        raise Refused(Message("Không ai được chấm bài của chính mình"))
    if not 0 <= points <= exercise.max_points:
        raise Refused(Message("Điểm phải từ 0 đến {max}", {"max": f"{exercise.max_points:g}"}))
    hold_person(session, submission.person_id)
    if submission.priority == EXAM:
        _refuse_again(session, exercise, marker_id)
    session.merge(
        Review(
            submission_id=submission_id,
            grade_id=grade_id,
            marker_id=marker_id,
            points=points,
            comment=comment.strip(),
            at=at,
            picks=None if picks is None else list(picks),
        )
    )
    session.flush()
    audit.append(
        session,
        at=at,
        actor=marker,
        action="review",
        subject=f"submission/{submission_id}/{grade_id}",
        detail={"points": points, **({} if picks is None else {"picks": list(picks)})},
    )
    given = reviews_of(session, submission_id, grade_id)
    decided = decide(
        [review.points for review in given],
        exercise.max_points,
        exam=submission.priority == EXAM,
    )
    if decided is None:
        return False
    counting = deciding(given, exercise.max_points, exam=submission.priority == EXAM)
    comments = [review.comment for review in counting if review.comment]
    exercise.points, exercise.needs_review = decided, False
    exercise.feedback = "\n".join(comments) or exercise.feedback
    session.flush()
    marks = marks_of(session, submission.id)
    submission.points = total_points(one.points for one in marks)
    session.flush()
    return True


def _refuse_again(session: Session, exercise: ExerciseMarks, marker_id: int) -> None:
    given = reviews_of(session, exercise.submission_id, exercise.grade_id)
    if any(review.marker_id == marker_id for review in given):
        raise Refused(Message("Anh/chị đã chấm bài thi này; điểm chấm độc lập không sửa được"))
    if deciding(given, exercise.max_points, exam=True):
        raise Refused(Message("Bài thi này đã đủ người chấm"))
