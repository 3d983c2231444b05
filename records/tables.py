"""The tables, typed. Personal data is declared where it stands: ``info={"personal": …}``.

`PERSONAL` lists every such column; erasing a person (`people.erase_person`) blanks exactly these.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

from records.ordering import KEY_LENGTH, name_key
from skills_framework.folding import fold

UTC = dt.UTC
Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite only numbers INTEGER keys by itself


class AwareUTC(TypeDecorator[dt.datetime]):
    """An aware datetime, stored as UTC; a naive one is refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        at: dt.datetime = value
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own form
        dt.datetime: AwareUTC,
        # None is SQL's NULL, never the JSON value null: “IS NULL” must mean what it says.
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


# --- people -----------------------------------------------------------------------------------


class Unit(Table):
    """A body that has learners: a node of the tree of units, with the time it existed.

    Codes repeat between vintages with other meanings, so (kind, vintage, code) is the key.
    """

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("kind", "vintage", "code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # nation central province district commune press enterprise
    kind: Mapped[str] = mapped_column(String(16))
    vintage: Mapped[str] = mapped_column(String(8))  # code list: "2008", "2025"; "" where none
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]


def _key_of_the_name(context: Any) -> str:
    """For rows that are written many at once, without objects."""
    return name_key(context.get_current_parameters()["full_name"])


def folded_name(full_name: str) -> str:
    """A name as searches find it, with or without diacritics."""
    return fold(full_name)[:200]


def _folded(context: Any) -> str:
    return folded_name(context.get_current_parameters()["full_name"])


class Person(Table):
    """A learner, officer or instructor. ``username`` is the hub's; ``code`` the official's own."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    username: Mapped[str | None] = mapped_column(
        String(100), unique=True, info={"personal": "login name"}
    )
    code: Mapped[str | None] = mapped_column(
        String(32), unique=True, info={"personal": "official's code"}
    )
    full_name: Mapped[str] = mapped_column(String(200), info={"personal": "name"})
    name_key: Mapped[str] = mapped_column(
        String(KEY_LENGTH), default=_key_of_the_name, info={"personal": "name, as lists order it"}
    )
    name_folded: Mapped[str] = mapped_column(
        String(200), default=_folded, info={"personal": "name, as searches find it"}
    )
    email: Mapped[str | None] = mapped_column(String(200), info={"personal": "e-mail"})
    position: Mapped[str | None] = mapped_column(String(200), info={"personal": "position held"})
    audience_group: Mapped[str | None] = mapped_column(String(4))  # a b c d đ e g h (QĐ 64)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    language: Mapped[str] = mapped_column(String(8), default="vi")
    created_at: Mapped[dt.datetime]
    erased_at: Mapped[dt.datetime | None]

    @validates("full_name")
    def _keep_order(self, _: str, full_name: str) -> str:
        self.name_key, self.name_folded = name_key(full_name), folded_name(full_name)
        return full_name


class LoginName(Table):
    """A login name that was given out: whose it is for ever, also after it was changed or erased.

    ``subject``: a fingerprint of whom the identity provider said this to be at the first login.
    """

    __tablename__ = "login_name"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)  # `logins.fingerprint`
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    subject: Mapped[str | None] = mapped_column(String(64))


class RoleGrant(Table):
    """A person holds ``role``; a unit officer holds it for ``unit_id`` and all below."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "unit_id"),
        # NULLs are distinct to a unique constraint, so roles without a unit need their own.
        Index(
            "uq_role_grant_without_unit",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(24))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


# --- what is published ------------------------------------------------------------------------


