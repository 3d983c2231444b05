"""What a list would change: who is new, who changes from what to what, who moves, and whom it may
hold a second time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from records.schema import folded_name
from records.tables.people import Person
from school.people.roster.births import contradict, fuller, shown_birth, tell_the_same
from school.people.roster.check import Entry
from school.people.roster.columns import COLUMNS

# The columns of the list that keep something of a person, and where it is kept.
KEPT = {
    "full_name": "full_name",
    "position": "position",
    "group": "audience_group",
    "unit": "unit_id",
    "email": "email",
    "username": "username",
    "born": "born",
    "full_time": "full_time_digital",
}


@dataclass(frozen=True)
class Change:
    """One column of one person: its title, and both texts as people read them."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What the row in ``line`` does, and the unit, group and address that it says. No changes: the
    person is new."""

    line: int
    code: str
    full_name: str
    unit: str = ""
    group: str = ""
    email: str = ""
    changes: tuple[Change, ...] = ()
    moves: bool = False  # to another unit


@dataclass(frozen=True)
class Likely:
    """A new row that may be somebody who is there already, under the code ``known``; ``line_of``:
    or who stands in the list in another line."""

    line: int
    code: str
    full_name: str
    known: str = ""
    line_of: int = 0
    person_id: int = 0
    moved: bool = False  # of this name and day of birth, in another unit


def wanted(person: Person, entry: Entry) -> dict[str, Any]:
    """What the row says of the person, by attribute; a column left empty takes nothing away."""
    return {
        "full_name": entry.full_name,
        "position": entry.position or person.position,
        "audience_group": entry.group,
        "unit_id": entry.unit_id,
        "email": entry.email or person.email,
        "username": entry.username or person.username,
        "born": fuller(entry.born, person.born),
        "full_time_digital": (
            person.full_time_digital if entry.full_time is None else entry.full_time
        ),
    }


def difference(
    entry: Entry, person: Person | None, name_of: Callable[[int | None], str]
) -> Difference | None:
    """What this row changes; None where nothing. ``name_of``: a unit's name by its key."""
    row = Difference(
        entry.line,
        entry.code,
        entry.full_name,
        name_of(entry.unit_id),
        entry.group,
        entry.email or "",
    )
    if person is None:
        return row
    after = wanted(person, entry)
    changes = tuple(
        Change(
            COLUMNS[column].title if column != "unit" else "Đơn vị",
            _shown(column, getattr(person, attribute), name_of),
            _shown(column, after[attribute], name_of),
        )
        for column, attribute in KEPT.items()
        if getattr(person, attribute) != after[attribute]
    )
    if not changes:
        return None
    moves = person.unit_id != after["unit_id"]
    return replace(row, changes=changes, moves=moves)


def _shown(column: str, value: Any, name_of: Callable[[int | None], str]) -> str:
    if column == "born":
        return shown_birth(value)
    if column == "full_time":
        return "có" if value else "không"
    return name_of(value) if column == "unit" else str(value or "")


def likely_twice(
    entries: Sequence[Entry],
    known: Mapping[str, Person],
    namesakes: Iterable[Person],
) -> list[Likely]:
    """New rows that may be somebody who is there already or stands above in the list: of the same
    name in the same unit, unless their days of birth say otherwise; or of the same name and day of
    birth in another unit, who has perhaps moved.

    Two people of one name in one unit are common, so nothing is refused for it: whoever sends the
    list looks. ``known``: people by the codes of the list; ``namesakes``: people of these names.
    """
    there: dict[str, list[Person]] = defaultdict(list)
    for person in namesakes:
        there[folded_name(person.full_name)].append(person)
    above: dict[str, list[Entry]] = defaultdict(list)
    found: list[Likely] = []
    for entry in entries:
        name = entry.name_folded
        if entry.code not in known:
            found += _likely(entry, there[name], above[name])
        above[name].append(entry)
    return found


def _likely(entry: Entry, there: Iterable[Person], above: Iterable[Entry]) -> list[Likely]:
    """The first who may be the same: one in the records rather than one in the list."""
    for one in there:
        if one.code != entry.code and _may_be_one(entry, one):
            moved = one.unit_id != entry.unit_id
            said = one.code or one.username or ""
            return [
                Likely(entry.line, entry.code, entry.full_name, said, person_id=one.id, moved=moved)
            ]
    for other in above:
        if _may_be_one(entry, other):
            return [Likely(entry.line, entry.code, entry.full_name, line_of=other.line)]
    return []


def _may_be_one(entry: Entry, other: Person | Entry) -> bool:
    """Of two of the same name."""
    if entry.unit_id == other.unit_id:
        return not contradict(entry.born, other.born)
    return tell_the_same(entry.born, other.born)
