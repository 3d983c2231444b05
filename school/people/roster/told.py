"""What the sender of a list says of it beside the file. Pure.

Which column is which, what holds for all rows where the list has no such column (or a wrong one),
which rows are left out, and cells as they are meant. The last word is the cell's: what was mended
there counts before what is said of all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from core import names
from core.messages import Message, Refused
from records.programme.counting import UnitNode
from school.people.choosing_units import MOST, label_of
from school.people.roster.columns import COLUMNS, FAMILY, GIVEN, read_group
from school.people.unit_names.finding import NotMeant, UnitFinder
from school.people.unit_names.keys import key_of

MAY_BE = (*COLUMNS, FAMILY, GIVEN)  # what a column can be said to be


@dataclass(frozen=True)
class Told:
    """``corrections``: by line and column's key. ``columns``: position → one of `MAY_BE`, or "" for
    one that is not used. ``for_all``: "unit" by its whole key, "group" by its letter.
    ``left_out``: lines."""

    corrections: Mapping[tuple[int, str], str] = field(default_factory=dict)
    columns: Mapping[int, str] = field(default_factory=dict)
    for_all: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()


def read_for_all(
    tree: Mapping[int, UnitNode], scope: Collection[int] | None, *, unit: str, group: str
) -> dict[str, str]:
    """What is said of all rows; `Refused`, at ``unit`` or ``group``, for words that mean none of
    the sender's units or several, or no group. The unit may be said by key, code or name."""
    said: dict[str, str] = {}
    if unit:
        finder = UnitFinder(tree, scope)
        found = finder.find("", "", unit)
        if isinstance(found, NotMeant) and len(found.choices) == 1:
            found = found.choices[0]
        if isinstance(found, NotMeant):
            raise Refused(found.reason, found.mend, field="unit")
        if found is not None:
            said["unit"] = key_of(found)
    if group:
        said["group"] = read_group(group)
        if not said["group"]:
            raise Refused(Message("Không có nhóm đối tượng này"), field="group")
    return said


def units_for_all(
    tree: Mapping[int, UnitNode], scope: Collection[int] | None
) -> Sequence[tuple[str, str]]:
    """The units that a whole list can be for, each with its key and its words; none where they are
    too many to choose from, and are typed."""
    mine = [
        unit
        for unit in tree.values()
        if unit.kind != "nation" and (scope is None or unit.id in scope)
    ]
    today = [unit for unit in mine if unit.successor_id is None]
    if len(today) > MOST:
        return ()
    today.sort(key=lambda unit: (names.sort_key(unit.name), unit.code))
    return [(key_of(unit), label_of(unit, tree)) for unit in today]
