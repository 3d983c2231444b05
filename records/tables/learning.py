"""What a learner begins, writes, attends and reaches."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.schema import Id, Table


class Enrolment(Table):
    """A person takes a course on the release that was current when they began."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("person_id", "course"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str] = mapped_column(String(64), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    seed: Mapped[int] = mapped_column(BigInteger)  # draws this learner's own numbers
    began_at: Mapped[dt.datetime]
    completed_at: Mapped[dt.datetime | None]


class Draft(Table):
    """The learner's notebook as it stands. ``revision`` grows by one with each save.

    ``stands_at``: a cell of the step where the learner was last, on whichever device.
    ``drawn_again``: how often numbers were drawn anew here, by drawing cell (`courses.variant`).
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("person_id", "release_id", "lesson"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    lesson: Mapped[str] = mapped_column(String(64))
    notebook: Mapped[bytes] = mapped_column(  # UTF-8 JSON
        LargeBinary, info={"personal": "what the learner wrote"}
    )
    revision: Mapped[int]
    opened_at: Mapped[dt.datetime]
    saved_at: Mapped[dt.datetime]
    stands_at: Mapped[str | None] = mapped_column(String(64))
    drawn_again: Mapped[dict[str, Any] | None]


class CheckedAnswer(Table):
    """What the last check of one exercise said. No mark, no attempt, no evidence rests on it.

    ``answer`` is the digest of what was checked: once the answer differs, nothing is said of it.
    It is empty once the exercise has other numbers.
    ``misses``: how many checks were not right yet.
    """

    __tablename__ = "checked_answer"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(64), primary_key=True)
    grade_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    answer: Mapped[str] = mapped_column(String(64))
    points: Mapped[float]
    max_points: Mapped[float]
    feedback: Mapped[str | None] = mapped_column(Text)
    needs_review: Mapped[bool]
    misses: Mapped[int]
    at: Mapped[dt.datetime]


class TimeAtExercise(Table):
    """How long a learner worked at an exercise on its page. For authors; no mark rests on it."""

    __tablename__ = "time_at_exercise"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(64), primary_key=True)
    grade_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    seconds: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(index=True)  # when it was last added to


class TraceRefused(Table):
    """A person does not want this noted of them (`school.learning.traces`)."""

    __tablename__ = "trace_refused"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[dt.datetime]


class Meeting(Table):
    """A class in person. It stands for ``lesson``: who attended has taken part in it.

    ``secret`` makes the code on the screen, which changes every half minute. ``unit_id``: whose
    people are called; None in classes from before that was asked, which are for all who began the
    course.
    """

    __tablename__ = "meeting"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course: Mapped[str] = mapped_column(String(64), index=True)
    lesson: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    called_by: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class Attendance(Table):
    """A person was there. ``way``: ``code`` typed by themselves, or ``list`` kept by a teacher."""

    __tablename__ = "attendance"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    way: Mapped[str] = mapped_column(String(8))
    recorded_by: Mapped[str] = mapped_column(String(100))
    at: Mapped[dt.datetime]


class Notice(Table):
    """A message to a group: learners of ``course``, people of ``unit_id`` and below, or both."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course: Mapped[str | None] = mapped_column(String(64), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    sent_by: Mapped[str] = mapped_column(String(100))
    sent_at: Mapped[dt.datetime]


class NoticeRead(Table):
    """A person has put a notice aside."""

    __tablename__ = "notice_read"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[dt.datetime]


class Progress(Table):
    """A learner's best marks in a lesson so far; kept by the transaction that stores marks."""

    __tablename__ = "progress"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    course: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(64), primary_key=True)
    points: Mapped[float]
    max_points: Mapped[float]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    at: Mapped[dt.datetime]


class Post(Table):
    """What somebody asked under an exercise, or answered (``parent_id``). Nothing of a learner's is
    shown to fellow learners before an instructor let it be (``shown_at``); ``hidden_at`` takes it
    out again. ``to_fellows``: asked of them too, not of instructors alone."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    course: Mapped[str] = mapped_column(String(64), index=True)
    lesson: Mapped[str] = mapped_column(String(64))
    grade_id: Mapped[str] = mapped_column(String(100))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text, info={"personal": "what the learner asked or answered"})
    to_fellows: Mapped[bool]
    by_teacher: Mapped[bool]
    at: Mapped[dt.datetime]
    shown_at: Mapped[dt.datetime | None]
    shown_by: Mapped[str | None] = mapped_column(String(100))
    hidden_at: Mapped[dt.datetime | None]
    hidden_by: Mapped[str | None] = mapped_column(String(100))


class QuestionRule(Table):
    """Who may read each other's questions in a course; no row: instructors alone, without names.

    ``fellows``: fellow learners may, once it is let through; ``names``: instructors of the register
    see who asks.
    """

    __tablename__ = "question_rule"

    course: Mapped[str] = mapped_column(String(64), primary_key=True)
    fellows: Mapped[bool]
    names: Mapped[bool]
    decided_by: Mapped[str] = mapped_column(String(100))
    at: Mapped[dt.datetime]


class LessonRating(Table):
    """What a learner thought of a lesson they finished: 1 to 5, and a sentence."""

    __tablename__ = "lesson_rating"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    course: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(64), primary_key=True)
    stars: Mapped[int]
    text: Mapped[str] = mapped_column(Text, info={"personal": "what was thought of a lesson"})
    at: Mapped[dt.datetime]
