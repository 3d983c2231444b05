"""What importing a roster needs to know of the people already there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from records.people import logins
from records.tables.people import Person, RoleGrant

V = TypeVar("V", str, int)
_MANY = 2000
_AT_ONCE = 500  # SQLite takes a bounded number of parameters in one statement


def people_by_code(session: Session, codes: Collection[str]) -> dict[str, Person]:
    """The people with these official's codes."""
    found: dict[str, Person] = {}
    for some in _portions(codes):
        for person in session.scalars(select(Person).where(Person.code.in_(some))):
            assert person.code is not None
            found[person.code] = _one_of_two(session, person)
    return found


def add_people(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many new people at once, their columns by name; nobody is asked about any of them, and
    `records.people.logins.give` is still to give them what they log in with."""
    if rows:
        session.execute(insert(Person), [dict(row) for row in rows])


def people_called(session: Session, names: Collection[str]) -> list[Person]:
    """Everybody with one of these names, as `records.schema.folded_name` has them."""
    return [
        person
        for some in _portions(names)
        for person in session.scalars(
            select(Person).where(Person.name_folded.in_(some), Person.erased_at.is_(None))
        )
    ]


def _one_of_two(session: Session, person: Person) -> Person:
    """Who this person is now, where two were found to be one (`records.people.merging`)."""
    while person.merged_into is not None:
        person = session.get_one(Person, person.merged_into)
    return person


def spellings_of_codes(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Codes that are taken, by the same in small letters."""
    found: dict[str, str] = {}
    wanted = {code.lower() for code in codes}
    if len(wanted) > _MANY:  # no index knows small letters: one walk through all, not hundreds
        every = session.scalars(select(Person.code).where(Person.code.is_not(None)))
        return {code.casefold(): code for code in every if code and code.lower() in wanted}
    for some in _portions(wanted):
        rows = session.scalars(select(Person.code).where(func.lower(Person.code).in_(some)))
        found.update((code.casefold(), code) for code in rows if code is not None)
    return found


def owners_of_usernames(session: Session, usernames: Collection[str]) -> dict[str, str | None]:
    """Login names that were ever given out, and the code of whoever has or had them."""
    owners = logins.owners(session, usernames)
    codes: dict[int, str | None] = {}
    for some in _portions(set(owners.values())):
        rows = session.execute(select(Person.id, Person.code).where(Person.id.in_(some)))
        codes.update((row.id, row.code) for row in rows)
    return {username: codes.get(person_id) for username, person_id in owners.items()}


def holders_of_roles(session: Session, people: Collection[int]) -> frozenset[int]:
    """Those of these people who were given a role beyond that of a learner."""
    found: set[int] = set()
    for some in _portions(people):
        found.update(
            session.scalars(
                select(RoleGrant.person_id).where(
                    RoleGrant.person_id.in_(some), RoleGrant.role != "learner"
                )
            )
        )
    return frozenset(found)


def _portions(values: Collection[V]) -> Iterator[list[V]]:
    ordered = sorted(values)
    for begin in range(0, len(ordered), _AT_ONCE):
        yield ordered[begin : begin + _AT_ONCE]
