"""Appointing people, and taking roles back."""

from __future__ import annotations

import datetime as dt

import pytest

from core.messages import Refused
from records import Records, Session
from records.people import persons
from school import access
from school.access import Actor, load_actor
from school.people import acts

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
    return load_actor(session, username)


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
