"""Targets, by unit and for the whole."""

from __future__ import annotations

from records.people import persons
from records.programme import targets


def test_a_target_is_set_and_changed(records) -> None:
    with records.begin() as session:
        persons.load_units(session)
        unit = persons.find_unit(session, "province", "2008", "10")
        for amount in (1, 10_000):
            targets.set_target(session, programme="p", key="total", amount=amount, source="QĐ 64")
        targets.set_target(
            session, programme="p", key="total", amount=100, source="kế hoạch", unit_id=unit.id
        )
    with records.read() as session:
        found = [(target.unit_id, target.amount) for target in targets.targets_of(session, "p")]
    assert found == [(None, 10_000), (unit.id, 100)]
