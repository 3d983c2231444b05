"""Appointing people, and taking roles back."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.messages import Refused
from records import Records, Session
from records.people import persons
from school import access
from school.access import Actor, load_actor
from school.people import acts
from school.people.appointing import Days
from school.refusals import NotAllowed

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
OPERATOR = access.operator("motcham role grant")


@pytest.fixture
def people(records: Records) -> Records:
    with records.begin() as session:
        persons.load_units(session)
        for username in ("an", "binh"):
            persons.add_person(session, username=username, full_name=f"{username} (mẫu)", at=AT)
    return records


def actor(session: Session, username: str) -> Actor:
    return load_actor(session, username, at=AT)


def test_a_platform_without_anybody_gets_its_first_administrator(people: Records) -> None:
    with people.begin() as session:
        assert acts.appoint(session, OPERATOR, "an", access.ADMINISTRATOR, at=AT)
        assert not acts.appoint(session, OPERATOR, "an", access.ADMINISTRATOR, at=AT)
        assert access.may_administer(actor(session, "an"))
        assert acts.appoint(session, actor(session, "an"), "binh", access.INSTRUCTOR, at=AT)
        assert access.may_mark(actor(session, "binh"))
        assert acts.withdraw_role(session, actor(session, "an"), "binh", access.INSTRUCTOR, at=AT)
        assert not access.may_mark(actor(session, "binh"))


def test_the_last_administrator_keeps_the_role(people: Records) -> None:
    with people.begin() as session:
        for username in ("an", "binh"):
            acts.appoint(session, OPERATOR, username, access.ADMINISTRATOR, at=AT)
        acts.withdraw_role(session, actor(session, "an"), "binh", access.ADMINISTRATOR, at=AT)
        with pytest.raises(Refused, match="cuối cùng"):
            acts.withdraw_role(session, actor(session, "an"), "an", access.ADMINISTRATOR, at=AT)
        assert access.may_administer(actor(session, "an"))


def test_an_officer_is_one_of_a_unit_and_nobody_else_is(people: Records) -> None:
    with people.begin() as session:
        assert acts.appoint(session, OPERATOR, "an", access.UNIT_OFFICER, "01", at=AT)
        unit = persons.find_unit(session, "province", "2025", "01")
        assert unit and actor(session, "an").units_as(access.UNIT_OFFICER) == (unit.id,)
        for role, code in (
            (access.UNIT_OFFICER, ""),
            (access.UNIT_OFFICER, "khong-co"),
            (access.INSTRUCTOR, "01"),
            ("giam-doc", ""),
        ):
            with pytest.raises(Refused):
                acts.appoint(session, OPERATOR, "an", role, code, at=AT)
        with pytest.raises(Refused, match="Không có ai"):
            acts.appoint(session, OPERATOR, "la", access.INSTRUCTOR, at=AT)


def test_an_officer_of_a_unit_appoints_nobody(people: Records) -> None:
    with people.begin() as session:
        acts.appoint(session, OPERATOR, "an", access.UNIT_OFFICER, "01", at=AT)
        for role in access.ROLES:
            with pytest.raises(Refused):
                acts.appoint(session, actor(session, "an"), "an", role, at=AT)


# --- days -----------------------------------------------------------------------------------------


def test_a_role_gives_rights_on_its_days_and_on_no_other(people: Records) -> None:
    first, last = dt.date(2026, 3, 10), dt.date(2026, 3, 20)
    with people.begin() as session:
        days = Days(first, last)
        assert acts.appoint(session, OPERATOR, "an", access.INSTRUCTOR, days=days, at=AT)
        assert not acts.appoint(session, OPERATOR, "an", access.INSTRUCTOR, days=days, at=AT)
        marks = {
            at: access.may_mark(load_actor(session, "an", at=at))
            for at in (
                dt.datetime(2026, 3, 9, 16, 59, tzinfo=dt.UTC),  # a minute before midnight there
                dt.datetime(2026, 3, 9, 17, 0, tzinfo=dt.UTC),
                dt.datetime(2026, 3, 20, 16, 59, tzinfo=dt.UTC),
                dt.datetime(2026, 3, 20, 17, 0, tzinfo=dt.UTC),
            )
        }
        assert list(marks.values()) == [False, True, True, False]


def test_days_that_never_come_are_refused(people: Records) -> None:
    wrong = (
        Days(dt.date(2026, 4, 2), dt.date(2026, 4, 1)),
        Days(None, dt.date(2026, 3, 1)),
    )
    with people.begin() as session:
        for days in wrong:
            with pytest.raises(Refused, match="Ngày cuối"):
                acts.appoint(session, OPERATOR, "an", access.INSTRUCTOR, days=days, at=AT)


def test_the_last_administrator_s_role_does_not_end_either(people: Records) -> None:
    soon = Days(None, dt.date(2026, 12, 31))
    later = Days(dt.date(2026, 12, 1), None)
    with people.begin() as session:
        acts.appoint(session, OPERATOR, "an", access.ADMINISTRATOR, at=AT)
        acts.appoint(session, OPERATOR, "binh", access.ADMINISTRATOR, days=soon, at=AT)
        for days in (soon, later):
            with pytest.raises(Refused, match="cuối cùng"):
                acts.appoint(session, OPERATOR, "an", access.ADMINISTRATOR, days=days, at=AT)
        with pytest.raises(Refused, match="cuối cùng"):
            acts.withdraw_role(session, OPERATOR, "an", access.ADMINISTRATOR, at=AT)
        assert acts.appoint(session, OPERATOR, "binh", access.ADMINISTRATOR, at=AT)
        assert acts.appoint(session, OPERATOR, "an", access.ADMINISTRATOR, days=soon, at=AT)


def test_two_administrators_cannot_withdraw_each_other_at_once(people: Records) -> None:
    with people.begin() as session:
        for username in ("an", "binh"):
            acts.appoint(session, OPERATOR, username, access.ADMINISTRATOR, at=AT)
    together = threading.Barrier(2)

    def withdraw(by: str, whose: str) -> bool:
        together.wait(10)
        try:
            with people.begin() as session:
                acts.withdraw_role(session, actor(session, by), whose, access.ADMINISTRATOR, at=AT)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(withdraw, ("an", "binh"), ("binh", "an")))
    assert done.count(True) == 1
    with people.read() as session:
        left = [name for name in ("an", "binh") if access.may_administer(actor(session, name))]
        assert len(left) == 1


# --- who appoints whom ----------------------------------------------------------------------------


def _put(session: Session, username: str, kind: str, vintage: str, code: str) -> None:
    person, unit = (
        persons.find_person(session, username),
        persons.find_unit(session, kind, vintage, code),
    )
    assert person and unit
    person.unit_id = unit.id


@pytest.fixture
def ranked(people: Records) -> Records:
    """A commune below province 15; officers of the ministry and the province, two learners."""
    with people.begin() as session:
        province = persons.find_unit(session, "province", "2025", "15")
        assert province
        persons.add_unit(
            session, kind="commune", vintage="2025", code="02650", name="Xã Một (mẫu)",
            parent_id=province.id,
        )  # fmt: skip
        for username in ("bo", "tinh"):
            persons.add_person(session, username=username, full_name=f"{username} (mẫu)", at=AT)
        _put(session, "an", "commune", "2025", "02650")
        _put(session, "binh", "province", "2025", "01")
        _put(session, "tinh", "province", "2025", "15")
        acts.appoint(session, OPERATOR, "bo", access.MINISTRY_OFFICER, at=AT)
        acts.appoint(session, OPERATOR, "tinh", access.UNIT_OFFICER, "15", at=AT)
    return people


def test_an_officer_of_the_ministry_gives_two_roles_and_none_to_themselves(ranked: Records) -> None:
    with ranked.begin() as session:
        by = actor(session, "bo")
        assert acts.appoint(session, by, "an", access.INSTRUCTOR, at=AT)
        assert acts.appoint(session, by, "an", access.UNIT_OFFICER, "01", at=AT)
        for role in (access.MINISTRY_OFFICER, access.AUDITOR, access.ADMINISTRATOR):
            with pytest.raises(NotAllowed):
                acts.appoint(session, by, "an", role, at=AT)
        with pytest.raises(NotAllowed):
            acts.appoint(session, by, "bo", access.INSTRUCTOR, at=AT)


def test_an_officer_of_a_unit_gives_that_role_below_to_their_own_people(ranked: Records) -> None:
    with ranked.begin() as session:
        by = actor(session, "tinh")
        assert acts.appoint(session, by, "an", access.UNIT_OFFICER, "02650", at=AT)
        for who, role, unit in (
            ("an", access.UNIT_OFFICER, "15"),  # as high as themselves
            ("an", access.UNIT_OFFICER, "01"),  # elsewhere
            ("an", access.UNIT_OFFICER, "VN"),
            ("binh", access.UNIT_OFFICER, "02650"),  # somebody of another province
            ("tinh", access.UNIT_OFFICER, "02650"),  # themselves
            ("an", access.INSTRUCTOR, ""),
            ("an", access.ADMINISTRATOR, ""),
        ):
            with pytest.raises(NotAllowed):
                acts.appoint(session, by, who, role, unit, at=AT)
        below = actor(session, "an")
        with pytest.raises(NotAllowed):
            acts.withdraw_role(session, below, "tinh", access.UNIT_OFFICER, "15", at=AT)
        assert acts.withdraw_role(session, by, "an", access.UNIT_OFFICER, "02650", at=AT)


def test_whoever_holds_a_role_may_lay_it_down(ranked: Records) -> None:
    with ranked.begin() as session:
        by = actor(session, "tinh")
        assert acts.withdraw_role(session, by, "tinh", access.UNIT_OFFICER, "15", at=AT)
        with pytest.raises(NotAllowed):
            acts.appoint(session, actor(session, "tinh"), "an", access.UNIT_OFFICER, "02650", at=AT)


def test_a_login_name_does_not_stand_in_for_somebody_else_s_code(people: Records) -> None:
    with people.begin() as session:
        persons.add_person(session, username="cb001", full_name="Một (mẫu)", at=AT)
        persons.add_person(session, username=None, code="cb001", full_name="Hai (mẫu)", at=AT)
        with pytest.raises(Refused, match="mã của một người khác"):
            acts.appoint(session, OPERATOR, "cb001", access.AUDITOR, at=AT)
