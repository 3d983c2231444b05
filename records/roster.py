"""What importing a roster needs to know of the people already there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.tables import Person

_AT_ONCE = 500  # SQLite takes a bounded number of parameters in one statement


def people_by_code(session: Session, codes: Collection[str]) -> dict[str, Person]:
    """The people with these official's codes."""
    found: dict[str, Person] = {}
    for some in _portions(codes):
        for person in session.scalars(select(Person).where(Person.code.in_(some))):
            assert person.code is not None
            found[person.code] = person
    return found


def owners_of_usernames(session: Session, usernames: Collection[str]) -> dict[str, str | None]:
    """Login names that are taken, and the code of whoever has them."""
    found: dict[str, str | None] = {}
    for some in _portions(usernames):
        rows = session.execute(
            select(Person.username, Person.code).where(Person.username.in_(some))
        )
        found.update((username, code) for username, code in rows if username is not None)
    return found


def _portions(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for begin in range(0, len(ordered), _AT_ONCE):
        yield ordered[begin : begin + _AT_ONCE]
