"""Who looked at whom: a row for each of few, a few rows for many."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import func, select

from records.people import persons
from records.people.looks import BLOCK, MANY, looks_at, record_looks
from records.tables.people import Person
from records.tables.privacy import ListLook, Look

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def crowd(records):
    """An officer, and the keys of twelve thousand people, of whom only three have rows."""
    with records.begin() as session:
        officer = persons.add_person(
            session, username=None, full_name="Đỗ Thị Đầu Mối (mẫu)", at=AT
        )
        keys = [BLOCK + 5, 2 * BLOCK, 3 * BLOCK - 1]
        for key in keys:
            person = Person(id=key, full_name=f"Người {key} (mẫu)", language="vi", created_at=AT)
            session.add(person)
        found = officer.id
    return found, keys


def rows(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


def test_a_long_list_is_a_few_rows_and_everybody_in_it_finds_out(records, crowd):
    officer, keys = crowd
    with records.begin() as session:
        everybody = range(BLOCK, 3 * BLOCK)
        assert record_looks(session, officer, everybody, "roster", at=AT) == 2
        assert (rows(session, Look), rows(session, ListLook)) == (0, 2)
        for key in keys:
            [seen] = looks_at(session, key)
            assert (seen.looker_id, seen.what, seen.at) == (officer, "roster", AT)


def test_who_is_not_in_the_list_is_told_of_nothing(records, crowd):
    officer, keys = crowd
    with records.begin() as session:
        listed = [key for key in range(BLOCK, 2 * BLOCK) if key != keys[0]]
        record_looks(session, officer, listed, "roster", at=AT)
        assert [len(looks_at(session, key)) for key in keys] == [0, 0, 0]


def test_within_an_hour_the_same_list_is_written_once_and_another_added_to_it(records, crowd):
    officer, keys = crowd
    with records.begin() as session:
        some = range(BLOCK, BLOCK + MANY + 1)
        for minutes in (0, 10):
            at = AT + dt.timedelta(minutes=minutes)
            record_looks(session, officer, some, "roster", at=at)
        record_looks(session, officer, range(BLOCK, 3 * BLOCK), "roster", at=AT + HOUR / 2)
        assert rows(session, ListLook) == 2
        record_looks(session, officer, some, "roster", at=AT + 2 * HOUR)
        assert [seen.at for seen in looks_at(session, keys[0])] == [AT + 2 * HOUR, AT]


def test_few_people_are_a_row_each_and_ones_own_data_is_no_look(records, crowd):
    officer, keys = crowd
    with records.begin() as session:
        assert record_looks(session, officer, [*keys, officer], "list", at=AT) == 3
        assert record_looks(session, officer, keys, "list", at=AT + HOUR / 2) == 0
        assert rows(session, ListLook) == 0
        assert looks_at(session, officer) == []


def test_looks_of_both_kinds_come_newest_first(records, crowd):
    officer, keys = crowd
    with records.begin() as session:
        record_looks(session, officer, keys, "list", at=AT)
        record_looks(session, officer, range(BLOCK, 3 * BLOCK), "roster", at=AT + HOUR)
        record_looks(session, officer, keys, "person", purpose="Hỏi điểm", at=AT + 2 * HOUR)
        assert [seen.what for seen in looks_at(session, keys[1])] == ["person", "roster", "list"]


def test_what_reads_long_and_notes_at_its_end_waits_for_nobody_and_is_asked_again(records, crowd):
    officer, keys = crowd
    asked = []

    def ask(session):
        asked.append(session.scalar(select(func.count()).select_from(Person)))
        if len(asked) == 1 and records.engine.dialect.name == "sqlite":
            with records.begin() as other:  # while it reads somebody else writes
                persons.add_person(other, username=None, full_name="Người Mới (mẫu)", at=AT)
        return record_looks(session, officer, keys, "list", at=AT)

    assert records.note(ask) == 3
    with records.read() as session:
        assert len(looks_at(session, keys[0])) == 1


def test_of_two_long_lists_opened_at_once_neither_is_forgotten(records, crowd):
    officer, _keys = crowd
    first, second = range(BLOCK, BLOCK + 200), range(BLOCK + 300, BLOCK + 500)
    with records.begin() as session:
        record_looks(session, officer, range(BLOCK + 600, BLOCK + 800), "roster", at=AT)

    def open_another() -> None:
        with records.begin() as session:
            record_looks(session, officer, second, "roster", at=AT)

    other = threading.Thread(target=open_another)
    with records.begin() as session:
        record_looks(session, officer, first, "roster", at=AT)
        other.start()
        other.join(0.3)
        assert other.is_alive(), "it waits for what is being written"
    other.join(30)
    with records.read() as session:
        [row] = session.scalars(select(ListLook))
        there = {8 * place + bit for place, byte in enumerate(row.people) for bit in range(8)
                 if byte >> bit & 1}  # fmt: skip
    assert {one - BLOCK for one in (*first, *second)} <= there
