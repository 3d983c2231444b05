"""Figures to reach and counters."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.schema import Id, Table


class Requirement(Table):
    """A programme's certificate requires ``course`` in ``[from_at, until_at)``: the ministry's
    decision, with its ``source``. No row of a programme: as shipped
    (`records.programme.requirements`)."""

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


class PeopleReached(Table):
    """How many neighbours a learner says they showed what a course teaches, on one day.

    Who these were is asked nowhere. ``unit_id``: the learner's unit when it was written down. One
    row for a course and a day; it can be mended for some days (`school.programme.reached_acts`).
    """

    __tablename__ = "people_reached"
    __table_args__ = (
        UniqueConstraint("person_id", "course", "held_on"),
        CheckConstraint("people BETWEEN 1 AND 50", name="people"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str] = mapped_column(String(64), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    held_on: Mapped[dt.date]
    people: Mapped[int]
    place: Mapped[str] = mapped_column(
        String(100), info={"personal": "where the learner taught neighbours"}
    )
    recorded_at: Mapped[dt.datetime]


class FrameworkVersion(Table):
    """A framework of competences that the ministry completed and put in, as it was sent; a version
    never changes (`records.programme.frameworks`)."""

    __tablename__ = "framework_version"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)  # from 1
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[dt.datetime]


class Crosswalk(Table):
    """A competence of such a framework corresponds to one of the framework that lessons measure
    by. ``code`` may be gone from a later version; then the row says nothing."""

    __tablename__ = "crosswalk"

    framework: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    to_code: Mapped[str] = mapped_column(String(12), primary_key=True)


class Counter(Table):
    """A number that grows by one, without gaps: the transaction that takes it holds the row."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
