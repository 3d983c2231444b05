"""What an item that is voided changes, and for whom; no database."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest

from records.assessment.sittings import Known
from school.assessment import sittings
from school.assessment.item_bank import the_bank
from school.examination import voiding
from school.examination.voiding import Change, Void
from skills_framework import scale

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@dataclass
class Row:
    item: str
    number: int
    credit: float | None
    digest: str = "d1"
    seconds: float | None = 60.0
    given_at: dt.datetime | None = AT
    set_aside: bool = False


def rows(count: int = 20, seed: int = 1) -> list[Row]:
    rng = np.random.default_rng(seed)
    names = rng.permutation(the_bank().parameters.names)[:count]
    return [Row(str(one), n, float(rng.integers(0, 2))) for n, one in enumerate(names, 1)]


def known(estimate: float) -> Known:
    return Known("", estimate, 0.3, estimate - 0.6, estimate + 0.6)


def change(passed: bool | None, would_pass: bool | None, after: float = 0.0) -> Change:
    return Change(1, 2, "examination", {"": known(0.0)}, {"": known(after)}, passed, would_pass)


def test_voiding_is_leaving_the_answer_out() -> None:
    given, parameters = rows(), the_bank().parameters
    wanted = sittings.results_of(parameters, given[:4] + given[5:])
    found = voiding.figures(parameters, given, [Void(given[4].item)])
    assert list(found.values()) == wanted
    assert wanted != sittings.results_of(parameters, given)


def test_voids_add_up_and_their_order_does_not_matter() -> None:
    given, parameters = rows(), the_bank().parameters
    voids = [Void(given[2].item), Void(given[9].item)]
    left = [row for n, row in enumerate(given) if n not in (2, 9)]
    found = voiding.figures(parameters, given, voids)
    assert found == voiding.figures(parameters, list(reversed(given)), voids[::-1])
    assert list(found.values()) == sittings.results_of(parameters, left)


def test_a_text_of_an_item_is_voided_and_another_text_of_it_stays() -> None:
    old, new = Row("mau", 1, 1.0, "d1"), Row("mau", 1, 1.0, "d2")
    assert voiding.counted([old, new], [Void("mau", "d1")]) == [new]
    assert voiding.counted([old, new], [Void("mau")]) == []


def test_an_item_in_whose_place_another_came_does_not_count() -> None:
    given, parameters = rows(), the_bank().parameters
    aside = [*given[:4], dataclasses.replace(given[4], set_aside=True), *given[5:]]
    wanted = sittings.results_of(parameters, given[:4] + given[5:])
    assert list(voiding.figures(parameters, aside, []).values()) == wanted


def test_the_whole_bank_voided_leaves_what_was_believed_of_anybody() -> None:
    given, parameters = rows(), the_bank().parameters
    found = voiding.figures(parameters, given, [Void(row.item) for row in given])
    assert list(found.values()) == sittings.results_of(parameters, [])


def test_nobodys_pass_is_taken_away_by_arithmetic() -> None:
    lost = change(True, False)
    assert lost.is_lost and lost.passes is True
    won = change(False, True)
    assert won.is_won and won.passes is True
    assert change(False, False).passes is False
    assert not change(True, True).is_lost


def test_a_pass_that_a_person_decided_about_is_not_asked_about_again() -> None:
    kept = dataclasses.replace(change(True, False), by_name=True)
    assert kept.passes is True and not kept.is_lost
    taken = dataclasses.replace(change(False, True), by_name=True)
    assert taken.passes is False and not taken.is_won


@pytest.mark.parametrize("would_pass", [None, True, False])
def test_where_nobody_has_said_who_passed_arithmetic_does_not(would_pass: bool | None) -> None:
    found = change(None, would_pass)
    assert found.passes is None and not found.is_lost and not found.is_won


def test_levels_are_told_before_and_after() -> None:
    assert change(True, True, after=2.0).levels() == [
        ("", scale.level_of(0.0), scale.level_of(2.0))
    ]


def test_the_fingerprint_changes_with_what_was_looked_at_and_not_with_its_order() -> None:
    one, other = change(True, False), change(True, True)
    two = Change(3, 4, "placement", one.before, one.after, None, None)
    assert voiding.fingerprint([one, two]) == voiding.fingerprint([two, one])
    assert voiding.fingerprint([one, two]) != voiding.fingerprint([other, two])
