"""A whole list into the records, or nothing of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from records import Session
from records.people import logins, persons
from records.people.roster import (
    holders_of_roles,
    owners_of_usernames,
    people_by_code,
    spellings_of_codes,
)
from records.platform import audit
from records.programme.counting import load_units_tree
from records.tables.people import Person
from school.people.roster import standing
from school.people.roster.check import Entry, Fault, Known, check_rows
from school.people.roster.old_encodings import Encoding, find_encoding, to_unicode
from school.people.roster.table import Reading, Row, Table, read_table

WORDED = ("full_name", "position")  # columns of words, which an old encoding spoils
SAMPLES = 8


@dataclass(frozen=True)
class Conversion:
    """The list is in an encoding from before Unicode: which, and what its texts would become.

    Nothing is imported until whoever sent it has seen this and asks for it.
    """

    encoding: Encoding
    samples: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do."""

    faults: tuple[Fault, ...] = ()
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    dry_run: bool = False
    reading: Reading = field(default_factory=Reading)
    conversion: Conversion | None = None


def import_roster(
    session: Session,
    name: str,
    content: bytes,
    *,
    at: dt.datetime,
    actor: str,
    scope: Collection[int] | None = None,
    dry_run: bool = False,
    convert: Encoding | None = None,
    table: Table | None = None,
) -> Outcome:
    """Import the whole file, or nothing when a single row has a fault. Raises `Refused` for a
    file that cannot be read. ``scope``: the units this actor may fill; None for all. ``convert``:
    the old encoding to turn into Unicode, after its result was looked at. ``table``: the file as it
    was read already."""
    table = table or read_table(name, content)
    rows, conversion = _in_unicode(table.rows, convert)
    if conversion:
        return Outcome(reading=table.reading, conversion=conversion, dry_run=dry_run)
    known = Known(
        units=load_units_tree(session),
        people=people_by_code(session, {persons.clean(row.cells["code"]) for row in rows}),
        usernames=owners_of_usernames(
            session, {persons.clean(row.cells.get("username", "")).lower() for row in rows}
        ),
        scope=scope,
        spellings=spellings_of_codes(session, {persons.clean(row.cells["code"]) for row in rows}),
    )
    entries, faults = check_rows(rows, known)
    faults += standing.faults_of_accounts(
        entries, known.people, holders=_holders(session, known), limited=scope is not None
    )
    if faults:
        return Outcome(faults=tuple(faults), reading=table.reading, dry_run=dry_run)
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
    outcome = Outcome(
        added=added,
        changed=changed,
        unchanged=len(entries) - added - changed,
        dry_run=dry_run,
        reading=table.reading,
    )
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


def _in_unicode(
    rows: Sequence[Row], convert: Encoding | None
) -> tuple[Sequence[Row], Conversion | None]:
    """The rows as they are meant; or what they would become, where nobody has looked at it yet."""
    texts = [row.cells[key] for row in rows for key in WORDED]
    encoding = find_encoding(texts)
    if encoding is None:
        return rows, None
    if encoding != convert:
        samples = dict.fromkeys(text for text in texts if to_unicode(text, encoding) != text)
        shown = [(text, to_unicode(text, encoding)) for text in samples][:SAMPLES]
        return rows, Conversion(encoding, tuple(shown))
    return [
        replace(row, cells={**row.cells, **{k: to_unicode(row.cells[k], encoding) for k in WORDED}})
        for row in rows
    ], None


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
