"""What officers and operators do about people: import lists, appoint, set passwords, free login
names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any

from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from records import Session
from records.people import account_links, holders, logins, persons
from records.platform import audit
from records.programme.counting import UnitNode, load_units_tree
from records.tables.people import Person
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.people import (  # acts of theirs are listed with these
    life,  # noqa: F401
    looks,  # noqa: F401
    own_data,  # noqa: F401
    purposes,  # noqa: F401
)
from school.people.appointing import (
    ALWAYS,
    Days,
    find_somebody,
    find_unit_for,
    keep_an_administrator,
    path_of_person,
    refuse_newcomer,
    units_above,
)
from school.people.roster import importing, told
from school.people.roster.old_encodings import Encoding
from school.people.roster.table import Table
from school.people.unit_names.keys import key_of


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
    judged: importing.Judged | None = None,
    tell: importing.Telling = importing.SILENT,
) -> importing.Outcome:
    """Import a list of people into the actor's units: the whole file, or nothing when a single row
    has a fault (`school.people.roster.importing`)."""
    outcome = _import(
        session, actor, name, content, convert, table, at=at, judged=judged, tell=tell
    )
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
    judged: importing.Judged | None = None,
) -> importing.Outcome:
    """What `import_roster` would do; nothing is written, so nobody waits for the database."""
    require(access.may_import_roster(actor))
    return _import(
        session, actor, name, content, convert, table, at=at, judged=judged, dry_run=True
    )


def _import(
    session: Session,
    actor: Actor,
    name: str,
    content: bytes,
    convert: Encoding | None,
    table: Table | None,
    **more: Any,
) -> importing.Outcome:
    return importing.import_roster(
        session,
        name,
        content,
        actor=actor.username or "",
        scope=units_to_fill(session, actor),
        convert=convert,
        table=table,
        **more,
    )


def judge_roster(
    session: Session,
    actor: Actor,
    table: Table,
    convert: Encoding | None = None,
    *,
    at: dt.datetime,
    tell: importing.Telling = importing.SILENT,
) -> importing.Judged | None:
    """The rows of a long list as they are to be judged for this actor, for `check_roster` or
    `import_roster` soon after. Shows nothing to anybody."""
    require(access.may_import_roster(actor))
    scope = units_to_fill(session, actor)
    return importing.judge(session, table, at=at, scope=scope, convert=convert, tell=tell)


def was_imported(session: Session, sha256: str, since: dt.datetime) -> bool:
    """Whether a list with this content was imported since then."""
    done = audit.entries(session, actions=("roster.import",), limit=50)
    return any(one.detail.get("sha256") == sha256 and one.at >= since for one in done)


@act(may=access.may_administer, audited="account.password")
def reset_password(
    session: Session,
    actor: Actor,
    username: str,
    set_password: Callable[[str], None],
    *,
    at: dt.datetime,
) -> None:
    """Give somebody a new password, which they must change before it opens anything else;
    ``set_password`` does it where accounts are kept, last of all, so that a password is never set
    without its audit line. `Refused` for an unknown name."""
    person = _find(session, username)
    account_links.end_links(session, person.id, at=at)
    account_links.note_password(session, person.id, must_change=True, at=at)
    log(session, actor, "account.password", f"person:{person.id}", at)
    set_password(username)


@act(may=access.may_administer, audited="account.unbind")
def unbind_account(session: Session, actor: Actor, username: str, *, at: dt.datetime) -> bool:
    """Let the next person of the identity provider log in by this name; False where none did."""
    person = persons.find_person(session, username)
    if person is None or not logins.unbind(session, username):
        nothing_changed(session)
        return False
    log(session, actor, "account.unbind", f"person:{person.id}", at)
    return True


@act(may=access.may_appoint, audited="role.grant")
def appoint(
    session: Session,
    actor: Actor,
    who: str,
    role: str,
    unit: str = "",
    days: Days = ALWAYS,
    *,
    at: dt.datetime,
) -> bool:
    """Give somebody, named by login name or code, a role on these days; False where they hold it
    so. A role that is there gets the new days.

    ``unit``: code or key of the unit that a unit officer is for; no other role has one. `Refused`
    for an unknown name, role or unit, days that never come, and where the days would leave nobody
    who administers. `NotAllowed` for what this actor does not give to this person.
    """
    person = find_somebody(session, who)
    found = find_unit_for(session, role, unit)
    unit_id = found.id if found else None
    above, path = units_above(session, unit_id), path_of_person(session, person)
    require(access.may_give_role(actor, role, above, person.id, path))
    days.check(today_in_vietnam(at))
    if role == access.ADMINISTRATOR:
        keep_an_administrator(session, person, days, at=at)
    if not persons.grant_role(
        session, person.id, role, unit_id, starts_on=days.starts_on, ends_on=days.ends_on
    ):
        nothing_changed(session)
        return False
    bounds = {"from": days.starts_on, "to": days.ends_on}
    told = {name: day.isoformat() for name, day in bounds.items() if day}
    detail = {"role": role, "unit": key_of(found) if found else "", **told}
    log(session, actor, "role.grant", f"person:{person.id}", at, detail)
    return True


@act(may=access.may_administer, audited="role.grant")
def begin_administration(
    session: Session,
    actor: Actor,
    username: str,
    full_name: str,
    code: str | None,
    open_account: Callable[[], None],
    *,
    at: dt.datetime,
) -> None:
    """Make the first administrator, a new person or one who is on a list already under this login
    name; ``open_account`` gives them a way to log in, last of all. `Refused` where somebody
    administers already, and for a name that cannot be."""
    if holders.is_held(session, access.ADMINISTRATOR, on=today_in_vietnam(at)):
        raise Refused(Message("Đã có người quản trị; người ấy giao vai trò cho người khác được."))
    person = persons.find_person(session, username)
    if person is None:
        refuse_newcomer(username, full_name)
        person = persons.add_person(
            session, username=username, full_name=full_name, code=code or None, at=at
        )
    persons.grant_role(session, person.id, access.ADMINISTRATOR)
    log(
        session,
        actor,
        "role.grant",
        f"person:{person.id}",
        at,
        {"role": access.ADMINISTRATOR, "unit": ""},
    )
    open_account()


@act(may=access.may_withdraw_some_role, audited="role.withdraw")
def withdraw_role(
    session: Session, actor: Actor, who: str, role: str, unit: str = "", *, at: dt.datetime
) -> bool:
    """Take a role back; False where it was not held. `Refused` for the last administrator's,
    `NotAllowed` for what this actor does not take from this person."""
    person = find_somebody(session, who)
    found = find_unit_for(session, role, unit)
    return _withdraw(session, actor, person, role, found, at=at)


@act(may=access.may_withdraw_some_role, audited="role.withdraw")
def end_grant(session: Session, actor: Actor, grant_id: int, *, at: dt.datetime) -> str:
    """Take back the role with this key, of a unit that is no more too; the name of whose it was.
    `Refused` where it is gone already, else as `withdraw_role`."""
    holder = holders.find_holder(session, grant_id)
    person = persons.find_person_by_id(session, holder.person_id) if holder else None
    if holder is None or person is None:
        raise Refused(Message("Vai trò này đã được thôi giao"))
    unit = load_units_tree(session).get(holder.unit_id or 0)
    _withdraw(session, actor, person, holder.role, unit, at=at)
    return person.full_name


def _withdraw(
    session: Session,
    actor: Actor,
    person: Person,
    role: str,
    unit: UnitNode | None,
    *,
    at: dt.datetime,
) -> bool:
    unit_id = unit.id if unit else None
    above = units_above(session, unit_id)
    require(access.may_withdraw_role(actor, role, above, person.id))
    if role == access.ADMINISTRATOR:
        keep_an_administrator(session, person, None, at=at)
    if not persons.withdraw_role(session, person.id, role, unit_id):
        nothing_changed(session)
        return False
    detail = {"role": role, "unit": key_of(unit) if unit else ""}
    log(session, actor, "role.withdraw", f"person:{person.id}", at, detail)
    return True


def units_to_fill(session: Session, actor: Actor) -> Collection[int] | None:
    """The units whose lists this actor may fill; None for all."""
    if actor.roles & {access.MINISTRY_OFFICER, access.ADMINISTRATOR}:
        return None
    own = actor.units_as(access.UNIT_OFFICER)
    return frozenset[int]().union(*(persons.unit_and_below(session, unit) for unit in own))


def units_for_list(session: Session, actor: Actor) -> Sequence[tuple[str, str]]:
    """The units that a whole list of this actor's can be for (`told.units_for_all`)."""
    require(access.may_import_roster(actor))
    return told.units_for_all(load_units_tree(session), units_to_fill(session, actor))


def read_for_all(session: Session, actor: Actor, unit: str, group: str) -> dict[str, str]:
    """What this actor says of a whole list (`told.read_for_all`)."""
    require(access.may_import_roster(actor))
    if not (unit or group):
        return {}
    tree, scope = load_units_tree(session), units_to_fill(session, actor)
    return told.read_for_all(tree, scope, unit=unit, group=group)


def _find(session: Session, username: str) -> Person:
    person = persons.find_person(session, username)
    if person is None or person.erased_at is not None:
        raise Refused(Message("Không có ai mang tên đăng nhập {username}.", {"username": username}))
    return person
