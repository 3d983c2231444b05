"""Days of birth as offices write them, and what they tell apart."""

from __future__ import annotations

import datetime as dt

import pytest

from school.people.roster.births import contradict, fuller, read_birth, shown_birth, turned_round
from school.people.roster.check import Entry
from school.people.roster.differences import likely_twice

TODAY = dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("12/03/1985", "1985-03-12"),
        ("2/9/1979", "1979-09-02"),
        ("31.12.1990", "1990-12-31"),
        ("05 - 07 - 1988", "1988-07-05"),
        ("1985-03-12", "1985-03-12"),
        ("1985", "1985"),
        ("3/1985", "1985"),
    ],
)
def test_a_day_a_month_or_a_year_is_read(said, kept):
    assert read_birth(said, today=TODAY) == kept
    assert shown_birth("1985-03-12") == "12/03/1985"
    assert shown_birth("1985") == "1985"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("03/25/1985", "tháng trước ngày"),
        ("31/02/1985", "Không có ngày này"),
        ("12/03/85", "hai chữ số"),
        ("31121", "Không đọc được"),
        ("năm 85", "Không đọc được"),
        ("01/01/2024", "không thể đúng"),
        ("1785", "không thể đúng"),
    ],
)
def test_what_is_not_sure_is_told_and_not_guessed(said, why):
    found = read_birth(said, today=TODAY)
    assert not isinstance(found, str)
    assert why in str(found[0])


def test_a_spreadsheet_that_took_days_for_months_is_noticed():
    spoiled = [("03/04/1985", "date"), ("25/12/1980", "text"), ("01/02/1990", "date")]
    assert turned_round([*spoiled, ("05/06/1979", "date")])
    assert not turned_round(spoiled), "two are chance"
    assert not turned_round([*spoiled, ("05/06/1979", "date"), ("28/06/1979", "date")])
    assert not turned_round([("05/06/1979", "text")] * 9)


def test_a_year_contradicts_only_another_year_and_takes_no_day_away():
    assert contradict("1985", "1986-01-01")
    assert contradict("1985-03-12", "1985-03-13")
    assert not contradict("1985", "1985-03-12")
    assert not contradict(None, "1985")
    assert fuller("1985", "1985-03-12") == "1985-03-12"
    assert fuller("1985-03-12", "1985") == "1985-03-12"
    assert fuller(None, "1985") == "1985"


def entry(line: int, code: str, unit: int, born: str | None) -> Entry:
    return Entry(line, code, "Nguyễn Thị An (mẫu)", None, "g", unit, None, None, born)


@pytest.mark.parametrize(
    ("unit", "born", "found"),
    [
        (1, "1985-03-12", [(3, 2)]),
        (1, None, [(3, 2)]),  # nothing speaks against it
        (1, "1985", [(3, 2)]),
        (1, "1990-01-01", []),  # two people of one name
        (2, "1985-03-12", [(3, 2)]),  # perhaps moved
        (2, "1985", []),  # a year is not enough
        (2, None, []),
    ],
)
def test_two_of_one_name_are_told_apart_by_unit_and_birth(unit, born, found):
    rows = [entry(2, "TN-1", 1, "1985-03-12"), entry(3, "TN-2", unit, born)]
    assert [(one.line, one.line_of) for one in likely_twice(rows, {}, [])] == found
