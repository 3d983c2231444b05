"""How people stand, in numbers that point at nobody."""

from __future__ import annotations

import datetime as dt

import pytest

from analytics.programme.small_cells import Withheld
from records.assessment.sittings import Placed
from school.programme.distributions import growth_of, levels_of, retained_of
from skills_framework.evidence import EXAMINATION, Sign
from skills_framework.framework import load_framework

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
FRAMEWORK = load_framework()


def people(count: int, level: int) -> list[list[Sign]]:
    return [[Sign(EXAMINATION, "1.1", level, True, AT, str(n))] for n in range(count)]


def test_people_are_counted_at_the_level_that_the_rule_gives_them() -> None:
    found = levels_of([*people(6, 2), *people(9, 4)], FRAMEWORK, at=AT)
    first, other = found[0], found[1]
    assert first.people == 15
    assert (first.counts[2], first.counts[4]) == (6, 9)
    assert (other.people, set(other.counts.values())) == (0, {0}), "nobody did anything of it"
    assert len(found) == 24
    assert dict(first.widths) == {2: pytest.approx(0.4), 4: pytest.approx(0.6)}


def test_a_number_below_five_is_withheld_and_cannot_be_worked_out() -> None:
    counts = levels_of([*people(2, 1), *people(6, 2), *people(9, 4)], FRAMEWORK, at=AT)[0].counts
    assert counts[1] is Withheld.SMALL
    assert Withheld.COMPLEMENT in counts.values(), "else 17 - 6 - 9 tells it"


def test_of_fewer_than_five_people_nothing_is_said() -> None:
    found = levels_of(people(4, 2), FRAMEWORK, at=AT)[0]
    assert found.people is None
    assert set(found.counts.values()) == {Withheld.SMALL}
    assert found.widths == ()


def placed(count: int, *estimates: float) -> list[Placed]:
    return [Placed(person, AT, one) for person in range(count) for one in estimates]


def test_growth_is_from_the_first_placement_to_the_last() -> None:
    found = growth_of([*placed(5, 0.0, 9.0, 1.5), Placed(77, AT, -3.0)])
    assert (found.people, found.value) == (5, 1.5)
    few = growth_of(placed(4, 0.0, 1.0))
    assert (few.people, few.value) == (None, None)
    assert (growth_of([]).people, growth_of([]).value) == (0, None)


def test_what_is_retained_is_earned_over_expected_of_all_together() -> None:
    found = retained_of(dict.fromkeys(range(6), (3.0, 4.0)))
    assert (found.people, found.value) == (6, 0.75)
    assert retained_of(dict.fromkeys(range(4), (3.0, 4.0))).value is None
