"""The append-only log of who did what: each entry's hash covers the one before it.

Name people by key (``person:12``), never by name: the chain can not be edited, so what is
personal must not get into it. Append last in a transaction: on PostgreSQL the end of the chain
is held from `append` to the commit.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from records.tables import AuditEntry

BEFORE_THE_FIRST = "0" * 64
_CHAIN_LOCK = 0x6D6F7463  # "motc": one advisory lock for the end of the chain


@dataclass(frozen=True)
class Chain:
    """What `verify` found: how many entries hold together and the hash of the last of them.

    ``broken_at`` is the key of the first entry that does not fit, or None. Entries cut off the
    end leave a sound chain, so keep ``entries`` and ``head`` of every check elsewhere as well.
    """

    entries: int
    head: str
    broken_at: int | None

    @property
    def sound(self) -> bool:
        return self.broken_at is None


def append(
    session: Session,
    *,
    at: dt.datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
) -> AuditEntry:
    """Add an entry. ``detail`` must be plain JSON."""
    if session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer at a time; here the writers of this table queue up.
        session.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    previous = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=at.astimezone(dt.UTC),
        actor=actor,
        action=action,
        subject=subject,
        detail=dict(detail),
        previous_hash=previous or BEFORE_THE_FIRST,
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()
    return entry


def verify(session: Session) -> Chain:
    """Walk the whole chain from its beginning."""
    head, entries = BEFORE_THE_FIRST, 0
    entries_in_order = select(AuditEntry).order_by(AuditEntry.id)
    with session.scalars(entries_in_order.execution_options(yield_per=1000)) as rows:
        for entry in rows:
            if entry.previous_hash != head or entry.hash != _hash(entry):
                return Chain(entries, head, broken_at=entry.id)
            head, entries = entry.hash, entries + 1
    return Chain(entries, head, broken_at=None)


def _hash(entry: AuditEntry) -> str:
    covered = [
        entry.previous_hash,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
    ]
    text = json.dumps(covered, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def entries(
    session: Session, *, before: int | None = None, search: str = "", limit: int = 100
) -> Sequence[AuditEntry]:
    """The newest entries first, below key ``before``; ``search`` is part of an actor's name, an
    action or a subject."""
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        found = found.where(AuditEntry.id < before)
    if search:
        fields = (AuditEntry.actor, AuditEntry.action, AuditEntry.subject)
        found = found.where(or_(*(field.icontains(search, autoescape=True) for field in fields)))
    return session.scalars(found).all()
