"""Who may come in by themselves: invitations, and what strangers ask for until they confirm it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema import Id, Table

# Beside the eight groups of QĐ 64, and never counted among them.
PUBLIC_GROUPS = ("citizen", "worker", "enterprise", "pupil")
_GROUPS = ",".join(f"'{group}'" for group in PUBLIC_GROUPS)


class Invitation(Table):
    """A code by which up to ``places`` people of one group may register, from ``opens_on`` to the
    end of ``closes_on`` (days in Việt Nam).

    The code stands here as it is: it is printed on posters and asked for again, and opens nobody's
    account. ``used`` is counted where a place is taken, and the constraint is the guard.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("used >= 0 AND used <= places", name="places"),
        CheckConstraint(f"public_group IN ({_GROUPS})", name="public_group"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    programme: Mapped[str] = mapped_column(String(64))
    public_group: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    places: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    opens_on: Mapped[dt.date]
    closes_on: Mapped[dt.date]
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(100))


class Registration(Table):
    """Somebody asks to come in; once the link in their letter was opened, who came of it.

    Before that ``person_id`` is empty and the row goes at ``expires_at``; after it name and address
    are the person's own, and blank here. ``unit_id``: where they say they are from; it gives no
    officer of that unit any right over them. The token is only in the letter.
    """

    __tablename__ = "registration"
    __table_args__ = (CheckConstraint(f"public_group IN ({_GROUPS})", name="public_group"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    public_group: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    full_name: Mapped[str | None] = mapped_column(
        String(200), info={"personal": "name, until it is confirmed"}
    )
    email: Mapped[str | None] = mapped_column(
        String(200), unique=True, info={"personal": "e-mail, until it is confirmed"}
    )
    language: Mapped[str] = mapped_column(String(8))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    asked_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    confirmed_at: Mapped[dt.datetime | None]
