"""Statements that both databases have under different names: insert-if-new and counters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from records.schema import Table
from records.tables.people import Person
from records.tables.programme import Counter


def insert_new(session: Session, table: type[Table], **values: Any) -> bool:
    """Insert a row unless a unique constraint already holds one; False when it does."""
    statement = _insert(session, table).values(**values).on_conflict_do_nothing()
    keys = list(table.__table__.primary_key)
    return session.execute(statement.returning(*keys)).first() is not None


def insert_all_new(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these rows but for those that a unique constraint holds already."""
    if rows:
        statement = _insert(session, table).on_conflict_do_nothing()
        session.execute(statement, [dict(row) for row in rows])


def next_number(session: Session, name: str) -> int:
    """1, 2, 3 … without gaps or doubles: the counter's row is held until the transaction ends."""
    statement = _insert(session, Counter).values(name=name, value=1)
    statement = statement.on_conflict_do_update(
        index_elements=[Counter.name], set_={"value": Counter.value + 1}
    )
    return session.execute(statement.returning(Counter.value)).scalar_one()


def hold_person(session: Session, person_id: int) -> None:
    """Make writers about one person wait for each other until the transaction ends.

    SQLite has one writer anyway; PostgreSQL locks the person's row, in the mode that leaves
    foreign keys to it unhindered.
    """
    session.execute(
        select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
    ).first()


def _insert(session: Session, table: type[Table]) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
