"""A whole list into the records, or nothing of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.calendar import today_in_vietnam
from records import Session
from records.people import logins, persons
from records.people.roster import (
    add_people,
    holders_of_roles,
    owners_of_usernames,
    people_by_code,
    people_called,
    spellings_of_codes,
)
from records.platform import audit
from records.programme.counting import load_units_tree
from records.tables.people import Person
from school.people import looks
from school.people.choosing_units import label_of
from school.people.roster import standing
from school.people.roster.check import (
    TELL_EVERY,
    Entry,
    Fault,
    Known,
    Tell,
    check_rows,
    tell_nobody,
)
from school.people.roster.differences import (
    Difference,
    Likely,
    difference,
    likely_twice,
    wanted,
)
from school.people.roster.old_encodings import Conversion, Encoding, converting, to_unicode
from school.people.roster.table import Reading, Row, Table, read_table

WORDED = ("full_name", "position")  # columns of words, which an old encoding spoils


@dataclass(frozen=True)
class Telling:
    """Who hears how far it is: of the rows that are checked, of the people that are written. Either
    may raise to end it all."""

    checked: Tell = tell_nobody
    written: Tell = tell_nobody


@dataclass(frozen=True)
class Judged:
    """A list's rows as they were judged, and by what facts."""

    facts: object
    entries: Sequence[Entry]
    faults: Sequence[Fault]


