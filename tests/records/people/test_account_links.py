"""One-time links: whose they are, and until when they open anything."""

from __future__ import annotations

import datetime as dt

import pytest

from records import Records
from records.people import account_links, persons
from records.tables.people import AccountLink

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def an(records: Records) -> int:
    with records.begin() as session:
        return persons.add_person(session, username="an", full_name="An (mẫu)", at=AT).id


def make(records: Records, person: int, token: str, at: dt.datetime = AT) -> None:
    with records.begin() as session:
        account_links.make_links(
            session, {person: token}, purpose="setup", by="bo", at=at, expires_at=at + DAY
        )


def opens(records: Records, token: str, at: dt.datetime = AT) -> bool:
    with records.read() as session:
        return account_links.find_link(session, token, at=at) is not None


def test_a_link_opens_once_until_its_end_and_while_it_is_the_newest(records, an) -> None:
    make(records, an, "abcd-efgh")
    assert opens(records, "abcd-efgh") and opens(records, " ABCD EFGH ")
    assert not opens(records, "abcd-efgi") and not opens(records, "")
    assert not opens(records, "abcd-efgh", AT + DAY)
    make(records, an, "zzzz")
    assert not opens(records, "abcd-efgh")
    with records.begin() as session:
        found = account_links.find_link(session, "zzzz", at=AT)
        assert found is not None
        assert account_links.use_link(session, found[0].id, at=AT)
        assert not account_links.use_link(session, found[0].id, at=AT)
    assert not opens(records, "zzzz")


def test_the_token_is_nowhere_in_the_database(records, an) -> None:
    make(records, an, "abcd-efgh")
    with records.read() as session:
        row = session.query(AccountLink).one()
        kept = " ".join(str(getattr(row, one.name)) for one in AccountLink.__table__.columns)
    assert "abcd" not in kept


def test_whoever_was_erased_opens_nothing(records, an) -> None:
    make(records, an, "abcd-efgh")
    with records.begin() as session:
        persons.erase_person(session, an, at=AT)
    assert not opens(records, "abcd-efgh")


def test_who_has_a_password_is_known(records, an) -> None:
    with records.begin() as session:
        account_links.note_known(session, ["an", "la"], at=AT)
        account_links.note_known(session, ["an"], at=AT)
        assert account_links.people_of(session, None, without_password=True) == []
        account_links.note_password(session, an, must_change=True, at=AT)
        assert account_links.must_change(session, an)
        found = account_links.people_of(session, None, without_password=True)
        assert [one.id for one in found] == [an]


def test_a_password_of_an_earlier_login_name_is_none(records, an) -> None:
    def without() -> list[int]:
        with records.read() as session:
            found = account_links.people_of(session, None, without_password=True)
            return [one.id for one in found]

    with records.begin() as session:
        account_links.note_password(session, an, must_change=False, at=AT)
    assert without() == []
    with records.begin() as session:
        persons.find_person_by_id(session, an).username = "an-moi"
    assert without() == [an]
    with records.begin() as session:
        account_links.note_known(session, ["an-moi"], at=AT)
    assert without() == []
    with records.begin() as session:
        account_links.note_known(session, [], at=AT)  # the hub's database was lost
    assert without() == [an]
