"""The append-only log of who did what: each entry's hash covers the one before it.

The chain can not be edited, so nothing personal may get into it: `append` writes a person as a key
(``person:12``), and `actor_names` tells readers who that is, for as long as the records know it.
Where the session knows a key (`records.open_records`), the hash is keyed: whoever may write to the
database and has not the key can make no entry that `verify` takes, nor rewrite the chain. Once
there was a keyed entry, one without key is a break. Against cutting off the end help signed heads
that are kept elsewhere (`head`, `hub.platform.audit.heads`).
Append last in a transaction: on PostgreSQL the end of the chain is held from `append` to the
commit.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, and_, cast, false, func, literal, or_, select
from sqlalchemy.orm import Session

from core.folding import fold
from records.engine import AUDIT_KEY
from records.tables.people import Person
from records.tables.platform import AuditEntry

BEFORE_THE_FIRST = "0" * 64
BACKUP, DRILL = "platform.backup", "platform.drill"  # actions that pages ask the newest of
PERSON = "person:"  # an actor who is a person: this and the person's key
_WRITTEN = "audit.written"
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
    """Add an entry.

    ``actor``: who logs in by that name, or the name of what acted by itself (``service:grading``).
    ``detail`` must be plain JSON without names of people.
    """
    if session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer at a time; here the writers of this table queue up.
        session.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    previous = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=at.astimezone(dt.UTC),
        actor=_as_key(session, actor),
        action=action,
        subject=subject,
        detail=dict(detail),
        previous_hash=previous or BEFORE_THE_FIRST,
    )
    entry.hash = _hash(entry, session.info.get(AUDIT_KEY, b""))
    session.add(entry)
    session.flush()
    session.info.setdefault(_WRITTEN, []).append((actor, action))
    return entry


def written(session: Session) -> Sequence[tuple[str, str]]:
    """(actor, action) of every entry that this session has added so far."""
    return tuple(session.info.get(_WRITTEN, ()))


def _as_key(session: Session, actor: str) -> str:
    person_id = session.scalar(select(Person.id).where(Person.username == actor))
    return actor if person_id is None else f"{PERSON}{person_id}"


def verify(session: Session) -> Chain:
    """Walk the whole chain from its beginning."""
    return check_heads(session, {})[0]


def check_heads(session: Session, heads: Mapping[int, str]) -> tuple[Chain, tuple[int, ...]]:
    """Walk the chain, and say which of these heads (number of entries → hash of the last of them)
    it does not have: entries were cut off, or the chain was made anew."""
    key: bytes = session.info.get(AUDIT_KEY, b"")
    head, entries, keyed = BEFORE_THE_FIRST, 0, False
    missing = {count: wanted for count, wanted in heads.items() if count > 0}
    entries_in_order = select(AuditEntry).order_by(AuditEntry.id)
    with session.scalars(entries_in_order.execution_options(yield_per=1000)) as rows:
        for entry in rows:
            with_key = bool(key) and hmac.compare_digest(entry.hash, _hash(entry, key))
            plain = not keyed and entry.hash == _hash(entry, b"")
            if entry.previous_hash != head or not (with_key or plain):
                return Chain(entries, head, broken_at=entry.id), tuple(sorted(missing))
            head, entries, keyed = entry.hash, entries + 1, keyed or with_key
            if missing.get(entries) == head:
                del missing[entries]
    return Chain(entries, head, broken_at=None), tuple(sorted(missing))


def head(session: Session) -> tuple[int, str]:
    """How many entries there are and the hash of the last, without walking the chain."""
    count = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    last = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    return count, last or BEFORE_THE_FIRST


def newest_at(session: Session, action: str) -> dt.datetime | None:
    """When this was done last; None where it never was."""
    return session.scalar(
        select(AuditEntry.at)
        .where(AuditEntry.action == action)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )


def every_entry(session: Session) -> Iterator[dict[str, Any]]:
    """The whole log from its beginning, as plain values with the chain: whoever has it may compare
    hashes, and with the key make them again."""
    found = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)
    with session.scalars(found) as rows:
        for entry in rows:
            yield {
                "id": entry.id,
                "at": entry.at.isoformat(timespec="microseconds"),
                "actor": entry.actor,
                "action": entry.action,
                "subject": entry.subject,
                "detail": entry.detail,
                "previous_hash": entry.previous_hash,
                "hash": entry.hash,
            }


def _hash(entry: AuditEntry, key: bytes) -> str:
    covered = [
        entry.previous_hash,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
    ]
    text = json.dumps(covered, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
    if key:
        return hmac.new(key, text, hashlib.sha256).hexdigest()
    return hashlib.sha256(text).hexdigest()


def entries(
    session: Session,
    *,
    before: int | None = None,
    search: str = "",
    actions: Collection[str] = (),
    limit: int = 100,
) -> Sequence[AuditEntry]:
    """The newest entries first, below key ``before``; ``search`` is part of an actor's login name
    or full name, of an action or of a subject; ``actions``: these only."""
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        found = found.where(AuditEntry.id < before)
    if actions:
        found = found.where(AuditEntry.action.in_(actions))
    if search:
        fields = (AuditEntry.actor, AuditEntry.action, AuditEntry.subject)
        meant = [field.icontains(search, autoescape=True) for field in fields]
        found = found.where(or_(*meant, AuditEntry.actor.in_(_keys_of(search))))
    return session.scalars(found).all()


def _keys_of(search: str) -> Select[str]:
    folded = [Person.name_folded.contains(word, autoescape=True) for word in fold(search).split()]
    return select(literal(PERSON) + cast(Person.id, String)).where(
        or_(
            Person.username.icontains(search, autoescape=True), and_(*folded) if folded else false()
        )
    )


def keys_of(actors: Iterable[str]) -> list[int]:
    """The keys of those among actors and subjects who are persons."""
    found = (one.removeprefix(PERSON) for one in actors if one.startswith(PERSON))
    return [int(key) for key in found if key.isdigit()]


def names_in(session: Session, listed: Sequence[AuditEntry]) -> dict[str, str]:
    """For each actor and subject among ``listed`` who is a person still known: the full name."""
    keys = {key for entry in listed for key in (entry.actor, entry.subject)}
    found = select(Person.id, Person.full_name).where(Person.id.in_(keys_of(keys)))
    return {f"{PERSON}{key}": name for key, name in session.execute(found) if name}


def actor_names(session: Session, listed: Sequence[AuditEntry]) -> dict[str, str]:
    """For each actor among ``listed`` who is a person still known: the login name."""
    ids = keys_of({entry.actor for entry in listed})
    found = select(Person.id, Person.username).where(Person.id.in_(ids))
    return {f"{PERSON}{key}": name for key, name in session.execute(found) if name}
