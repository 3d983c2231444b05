"""A whole list into the records, or nothing of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from hub.roster import standing
from hub.roster.check import Entry, Fault, Known, check_rows
from hub.roster.table import read_table
from records import Session, audit, logins, people
from records.counting import load_units_tree
from records.roster import holders_of_roles, owners_of_usernames, people_by_code
from records.tables import Person


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do."""

    faults: tuple[Fault, ...] = ()
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    dry_run: bool = False


def import_roster(
    session: Session,
    name: str,
    content: bytes,
    *,
    at: dt.datetime,
    actor: str,
    scope: Collection[int] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Import the whole file, or nothing when a single row has a fault. Raises `Refused` for a
    file that cannot be read. ``scope``: the units this actor may fill; None for all."""
    rows = read_table(name, content)
    known = Known(
        units=load_units_tree(session),
        people=people_by_code(session, {people.clean(row.cells["code"]) for row in rows}),
        usernames=owners_of_usernames(
            session, {people.clean(row.cells.get("username", "")).lower() for row in rows}
        ),
        scope=scope,
    )
    entries, faults = check_rows(rows, known)
    faults += standing.faults_of_accounts(
        entries, known.people, holders=_holders(session, known), limited=scope is not None
    )
    if faults:
        return Outcome(faults=tuple(faults), dry_run=dry_run)
    added = changed = 0
    for entry in entries:
        person = known.people.get(entry.code)
        if person is None:
            added += 1
            if not dry_run:
                _add(session, entry, at)
        elif _differs(person, entry):
            changed += 1
            if not dry_run:
                _change(person, entry)
    if not dry_run:
        session.flush()
        _give_login_names(session, entries)
    outcome = Outcome((), added, changed, len(entries) - added - changed, dry_run)
    if (added or changed) and not dry_run:
        audit.append(
            session,
            at=at,
            actor=actor,
            action="roster.import",
            subject="roster",
            detail={
                "added": added,
                "changed": changed,
                "unchanged": outcome.unchanged,
                "sha256": hashlib.sha256(content).hexdigest(),
            },
        )
    return outcome


def _holders(session: Session, known: Known) -> frozenset[int]:
    return holders_of_roles(session, {person.id for person in known.people.values()})


def _give_login_names(session: Session, entries: Sequence[Entry]) -> None:
    wanted = {entry.code: entry.username for entry in entries if entry.username}
    owners = people_by_code(session, wanted)
    logins.give(session, {name: owners[code].id for code, name in wanted.items()})


def _wanted(person: Person, entry: Entry) -> dict[str, Any]:
    """What the row says of the person; a column left empty takes nothing away."""
    return {
        "full_name": entry.full_name,
        "position": entry.position or person.position,
        "audience_group": entry.group,
        "unit_id": entry.unit_id,
        "email": entry.email or person.email,
        "username": entry.username or person.username,
    }


def _differs(person: Person, entry: Entry) -> bool:
    return any(getattr(person, key) != value for key, value in _wanted(person, entry).items())


def _change(person: Person, entry: Entry) -> None:
    for key, value in _wanted(person, entry).items():
        setattr(person, key, value)


def _add(session: Session, entry: Entry, at: dt.datetime) -> None:
    # Everything `people.add_person` asks the database was asked for all rows at once above.
    session.add(
        Person(
            username=entry.username,
            code=entry.code,
            full_name=entry.full_name,
            email=entry.email,
            position=entry.position,
            audience_group=entry.group,
            unit_id=entry.unit_id,
            language="vi",
            created_at=at,
        )
    )
