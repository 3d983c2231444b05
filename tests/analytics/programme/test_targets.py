"""Counting against the targets: buckets, groups, both lists of provinces, plan, forecast."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.programme.figures import find_figures, find_unit_figures, forecast
from analytics.programme.places import bucket_of
from analytics.programme.small_cells import SMALLEST, Withheld, protect
from analytics.programme.targets import (
    EXPERTS,
    PROGRAMME,
    allot,
    check_programme,
    find_goals,
    load_groups,
    load_programmes,
    set_plan,
)
from core.calendar import reporting_window
from core.messages import Refused
from records import Records
from records.assessment.certificates import record_certificate, revoke_certificate
from records.people import persons

AT = dt.datetime(2026, 6, 30, 8, tzinfo=dt.UTC)


# --- the sources' figures ---------------------------------------------------------------------


def test_the_three_numbers_of_decision_64_add_up_to_its_ten_thousand() -> None:
    amounts = {goal.key: goal.amount for goal in load_programmes()[PROGRAMME].goals}
    assert amounts == {"total": 10000, "central": 200, "local": 6800, "press": 3000}
    assert amounts["central"] + amounts["local"] + amounts["press"] == amounts["total"]
    assert load_programmes()[EXPERTS].goals[0].amount == 1000


def test_every_goal_names_its_source_and_every_text_both_languages() -> None:
    for programme in load_programmes().values():
        for goal in programme.goals:
            assert "Quyết định" in goal.source
            assert goal.name.keys() == {"vi", "en"}
    assert list(load_groups()) == ["a", "b", "c", "d", "đ", "e", "g", "h"]


@pytest.mark.parametrize(
    ("group", "root", "bucket"),
    [
        ("a", "central", "central"),
        ("a", "province", "local"),
        ("a", "", ""),
        ("b", "central", "central"),
        ("c", "province", "local"),
        ("d", "province", "local"),
        ("đ", "province", "local"),
        ("e", "province", ""),
        ("g", "enterprise", ""),
        ("h", "press", "press"),
        (None, "province", ""),
        ("x", "province", ""),
    ],
)
def test_which_group_counts_for_which_number(group, root, bucket) -> None:
    assert bucket_of(group, root) == bucket


# --- counting ---------------------------------------------------------------------------------


class Counted:
    """Certificates given out in a database with units."""

    def __init__(self, records: Records, make_learner) -> None:
        self.records, self.make_learner = records, make_learner
        self.numbers: list[str] = []

    def certify(self, unit_id: int | None, group: str, at: dt.datetime = AT, count: int = 1):
        with self.records.begin() as session:
            for _ in range(count):
                person = self.make_learner(session, unit_id=unit_id, audience_group=group)
                certificate, _new = record_certificate(
                    session, person_id=person.id, programme=PROGRAMME, points=8, max_points=10,
                    framework="vn-tt02-2025", at=at - dt.timedelta(minutes=1),
                )  # fmt: skip
                self.numbers.append(certificate.number)

    def unit(self, kind: str, code: str, vintage: str = "") -> int:
        with self.records.read() as session:
            unit = persons.find_unit(session, kind, vintage, code)
            assert unit is not None
            return unit.id

    def figures(self, vintage="2025", at: dt.datetime = AT):
        with self.records.read() as session:
            return find_figures(session, PROGRAMME, at=at, vintage=vintage)


@pytest.fixture
def counted(provinces: Records, make_learner) -> Counted:
    return Counted(provinces, make_learner)


def by_code(figures) -> dict[str, int]:
    return {line.code: line.certified for line in figures.provinces if line.certified}


def test_zeros_are_kept(counted: Counted) -> None:
    assert len(counted.figures("2025").provinces) == 34
    assert len(counted.figures("2008").provinces) == 63
    assert counted.figures().total.certified == 0
    assert counted.figures().total.share == 0
    assert counted.figures().experts.planned == 1000


def test_each_certificate_counts_in_its_bucket_province_and_group(counted: Counted) -> None:
    counted.certify(counted.unit("province", "15", "2025"), "đ", count=3)
    counted.certify(counted.unit("central", "TW"), "b", count=2)
    counted.certify(counted.unit("province", "01", "2025"), "h")
    counted.certify(counted.unit("province", "01", "2025"), "g")
    figures = counted.figures()
    assert {line.key: line.certified for line in figures.buckets} == {
        "central": 2, "local": 3, "press": 1
    }  # fmt: skip
    assert figures.total.certified == 6
    assert figures.outside.certified == 1
    assert by_code(figures) == {"15": 3}
    assert {line.key: line.certified for line in figures.groups if line.certified} == {
        "b": 2, "đ": 3, "g": 1, "h": 1
    }  # fmt: skip
    assert figures.total.listed == 6


def test_63_roll_up_to_34_by_successor(counted: Counted) -> None:
    # Hà Giang (02) and Tuyên Quang (08) became Tuyên Quang (08).
    counted.certify(counted.unit("province", "02", "2008"), "c")
    counted.certify(counted.unit("province", "08", "2008"), "c", count=2)
    assert by_code(counted.figures("2025")) == {"08": 3}
    assert by_code(counted.figures("2008")) == {"02": 1, "08": 2}


def test_a_code_that_means_something_else_in_the_other_list_is_not_mixed_up(
    counted: Counted,
) -> None:
    # 44 was Quảng Bình and is Quảng Trị; 80 was Long An and is Tây Ninh.
    counted.certify(counted.unit("province", "72", "2008"), "c")  # the old Tây Ninh
    assert by_code(counted.figures("2025")) == {"80": 1}


def test_todays_merged_provinces_cannot_be_split_but_lose_nobody(counted: Counted) -> None:
    counted.certify(counted.unit("province", "15", "2025"), "c")  # of Yên Bái and Lào Cai
    counted.certify(counted.unit("province", "01", "2025"), "c")  # Hà Nội, unchanged
    figures = counted.figures("2008")
    assert by_code(figures) == {"01": 1}
    assert figures.unplaced.certified == 1
    local = next(line for line in figures.buckets if line.key == "local")
    assert local.certified == 2 == sum(by_code(figures).values()) + figures.unplaced.certified


def test_units_below_a_province_count_in_it(counted: Counted) -> None:
    with counted.records.begin() as session:
        province = persons.find_unit(session, "province", "2025", "15")
        commune = persons.add_unit(
            session, kind="commune", code="TN-X1", name="Xã mẫu", vintage="2025",
            parent_id=province.id,
        )  # fmt: skip
        commune_id, province_id = commune.id, province.id
    counted.certify(commune_id, "đ")
    assert by_code(counted.figures()) == {"15": 1}
    with counted.records.read() as session:
        unit = find_unit_figures(session, province_id, PROGRAMME, at=AT)
    assert unit.whole.certified == 1
    assert {line.name: line.certified for line in unit.children}["Xã mẫu"] == 1


def test_a_unit_has_the_provinces_it_was_made_of_below_it(counted: Counted) -> None:
    counted.certify(counted.unit("province", "02", "2008"), "c")
    with counted.records.read() as session:
        unit = find_unit_figures(session, counted.unit("province", "08", "2025"), PROGRAMME, at=AT)
        nation = persons.find_nation(session)
        whole = find_unit_figures(session, nation.id, PROGRAMME, at=AT)
    assert [line.name for line in unit.children] == ["Hà Giang", "Tuyên Quang"]
    assert unit.whole.certified == 1
    assert [node.name for node in unit.path] == ["Việt Nam"]
    assert whole.whole.certified == 1  # not once below Việt Nam and once below the successor


def test_revoked_and_future_certificates_do_not_count(counted: Counted) -> None:
    unit = counted.unit("province", "15", "2025")
    counted.certify(unit, "c", count=2)
    counted.certify(unit, "c", at=AT + dt.timedelta(days=1))
    with counted.records.begin() as session:
        revoke_certificate(session, counted.numbers[0], reason="mẫu", at=AT)
    assert counted.figures().total.certified == 1


def test_a_person_without_a_unit_is_counted_beside_the_total(counted: Counted) -> None:
    counted.certify(None, "a")
    figures = counted.figures()
    assert (figures.total.certified, figures.outside.certified) == (0, 1)


def test_months_and_the_window_are_those_of_viet_nam(counted: Counted) -> None:
    unit = counted.unit("province", "15", "2025")
    # 17:30 UTC is already the next day in Việt Nam.
    counted.certify(unit, "c", at=dt.datetime(2025, 12, 14, 16, 30, tzinfo=dt.UTC))
    counted.certify(unit, "c", at=dt.datetime(2025, 12, 14, 17, 30, tzinfo=dt.UTC))
    counted.certify(unit, "c", at=dt.datetime(2026, 2, 28, 17, 30, tzinfo=dt.UTC))
    figures = counted.figures(at=dt.datetime(2026, 4, 2, tzinfo=dt.UTC))
    assert figures.months == (
        ("2025-12", 2), ("2026-01", 2), ("2026-02", 2), ("2026-03", 3), ("2026-04", 3)
    )  # fmt: skip
    assert figures.total.certified == 3
    assert figures.total.in_window == 2


# --- plan, pace, forecast ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "window"),
    [
        ("2026-12-14", ("2025-12-15", "2026-12-14")),
        ("2026-12-15", ("2026-12-15", "2027-12-14")),
        ("2026-01-01", ("2025-12-15", "2026-12-14")),
        ("2026-11-30", ("2025-12-15", "2026-12-14")),
        ("2026-12-31", ("2026-12-15", "2027-12-14")),
    ],
)
def test_the_reporting_window_runs_from_15_to_14_december(day: str, window) -> None:
    begins, ends = reporting_window(dt.date.fromisoformat(day))
    assert (begins.isoformat(), ends.isoformat()) == window


def plan(counted: Counted, vintage: str, *, source: str = "Kế hoạch mẫu", **changes: int) -> None:
    with counted.records.begin() as session:
        units = persons.find_units(session, "province", vintage)
        shares = allot(6800, dict.fromkeys((unit.id for unit in units), 1.0))
        for unit in units:
            shares[unit.id] += changes.get(f"c{unit.code}", 0)
        set_plan(session, PROGRAMME, shares, source=source,
                 deadline_on=dt.date(2026, 12, 14))  # fmt: skip


def test_no_province_has_a_number_before_the_ministry_plans_one(counted: Counted) -> None:
    assert {line.planned for line in counted.figures().provinces} == {None}
    assert {line.share for line in counted.figures().provinces} == {None}


def test_a_plan_by_63_shows_by_34_and_keeps_its_sum(counted: Counted) -> None:
    plan(counted, "2008")
    old, new = counted.figures("2008"), counted.figures("2025")
    assert old.planned_for_provinces == new.planned_for_provinces == 6800
    tuyen_quang = next(line for line in new.provinces if line.code == "08")
    parts = [line.planned for line in old.provinces if line.code in ("02", "08")]
    assert tuyen_quang.planned == sum(parts)


def test_a_new_plan_by_the_other_list_replaces_the_old_one(counted: Counted) -> None:
    plan(counted, "2008")
    plan(counted, "2025")
    plan(counted, "2025")
    assert counted.figures("2025").planned_for_provinces == 6800
    # Only the provinces that did not change can be shown in the old list.
    assert 0 < counted.figures("2008").planned_for_provinces < 6800


def test_a_plan_that_does_not_add_up_is_refused_whole(counted: Counted) -> None:
    with pytest.raises(Refused, match="6801"):
        plan(counted, "2025", c01=1)
    assert counted.figures().planned_for_provinces == 0


def test_the_plan_moves_the_deadline_and_names_itself_beside_the_source(counted: Counted) -> None:
    plan(counted, "2025")
    plan(counted, "2025")
    with counted.records.read() as session:
        goals = find_goals(session, PROGRAMME)
    assert goals["press"].deadline_on == dt.date(2026, 12, 14)
    assert goals["press"].begins_on == dt.date(2025, 12, 15)
    assert goals["press"].source == "Quyết định 64/QĐ-BTTTT, mục 3 điểm c; Kế hoạch mẫu"


def test_a_later_plan_names_itself_and_not_the_one_before(counted: Counted) -> None:
    plan(counted, "2025", source="Kế hoạch 12")
    plan(counted, "2025", source="Kế hoạch 1")
    with counted.records.read() as session:
        goals = find_goals(session, PROGRAMME)
    assert goals["press"].source == "Quyết định 64/QĐ-BTTTT, mục 3 điểm c; Kế hoạch 1"


def test_the_expected_pace_is_even_and_never_beyond_the_goal(counted: Counted) -> None:
    goal = load_programmes()[PROGRAMME].goals[0]
    assert goal.expected(goal.begins_on - dt.timedelta(days=9)) == 0
    assert goal.expected(goal.deadline_on) == goal.amount
    assert goal.expected(dt.date(2030, 1, 1)) == goal.amount
    half = goal.begins_on + (goal.deadline_on - goal.begins_on) / 2
    assert abs(goal.expected(half) - goal.amount / 2) < goal.amount / 300


@given(
    st.integers(0, 20_000),
    st.dictionaries(st.integers(1, 99), st.floats(0.01, 1000), min_size=1, max_size=63),
)
def test_shares_always_add_up_and_never_stray_by_one(amount: int, weights) -> None:
    shares = allot(amount, weights)
    whole = sum(weights.values())
    assert sum(shares.values()) == amount
    for key, share in shares.items():
        assert abs(share - amount * weights[key] / whole) < 1.000001


def test_the_forecast_goes_by_the_last_three_full_months() -> None:
    months = [("2026-01", 10), ("2026-02", 40), ("2026-03", 70), ("2026-04", 100), ("2026-05", 105)]
    told = forecast(months, 195, dt.date(2026, 5, 10))
    assert told.per_month == 30
    assert told.reached_on == dt.date(2026, 8, 9)  # three months of thirty
    assert not told.done


@pytest.mark.parametrize(
    "months",
    [[], [("2026-05", 7)], [(f"2026-0{month}", 7) for month in range(1, 6)]],
)
def test_no_pace_means_no_forecast(months) -> None:
    assert forecast(months, 100, dt.date(2026, 5, 10)).reached_on is None


def test_a_goal_reached_needs_no_forecast() -> None:
    told = forecast([("2026-04", 90), ("2026-05", 100)], 100, dt.date(2026, 5, 10))
    assert told.done


# --- small numbers before the public ----------------------------------------------------------


def test_small_numbers_are_withheld_and_cannot_be_worked_out() -> None:
    small, beside = Withheld.SMALL, Withheld.COMPLEMENT
    assert protect({"a": 0, "b": 3, "c": 50, "d": 60}) == {"a": 0, "b": small, "c": beside, "d": 60}
    assert protect({"a": 2, "b": 3, "c": 50}) == {"a": small, "b": small, "c": 50}
    assert protect({"a": 1, "b": 1, "c": 50}) == {"a": small, "b": small, "c": beside}
    assert protect({"a": 4, "b": 4, "c": 50}) == {"a": small, "b": small, "c": beside}
    assert protect({"a": 1, "b": 5, "c": 60}) == {"a": small, "b": beside, "c": beside}
    assert protect({"a": 0, "b": 5}) == {"a": 0, "b": 5}


@given(st.dictionaries(st.integers(0, 6), st.integers(0, 12), max_size=5))
def test_what_is_withheld_cannot_be_worked_out_from_the_sum(counts) -> None:
    shown = protect(counts)
    small = [key for key, count in shown.items() if count is Withheld.SMALL]
    beside = [key for key, count in shown.items() if count is Withheld.COMPLEMENT]
    assert all(isinstance(c, Withheld) or c == 0 or c >= SMALLEST for c in shown.values())
    assert all(0 < counts[key] < SMALLEST for key in small)
    assert all(counts[key] >= SMALLEST for key in beside)
    if not any(isinstance(count, int) and count for count in shown.values()):
        return  # everything is withheld: there is nothing left to hide behind
    hidden = sum(counts[key] for key in small + beside)
    for wanted in range(1, SMALLEST) if small else ():  # each could be any of 1, 2, 3, 4
        rest = hidden - wanted
        least = (len(small) - 1) + SMALLEST * len(beside)
        most = (len(small) - 1) * (SMALLEST - 1) if not beside else rest
        assert least <= rest <= most


def test_a_programme_that_nobody_knows_is_refused_with_those_that_are_known() -> None:
    check_programme(PROGRAMME)
    with pytest.raises(Refused, match="chuyen-gia-1000") as refused:
        check_programme("chuyen-doi-so")
    assert "MOTCHAM_PROGRAMME" in str(refused.value)
