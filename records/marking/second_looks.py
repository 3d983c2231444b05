"""Second looks: marked submissions on which the other way of marking may say something else.

Marks are stored and shown at once; the look comes after, when nothing else waits. A row is due from
``second_look_at`` on, and taking it moves that on by a lease, so that a look that died is taken
again. What it finds never changes points: the exercise waits for a person, who sees both results.

How many looks one learner can cause is bounded: one open at a time for each exercise, and `MOST`
of them within `WITHIN`, whatever is handed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records.marking.marks import marks_of, reviewed
from records.platform import audit
from records.tables.courses import Release
from records.tables.marking import ExerciseMarks, Submission
from records.writing import hold_person

LEASE = dt.timedelta(minutes=5)
GIVE_UP = dt.timedelta(days=1)  # a look that nobody could take by then is no longer due
MOST = 3
WITHIN = dt.timedelta(days=30)


class Looked(Protocol):
    """`graders.CellMarks` after a second look, as far as it is stored."""

    @property
    def grade_id(self) -> str: ...
    @property
    def points(self) -> float: ...
    @property
    def feedback(self) -> str | None: ...
    @property
    def needs_review(self) -> bool: ...
    @property
    def note(self) -> str | None: ...
    @property
    def other(self) -> float | None: ...


def claim_look(session: Session, *, at: dt.datetime) -> Submission | None:
    """The submission whose look has been due longest, or None. Two workers never get the same."""
    session.execute(
        update(Submission)
        .where(Submission.second_look_at.is_not(None), Submission.marked_at <= at - GIVE_UP)
        .values(second_look_at=None)
        .execution_options(synchronize_session=False)
    )
    due = (
        select(Submission.id)
        .where(Submission.second_look_at <= at, Submission.state == "marked")
        .order_by(Submission.second_look_at, Submission.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(
        update(Submission)
        .where(Submission.id == due.scalar_subquery())
        .values(second_look_at=at + LEASE)
        .returning(Submission)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()


def may_look_at(
    session: Session, submission: Submission, exercises: Collection[str], *, at: dt.datetime
) -> frozenset[str]:
    """Those of ``exercises`` for which this learner may cause one more look."""
    release = session.get_one(Release, submission.release_id)
    rows = session.execute(
        select(ExerciseMarks.grade_id, ExerciseMarks.needs_review)
        .join(Submission, Submission.id == ExerciseMarks.submission_id)
        .join(Release, Release.id == Submission.release_id)
        .where(
            Submission.person_id == submission.person_id,
            Submission.lesson == submission.lesson,
            Submission.id != submission.id,
            Submission.submitted_at > at - WITHIN,
            Release.course == release.course,
            ExerciseMarks.grade_id.in_(exercises),
            ExerciseMarks.other_points.is_not(None),
        )
    ).all()
    waiting = {grade_id for grade_id, open_still in rows if open_still}
    looked = [grade_id for grade_id, _ in rows]
    return frozenset(one for one in exercises if one not in waiting and looked.count(one) < MOST)


def finish_look(
    session: Session, submission_id: int, cells: Iterable[Looked], *, at: dt.datetime
) -> tuple[str, ...]:
    """Store what a look found; which exercises wait for a person by it, so that what followed
    from their points is to be settled anew in this transaction (`school.settling`).

    What a person has decided meanwhile stays, and so does what was marked anew.
    """
    person_id = session.scalar(select(Submission.person_id).where(Submission.id == submission_id))
    if person_id is None:
        return ()
    hold_person(session, person_id)
    submission = session.get_one(Submission, submission_id, populate_existing=True)
    if submission.second_look_at is None or submission.state != "marked":
        return ()
    submission.second_look_at = None
    by_hand = reviewed(session, submission_id)
    found = {cell.grade_id: cell for cell in cells if cell.other is not None}
    exercises = marks_of(session, submission_id)
    waiting = []
    for row in exercises:
        cell = found.get(row.grade_id)
        if cell is None or row.grade_id in by_hand or row.points != cell.points:
            continue
        if cell.needs_review and not row.needs_review:
            waiting.append(row.grade_id)
        row.needs_review, row.feedback = cell.needs_review, cell.feedback
        row.note, row.other_points = cell.note, cell.other
    session.flush()
    if waiting:
        audit.append(
            session,
            at=at,
            actor="service:grading",
            action="second_look",
            subject=f"submission/{submission_id}",
            detail={"waiting": waiting},
        )
    return tuple(waiting)


def forget_older(session: Session, submission: Submission) -> None:
    """One look is due for each learner and lesson, at the newest: nobody fills the line alone."""
    session.execute(
        update(Submission)
        .where(
            Submission.person_id == submission.person_id,
            Submission.lesson == submission.lesson,
            Submission.id != submission.id,
            Submission.second_look_at.is_not(None),
        )
        .values(second_look_at=None)
        .execution_options(synchronize_session=False)
    )
