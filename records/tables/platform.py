"""The audit log, mail on its way, and what this installation is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.schema import Id, Table


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


class Installation(Table):
    """What these records are for: one row, ``demonstration`` or ``real``, or none before that was
    decided (see `records.platform.installation`)."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(Id, primary_key=True)  # always 1: two deciders meet here
    kind: Mapped[str] = mapped_column(String(16))
    decided_at: Mapped[dt.datetime]


class Mail(Table):
    """A letter, written by the act it tells of and sent by the worker (`records.platform.outbox`).

    ``person_id`` is empty where nobody knows yet whose address it is.

    ``facts``: what stands in it, worded only when it is sent; blank afterwards, since it may hold a
    link that opens an account. ``once``: what must not be written of twice.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_next_at", "state", "next_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(String(200), info={"personal": "e-mail"})
    facts: Mapped[dict[str, Any] | None] = mapped_column(info={"personal": "a letter not yet sent"})
    once: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(8))  # waiting sent shown dead
    tries: Mapped[int]
    next_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    why: Mapped[str | None] = mapped_column(Text)  # it was not taken, as the last server said


class MailRefused(Table):
    """A person wants no more letters of this kind."""

    __tablename__ = "mail_refused"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[dt.datetime]
