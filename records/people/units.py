"""What changes about units and is never lost: names, places in the tree, ends and successors.

Nothing is deleted: certificates say where they were earned, and figures follow a successor.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.tables.people import FormerName, Person, Unit

Key = tuple[str, str, str]  # kind, vintage, code
_AT_ONCE = 500  # SQLite takes a bounded number of parameters in one statement


def rename(session: Session, unit: Unit, name: str, *, on: dt.date) -> bool:
    """Give a unit another name from this day on; the one before is kept. False where it has it."""
    if unit.name == name:
        return False
    session.add(FormerName(unit_id=unit.id, name=unit.name, until_on=on))
    unit.name = name
    session.flush()
    return True


def end(session: Session, unit: Unit, *, last_day: dt.date, successor_id: int | None) -> None:
    """A unit exists until this day; ``successor_id``: where its people count from then on."""
    unit.valid_to, unit.successor_id = last_day, successor_id
    session.flush()


def units_by_key(session: Session, keys: Collection[Key]) -> dict[Key, Unit]:
    """The units with these keys."""
    codes = sorted({code for _kind, _vintage, code in keys})
    found: dict[Key, Unit] = {}
    for begin in range(0, len(codes), _AT_ONCE):
        some = codes[begin : begin + _AT_ONCE]
        for unit in session.scalars(select(Unit).where(Unit.code.in_(some))):
            found[unit.kind, unit.vintage, unit.code] = unit
    return {key: unit for key, unit in found.items() if key in keys}


def add_many(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Add units at once; their keys are free."""
    session.add_all([Unit(**row) for row in rows])
    session.flush()


def former_names(session: Session, unit_ids: Collection[int]) -> dict[int, list[FormerName]]:
    """What these units were called before, the latest first."""
    found: dict[int, list[FormerName]] = defaultdict(list)
    rows = select(FormerName).where(FormerName.unit_id.in_(unit_ids))
    for row in session.scalars(rows.order_by(FormerName.until_on.desc(), FormerName.id.desc())):
        found[row.unit_id].append(row)
    return dict(found)


def count_members(session: Session, unit_id: int) -> int:
    """How many people belong to this very unit."""
    found = select(func.count()).where(Person.unit_id == unit_id, Person.erased_at.is_(None))
    return session.scalar(found) or 0
