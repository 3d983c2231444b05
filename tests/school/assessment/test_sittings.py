"""Which item comes next, when it is enough, and what a sitting says; no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from given import Row

from records.assessment.sittings import Exposed
from school.assessment import sittings
from school.assessment.item_bank import ItemBank, Parameters, the_bank
from school.assessment.sittings import RULES

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
NOBODY = Exposed((), {})


def following(rows: Sequence[Row], seed: int = 1, seen: frozenset[str] = frozenset()) -> Row | str:
    bank = the_bank()
    found = sittings.next_of(
        bank,
        bank.parameters,
        rows,
        seed=seed,
        eligible=sittings.first_eligible(bank.parameters, NOBODY, seed),
        exposed=NOBODY,
        seen=seen,
    )
    return Row(found.asked.item, len(rows) + 1) if found.asked else found.ending


def whole(seed: int, seconds: float = 60.0) -> tuple[list[Row], str]:
    rows: list[Row] = []
    rng = np.random.default_rng(seed)
    while not isinstance(found := following(rows, seed), str):
        rows.append(replace(found, credit=float(rng.integers(0, 2)), seconds=seconds))
    return rows, found


def test_only_items_come_that_another_reviewed_and_a_page_alone_can_ask() -> None:
    bank = the_bank()
    assert len(bank.items) > 100
    for one in bank.items.values():
        assert one.review is not None and one.review.digest == one.digest
        assert one.review.by != one.author and not one.tools
        assert len(one.forms) == len(one.answer_cells)


def test_the_version_says_what_the_parameters_are() -> None:
    bank = the_bank()
    again = Parameters(bank.parameters.version, dict(bank.parameters.content))
    assert again.names == bank.parameters.names == tuple(sorted(bank.items))
    assert len({one.domain for one in again.engine.items}) == 6


@pytest.mark.parametrize("seed", range(4))
def test_a_sitting_holds_its_rules(seed: int) -> None:
    rows, ending = whole(seed)
    assert ending in ("sure", "items", "time")
    names = [row.item for row in rows]
    assert len(set(names)) == len(names) <= RULES.most_items
    about = [the_bank().parameters.about(name) for name in names]
    for domain in range(6):
        assert 1 <= sum(one["domain"] == domain for one in about) <= 4
    for one, name in zip(about, names, strict=True):
        assert not set(one["enemies"]) & set(names), name


def test_the_same_answers_and_seed_ask_the_same() -> None:
    assert whole(7) == whole(7)
    assert [row.item for row in whole(7)[0]] != [row.item for row in whole(8)[0]]


def test_nothing_new_comes_when_the_time_is_up() -> None:
    rows, ending = whole(3, seconds=400)
    assert ending == "time"
    used = sittings.minutes_used(the_bank().parameters, rows)
    before = sittings.minutes_used(the_bank().parameters, rows[:-1])
    assert before < RULES.most_minutes <= used


def test_whoever_was_away_loses_three_times_an_items_minutes_at_most() -> None:
    (row,) = [one for one in [following([])] if isinstance(one, Row)]
    minutes = the_bank().parameters.about(row.item)["minutes"]
    row.seconds = 36_000
    assert sittings.minutes_used(the_bank().parameters, [row]) == 3 * minutes


def test_time_is_in_no_estimate_and_order_in_none_either() -> None:
    rows, _ending = whole(5)
    parameters = the_bank().parameters
    slow = [replace(row, seconds=1.0) for row in reversed(rows)]
    assert sittings.results_of(parameters, rows) == sittings.results_of(parameters, slow)


def test_what_no_machine_could_mark_does_not_count() -> None:
    rows, _ending = whole(5)
    parameters = the_bank().parameters
    unmarked = [*rows[:-1], replace(rows[-1], credit=None)]
    assert sittings.results_of(parameters, unmarked) == sittings.results_of(parameters, rows[:-1])


def test_an_item_whose_text_changed_comes_no_more() -> None:
    bank = the_bank()
    first = following([])
    assert isinstance(first, Row)
    kept = {name: one for name, one in bank.items.items() if name != first.item}
    found = sittings.next_of(
        ItemBank(kept, bank.parameters),
        bank.parameters,
        [],
        seed=1,
        eligible=sittings.first_eligible(bank.parameters, NOBODY, 1),
        exposed=NOBODY,
        seen=(),
    )
    assert found.asked is not None and found.asked.item != first.item


def test_what_somebody_met_before_comes_only_where_nothing_else_is_left() -> None:
    first = following([])
    assert isinstance(first, Row)
    again = following([], seen=frozenset({first.item}))
    assert isinstance(again, Row) and again.item != first.item
    assert isinstance(following([], seen=frozenset(the_bank().items)), Row)


def test_an_item_at_its_bound_is_eligible_for_nobody() -> None:
    parameters = the_bank().parameters
    every = np.packbits(np.ones(len(parameters.names), dtype=np.bool_)).tobytes()
    worn = parameters.names[0]
    exposed = Exposed((every,) * 100, {worn: 40})
    for seed in range(20):
        bits = np.unpackbits(
            np.frombuffer(sittings.first_eligible(parameters, exposed, seed), np.uint8)
        )
        assert not bits[0]
        assert bits[1 : len(parameters.names)].all()


def test_about_how_many_are_left_never_promises_less_than_one() -> None:
    rows, _ending = whole(2)
    parameters = the_bank().parameters
    said = [sittings.left(parameters, rows[:n]) for n in range(len(rows))]
    assert all(1 <= one <= RULES.most_items for one in said)
    assert said[-1] < said[0]


@pytest.mark.parametrize("seconds", [5.0, 30.0, 90.0, 400.0])
def test_the_number_of_items_left_never_grows(seconds: float) -> None:
    """Also where hasty answers, such as “I do not know yet”, follow slow ones."""
    rows, _ending = whole(3, seconds)
    for place, row in enumerate(rows):
        row.seconds = seconds if place % 3 else 4.0
    parameters = the_bank().parameters
    said = [sittings.left(parameters, rows[:count]) for count in range(len(rows) + 1)]
    assert said == sorted(said, reverse=True)
    assert said[0] <= RULES.most_items
    assert min(said) >= 1


def test_a_check_half_a_year_later_asks_five_to_eight_items_near_where_one_stood() -> None:
    bank, rules = the_bank(), sittings.RETAINED_RULES
    earlier, _ending = whole(5)
    for row in earlier:
        row.credit = 1.0
    before = sittings.engine_answers(bank.parameters, earlier)
    levels = {}
    for known in (before, []):
        rows: list[Row] = []
        while True:
            found = sittings.next_of(
                bank,
                bank.parameters,
                rows,
                seed=2,
                eligible=sittings.first_eligible(bank.parameters, NOBODY, 2),
                exposed=NOBODY,
                seen={one.item for one in earlier},
                before=known,
                rules=rules,
            )
            if found.asked is None:
                break
            rows.append(Row(found.asked.item, len(rows) + 1, 0.0, 60.0))
        assert rules.least_items <= len(rows) <= rules.most_items
        assert not {one.item for one in rows} & {one.item for one in earlier}
        asked = [bank.parameters.about(one.item)["level"] for one in rows]
        levels[bool(known)] = sum(asked) / len(asked)
    assert levels[True] > levels[False], "harder for whoever had solved everything"
