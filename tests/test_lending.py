"""A database that is lent to test after test is as good as a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from postgres import Lending, Postgres
from sqlalchemy import select, text

from records import open_records
from records.people import persons
from records.tables.people import Person

pytestmark = pytest.mark.postgres
AT = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def lending(postgres: Postgres, _postgres_template: str) -> Iterator[Lending]:
    lending = Lending(postgres, _postgres_template)
    yield lending
    lending.end()


def keys(url: str) -> tuple[list[int], int]:
    """Of those who are there, and of the next who comes."""
    records = open_records(url)
    try:
        with records.begin() as session:
            there = list(session.scalars(select(Person.id)))
            return there, persons.add_person(session, username="an", full_name="An (mẫu)", at=AT).id
    finally:
        records.close()


def test_what_a_test_wrote_is_gone_and_keys_begin_anew(lending: Lending) -> None:
    first = lending.lend()
    assert keys(first) == ([], 1)
    lending.take_back()
    assert lending.lend() == first
    assert keys(first) == ([], 1)
    lending.take_back()


def test_who_still_writes_when_a_test_ends_writes_nothing_more(lending: Lending) -> None:
    records = open_records(lending.lend())
    with pytest.raises(Exception, match=r"terminat|closed"), records.begin() as session:
        persons.add_person(session, username="an", full_name="An (mẫu)", at=AT)
        session.flush()
        lending.take_back()
        session.execute(text("SELECT 1"))
    records.close()
    assert keys(lending.lend()) == ([], 1)
    lending.take_back()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE person ADD COLUMN more integer",
        "CREATE SCHEMA hub",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_a_database_of_another_form_is_lent_no_more(change: str, lending: Lending) -> None:
    first = lending.lend()
    records = open_records(first)
    with records.begin() as session:
        session.execute(text(change))
    records.close()
    lending.take_back()
    assert lending.lend() != first
