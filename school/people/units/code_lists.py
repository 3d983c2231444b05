"""The units there are as a list, in the very columns that an import reads. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from records.programme.counting import UnitNode
from school.people.unit_names.keys import WORDS, key_of


def as_list(units: Iterable[UnitNode], tree: Mapping[int, UnitNode]) -> list[list[str]]:
    """A row for each unit, below `reading.TITLES`; those above come before those below."""
    ordered = sorted(
        units, key=lambda unit: (list(WORDS).index(unit.kind), unit.vintage, unit.code)
    )
    return [
        [
            WORDS[unit.kind][0],
            unit.vintage,
            unit.code,
            unit.name,
            key_in(tree, unit.parent_id),
            _day(unit.valid_from),
            _day(unit.valid_to),
            key_in(tree, unit.successor_id),
            "",
            "",
        ]
        for unit in ordered
    ]


def key_in(tree: Mapping[int, UnitNode], unit_id: int | None) -> str:
    """How the unit with this key is named in a list; "" for none."""
    unit = tree.get(unit_id or 0)
    return key_of(unit) if unit else ""


def _day(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
