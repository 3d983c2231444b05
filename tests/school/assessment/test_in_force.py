"""How items stand now: what files say, moved on by people, for the text that they decided about."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from given import Row

from courses.bank.bank import BANK
from records import Records
from records.assessment import items as kept
from records.assessment import sittings as kept_sittings
from records.assessment.items import Moved
from records.assessment.sittings import Exposed
from school.assessment import sittings
from school.assessment.in_force import Standing, in_force, standings, with_calibration
from school.assessment.item_bank import (
    ItemBank,
    load_beside,
    read_also,
    the_bank,
    versioned,
)
from school.assessment.sittings import RULES, TRIAL_PLACES

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
NOBODY = Exposed((), {})
NAME = min(name for name, one in the_bank().items.items() if len(one.seeds) > 1)
ITEM = the_bank().items[NAME]


def moved(state: str, *, digest: str = ITEM.digest, variant: int | None = None) -> Moved:
    return Moved(NAME, digest, variant, state)


def put(records: Records, *states: str, variant: int | None = None) -> ItemBank:
    with records.begin() as session:
        for state in states:
            kept.move(
                session, NAME, ITEM.digest, state, variant=variant, reason="Thử", by="bo", at=AT
            )
        return in_force(session, the_bank())


def asked_in(bank: ItemBank, seed: int) -> list[str]:
    """Every item of one whole sitting."""
    rng, rows = np.random.default_rng(seed), list[Row]()
    while True:
        found = sittings.next_of(
            bank, bank.parameters, rows, seed=seed, exposed=NOBODY, seen=(),
            eligible=sittings.first_eligible(bank.parameters, NOBODY, seed),
        )  # fmt: skip
        if found.asked is None:
            return [row.item for row in rows]
        rows.append(Row(found.asked.item, len(rows) + 1, float(rng.integers(0, 2))))


def with_trial(names: frozenset[str]) -> ItemBank:
    bank = the_bank()
    items = {
        name: {**one, "trial": name in names}
        for name, one in bank.parameters.content["items"].items()
    }
    return replace(bank, parameters=versioned({**bank.parameters.content, "items": items}))


# --- states -------------------------------------------------------------------------------------


def test_files_say_where_items_start(records: Records) -> None:
    with records.read() as session:
        bank = in_force(session, the_bank())
    assert bank.parameters.version == the_bank().parameters.version
    assert bank.retired == frozenset() and bank.seeds(NAME) == ITEM.seeds


def test_the_latest_move_of_the_present_text_counts() -> None:
    bank = the_bank()
    assert standings(bank, [])[NAME] == Standing("live")
    assert standings(bank, [moved("trial"), moved("live")])[NAME].state == "live"
    assert standings(bank, [moved("trial")])[NAME].state == "trial"
    assert standings(bank, [moved("retired", digest="another-text")])[NAME].state == "live"
    assert standings(bank, [moved("retired"), moved("live")])[NAME].state == "retired"


def test_a_move_is_another_version_so_exposure_begins_anew(records: Records) -> None:
    bank = put(records, "trial")
    assert bank.parameters.about(NAME)["trial"]
    assert bank.parameters.version != the_bank().parameters.version
    assert put(records, "live").parameters.version == the_bank().parameters.version


def test_what_is_retired_comes_in_no_sitting_and_is_still_marked(records: Records) -> None:
    bank = put(records, "retired")
    assert not bank.may_come(NAME, ITEM.digest)
    assert bank.find(NAME, ITEM.digest) is ITEM
    assert the_bank().may_come(NAME, ITEM.digest)


def test_a_sitting_that_is_open_asks_nothing_that_was_retired_meanwhile() -> None:
    bank = the_bank()
    asked = asked_in(bank, 4)
    fewer = replace(bank, retired=frozenset(asked))
    assert asked and not set(asked_in(fewer, 4)) & set(asked)


def test_a_retired_variant_is_given_to_nobody(records: Records) -> None:
    bank = put(records, "retired", variant=ITEM.seeds[0])
    assert bank.seeds(NAME) == ITEM.seeds[1:]
    assert bank.may_come(NAME, ITEM.digest) and NAME not in bank.retired
    drawn = {sittings._asked(bank, bank.parameters, NAME, seed, 1).variant for seed in range(60)}
    assert drawn == set(ITEM.seeds[1:])


# --- on trial -----------------------------------------------------------------------------------


def test_one_item_on_trial_comes_in_a_sitting_and_nobody_knows_where() -> None:
    trial = frozenset(sorted(the_bank().items)[::3])
    bank, places = with_trial(trial), set()
    for seed in range(12):
        asked = asked_in(bank, seed)
        tried = [place for place, name in enumerate(asked, start=1) if name in trial]
        assert len(tried) == 1
        places.add(tried[0])
        assert len(asked) <= RULES.most_items
    assert len(places) > 3 and min(places) >= TRIAL_PLACES[0] and max(places) < TRIAL_PLACES[1]


def test_an_item_on_trial_does_not_count() -> None:
    name = sorted(the_bank().items)[0]
    bank = with_trial(frozenset({name}))
    rows = [Row(one, place) for place, one in enumerate(sorted(bank.items)[1:8], start=1)]
    both = [
        sittings.results_of(bank.parameters, [*rows, Row(name, 9, credit)]) for credit in (0, 1)
    ]
    assert both[0] == both[1] == sittings.results_of(bank.parameters, rows)


def test_the_item_that_was_tried_least_is_tried_next() -> None:
    trial = sorted(the_bank().items)[::3]
    exposed = Exposed((), {name: 5 for name in trial if name != trial[7]})
    bank = with_trial(frozenset(trial))
    rows = [Row(name, 1) for name in sorted(bank.items)[1:2]]
    found = {
        sittings._trial_of(
            bank.parameters, rows, (), (), np.ones(len(bank.items), np.bool_), exposed, seed
        )
        for seed in range(60)
    }
    assert trial[7] in found and found <= {None, trial[7]}


# --- calibrated ---------------------------------------------------------------------------------


def learned(**about: object) -> dict[str, object]:
    content = the_bank().parameters.content
    one = {**content["items"][NAME], "slope": 2.0, "steps": [0.5], "error": 0.1, "answers": 400}
    items = {**content["items"], NAME: {**one, **about}}
    return {**content, "rule": "mml-1", "items": items}


def test_a_calibration_holds_for_the_text_it_was_learned_of() -> None:
    content = the_bank().parameters.content
    taken = with_calibration(content, learned())["items"]
    assert (taken[NAME]["slope"], taken[NAME]["steps"], taken[NAME]["answers"]) == (2.0, [0.5], 400)
    assert all(taken[name] == one for name, one in content["items"].items() if name != NAME)
    other = with_calibration(content, learned(digest="another-text"))["items"]
    assert other == content["items"]


@pytest.mark.parametrize("state", ["proposed", "accepted", "refused", "superseded"])
def test_a_calibration_is_used_once_a_person_accepted_it(records: Records, state: str) -> None:
    version = versioned(learned())
    with records.begin() as session:
        kept_sittings.keep_parameters(
            session, version.version, rule="mml-1", content=version.content, at=AT
        )
        row = kept.propose(
            session, version.version, based_on="", people=9, answers=90, report={}, at=AT
        )
        row.state, row.decided_at = state, AT
        session.flush()
        bank = in_force(session, the_bank())
    assert (bank.parameters.about(NAME)["slope"] == 2.0) == (state == "accepted")
    if state == "accepted":
        assert bank.parameters.version == version.version


# --- an own bank --------------------------------------------------------------------------------


def own(folder: Path, name: str) -> Path:
    """A folder with one item of the installation's own."""
    source = next(BANK.glob(f"*/{NAME}"))
    shutil.copytree(source, folder / source.parent.name / name)
    return folder


