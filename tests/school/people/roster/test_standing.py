"""What a list may and may not do to accounts: by an officer of a unit, by the ministry."""

from __future__ import annotations

import datetime as dt

import pytest

from records import Records
from records.people import logins, persons
from school.people.roster import Outcome, import_roster

AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
HEAD = "Mã cán bộ,Họ tên,Chức vụ,Nhóm đối tượng,Loại đơn vị,Danh mục,Mã đơn vị,Email,Tài khoản"
E = "TN-0021,Trần Thị Mẫu E,,b,tỉnh,2025,15,,{}"
ADMINISTRATOR = "TN-QT-01,Đỗ Thị Trị Mẫu,,b,tỉnh,2025,15,{},{}"


@pytest.fixture
def unit(records: Records) -> int:
    """Lào Cai, with a learner who logs in as mau21 and an administrator."""
    with records.begin() as session:
        persons.load_units(session)
        unit = persons.find_unit(session, "province", "2025", "15")
        persons.add_person(
            session, username="mau21", code="TN-0021", full_name="Trần Thị Mẫu E",
            unit_id=unit.id, at=AT,
        )  # fmt: skip
        boss = persons.add_person(
            session, username="quantri", code="TN-QT-01", full_name="Đỗ Thị Trị Mẫu",
            email="tri@example.vn", unit_id=unit.id, at=AT,
        )  # fmt: skip
        persons.grant_role(session, boss.id, "administrator")
        return unit.id


def load(records: Records, line: str, *, unit: int | None = None) -> Outcome:
    with records.begin() as session:
        scope = None if unit is None else persons.unit_and_below(session, unit)
        content = f"{HEAD}\n{line}\n".encode()
        return import_roster(session, "ds", content, at=AT, actor="canbo", scope=scope)


def username_of(records: Records, code: str) -> str | None:
    with records.read() as session:
        person = persons.find_person_by_code(session, code)
        assert person is not None
        return person.username


def test_a_freed_name_is_given_to_nobody_else_not_even_by_the_ministry(
    records: Records, unit: int
) -> None:
    assert not load(records, E.format("mau21x"), unit=unit).faults
    assert username_of(records, "TN-0021") == "mau21x"
    for by in (unit, None):
        outcome = load(records, ADMINISTRATOR.format("", "mau21"), unit=by)
        assert outcome.faults
        assert username_of(records, "TN-QT-01") == "quantri"
        other = load(records, "TN-9,Lê Văn Chín,,b,tỉnh,2025,15,,mau21", unit=by)
        assert "của người khác" in str(other.faults[0].reason)


def test_whoever_had_a_name_may_have_it_back(records: Records, unit: int) -> None:
    load(records, E.format("mau21x"))
    assert not load(records, E.format("mau21")).faults
    assert username_of(records, "TN-0021") == "mau21"


def test_names_are_not_swapped_in_one_list(records: Records, unit: int) -> None:
    lines = E.format("quantri") + "\n" + ADMINISTRATOR.format("", "mau21")
    assert len(load(records, lines).faults) == 2


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (ADMINISTRATOR.format("", "quantri2"), "Tài khoản"),
        (ADMINISTRATOR.format("ke-gian@example.vn", ""), "Email"),
    ],
)
def test_an_officer_of_a_unit_changes_no_login_of_somebody_with_a_role(
    records: Records, unit: int, line: str, column: str
) -> None:
    (fault,) = load(records, line, unit=unit).faults
    assert fault.column == column
    assert "có vai trò" in str(fault.reason)
    assert username_of(records, "TN-QT-01") == "quantri"
    assert not load(records, line).faults, "the ministry may"


def test_an_officer_may_send_the_same_again_and_change_what_is_no_door(
    records: Records, unit: int
) -> None:
    line = ADMINISTRATOR.format("tri@example.vn", "quantri").replace(",,b", ",Trưởng phòng,b")
    outcome = load(records, line, unit=unit)
    assert (outcome.faults, outcome.changed) == ((), 1)


def test_somebody_moved_by_the_ministry_keeps_the_account(records: Records, unit: int) -> None:
    outcome = load(records, E.format("").replace(",2025,15", ",2025,48"))
    assert (outcome.faults, outcome.changed) == ((), 1)
    assert username_of(records, "TN-0021") == "mau21"


def test_a_look_only_gives_no_name_away(records: Records, unit: int) -> None:
    with records.begin() as session:
        content = f"{HEAD}\nTN-9,Lê Văn Chín,,b,tỉnh,2025,15,,chin\n".encode()
        import_roster(session, "ds", content, at=AT, actor="canbo", dry_run=True)
        assert logins.owners(session, ["chin"]) == {}


def test_an_address_of_mail_may_be_a_login_name(records: Records, unit: int) -> None:
    line = "TN-9,Lê Văn Chín,,b,tỉnh,2025,15,,Chin.LV@laocai.gov.vn"
    assert not load(records, line).faults
    assert username_of(records, "TN-9") == "chin.lv@laocai.gov.vn"
