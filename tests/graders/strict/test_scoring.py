"""Points of a test cell are nbgrader's own, wherever both look at the same thing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import from_dict
from nbgrader.utils import determine_grade

from courses.endings import ending_of
from graders.strict.between.protocol import LastValue, Outcome
from graders.strict.scoring import score

NUMBERS = st.floats(min_value=0, allow_nan=False, allow_infinity=False)


def nbgraders(points: float, outputs: list[dict]) -> float | None:
    """What nbgrader makes of a cell with these outputs; None where it refuses."""
    about = {"grade": True, "solution": False, "points": points, "grade_id": "t"}
    cell = {"cell_type": "code", "source": "", "outputs": outputs, "metadata": {"nbgrader": about}}
    try:
        return determine_grade(from_dict(cell))[0]
    except ValueError:
        return None


def shown(value: float) -> list[dict]:
    return [{"output_type": "execute_result", "data": {"text/plain": repr(value)}}]


def ours(points: float, outcome: dict) -> float | None:
    earned, ask = score(points, [outcome], ending_of("so_diem", frozenset()))
    return None if ask else earned


@given(NUMBERS, NUMBERS)
def test_a_number_is_that_many_points(points: float, given_points: float) -> None:
    outcome = {Outcome.ERROR: None, Outcome.RESULT: {LastValue.NUMBER: repr(given_points)}}
    assert ours(points, outcome) == nbgraders(points, shown(given_points))


@given(NUMBERS)
def test_nothing_is_all_of_them_and_an_error_is_none(points: float) -> None:
    assert ours(points, {Outcome.ERROR: None, Outcome.RESULT: None}) == nbgraders(points, [])
    error = [{"output_type": "error"}]
    assert ours(points, {Outcome.ERROR: {}, Outcome.RESULT: None}) == nbgraders(points, error)


@pytest.mark.parametrize("number", ["nan", "inf", "-1.0", "2.5", "no number", ""])
def test_what_is_no_number_of_points_is_for_a_person(number: str) -> None:
    outcome = {Outcome.ERROR: None, Outcome.RESULT: {LastValue.NUMBER: number}}
    assert ours(2.0, outcome) is None


def test_the_lowest_of_several_runs_counts() -> None:
    passed = {Outcome.ERROR: None, Outcome.RESULT: None}
    assert score(2.0, [passed, {Outcome.ERROR: {}}]) == (0.0, False)
    assert score(2.0, []) == (0.0, False)


def test_zero_has_no_sign_that_matters() -> None:
    outcome = {Outcome.ERROR: None, Outcome.RESULT: {LastValue.NUMBER: "-0.0"}}
    assert math.isclose(ours(2.0, outcome), 0.0)
