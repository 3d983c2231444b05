"""Persons, their roles, and the tree of units they belong to."""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session, aliased

from core.messages import Message, Refused
from records.people import logins, security_keys
from records.schema import Table, personal_columns
from records.tables.people import Person, RoleGrant, Unit
from records.writing import insert_new

PROVINCES = Path(__file__).parent / "data" / "provinces.csv"
ROLES = ("learner", "instructor", "unit-officer", "ministry-officer", "auditor", "administrator")
LONGEST_NAME = 200
AUDIENCE_GROUPS = ("a", "b", "c", "d", "đ", "e", "g", "h")  # Decision 64/QĐ-BTTTT


def clean(text: str) -> str:
    """A name as it is kept: NFC, no doubled or outer spaces, diacritics untouched."""
    return " ".join(unicodedata.normalize("NFC", text).split())


# --- persons ----------------------------------------------------------------------------------


def add_person(
    session: Session,
    *,
    username: str | None,
    full_name: str,
    at: dt.datetime,
    code: str | None = None,
    email: str | None = None,
    position: str | None = None,
    audience_group: str | None = None,
    full_time_digital: bool = False,
    unit_id: int | None = None,
    language: str = "vi",
    registering: bool = False,
) -> Person:
    """Add a person; `Refused` when the login name or the code belongs to somebody else.
    ``registering``: they came by themselves (`records.people.logins.give`)."""
    wrong = []
    if username and logins.owners(session, [clean(username)]):
        wrong.append(Message("Tên đăng nhập {username} đã có người dùng", {"username": username}))
    if code and find_person_by_code(session, code):
        wrong.append(Message("Mã {code} đã thuộc về một người khác", {"code": code}))
    if audience_group and audience_group not in AUDIENCE_GROUPS:
        wrong.append(Message("Không có nhóm đối tượng {group}", {"group": audience_group}))
    if wrong:
        raise Refused(*wrong)
    person = Person(
        username=username and clean(username),
        full_name=clean(full_name),
        code=code and clean(code),
        email=email,
        position=position and clean(position),
        audience_group=audience_group,
        full_time_digital=full_time_digital,
        unit_id=unit_id,
        language=language,
        created_at=at,
    )
    session.add(person)
    session.flush()
    if person.username:
        logins.give(session, {person.username: person.id}, registering=registering)
    return person


def find_person(session: Session, username: str) -> Person | None:
    """The person who logs in as ``username``."""
    return session.scalar(select(Person).where(Person.username == clean(username)))


def find_person_by_code(session: Session, code: str) -> Person | None:
    """The person with this official's code."""
    return session.scalar(select(Person).where(Person.code == clean(code)))


def find_person_by_id(session: Session, person_id: int) -> Person | None:
    """The person with this key."""
    return session.get(Person, person_id)


def names_of(session: Session, people: Collection[int]) -> dict[int, str]:
    """The full name of each of these people, "" of whoever was erased or is not there."""
    rows = session.execute(select(Person.id, Person.full_name).where(Person.id.in_(people)))
    found = {row.id: row.full_name for row in rows}
    return {person_id: found.get(person_id, "") for person_id in people}


def all_usernames(session: Session) -> frozenset[str]:
    """Every login name that somebody has now."""
    names = session.scalars(select(Person.username).where(Person.username.is_not(None)))
    return frozenset(name for name in names if name)


def find_people(session: Session, usernames: Collection[str]) -> dict[str, Person]:
    """Who logs in under these names, by the name; without those that are nobody's."""
    wanted = {clean(username): username for username in usernames}
    rows = session.scalars(select(Person).where(Person.username.in_(wanted)))
    return {wanted[person.username]: person for person in rows if person.username}


def erase_person(session: Session, person_id: int, *, at: dt.datetime) -> None:
    """Blank every column that `personal_columns` names; marks, evidence and counts stay, without a
    name.

    Safe to repeat. What a column that may not be NULL keeps is its empty value.
    """
    for table_name, column_name in personal_columns():
        table = Table.metadata.tables[table_name]
        column = table.c[column_name]
        empty = None if column.nullable else column.type.python_type()
        session.execute(
            update(table)
            .where(_belongs_to(table, person_id))
            .values({column_name: empty})
            .execution_options(synchronize_session=False)
        )
    session.execute(update(Person).where(Person.id == person_id).values(erased_at=at))
    session.execute(delete(RoleGrant).where(RoleGrant.person_id == person_id))
    security_keys.forget(session, person_id)
    session.expire_all()


