"""What officers and operators do about people: import lists, appoint, set passwords, free login
names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from core.messages import Message, Refused
from records import Session
from records.people import logins, persons
from records.platform import audit
from records.programme.counting import load_units_tree
from records.tables.people import Person
from school import access
from school.access import Actor
from school.acts import act, nothing_changed
from school.people import life, own_data  # noqa: F401 - acts of theirs are listed with these
from school.people.roster import importing
from school.people.roster.old_encodings import Encoding
from school.people.roster.table import Table


@act(may=access.may_import_roster, audited="roster.import")
def import_roster(
    session: Session,
    actor: Actor,
    name: str,
    content: bytes,
    convert: Encoding | None = None,
    table: Table | None = None,
    *,
    at: dt.datetime,
) -> importing.Outcome:
    """Import a list of people into the actor's units: the whole file, or nothing when a single row
    has a fault (`school.people.roster.importing`)."""
    outcome = _import(session, actor, name, content, convert, table, at=at, dry_run=False)
    if not (outcome.added or outcome.changed):
        nothing_changed(session)
    return outcome


def check_roster(
    session: Session,
    actor: Actor,
    name: str,
    content: bytes,
    convert: Encoding | None = None,
    table: Table | None = None,
    *,
    at: dt.datetime,
) -> importing.Outcome:
    """What `import_roster` would do; nothing is written, so nobody waits for the database."""
    return _import(session, actor, name, content, convert, table, at=at, dry_run=True)


def _import(
    session: Session,
    actor: Actor,
    name: str,
    content: bytes,
    convert: Encoding | None,
    table: Table | None,
    *,
    at: dt.datetime,
    dry_run: bool,
) -> importing.Outcome:
    return importing.import_roster(
        session,
        name,
        content,
        at=at,
        actor=actor.username or "",
        scope=units_to_fill(session, actor),
        dry_run=dry_run,
        convert=convert,
        table=table,
    )


@act(may=access.may_administer, audited="account.password")
def reset_password(
    session: Session,
    actor: Actor,
    username: str,
    set_password: Callable[[str], None],
    *,
    at: dt.datetime,
) -> None:
    """Give somebody a new password; ``set_password`` does it where accounts are kept, last of all,
    so that a password is never set without its audit line. `Refused` for an unknown name."""
    person = _find(session, username)
    _log(session, actor, "account.password", person, at)
    set_password(username)


@act(may=access.may_administer, audited="account.unbind")
def unbind_account(session: Session, actor: Actor, username: str, *, at: dt.datetime) -> bool:
    """Let the next person of the identity provider log in by this name; False where none did."""
    person = persons.find_person(session, username)
    if person is None or not logins.unbind(session, username):
        nothing_changed(session)
        return False
    _log(session, actor, "account.unbind", person, at)
    return True


@act(may=access.may_administer, audited="role.grant")
def appoint(
    session: Session, actor: Actor, username: str, role: str, unit: str = "", *, at: dt.datetime
) -> bool:
    """Give somebody a role, from their next login on; False where they hold it.

    ``unit``: the code of the unit that a unit officer is for; no other role has one. `Refused` for
    an unknown name, role or unit.
    """
    person = _find(session, username)
    unit_id = _unit_of(session, role, unit)
    if not persons.grant_role(session, person.id, role, unit_id):
        nothing_changed(session)
        return False
    _log(session, actor, "role.grant", person, at, {"role": role, "unit": unit})
    return True


@act(may=access.may_administer, audited="role.withdraw")
def withdraw_role(
    session: Session, actor: Actor, username: str, role: str, unit: str = "", *, at: dt.datetime
) -> bool:
    """Take a role back; False where it was not held. `Refused` for the last administrator's."""
    person = _find(session, username)
    unit_id = _unit_of(session, role, unit)
    if role == access.ADMINISTRATOR and persons.holders_of(session, role) == {person.id}:
        raise Refused(
            Message(
                "{username} là người quản trị cuối cùng; hãy giao vai trò này cho người khác trước",
                {"username": username},
            )
        )
    if not persons.withdraw_role(session, person.id, role, unit_id):
        nothing_changed(session)
        return False
    _log(session, actor, "role.withdraw", person, at, {"role": role, "unit": unit})
    return True


def _unit_of(session: Session, role: str, code: str) -> int | None:
    """The key of the unit that a role is for. `Refused` where role or unit do not fit."""
    if role not in access.ROLES:
        known = ", ".join(access.ROLES)
        raise Refused(
            Message("Không có vai trò {role}; có: {known}", {"role": role, "known": known})
        )
    if role != access.UNIT_OFFICER:
        if code:
            raise Refused(Message("Vai trò {role} không gắn với đơn vị nào", {"role": role}))
        return None
    found = [
        unit
        for unit in load_units_tree(session).values()
        if unit.code == code and unit.successor_id is None
    ]
    if len(found) != 1:
        raise Refused(
            Message(
                "Cán bộ đầu mối cần mã của đúng một đơn vị; “{code}” khớp {n} đơn vị",
                {"code": code, "n": len(found)},
            )
        )
    return found[0].id


def units_to_fill(session: Session, actor: Actor) -> Collection[int] | None:
    """The units whose lists this actor may fill; None for all."""
    if actor.roles & {access.MINISTRY_OFFICER, access.ADMINISTRATOR}:
        return None
    own = actor.units_as(access.UNIT_OFFICER)
    return frozenset[int]().union(*(persons.unit_and_below(session, unit) for unit in own))


def _find(session: Session, username: str) -> Person:
    person = persons.find_person(session, username)
    if person is None or person.erased_at is not None:
        raise Refused(Message("Không có ai mang tên đăng nhập {username}.", {"username": username}))
    return person


def _log(
    session: Session,
    actor: Actor,
    action: str,
    person: Person,
    at: dt.datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    audit.append(
        session,
        at=at,
        actor=actor.username or "",
        action=action,
        subject=f"person:{person.id}",
        detail=detail or {},
    )
