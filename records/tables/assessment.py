"""Evidence of competence, and certificates."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
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
