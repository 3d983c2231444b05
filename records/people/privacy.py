"""What people asked about their own data, erasing, and all that is kept of one."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records.people import looks
from records.people.merging import same_person
from records.schema import Table, personal_columns
from records.tables.people import Person
from records.tables.privacy import DataRequest, Erasure, ListLook

_OUTSIDERS_COLUMNS = {
    "secret",
    "looker_id",
    "marker_id",
    "decided_by",
}  # of others, in rows about a person
# Whoever reads them opens the account: not for a file that may lie about.
_KEYS_TO_ACCOUNTS = {
    ("outbox", "facts"),
    ("account_link", "token_hash"),
    ("recovery_code", "code_hash"),
    ("registration", "token_hash"),
}


# --- what people ask ----------------------------------------------------------------------------


def add_request(
    session: Session, person_id: int, kind: str, body: str, *, due_at: dt.datetime, at: dt.datetime
) -> DataRequest:
    request = DataRequest(person_id=person_id, kind=kind, body=body, asked_at=at, due_at=due_at)
    session.add(request)
    session.flush()
    return request


def requests_of(session: Session, person_id: int) -> Sequence[DataRequest]:
    """What this person asked, newest first."""
    return session.scalars(
        select(DataRequest)
        .where(DataRequest.person_id.in_(same_person(session, person_id)))
        .order_by(DataRequest.id.desc())
    ).all()


def open_requests(session: Session) -> Sequence[DataRequest]:
    """What waits for an answer, due first."""
    return session.scalars(
        select(DataRequest)
        .where(DataRequest.answered_at.is_(None))
        .order_by(DataRequest.due_at, DataRequest.id)
    ).all()


def find_request(session: Session, request_id: int) -> DataRequest | None:
    return session.get(DataRequest, request_id)


# --- erasing ------------------------------------------------------------------------------------


def erase_by_name(session: Session, username: str, person_id: int) -> None:
    """Where a row says by login name who did something, let it say the key instead."""
    for table in Table.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("_by") and str(column.type).startswith("VARCHAR(100)"):
                session.execute(
                    update(table)
                    .where(column == username)
                    .values({column.name: f"person:{person_id}"})
                    .execution_options(synchronize_session=False)
                )


def erase_outside_later(
    session: Session, person_id: int, username: str | None, *, at: dt.datetime
) -> None:
    """Note that the account and the lab's folder are still to be erased."""
    session.merge(Erasure(person_id=person_id, username=username, asked_at=at, done_at=None))
    session.flush()


def due_erasures(session: Session) -> Sequence[tuple[int, str | None]]:
    """(person, login name) of what is still to be erased outside the records."""
    rows = session.execute(
        select(Erasure.person_id, Erasure.username).where(Erasure.done_at.is_(None))
    )
    return [(row.person_id, row.username) for row in rows]


def note_erased(session: Session, person_id: int, *, at: dt.datetime) -> None:
    """It is gone; so is its name."""
    session.execute(
        update(Erasure).where(Erasure.person_id == person_id).values(done_at=at, username=None)
    )


# --- all that is kept ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A kind of personal data: what it is, and of how many rows of this person."""

    table: str
    column: str
    what: str
    rows: int


def kept_of(session: Session, person_id: int) -> list[Kept]:
    """Every column that is declared personal, with how many rows of this person fill it."""
    people = same_person(session, person_id)
    found = []
    for (name, column), what in personal_columns().items():
        table = Table.metadata.tables[name]
        key = table.c.id if name == Person.__tablename__ else table.c.person_id
        values = session.scalars(select(table.c[column]).where(key.in_(people)))
        found.append(Kept(name, column, what, sum(1 for value in values if value)))
    return found


def everything_of(session: Session, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row that is about this person, by table, as plain values; bytes as base64."""
    people = same_person(session, person_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for table in Table.metadata.sorted_tables:
        if table.name == Person.__tablename__:
            key = table.c.id
        elif "person_id" in table.columns:
            key = table.c.person_id
        else:
            continue
        columns = [
            column
            for column in table.columns
            if column.name not in _OUTSIDERS_COLUMNS
            and (table.name, column.name) not in _KEYS_TO_ACCOUNTS
        ]
        rows = session.execute(select(*columns).where(key.in_(people)))
        found[table.name] = [
            {name: _plain(value) for name, value in row._mapping.items()} for row in rows
        ]
    found[ListLook.__tablename__] = [
        {"what": one.what, "purpose": one.purpose, "at": _plain(one.at)}
        for person in people
        for one in looks.in_lists(session, person)
    ]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value