def test_items_of_ones_own_are_asked_beside_the_packages(tmp_path: Path) -> None:
    before = the_bank()
    try:
        read_also(own(tmp_path, "cau-cua-bo"))
        after = the_bank()
        assert set(after.items) - set(before.items) == {"cau-cua-bo"}
        assert after.may_come("cau-cua-bo", ITEM.digest)
        assert after.parameters.version != before.parameters.version
    finally:
        read_also(None)
    assert set(the_bank().items) == set(before.items)


def test_an_own_item_with_a_name_that_is_taken_is_left_out_and_told(tmp_path: Path) -> None:
    items, faults = load_beside([ITEM], [own(tmp_path, NAME)])
    assert items == [ITEM]
    assert len(faults) == 1 and NAME in str(faults[0])


def test_an_own_item_that_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    folder = own(own(tmp_path, "cau-cua-bo"), "cau-hong")
    next(folder.glob("*/cau-hong/item.toml")).write_text("level = 'hai'", encoding="utf-8")
    items, faults = load_beside([ITEM], [folder])
    assert [one.slug for one in items] == [NAME, "cau-cua-bo"]
    assert faults and all("cau-hong" in str(one) for one in faults)


def test_a_folder_without_items_is_told(tmp_path: Path) -> None:
    items, faults = load_beside([ITEM], [tmp_path / "khong-co"])
    assert items == [ITEM] and "khong-co" in str(faults[0])
