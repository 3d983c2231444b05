"""One-time links by which people set their password, and what is known of it.

A token stands in its link and nowhere else; here is its hash. It opens one page once, until its
end, and only while it is the person's newest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, delete, func, insert, not_, or_, select, update
from sqlalchemy.orm import Session

from core.folding import fold
from records.people.public import is_public
from records.schema import folded_name
from records.tables.people import Account, AccountLink, Person

# Of persons joined with what is known of their password: it opens nothing for them.
_NONE_SET = or_(
    Account.person_id.is_(None), Account.must_change, Account.username != Person.username
)
_AT_ONCE = 500  # SQLite takes a bounded number of parameters in one statement


def hash_of(token: str) -> str:
    """Stands for a token. Whoever types one from paper may leave out its dashes."""
    plain = "".join(letter for letter in token.casefold() if letter.isalnum())
    return hashlib.sha256(b"account link\0" + plain.encode()).hexdigest()


def make_links(
    session: Session,
    tokens: Mapping[int, str],
    *,
    purpose: str,
    by: str,
    at: dt.datetime,
    expires_at: dt.datetime,
) -> None:
    """Keep a link for each person by their key; earlier ones of theirs end."""
    for some in _portions(tokens):
        session.execute(
            update(AccountLink)
            .where(AccountLink.person_id.in_(some), AccountLink.ended_at.is_(None))
            .values(ended_at=at)
        )
        rows = [
            {
                "person_id": person_id,
                "purpose": purpose,
                "token_hash": hash_of(tokens[person_id]),
                "made_by": by,
                "created_at": at,
                "expires_at": expires_at,
            }
            for person_id in some
        ]
        session.execute(insert(AccountLink), rows)


def find_link(
    session: Session, token: str, *, at: dt.datetime
) -> tuple[AccountLink, Person] | None:
    """The link and whose it is, while it opens anything."""
    found = session.execute(
        select(AccountLink, Person)
        .join(Person, Person.id == AccountLink.person_id)
        .where(
            AccountLink.token_hash == hash_of(token),
            AccountLink.ended_at.is_(None),
            AccountLink.expires_at > at,
            Person.erased_at.is_(None),
            Person.username.is_not(None),
        )
    ).first()
    return (found[0], found[1]) if found else None


def use_link(session: Session, link_id: int, *, at: dt.datetime) -> bool:
    """Use a link up; False where somebody was quicker."""
    used = session.execute(
        update(AccountLink)
        .where(AccountLink.id == link_id, AccountLink.ended_at.is_(None))
        .values(used_at=at, ended_at=at)
        .returning(AccountLink.id)
    )
    return used.first() is not None


def end_links(session: Session, person_id: int, *, at: dt.datetime) -> None:
    """No link of this person's opens anything any more."""
    session.execute(
        update(AccountLink)
        .where(AccountLink.person_id == person_id, AccountLink.ended_at.is_(None))
        .values(ended_at=at)
    )


def note_password(session: Session, person_id: int, *, must_change: bool, at: dt.datetime) -> None:
    """This person's password was set now; ``must_change``: by somebody else."""
    person = session.get(Person, person_id)
    assert person is not None and person.username
    session.merge(
        Account(person_id=person_id, username=person.username, set_at=at, must_change=must_change)
    )


def must_change(session: Session, person_id: int) -> bool:
    """Whether the password is good for nothing but choosing another."""
    account = session.get(Account, person_id)
    return account is not None and account.must_change


def note_known(session: Session, usernames: Collection[str], *, at: dt.datetime) -> None:
    """Who has a password at the hub, as the hub says: those that were not noted here are, and those
    it no longer has are forgotten."""
    known = {
        row.username: row.person_id
        for row in session.execute(select(Account.username, Account.person_id))
    }
    gone = sorted(key for name, key in known.items() if name not in usernames)
    for some in _portions(gone):
        session.execute(delete(Account).where(Account.person_id.in_(some)))
    new = sorted(name for name in usernames if name not in known)
    for some_names in (new[begin : begin + _AT_ONCE] for begin in range(0, len(new), _AT_ONCE)):
        people = session.execute(
            select(Person.id, Person.username).where(Person.username.in_(some_names))
        )
        for person_id, name in people.all():
            session.merge(Account(person_id=person_id, username=name, set_at=at, must_change=False))
    session.flush()


def people_of(
    session: Session, units: Iterable[int] | None, *, without_password: bool
) -> Sequence[Person]:
    """Everybody in these units (None: in all), in the order of units and names; on request only
    those who have not set a password yet. Without whoever came by themselves: no officer hands
    them an account."""
    found: list[Person] = []
    asked = _listed()
    if without_password:
        asked = asked.outerjoin(Account, Account.person_id == Person.id).where(_NONE_SET)
    for some in _in_portions(units):
        found += session.scalars(asked.where(*some)).all()
    return sorted(found, key=lambda one: (one.unit_id or 0, one.name_key, one.id))


def find_called(
    session: Session, said: str, units: Iterable[int] | None, *, limit: int
) -> Sequence[Person]:
    """Of the same, those with this code, whatever its capitals; else those of this name, with or
    without diacritics; else those in whose name every word is found. At most ``limit``, by name."""
    by_code = _listed().where(func.lower(Person.code) == said.lower())
    if found := session.scalars(by_code).all():
        kept = None if units is None else frozenset(units)
        return [one for one in found if kept is None or one.unit_id in kept][:limit]
    words = fold(said).split()
    ways = [
        (Person.name_folded == folded_name(said),),
        tuple(Person.name_folded.contains(word, autoescape=True) for word in words),
    ]
    for way in ways if words else ():
        named: list[Person] = []
        for some in _in_portions(units):
            asked = _listed().where(*way, *some).order_by(Person.name_key, Person.id)
            named += session.scalars(asked.limit(limit)).all()
        if named:
            return sorted(named, key=lambda one: (one.name_key, one.id))[:limit]
    return []


def _listed() -> Select[Person]:
    return select(Person).where(
        Person.erased_at.is_(None), Person.left_at.is_(None), not_(is_public())
    )


def _in_portions(units: Iterable[int] | None) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """What makes a question one for these units, a portion of them at a time."""
    if units is None:
        yield ()
        return
    keys = sorted(set(units))
    for begin in range(0, len(keys), _AT_ONCE):
        yield (Person.unit_id.in_(keys[begin : begin + _AT_ONCE]),)


def count_without_password(session: Session) -> dict[int, int]:
    """How many people of each unit have set no password yet; units of which none are left out."""
    rows = session.execute(
        select(Person.unit_id, func.count())
        .outerjoin(Account, Account.person_id == Person.id)
        .where(
            Person.erased_at.is_(None),
            Person.left_at.is_(None),
            Person.unit_id.is_not(None),
            _NONE_SET,
        )
        .group_by(Person.unit_id)
    )
    return {unit_id: n for unit_id, n in rows if unit_id is not None}


def _portions(keys: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(keys)
    for begin in range(0, len(ordered), _AT_ONCE):
        yield ordered[begin : begin + _AT_ONCE]