def _belongs_to(table: SqlTable, person_id: int) -> Any:
    key = table.c.id if table.name == Person.__tablename__ else table.c.person_id
    return key == person_id


# --- roles ------------------------------------------------------------------------------------


def grant_role(
    session: Session,
    person_id: int,
    role: str,
    unit_id: int | None = None,
    *,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> bool:
    """Give a role (one of `ROLES`), for a unit and all below it where it has one, on the days from
    ``starts_on`` to ``ends_on``; one that is there gets these days. False where nothing changes."""
    if role not in ROLES:
        raise ValueError(f"no role {role!r}; there are {', '.join(ROLES)}")
    days = {"starts_on": starts_on, "ends_on": ends_on}
    if insert_new(session, RoleGrant, person_id=person_id, role=role, unit_id=unit_id, **days):
        return True
    changed = session.execute(
        update(RoleGrant)
        .where(
            *_is_grant(person_id, role, unit_id),
            or_(*(getattr(RoleGrant, name).is_distinct_from(day) for name, day in days.items())),
        )
        .values(days)
        .returning(RoleGrant.id)
    )
    return changed.first() is not None


def withdraw_role(session: Session, person_id: int, role: str, unit_id: int | None = None) -> bool:
    """Take a role back; False when it was not held."""
    taken = session.execute(
        delete(RoleGrant).where(*_is_grant(person_id, role, unit_id)).returning(RoleGrant.id)
    )
    return taken.first() is not None


def _is_grant(person_id: int, role: str, unit_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        RoleGrant.person_id == person_id,
        RoleGrant.role == role,
        RoleGrant.unit_id.is_not_distinct_from(unit_id),
    )


def in_force(on: dt.date) -> ColumnElement[bool]:
    """Whether a grant gives rights on this day (of Việt Nam)."""
    return and_(
        or_(RoleGrant.starts_on.is_(None), RoleGrant.starts_on <= on),
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= on),
    )


def hold_holders(
    session: Session, role: str
) -> Sequence[tuple[int, dt.date | None, dt.date | None]]:
    """Who holds a role, from and until when, without the erased.

    Their rows are held until the transaction ends, so that two who withdraw each other's role at
    once wait for each other, and the second one sees what the first did.
    """
    found = (
        select(RoleGrant.person_id, RoleGrant.starts_on, RoleGrant.ends_on)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == role, Person.left_at.is_(None), Person.erased_at.is_(None))
        .order_by(RoleGrant.id)
        .with_for_update(of=RoleGrant)
    )
    return [(row.person_id, row.starts_on, row.ends_on) for row in session.execute(found)]


def roles_of(session: Session, person_id: int, *, on: dt.date) -> Sequence[RoleGrant]:
    """What the person is granted on this day (of Việt Nam), oldest first."""
    return session.scalars(
        select(RoleGrant)
        .where(RoleGrant.person_id == person_id, in_force(on))
        .order_by(RoleGrant.id)
    ).all()


def roles_held(
    session: Session, *, on: dt.date, person_id: int | None = None
) -> dict[int, frozenset[str]]:
    """The roles of everybody (or of one person) who holds one on this day or will, by key."""
    asked = select(RoleGrant.person_id, RoleGrant.role).where(
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= on)
    )
    if person_id is not None:
        asked = asked.where(RoleGrant.person_id == person_id)
    found: dict[int, frozenset[str]] = {}
    for key, role in session.execute(asked):
        found[key] = found.get(key, frozenset()) | {role}
    return found


# --- units ------------------------------------------------------------------------------------


