"""Examinations: who sits where and when, what happened in the room, and what was decided after."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.schema import Id, Table


class Examination(Table):
    """An examination with its rules. ``minutes``: of one sitting; ``least_items`` … ``most_items``:
    how many items count; ``pass_level``: the level of the whole that is passed; rooms lie between
    ``opens_at`` and ``closes_at``. ``reason``: why it was cancelled."""

    __tablename__ = "examination"
    __table_args__ = (
        CheckConstraint("state IN ('planned','published','cancelled')", name="state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    framework: Mapped[str] = mapped_column(String(32))
    minutes: Mapped[int]
    most_items: Mapped[int]
    least_items: Mapped[int]
    pass_level: Mapped[int]
    opens_at: Mapped[dt.datetime]
    closes_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(10), default="planned")
    reason: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[dt.datetime]


class ExamRoom(Table):
    """One room at one time. ``unit_id``: whose house it is in; ``ends_at``: the last moment of
    entry and, but for time that is given back, of work; ``code``: told in the room, typed by who
    enters."""

    __tablename__ = "exam_room"
    __table_args__ = (CheckConstraint("state IN ('planned','open','closed')", name="state"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    examination_id: Mapped[int] = mapped_column(ForeignKey("examination.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    place: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    code: Mapped[str] = mapped_column(String(8), unique=True)
    state: Mapped[str] = mapped_column(String(8), default="planned", index=True)
    opened_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]


class ExamInvigilator(Table):
    """Who looks after a room."""

    __tablename__ = "exam_invigilator"

    room_id: Mapped[int] = mapped_column(ForeignKey("exam_room.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    named_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    named_at: Mapped[dt.datetime]


class Candidate(Table):
    """A person in a room. ``number``: theirs in the examination, from 1; ``extra_share``: extra
    time as a share of the minutes; ``alternative``: how the page is given to them; ``saved_at``:
    when the page last kept something; ``left_page``: how often it lost the focus, a sign only."""

    __tablename__ = "candidate"
    __table_args__ = (
        CheckConstraint("alternative IN ('','large','plain','reader')", name="alternative"),
        CheckConstraint("identity IN ('waiting','confirmed','refused')", name="identity"),
        CheckConstraint(
            "state IN ('registered','working','done','absent','rejected','cancelled','jury')",
            name="state",
        ),
        UniqueConstraint("examination_id", "person_id"),
        UniqueConstraint("examination_id", "number"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    examination_id: Mapped[int] = mapped_column(ForeignKey("examination.id"))
    room_id: Mapped[int] = mapped_column(ForeignKey("exam_room.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    extra_share: Mapped[float] = mapped_column(default=0.0)
    alternative: Mapped[str] = mapped_column(String(8), default="")
    note: Mapped[str] = mapped_column(
        Text, default="", info={"personal": "what a candidate needs in the room"}
    )
    identity: Mapped[str] = mapped_column(String(10), default="waiting")
    identity_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    identity_at: Mapped[dt.datetime | None]
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sitting.id"), unique=True)
    added_minutes: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="registered")
    reason: Mapped[str] = mapped_column(
        Text, default="", info={"personal": "why something was decided about a candidate"}
    )
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[dt.datetime | None]
    saved_at: Mapped[dt.datetime | None]
    left_page: Mapped[int] = mapped_column(default=0)


class ExamPause(Table):
    """A stretch of time that is not charged: to one candidate, or (``candidate_id`` NULL) to nobody
    in the room. ``ended_at`` NULL: it still goes on. ``outage``: the portal itself was away."""

    __tablename__ = "exam_pause"
    __table_args__ = (
        CheckConstraint("kind IN ('pause','outage')", name="kind"),
        Index("ix_exam_pause_room_id", "room_id", "candidate_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("exam_room.id"))
    candidate_id: Mapped[int | None] = mapped_column(ForeignKey("candidate.id"))
    kind: Mapped[str] = mapped_column(String(8))
    begun_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


class ExamPulse(Table):
    """When the portal was last known to answer while a room was open; one row, number 1."""

    __tablename__ = "exam_pulse"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[dt.datetime]


class ExamIncident(Table):
    """What happened in a room, and what was decided about it. ``number``: of the item that a
    candidate reported; ``person_id``: whom it is about; ``answer``: said to the candidate."""

    __tablename__ = "exam_incident"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('question','focus','identity','technical','conduct','note')", name="kind"
        ),
        CheckConstraint("decision IN ('','new','keep','noted')", name="decision"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("exam_room.id"), index=True)
    candidate_id: Mapped[int | None] = mapped_column(ForeignKey("candidate.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[int | None]
    text: Mapped[str] = mapped_column(
        Text, default="", info={"personal": "what happened to a candidate in the room"}
    )
    at: Mapped[dt.datetime]
    by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[str] = mapped_column(String(8), default="")
    answer: Mapped[str] = mapped_column(
        Text, default="", info={"personal": "what a candidate was told in the room"}
    )
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[dt.datetime | None]


class SittingSeal(Table):
    """A sitting as it was when it ended: canonical JSON and its digest. The digest stays when the
    person is erased."""

    __tablename__ = "sitting_seal"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    content: Mapped[str | None] = mapped_column(
        Text, info={"personal": "sealed record of an examination, answers included"}
    )
    sha256: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[dt.datetime]


class Appeal(Table):
    """Somebody asks a person to look at their result again."""

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint("about IN ('sitting')", name="about"),
        CheckConstraint("state IN ('open','upheld','dismissed')", name="state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    about: Mapped[str] = mapped_column(String(10), default="sitting")
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    text: Mapped[str] = mapped_column(Text, info={"personal": "what a candidate appeals"})
    asked_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    answer: Mapped[str] = mapped_column(
        Text, default="", info={"personal": "what was answered to an appeal"}
    )
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[dt.datetime | None]


class ItemVoid(Table):
    """An item that counts no more. ``digest`` "": every text of it; ``examination_id`` NULL: in
    every examination."""

    __tablename__ = "item_void"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item: Mapped[str] = mapped_column(String(40), index=True)
    digest: Mapped[str] = mapped_column(String(12), default="")
    examination_id: Mapped[int | None] = mapped_column(ForeignKey("examination.id"))
    reason: Mapped[str] = mapped_column(Text)
    by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime]