SILENT = Telling()


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
    differences: tuple[Difference, ...] = ()
    likely_twice: tuple[Likely, ...] = ()
    corrected: int = 0  # cells that were mended after the file was sent
    left_out: tuple[Row, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether something is to be said or mended before it can be imported."""
        reading = self.reading
        return bool(self.faults or self.conversion or reading.missing or reading.twice)


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
    judged: Judged | None = None,
    tell: Telling = SILENT,
) -> Outcome:
    """Import the whole file, or nothing when a single row has a fault. Raises `Refused` for a
    file that cannot be read. ``scope``: the units this actor may fill; None for all. ``convert``:
    the old encoding to turn into Unicode, after its result was looked at. ``table``: the file as it
    was read already; ``judged``: and as `judge` found it, which is taken where its facts still
    hold, so that nobody waits for the database while rows are judged."""
    table = table or read_table(name, content)
    looks.show(session, (), "roster")
    asked = Outcome(reading=table.reading, dry_run=dry_run, left_out=tuple(table.left_out))
    if table.reading.missing or table.reading.twice:
        return asked
    rows, conversion = _in_unicode(table.rows, convert)
    if conversion:
        return replace(asked, conversion=conversion)
    known = _known(session, rows, scope, at)
    looks.show(session, (person.id for person in known.people.values()), "roster")
    if judged is None or judged.facts != known.facts():
        judged = _judge(rows, known, tell)
    entries = judged.entries
    faults = [*judged.faults]
    faults += standing.faults_of_accounts(
        entries, known.people, holders=_holders(session, known), limited=scope is not None
    )
    if faults:
        return replace(asked, faults=tuple(faults), corrected=table.corrected)
    outcome = _compare(session, entries, known, table, dry_run=dry_run)
    if dry_run:
        return outcome
    _write(session, entries, known.people, at, tell.written)
    if outcome.added or outcome.changed:
        audit.append(
            session,
            at=at,
            actor=actor,
            action="roster.import",
            subject="roster",
            detail={
                "added": outcome.added,
                "changed": outcome.changed,
                "unchanged": outcome.unchanged,
                "corrected": outcome.corrected,
                "left_out": len(outcome.left_out),
                "sha256": hashlib.sha256(content).hexdigest(),
            },
        )
    return outcome


def judge(
    session: Session,
    table: Table,
    *,
    at: dt.datetime,
    scope: Collection[int] | None,
    convert: Encoding | None = None,
    tell: Telling = SILENT,
) -> Judged | None:
    """The rows as `import_roster` would judge them now; None where its columns or an old encoding
    are to be looked at first. Shows nothing to anybody, and writes nothing."""
    if table.reading.missing or table.reading.twice:
        return None
    rows, conversion = _in_unicode(table.rows, convert)
    return None if conversion else _judge(rows, _known(session, rows, scope, at), tell)


def _judge(rows: Sequence[Row], known: Known, tell: Telling) -> Judged:
    entries, faults = check_rows(rows, known, tell.checked)
    return Judged(known.facts(), entries, faults)


def _known(
    session: Session, rows: Sequence[Row], scope: Collection[int] | None, at: dt.datetime
) -> Known:
    codes = {persons.clean(row.cells["code"]) for row in rows}
    names = {persons.clean(row.cells.get("username", "")).lower() for row in rows}
    return Known(
        units=load_units_tree(session),
        people=people_by_code(session, codes),
        usernames=owners_of_usernames(session, names),
        scope=scope,
        today=today_in_vietnam(at),
        spellings=spellings_of_codes(session, codes),
    )


def _compare(
    session: Session, entries: Sequence[Entry], known: Known, table: Table, *, dry_run: bool
) -> Outcome:
    """What good rows change, and what whoever sent them should look at."""

    def name_of(unit: int | None) -> str:
        found = known.units.get(unit or 0)
        return label_of(found, known.units) if found else ""

    compared = (difference(entry, known.people.get(entry.code), name_of) for entry in entries)
    differences = tuple(one for one in compared if one is not None)
    added = sum(not one.changes for one in differences)
    names = {entry.name_folded for entry in entries if entry.code not in known.people}
    likely = tuple(likely_twice(entries, known.people, people_called(session, names)))
    looks.show(session, (one.person_id for one in likely if one.person_id), "roster")
    return Outcome(
        added=added,
        changed=len(differences) - added,
        unchanged=len(entries) - len(differences),
        dry_run=dry_run,
        reading=table.reading,
        differences=differences,
        likely_twice=likely,
        corrected=table.corrected,
        left_out=tuple(table.left_out),
    )


def _write(
    session: Session,
    entries: Sequence[Entry],
    people: Mapping[str, Person],
    at: dt.datetime,
    tell: Tell,
) -> None:
    for begin in range(0, len(entries), TELL_EVERY):
        tell(begin, len(entries))
        some = entries[begin : begin + TELL_EVERY]
        for entry in some:
            if entry.code in people:
                _change(people[entry.code], entry)
        add_people(session, [_new(entry, at) for entry in some if entry.code not in people])
    session.flush()
    _give_login_names(session, entries)


def _in_unicode(
    rows: Sequence[Row], convert: Encoding | None
) -> tuple[Sequence[Row], Conversion | None]:
    """The rows as they are meant; or what they would become, where nobody has looked at it yet."""
    found = converting((row.cells[key] for row in rows for key in WORDED), convert)
    if found is None or isinstance(found, Conversion):
        return rows, found
    return [
        replace(row, cells={**row.cells, **{k: to_unicode(row.cells[k], found) for k in WORDED}})
        for row in rows
    ], None


def _holders(session: Session, known: Known) -> frozenset[int]:
    return holders_of_roles(session, {person.id for person in known.people.values()})


def _give_login_names(session: Session, entries: Sequence[Entry]) -> None:
    wanted = {entry.code: entry.username for entry in entries if entry.username}
    owners = people_by_code(session, wanted)
    logins.give(session, {name: owners[code].id for code, name in wanted.items()})


def _change(person: Person, entry: Entry) -> None:
    for key, value in wanted(person, entry).items():
        setattr(person, key, value)


def _new(entry: Entry, at: dt.datetime) -> dict[str, Any]:
    # Everything `people.add_person` asks the database was asked for all rows at once above.
    return {
        "username": entry.username,
        "code": entry.code,
        "full_name": entry.full_name,
        "name_key": entry.name_key,
        "name_folded": entry.name_folded,
        "email": entry.email,
        "born": entry.born,
        "full_time_digital": bool(entry.full_time),
        "position": entry.position,
        "audience_group": entry.group,
        "unit_id": entry.unit_id,
        "language": "vi",
        "created_at": at,
    }
