"""Persons, the roles they hold, and the tree of units."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from core.names import KEY_LENGTH, name_key
from records.schema import Id, Table, folded, folded_name


class Unit(Table):
    """A body that has learners: a node of the tree of units, with the time it existed.

    Codes repeat between vintages with other meanings, so (kind, vintage, code) is the key.
    """

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("kind", "vintage", "code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # nation central sector province district commune press enterprise school
    kind: Mapped[str] = mapped_column(String(16))
    vintage: Mapped[str] = mapped_column(String(8))  # code list: "2008", "2025"; "" where none
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]


class FormerName(Table):
    """What a unit was called before ``until_on``, the first day of its next name."""

    __tablename__ = "former_name"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    until_on: Mapped[dt.date]


def is_marked_as_made_up(code: str | None, full_name: str) -> bool:
    """Whether somebody bears both marks of the made-up: a code that begins with TN, and "(mẫu)" at
    the end of the name."""
    return bool(code and code.startswith("TN")) and full_name.rstrip().endswith("(mẫu)")


def _made_up(context: Any) -> bool:
    row = context.get_current_parameters()
    return is_marked_as_made_up(row.get("code"), row["full_name"])


def _key_of_the_name(context: Any) -> str:
    """For rows that are written many at once, without objects."""
    return name_key(context.get_current_parameters()["full_name"])


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
        String(200), default=folded, info={"personal": "name, as searches find it"}
    )
    email: Mapped[str | None] = mapped_column(String(200), info={"personal": "e-mail"})
    position: Mapped[str | None] = mapped_column(String(200), info={"personal": "position held"})
    born: Mapped[str | None] = mapped_column(  # "1985-03-12", or the year alone
        String(10), info={"personal": "date of birth"}
    )
    audience_group: Mapped[str | None] = mapped_column(String(4))  # a b c d đ e g h (QĐ 64)
    # The post is full-time work on information technology or digital transformation.
    full_time_digital: Mapped[bool] = mapped_column(
        default=False, server_default=false(), info={"personal": "full-time digital post"}
    )
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    language: Mapped[str] = mapped_column(String(8), default="vi")
    # Decided when the row is made: whatever somebody is called later, they stay who they were.
    made_up: Mapped[bool] = mapped_column(default=_made_up)
    created_at: Mapped[dt.datetime]
    erased_at: Mapped[dt.datetime | None]  # also of one that was merged into another
    left_at: Mapped[dt.datetime | None]  # no longer an official here; may come back
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

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
    subject: Mapped[str | None] = mapped_column(String(64), index=True)


class RoleGrant(Table):
    """A person holds ``role`` from ``starts_on`` to the end of ``ends_on`` (days in Việt Nam; None:
    without bound); a unit officer holds it for ``unit_id`` and all below."""

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
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]


class Account(Table):
    """What is known of a person's password; the password itself, hashed, is the hub's.

    ``username``: what it was set for; after the login name was changed it opens nothing.
    ``must_change``: somebody else chose it, so it opens nothing but the page for a new one.
    """

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    username: Mapped[str] = mapped_column(String(100), info={"personal": "login name"})
    set_at: Mapped[dt.datetime]
    must_change: Mapped[bool]


class AccountLink(Table):
    """A link by which a person sets their password, once. The token is only in the link.

    ``ended_at``: it was used, or a newer one took its place.
    """

    __tablename__ = "account_link"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(8))  # setup reset change
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class SecurityKey(Table):
    """A key or passkey that is asked for after a person's password (WebAuthn).

    Of the key itself only the public half is here. ``credential_hash`` stands for the key's own
    name for itself: no two people have the same.
    """

    __tablename__ = "security_key"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(60), info={"personal": "name of a security key"})
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class RecoveryCode(Table):
    """A code that stands in for a security key once. The code itself is only on paper."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class SessionsEnd(Table):
    """Somebody's sessions are to end: the hub, whose they are, does it when they next ask."""

    __tablename__ = "sessions_end"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    asked_at: Mapped[dt.datetime]