def add_unit(
    session: Session,
    *,
    kind: str,
    code: str,
    name: str,
    vintage: str = "",
    parent_id: int | None = None,
    successor_id: int | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> Unit:
    """Add a unit; `Refused` when (kind, vintage, code) is taken."""
    if find_unit(session, kind, vintage, code):
        raise Refused(Message("Mã đơn vị {code} đã được dùng", {"code": code}))
    unit = Unit(
        kind=kind,
        vintage=vintage,
        code=clean(code),
        name=clean(name),
        parent_id=parent_id,
        successor_id=successor_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    session.add(unit)
    session.flush()
    return unit


def find_unit(session: Session, kind: str, vintage: str, code: str) -> Unit | None:
    """The unit with this key; codes repeat between vintages, so all three are needed."""
    return session.scalar(
        select(Unit).where(Unit.kind == kind, Unit.vintage == vintage, Unit.code == clean(code))
    )


def find_unit_by_id(session: Session, unit_id: int) -> Unit | None:
    """The unit with this key."""
    return session.get(Unit, unit_id)


def find_units(session: Session, kind: str, vintage: str = "") -> Sequence[Unit]:
    """All units of one kind and vintage, by code: the 63 provinces, the 34 …"""
    return session.scalars(
        select(Unit).where(Unit.kind == kind, Unit.vintage == vintage).order_by(Unit.code)
    ).all()


def find_nation(session: Session) -> Unit | None:
    """The root of the tree."""
    return find_unit(session, "nation", "", "VN")


def unit_and_below(session: Session, unit_id: int) -> frozenset[int]:
    """Keys of the unit, of everything below it, and of what was merged into any of these.

    Predecessors count: the officer of a province of 2025 answers for the learners who were
    registered under the provinces it was made of.
    """
    below = select(Unit.id).where(Unit.id == unit_id).cte("below", recursive=True)
    child = aliased(Unit)
    below = below.union(
        select(child.id).join(
            below, or_(child.parent_id == below.c.id, child.successor_id == below.c.id)
        )
    )
    return frozenset(session.scalars(select(below.c.id)))


def units_above(session: Session, unit_id: int | None) -> list[int]:
    """Keys of the unit and of those above it, the nation last; none for nobody's."""
    found: list[int] = []
    while unit_id is not None and unit_id not in found:
        found.append(unit_id)
        unit_id = session.scalar(select(Unit.parent_id).where(Unit.id == unit_id))
    return found


def load_units(session: Session, provinces: Path = PROVINCES) -> None:
    """Make the nation, the root of central bodies, and the provinces of every vintage in the file.

    Safe to repeat: what is there already stays as it is.
    """
    known = _first_units(session)

    def place(kind: str, code: str, *, vintage: str = "", **rest: Any) -> Unit:
        key = kind, vintage, clean(code)
        if key not in known:
            known[key] = Unit(kind=kind, vintage=vintage, code=clean(code), **rest)
            session.add(known[key])
        return known[key]

    nation = place("nation", "VN", name="Việt Nam")
    session.flush()
    place("central", "TW", name="Các cơ quan trung ương", parent_id=nation.id)
    with provinces.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # Newest vintage first, so that a successor stands before those who need it.
    by_key: dict[tuple[str, str], Unit] = {}
    for vintage in sorted({row["vintage"] for row in rows}, reverse=True):
        for row in (row for row in rows if row["vintage"] == vintage):
            successor = _successor(row, by_key)
            by_key[vintage, row["code"]] = place(
                "province",
                row["code"],
                vintage=vintage,
                name=clean(row["name"]),
                parent_id=nation.id,
                successor_id=successor and successor.id,
                valid_from=_date(row["valid_from"]),
                valid_to=_date(row["valid_to"]),
            )
        session.flush()  # from here on they have keys, which those before them name


def _first_units(session: Session) -> dict[tuple[str, str, str], Unit]:
    """What `load_units` may find, by its key."""
    kinds = ("nation", "central", "province")
    stored = session.scalars(select(Unit).where(Unit.kind.in_(kinds)))
    return {(one.kind, one.vintage, one.code): one for one in stored}


def _successor(row: dict[str, str], by_key: dict[tuple[str, str], Unit]) -> Unit | None:
    if not row["successor_code"]:
        return None
    later = sorted(vintage for vintage in _vintages(by_key) if vintage > row["vintage"])
    return by_key[later[0], row["successor_code"]]


def _vintages(by_key: Iterable[tuple[str, str]]) -> set[str]:
    return {vintage for vintage, _code in by_key}


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
