"""When an examination is passed, and what it asks of the engine; no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from given import Row

from records.assessment.sittings import Exposed
from records.tables.examination import Examination
from school.assessment import sittings
from school.assessment.item_bank import the_bank
from school.examination.rules import engine_rules, verdict
from skills_framework import scale

AT = dt.datetime(2026, 3, 9, 1, 0, tzinfo=dt.UTC)
EXAMINATION = Examination(
    minutes=60, most_items=24, least_items=16, pass_level=3, title="", framework="vn-tt02-2025"
)
RULES = engine_rules(EXAMINATION, dt.timedelta(minutes=60))


def whole(seed: int, ability: float = 0.0, *, used_each: float = 2.0) -> tuple[list[Row], str]:
    """A sitting of somebody with this ability, a minute or two an item."""
    bank, rows, rng = the_bank(), [], np.random.default_rng(seed)
    eligible = sittings.first_eligible(bank.parameters, Exposed((), {}), seed)
    while True:
        found = sittings.next_of(
            bank,
            bank.parameters,
            rows,
            seed=seed,
            eligible=eligible,
            exposed=Exposed((), {}),
            seen=(),
            rules=RULES,
            used=used_each * len(rows),
        )
        if found.asked is None:
            return rows, found.ending
        level = bank.parameters.about(found.asked.item)["level"]
        chance = 1 / (1 + np.exp(scale.ability_at(level) - ability))
        rows.append(Row(found.asked.item, len(rows) + 1, float(rng.random() < chance)))


@pytest.mark.parametrize("seed", range(3))
def test_a_sitting_has_its_least_items_of_every_domain_and_no_enemies(seed: int) -> None:
    rows, ending = whole(seed)
    assert ending in ("sure", "items")
    assert EXAMINATION.least_items <= len(rows) <= EXAMINATION.most_items
    about = [the_bank().parameters.about(row.item) for row in rows]
    counts = [sum(one["domain"] == domain for one in about) for domain in range(6)]
    assert min(counts) >= 1 and max(counts) <= 6
    for one, row in zip(about, rows, strict=True):
        assert not set(one["enemies"]) & {other.item for other in rows}, row.item


def test_the_clock_of_the_wall_ends_it_and_not_the_minutes_of_items() -> None:
    rows, ending = whole(1, used_each=10.0)
    assert (len(rows), ending) == (6, "time")


def judged(rows: list[Row], ending: str = "items") -> tuple[bool | None, str]:
    found = verdict(EXAMINATION, the_bank().parameters, rows, ending)
    return found.passed, found.state


def test_whoever_is_above_the_level_passes_and_whoever_is_below_does_not() -> None:
    assert judged(whole(1, ability=3.0)[0]) == (True, "done")
    assert judged(whole(1, ability=-4.0)[0]) == (False, "done")


def test_passed_is_even_odds_of_the_level_of_the_whole() -> None:
    for seed in range(4):
        rows, ending = whole(seed, ability=scale.ability_at(3))
        found = verdict(EXAMINATION, the_bank().parameters, rows, ending)
        assert found.passed == (found.estimates[""].estimate >= scale.ability_at(3))


def test_too_few_answers_are_no_pass_however_good() -> None:
    rows = [replace(row, credit=1.0) for row in whole(1)[0]]
    fewer = rows[: EXAMINATION.least_items - 1]
    assert judged(fewer, "person") == judged(fewer, "time") == (False, "done")
    assert judged([], "person") == (False, "done")
    assert verdict(EXAMINATION, the_bank().parameters, [], "person").estimates == {}


def test_what_was_set_aside_makes_nobody_s_paper_full_or_short() -> None:
    rows = [replace(row, credit=1.0) for row in whole(1)[0]][: EXAMINATION.least_items]
    aside = [replace(rows[0], set_aside=True, credit=0.0), *rows[1:]]
    assert judged(rows, "person") == (True, "done")
    assert judged(aside, "person") == (False, "done")
    found = verdict(EXAMINATION, the_bank().parameters, aside, "person").estimates
    assert found == verdict(EXAMINATION, the_bank().parameters, rows[1:], "person").estimates


def test_a_person_decides_where_the_candidate_did_not_end_it_or_the_machine_could_not_mark() -> (
    None
):
    rows = whole(1)[0]
    assert judged(rows, "room") == (None, "jury")
    assert judged(rows[:3], "bank") == (None, "jury")
    unmarked = [replace(row, credit=None) for row in rows]
    assert judged(unmarked) == (None, "jury")
    assert judged([*rows[:-1], unmarked[-1]])[0] is not None or len(rows) == 16
