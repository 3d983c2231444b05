"""The audit log, and what this installation is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    String,
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
