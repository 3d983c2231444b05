"""What a list would change: who is new, who changes from what to what, who moves, and whom it may
hold a second time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from records.schema import folded_name
from records.tables.people import Person
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
}


@dataclass(frozen=True)
class Change:
    """One column of one person: its title, and both texts as people read them."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What the row in ``line`` does. No changes: the person is new."""

    line: int
    code: str
    full_name: str
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


def wanted(person: Person, entry: Entry) -> dict[str, Any]:
    """What the row says of the person, by attribute; a column left empty takes nothing away."""
    return {
        "full_name": entry.full_name,
        "position": entry.position or person.position,
        "audience_group": entry.group,
        "unit_id": entry.unit_id,
        "email": entry.email or person.email,
        "username": entry.username or person.username,
    }


def difference(
    entry: Entry, person: Person | None, name_of: Callable[[int | None], str]
) -> Difference | None:
    """What this row changes; None where nothing. ``name_of``: a unit's name by its key."""
    if person is None:
        return Difference(entry.line, entry.code, entry.full_name)
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
    return Difference(entry.line, entry.code, entry.full_name, changes, moves)


def _shown(column: str, value: Any, name_of: Callable[[int | None], str]) -> str:
    return name_of(value) if column == "unit" else str(value or "")


def likely_twice(
    entries: Sequence[Entry],
    known: Mapping[str, Person],
    namesakes: Iterable[Person],
) -> list[Likely]:
    """New rows with the name and unit of somebody who is there already or stands above in the list.

    Two people of one name in one unit are common, so nothing is refused for it: whoever sends the
    list looks. ``known``: people by the codes of the list; ``namesakes``: people of these names.
    Birth dates, which would tell more, are not kept of anybody.
    """
    there: dict[tuple[str, int | None], list[Person]] = defaultdict(list)
    for person in namesakes:
        there[folded_name(person.full_name), person.unit_id].append(person)
    first: dict[tuple[str, int], int] = {}
    found: list[Likely] = []
    for entry in entries:
        key = (folded_name(entry.full_name), entry.unit_id)
        above = first.setdefault(key, entry.line)
        if entry.code in known:
            continue
        others = [one for one in there.get(key, ()) if one.code != entry.code]
        if others:
            code = others[0].code or others[0].username or ""
            one = others[0].id
            found.append(Likely(entry.line, entry.code, entry.full_name, known=code, person_id=one))
        elif above != entry.line:
            found.append(Likely(entry.line, entry.code, entry.full_name, line_of=above))
    return found