class Release(Table):
    """One published state of a course. Immutable: a change is a new release with the next number.

    ``manifest`` is `courses.Release.manifest`: titles, lessons, exercises with points,
    competence and level; pages read it and need no notebook.
    """

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("course", "number"),
        UniqueConstraint("course", "digest"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    programme: Mapped[str] = mapped_column(String(64), index=True)
    course: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 over the files
    manifest: Mapped[dict[str, Any]]
    published_at: Mapped[dt.datetime]
    published_by: Mapped[str] = mapped_column(String(100))


class ReleaseFile(Table):
    """A file of a release. Kept in the database so that any machine can mark and serve it.

    ``side`` is ``learner`` (what learners get) or ``source`` (with solutions and tests).
    """

    __tablename__ = "release_file"
    __table_args__ = (UniqueConstraint("release_id", "side", "path"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    side: Mapped[str] = mapped_column(String(8))
    path: Mapped[str] = mapped_column(String(300))
    content: Mapped[bytes] = mapped_column(LargeBinary)


# --- learning ---------------------------------------------------------------------------------


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
    """The learner's notebook as it stands. ``revision`` grows by one with each save."""

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


class TimeAtExercise(Table):
    """How long a learner worked at an exercise on its page. For authors; no mark rests on it."""

    __tablename__ = "time_at_exercise"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(64), primary_key=True)
    grade_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    seconds: Mapped[int]


class Terms(Table):
    """Until when and how often a lesson may be handed in; no row means: always, freely."""

    __tablename__ = "terms"

    course: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(64), primary_key=True)
    closes_at: Mapped[dt.datetime | None]
    attempts: Mapped[int | None]


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
    second_look_at: Mapped[dt.datetime | None]  # marked, and due to be looked at the other way


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


class Meeting(Table):
    """A class in person. It stands for ``lesson``: who attended has taken part in it.

    ``secret`` makes the code on the screen, which changes every half minute.
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


class Evidence(Table):
    """One sign of a competence: an exercise at a level, with the share of points earned."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("submission_id", "grade_id"),
        Index("ix_evidence_person", "person_id", "competence"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    framework: Mapped[str] = mapped_column(String(32))
    competence: Mapped[str] = mapped_column(String(8))
    level: Mapped[int]
    share: Mapped[float]  # 0..1
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    grade_id: Mapped[str] = mapped_column(String(100))
    at: Mapped[dt.datetime]


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


# --- results ----------------------------------------------------------------------------------


class Certificate(Table):
    """A certificate once issued. Unit, bucket and group are as they were on that day.

    ``replaced_by``: revoked in error, and a new one was issued in its place.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        Index(
            "uq_certificate_not_replaced",
            "person_id",
            "programme",
            unique=True,
            sqlite_where=text("replaced_by IS NULL"),
            postgresql_where=text("replaced_by IS NULL"),
        ),
        Index("ix_certificate_counted", "programme", "unit_id", "audience_group"),
    )

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    programme: Mapped[str] = mapped_column(String(64))
    full_name: Mapped[str] = mapped_column(String(200), info={"personal": "name on certificate"})
    name_folded: Mapped[str] = mapped_column(
        String(200), default=_folded, info={"personal": "name on certificate, as searches find it"}
    )
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    audience_group: Mapped[str | None] = mapped_column(String(4))
    points: Mapped[float]
    max_points: Mapped[float]
    framework: Mapped[str] = mapped_column(String(32))
    issued_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(Text)
    corrected_at: Mapped[dt.datetime | None]  # the name was corrected: older papers are superseded
    replaced_by: Mapped[str | None] = mapped_column(String(32))


class CertificatePaper(Table):
    """A signed paper as it was handed out. ``superseded_at``: the name on it was corrected."""

    __tablename__ = "certificate_paper"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[str] = mapped_column(ForeignKey("certificate.number"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, info={"personal": "paper with name"})
    printed_at: Mapped[dt.datetime]
    superseded_at: Mapped[dt.datetime | None]

    @validates("full_name")
    def _keep_folded(self, _: str, full_name: str) -> str:
        self.name_folded = folded_name(full_name)
        return full_name


class Requirement(Table):
    """A programme's certificate requires ``course`` in ``[from_at, until_at)``: the ministry's
    decision, with its ``source``. No row of a programme: as shipped (`records.requirements`)."""

    __tablename__ = "requirement"
    __table_args__ = (UniqueConstraint("programme", "course", "from_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    programme: Mapped[str] = mapped_column(String(64))
    course: Mapped[str] = mapped_column(String(64))
    from_at: Mapped[dt.datetime]
    until_at: Mapped[dt.datetime | None]
    source: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[dt.datetime]


class Target(Table):
    """A figure to reach: the source's own, or the ministry's plan (``source`` says which)."""

    __tablename__ = "target"
    __table_args__ = (
        UniqueConstraint("programme", "key", "unit_id"),
        Index(
            "uq_target_without_unit",
            "programme",
            "key",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    programme: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(32))  # total, central, local, press, experts …
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    amount: Mapped[int]
    deadline_on: Mapped[dt.date | None]
    source: Mapped[str] = mapped_column(Text)


class AuditEntry(Table):
    """Append-only and hash-chained: each entry's hash covers the one before (see ``audit``)."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64), unique=True)  # no fork in the chain
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class Counter(Table):
    """A number that grows by one, without gaps: the transaction that takes it holds the row."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


PERSONAL = {
    (table.name, column.name): column.info["personal"]
    for table in Table.metadata.sorted_tables
    for column in table.columns
    if "personal" in column.info
}
