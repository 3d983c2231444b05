"""Evidence of competence, sittings, and certificates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from records.schema import Id, Table, folded, folded_name


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
        String(200), default=folded, info={"personal": "name on certificate, as searches find it"}
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

    @validates("full_name")
    def _keep_folded(self, _: str, full_name: str) -> str:
        self.name_folded = folded_name(full_name)
        return full_name


class CertificatePaper(Table):
    """A signed paper as it was handed out. ``superseded_at``: the name on it was corrected."""

    __tablename__ = "certificate_paper"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[str] = mapped_column(ForeignKey("certificate.number"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, info={"personal": "paper with name"})
    printed_at: Mapped[dt.datetime]
    superseded_at: Mapped[dt.datetime | None]


class ItemParameters(Table):
    """How the items of one bank stood when sittings were reckoned: never changed, so that a result
    can always be reckoned again. ``version``: a digest of ``content``; ``rule``: how they came
    about (`skills_framework.scale.STARTING`, or a calibration)."""

    __tablename__ = "item_parameters"

    version: Mapped[str] = mapped_column(String(16), primary_key=True)
    rule: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]]
    made_at: Mapped[dt.datetime]


class Sitting(Table):
    """One person answering items of the bank, one after another; one is open at a time of each
    kind. ``seed``: of everything that is drawn; ``eligible``: a bit for each item of the
    parameters, in the order of their names; ``ending``: why it ended. Of an examination:
    ``passed`` (NULL where a person has to say), and why a pass stands though figures changed."""

    __tablename__ = "sitting"
    __table_args__ = (
        CheckConstraint("kind IN ('placement','retained','examination')", name="kind"),
        CheckConstraint("state IN ('open','paused','ended')", name="state"),
        CheckConstraint(
            "ending IN ('','sure','items','time','bank','person','room')", name="ending"
        ),
        Index(
            "uq_sitting_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
        Index("ix_sitting_recent", "kind", "parameters", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    parameters: Mapped[str] = mapped_column(ForeignKey("item_parameters.version"))
    framework: Mapped[str] = mapped_column(String(32))
    seed: Mapped[int] = mapped_column(Id)
    eligible: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(8), default="open")
    ending: Mapped[str] = mapped_column(String(8), default="")
    begun_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    passed: Mapped[bool | None]
    pass_kept: Mapped[str] = mapped_column(Text, default="")
    earned: Mapped[float | None]  # of a check of what was retained: shares of points, summed
    expected: Mapped[float | None]  # the same, as one's result before it let expect


class SittingAnswer(Table):
    """An item of a sitting. Before ``given_at`` it is the one that is asked; ``answer`` then holds
    what was typed when its person went away. ``credit``: the share of its points, NULL until
    marked; ``seconds``: a sign for a person to look at, never in the mark; ``set_aside``: another
    item came in its place, so it counts for nothing."""

    __tablename__ = "sitting_answer"
    __table_args__ = (UniqueConstraint("sitting_id", "item"),)

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 1
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(12))
    variant: Mapped[int]
    arranged: Mapped[int] = mapped_column(Id)  # number of the order of its options
    asked_at: Mapped[dt.datetime]
    answer: Mapped[str | None] = mapped_column(Text, info={"personal": "what the learner wrote"})
    unknown: Mapped[bool] = mapped_column(default=False)  # "I do not know yet"
    given_at: Mapped[dt.datetime | None]
    seconds: Mapped[float | None]
    credit: Mapped[float | None]
    set_aside: Mapped[bool] = mapped_column(default=False)


class SittingResult(Table):
    """What a sitting said of a domain, in logits of its parameters; domain "" is the whole. Never
    overwritten: the highest ``revision`` is in force."""

    __tablename__ = "sitting_result"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    domain: Mapped[str] = mapped_column(String(4), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, default=0, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    estimate: Mapped[float]
    error: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]


class LevelContest(Table):
    """Somebody does not agree with the ``level`` that a competence of theirs was given (0: none),
    and a person decides: ``upheld`` with the ``given_level``, or ``dismissed``."""

    __tablename__ = "level_contest"
    __table_args__ = (
        CheckConstraint("state IN ('open','upheld','dismissed')", name="state"),
        CheckConstraint("given_level IS NULL OR given_level BETWEEN 1 AND 8", name="given_level"),
        Index(
            "uq_level_contest_open",
            "person_id",
            "framework",
            "competence",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_level_contest_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    framework: Mapped[str] = mapped_column(String(32))
    competence: Mapped[str] = mapped_column(String(8))
    level: Mapped[int]
    text: Mapped[str] = mapped_column(Text, info={"personal": "why a level was contested"})
    asked_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(12), default="open")
    answer: Mapped[str | None] = mapped_column(Text, info={"personal": "what was answered"})
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[dt.datetime | None]
    given_level: Mapped[int | None]


class Campaign(Table):
    """The assessment of one year: for whom, from which day to the end of which (days in Việt Nam).

    ``full_time``: for posts that are full-time digital work; ``groups``: for these audience groups
    besides. ``closed_at``: nobody is taken in, invited or assessed any more.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("year", "title"),
        CheckConstraint("opens_on <= closes_on", name="days"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    opens_on: Mapped[dt.date]
    closes_on: Mapped[dt.date]
    framework: Mapped[str] = mapped_column(String(32))
    full_time: Mapped[bool]
    groups: Mapped[list[Any]]
    made_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]


class CampaignMember(Table):
    """Somebody due in a campaign, and how far it came with them. ``why``: by their post, or by
    their audience group. ``unit_id``: where they worked when they were assessed, or when the
    campaign was closed; before then it is their own unit that counts."""

    __tablename__ = "campaign_member"
    __table_args__ = (CheckConstraint("why IN ('full-time','group')", name="why"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    why: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[dt.datetime]
    invited_at: Mapped[dt.datetime | None]
    reminded_at: Mapped[dt.datetime | None]
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sitting.id"))
    assessed_at: Mapped[dt.datetime | None]
    excused_at: Mapped[dt.datetime | None]
    excused_reason: Mapped[str | None] = mapped_column(
        Text, info={"personal": "why a yearly assessment was not needed"}
    )
    excused_by: Mapped[str | None] = mapped_column(String(100))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
