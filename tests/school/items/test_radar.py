"""Leaked items show, honest people do not, and the rule retires variants and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from answered import VARIANTS, leaked, made_parameters, sat_by

from records.assessment.items import Given
from school.assessment.sittings import BOUND
from school.items import radar
from school.items.radar import ALARM, retired_by_rule, watch

PARAMETERS = made_parameters()
LEFT = {name: tuple(range(VARIANTS)) for name in PARAMETERS.names}
LEAKED = "cau-040"
OTHER = "cau-019"


@pytest.fixture(scope="module")
def honest() -> list[Given]:
    return sat_by(PARAMETERS, 600)


def test_nothing_stands_out_where_everybody_is_honest(honest: list[Given]) -> None:
    found = watch(PARAMETERS, honest, {})
    assert found.sittings == 600 and len(found.items) == 60
    assert found.pairs_looked_at == 600 * 599 // 2
    assert {name: one.signs for name, one in found.items.items() if one.signs} == {}
    assert found.pairs == () and retired_by_rule(found, LEFT) == []


def test_an_item_that_many_knew_beforehand_is_easier_and_fast(honest: list[Given]) -> None:
    found = watch(PARAMETERS, leaked(honest, LEAKED), {})
    signs = found.items[LEAKED]
    assert {"easier", "fast"} <= set(signs.signs)
    assert signs.easier > 0.1 and signs.easier > 4 * signs.error
    assert [name for name, one in found.items.items() if one.signs] == [LEAKED]


def test_a_leaked_variant_is_retired_and_its_item_and_the_others_are_not(
    honest: list[Given],
) -> None:
    found = watch(PARAMETERS, leaked(honest, LEAKED, variant=1, share=0.8), {})
    assert found.items[LEAKED].variants == (1,)
    assert retired_by_rule(found, LEFT) == [(LEAKED, 1)]


def test_the_last_variant_is_left_to_a_person(honest: list[Given]) -> None:
    found = watch(PARAMETERS, leaked(honest, LEAKED, variant=1, share=0.8), {})
    assert retired_by_rule(found, {LEAKED: (1,)}) == []
    assert retired_by_rule(found, {LEAKED: (0, 2)}) == []  # it was retired before
    assert "variant" in found.items[LEAKED].signs


def test_quick_people_alone_retire_nothing(honest: list[Given]) -> None:
    quick = [
        replace(one, seconds=2.0) if one.item == LEAKED and one.credit else one for one in honest
    ]
    found = watch(PARAMETERS, quick, {})
    assert "fast" in found.items[LEAKED].signs
    assert retired_by_rule(found, LEFT) == []


def test_an_easier_variant_alone_retires_nothing(honest: list[Given]) -> None:
    easier = [
        replace(one, credit=1.0) if one.item == LEAKED and one.variant == 1 else one
        for one in honest
    ]
    assert retired_by_rule(watch(PARAMETERS, easier, {}), LEFT) == []


def test_a_room_where_answers_were_passed_around_is_named(honest: list[Given]) -> None:
    rooms = {one.sitting: f"room:{one.sitting % 20}" for one in honest}
    passed = [
        replace(one, seconds=3.0, credit=1.0)
        if one.item in (LEAKED, OTHER) and rooms[one.sitting] == "room:7"
        else one
        for one in honest
    ]
    found = watch(PARAMETERS, passed, rooms)
    cells = {name: one.cells for name, one in found.items.items() if one.cells}
    assert set(cells) == {LEAKED, OTHER}
    for here in cells.values():
        assert {(one.variant, one.scope) for one in here} == {(None, "room:7")}
        assert all(one.chance < ALARM for one in here)
    assert retired_by_rule(found, LEFT) == []


def test_an_item_that_became_harder_is_told_apart_from_a_leak(honest: list[Given]) -> None:
    broken = [replace(one, credit=0.0) if one.item == OTHER else one for one in honest]
    assert watch(PARAMETERS, broken, {}).items[OTHER].signs == ("harder",)


def test_where_an_item_stands_is_not_known_it_is_not_said_to_have_drifted() -> None:
    unknown = made_parameters(learned=False)
    places = {name: float(one["steps"][0]) for name, one in unknown.content["items"].items()}
    places[LEAKED] -= 1.0  # a level easier than whoever wrote it thought
    found = watch(unknown, sat_by(unknown, 600, places=places), {}).items[LEAKED]
    assert found.easier > 0.05 and not found.signs


def test_an_item_that_came_to_too_many_is_named() -> None:
    few = made_parameters(items=36)
    given = sat_by(few, 200, each=8)
    asked = {one.sitting for one in given if one.item == OTHER}
    example = next(one for one in given if one.item == OTHER)
    more = [
        replace(example, sitting=key, person=key, credit=float(key % 3 == 0))
        for key in range(1, 121)
        if key not in asked
    ]
    found = watch(few, given + more, {}).items[OTHER]
    assert found.share > BOUND and "exposed" in found.signs


def copied(honest: list[Given], taker: int, source: int) -> list[Given]:
    """With what one person was asked and answered taken over whole by another."""
    mine = [replace(one, sitting=taker, person=taker) for one in honest if one.sitting == source]
    return [one for one in honest if one.sitting != taker] + mine


def test_two_whose_errors_agree_are_named_within_a_room_only() -> None:
    given = sat_by(PARAMETERS, 120, each=50, mean=-1.5, seed=4)
    given = copied([replace(one, variant=0) for one in given], 2, 1)
    rooms = {one.sitting: "room:1" if one.sitting < 40 else "room:2" for one in given}
    found, looked_at = radar.alike(given, rooms)
    assert [(one.one, one.other, one.scope) for one in found] == [(1, 2, "room:1")]
    assert found[0].alike > 2 * found[0].expected
    assert looked_at == 39 * 38 // 2 + 81 * 80 // 2
    apart = {**rooms, 2: "room:2"}
    assert radar.alike(given, apart)[0] == []


def test_two_sittings_of_one_person_are_no_pair() -> None:
    given = sat_by(PARAMETERS, 120, each=50, mean=-1.5, seed=4)
    given = copied([replace(one, variant=0) for one in given], 2, 1)
    own = [replace(one, person=1) if one.sitting == 2 else one for one in given]
    assert radar.alike(own, {})[0] == []


def test_who_said_they_did_not_know_gave_no_wrong_answer() -> None:
    given = sat_by(PARAMETERS, 120, each=50, mean=-1.5, seed=4)
    given = copied([replace(one, variant=0, answer=None) for one in given], 2, 1)
    assert radar.alike(given, {})[0] == []


def test_answers_to_an_earlier_text_of_an_item_are_not_looked_at(honest: list[Given]) -> None:
    old = [replace(one, digest="old") for one in leaked(honest, LEAKED) if one.item == LEAKED]
    rest = [one for one in honest if one.item != LEAKED]
    assert LEAKED not in watch(PARAMETERS, [*rest, *old], {}).items


def test_nothing_is_seen_where_nobody_answered() -> None:
    found = watch(PARAMETERS, [], {})
    assert (found.sittings, found.items, found.pairs) == (0, {}, ())


def test_what_is_kept_names_sittings_and_no_person(honest: list[Given]) -> None:
    kept = watch(PARAMETERS, leaked(honest[:2000], LEAKED), {}).as_json()
    assert json.loads(json.dumps(kept)) == kept
    assert "person" not in json.dumps(kept)
