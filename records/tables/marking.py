"""What was handed in, and its marks: by the machine, by hand, once more."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.schema import Id, Table


class Submission(Table):
    """One handed-in notebook and its way through the queue. This row is the truth.

    ``queued`` → ``claimed`` (with a lease) → ``marked``; ``dead`` after too many tries, for an
    instructor to look at; a lease that ran out makes ``claimed`` count as ``queued``.
    """

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_waiting", "state", "priority", "id"),
        Index("ix_submission_person", "person_id", "release_id", "lesson"),
        Index("ix_submission_person_state", "person_id", "state"),
        Index(  # nobody has two workers at once
            "uq_submission_claimed",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'claimed'"),
            postgresql_where=text("state = 'claimed'"),
        ),
        Index(
            "ix_submission_second_look",
            "second_look_at",
            sqlite_where=text("second_look_at IS NOT NULL"),
            postgresql_where=text("second_look_at IS NOT NULL"),
        ),
        CheckConstraint("state IN ('queued','claimed','marked','dead')", name="state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    lesson: Mapped[str] = mapped_column(String(64))
    notebook: Mapped[bytes] = mapped_column(
        LargeBinary, info={"personal": "what the learner wrote"}
    )
    submitted_at: Mapped[dt.datetime]
    late: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str | None] = mapped_column(  # keyed hash of a random cookie
        String(32), info={"personal": "which browser handed it in"}
    )
    state: Mapped[str] = mapped_column(String(8), default="queued")
    priority: Mapped[int] = mapped_column(default=10)  # 0 exam, 10 practice, 20 again
    tries: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[dt.datetime | None]
    retry_at: Mapped[dt.datetime | None]  # queued again after a failure: not before this
    marked_at: Mapped[dt.datetime | None]
    failure: Mapped[str | None] = mapped_column(Text)  # why it is dead, for an instructor
    # The marks, once there are any: one row, one transaction.
    outcome: Mapped[str | None] = mapped_column(String(12))  # marked unreadable foreign too_large
    points: Mapped[float | None]
    max_points: Mapped[float | None]
    mode: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[dict[str, Any] | None]  # a message: {"template": …, "params": {…}}
    seed: Mapped[int | None] = mapped_column(BigInteger)
    drawn_again: Mapped[dict[str, Any] | None]  # as the draft had it when it was handed in
    second_look_at: Mapped[dt.datetime | None]  # marked, and due to be looked at the other way


class HandInKey(Table):
    """A browser names each hand-in once: the same name again is the same submission, however
    often it arrives. Two names may lead to one submission (`queue.submit`)."""

    __tablename__ = "hand_in_key"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))


class ExerciseMarks(Table):
    """What one exercise of a submission earned."""

    __tablename__ = "exercise_marks"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    grade_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    points: Mapped[float]
    max_points: Mapped[float]
    feedback: Mapped[str | None] = mapped_column(Text)
    needs_review: Mapped[bool] = mapped_column(default=False)
    # Where a machine could not decide: why, for whoever does, and what the other way of marking
    # gave where that was tried.
    note: Mapped[str | None] = mapped_column(Text)
    other_points: Mapped[float | None]


class Review(Table):
    """What one person gave an exercise by hand. `reviewing.decide` says when that is enough.

    ``picks``: where the exercise has a rubric, the points chosen for each criterion, in its order.
    """

    __tablename__ = "review"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    grade_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    marker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    points: Mapped[float]
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[dt.datetime]
    picks: Mapped[list[Any] | None]


class Remark(Table):
    """A mended check, tried on all past submissions of a lesson before anything changes.

    ``counting`` (still marking) → ``ready`` (an instructor looks) → ``applied`` or ``withdrawn``.
    """

    __tablename__ = "remark"
    __table_args__ = (
        CheckConstraint("state IN ('counting','ready','applied','withdrawn')", name="state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course: Mapped[str] = mapped_column(String(64))
    lesson: Mapped[str] = mapped_column(String(64))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))  # holds the mended check
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default="counting", index=True)
    begun_by: Mapped[str] = mapped_column(String(100))
    begun_at: Mapped[dt.datetime]
    ended_by: Mapped[str | None] = mapped_column(String(100))
    ended_at: Mapped[dt.datetime | None]


class RemarkedSubmission(Table):
    """What the mended check gives one past submission. ``marks`` is what `graders` returned."""

    __tablename__ = "remarked_submission"

    remark_id: Mapped[int] = mapped_column(ForeignKey("remark.id"), primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    old_points: Mapped[float]
    new_points: Mapped[float]
    max_points: Mapped[float]
    marks: Mapped[dict[str, Any]]
    applied: Mapped[bool] = mapped_column(default=False)


class Unsettled(Table):
    """What follows from marks or from a class attended, and broke: the marks stand, and it is
    tried again from ``next_at`` on. ``submission_id`` is empty for a class."""

    __tablename__ = "unsettled"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str] = mapped_column(String(64))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    why: Mapped[str] = mapped_column(Text)  # which follower, and the error's first line
    broke_at: Mapped[dt.datetime]
    tries: Mapped[int] = mapped_column(default=1)
    next_at: Mapped[dt.datetime] = mapped_column(index=True)
