"""What officers of the ministry do about units: bring lists of them, rename, move, end, merge.

The tree of units says who is above whom, so whoever changes it changes what officers may see: no
officer of a unit does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from records import Session
from records.people import persons, units
from records.programme.counting import load_units_tree
from records.tables.people import Unit
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed
from school.people.unit_names.keys import find_one, key_of, spell_key
from school.people.units.judging import Judged, Key, Wanted, judge
from school.people.units.reading import UnitTable


def check_units(session: Session, table: UnitTable) -> Judged:
    """What `import_units` would do."""
    return judge(table.rows, load_units_tree(session))


@act(may=access.may_keep_units, audited="units.import")
def import_units(session: Session, actor: Actor, table: UnitTable, *, at: dt.datetime) -> Judged:
    """Add and change the units of a list: the whole list, or nothing where a row has a fault.

    A unit that is not in the list stays as it is; a name that changes is kept among the former.
    """
    judged = check_units(session, table)
    if judged.faults or not (judged.new or judged.changed):
        nothing_changed(session)
        return judged
    units.add_many(session, [_as_row(one) for one in judged.new])
    changes = (*judged.new, *judged.changed)
    wanted = {key for one in changes for key in (one.key, one.parent, one.successor) if key}
    there = units.units_by_key(session, wanted)
    today = today_in_vietnam(at)
    for one in changes:
        _change(session, there, one, today)
    session.flush()
    facts: dict[str, object] = {"added": len(judged.new), "changed": len(judged.changed)}
    if len(changes) == 1:
        facts |= {"unit": spell_key(*changes[0].key)}
    log(session, actor, "units.import", "units", at, facts)
    return judged


def _as_row(one: Wanted) -> Mapping[str, object]:
    kind, vintage, code = one.key
    days = {"valid_from": one.valid_from, "valid_to": one.valid_to}
    return {"kind": kind, "vintage": vintage, "code": code, "name": one.name, **days}


def _change(session: Session, there: Mapping[Key, Unit], one: Wanted, today: dt.date) -> None:
    unit = there[one.key]
    units.rename(session, unit, one.name, on=today)
    if one.parent:
        unit.parent_id = there[one.parent].id
    if one.successor:
        unit.successor_id = there[one.successor].id
    unit.valid_from = one.valid_from or unit.valid_from
    unit.valid_to = one.valid_to or unit.valid_to


@act(may=access.may_keep_units, audited="unit.change")
def change_unit(
    session: Session, actor: Actor, unit_id: int, *, name: str, parent: str, at: dt.datetime
) -> None:
    """Rename a unit, move it below another (its code or key), or both. `Refused` for a name that is
    empty, a unit above that is not there, and for one that would stand below itself."""
    unit = _find(session, unit_id)
    tree = load_units_tree(session)
    name = persons.clean(name)[:200]
    if not name:
        raise Refused(Message("Hãy điền mục này"), field="name")
    near = tree[unit_id].vintage
    above = find_one(tree.values(), parent, vintage=near, field="parent") if parent else None
    if above and (above.id in persons.unit_and_below(session, unit_id)):
        raise Refused(Message("Đơn vị sẽ đứng dưới chính mình"), field="parent")
    name_before, above_before = unit.name, tree.get(unit.parent_id or 0)
    renamed = units.rename(session, unit, name, on=today_in_vietnam(at))
    moved = above is not None and above.id != unit.parent_id
    if not (renamed or moved):
        nothing_changed(session)
        return
    facts: dict[str, object] = {"unit": key_of(tree[unit_id])}
    if renamed:
        facts |= {"was": name_before, "is": name}
    if above is not None and moved:
        unit.parent_id = above.id
        facts |= {"from": key_of(above_before) if above_before else "", "to": key_of(above)}
    session.flush()
    log(session, actor, "unit.change", f"unit:{unit_id}", at, facts)


@act(may=access.may_keep_units, audited="unit.end")
def end_unit(
    session: Session,
    actor: Actor,
    unit_id: int,
    *,
    last_day: dt.date,
    successor: str,
    at: dt.datetime,
) -> None:
    """A unit exists until this day. ``successor``: code or key of the unit that it went into, where
    its people count from then on. Its people, certificates and names stay where they are written.

    `Refused` for a day before it began and for a successor that comes back to itself.
    """
    unit = _find(session, unit_id)
    tree = load_units_tree(session)
    if unit.valid_from and last_day < unit.valid_from:
        raise Refused(Message("Ngày kết thúc trước ngày bắt đầu"), field="last_day")
    after = find_one(tree.values(), successor, field="successor") if successor else None
    if after and after.id in persons.unit_and_below(session, unit_id):
        raise Refused(
            Message("Đơn vị kế thừa không được là chính nó hoặc đơn vị dưới nó"), field="successor"
        )
    after_id = after.id if after else None
    if (unit.valid_to, unit.successor_id) == (last_day, after_id):
        nothing_changed(session)
        return
    units.end(session, unit, last_day=last_day, successor_id=after_id)
    facts = {
        "unit": key_of(tree[unit_id]),
        "last_day": last_day.isoformat(),
        "successor": key_of(after) if after else "",
    }
    log(session, actor, "unit.end", f"unit:{unit_id}", at, facts)


def _find(session: Session, unit_id: int) -> Unit:
    unit = persons.find_unit_by_id(session, unit_id)
    if unit is None:
        raise Refused(Message("Không có đơn vị này"))
    if unit.parent_id is None:
        raise Refused(Message("Đơn vị trên cùng không đổi được ở đây"))
    return unit
