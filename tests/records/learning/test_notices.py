"""Messages reach the group they were sent to, and nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.messages import Refused
from records import Records
from records.learning import enrolments, notices
from records.people import persons
from records.tables.courses import Release
from records.tables.people import Person

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def titles(records: Records, person: Person) -> list[str]:
    with records.read() as session:
        found = notices.unread_notices(session, person.id, person.unit_id, since=LONG_AGO)
        return [notice.title for notice in found]


def test_a_message_to_a_course_reaches_its_learners_until_they_put_it_aside(
    records: Records,
    release: Release,
    course: Any,
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    inside, outside = add_learner(), add_learner()
    with records.begin() as session:
        enrolments.begin_course(session, inside.id, course.slug, at=at)
        sent = notices.send_notice(
            session, title="Lớp sáng thứ hai", body="Phòng 201.", by="TN", at=at, course=course.slug
        )
    assert titles(records, inside) == ["Lớp sáng thứ hai"]
    assert titles(records, outside) == []
    for _twice in range(2):
        with records.begin() as session:
            notices.put_aside(session, sent.id, inside.id, at=at)
    assert titles(records, inside) == []


def test_a_message_to_a_unit_reaches_everybody_below_it(
    records: Records, add_learner: Callable[..., Person], at: dt.datetime
) -> None:
    with records.begin() as session:
        persons.load_units(session)
        province = persons.find_unit(session, "province", "2025", "15")
        other = persons.find_unit(session, "province", "2025", "01")
        assert province and other
        commune = persons.add_unit(
            session, kind="commune", vintage="2025", code="TN01", name="Xã (mẫu)",
            parent_id=province.id,
        )  # fmt: skip
        below = add_learner(session, unit_id=commune.id)
        beside = add_learner(session, unit_id=other.id)
        notices.send_notice(
            session, title="Nhắc hạn nộp", body="Trước ngày 14/12.", by="TN", at=at,
            unit_id=province.id,
        )  # fmt: skip
    assert titles(records, below) == ["Nhắc hạn nộp"]
    assert titles(records, beside) == []


def test_a_message_to_nobody_in_particular_is_refused(records: Records, at: dt.datetime) -> None:
    with records.begin() as session, pytest.raises(Refused, match="Hãy chọn"):
        notices.send_notice(session, title="Chào", body="Cả nước", by="TN", at=at)


def test_a_sender_sees_how_many_a_message_reached_and_how_many_read_it(
    records: Records,
    release: Release,
    course: Any,
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    people = [add_learner() for _ in range(3)]
    with records.begin() as session:
        for one in people[:2]:
            enrolments.begin_course(session, one.id, course.slug, at=at)
        sent = notices.send_notice(
            session, title="Nhắc", body="Xin nộp bài.", by="TN", at=at, course=course.slug
        )
        notices.put_aside(session, sent.id, people[0].id, at=at)
        [found] = notices.sent_by(session, "TN")
        assert (found.notice.title, found.people, found.read) == ("Nhắc", 2, 1)
        assert notices.sent_by(session, "khac") == []
