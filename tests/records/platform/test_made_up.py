"""The people of a demonstration leave whole, and take nothing of anybody else with them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import courses
from core.marks import CellMarks, Marks
from hub.platform import demo
from hub.platform.demo_learners import load_demo_learners
from records import Records, Session
from records.assessment import certificates
from records.courses import releases
from records.learning import enrolments, notices
from records.marking import queue
from records.people import logins, persons
from records.platform import made_up
from records.schema import Table
from records.tables.marking import Review
from records.tables.people import Person
from records.tables.programme import Counter as Numbers

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
COURSE = courses.load_course(Path(courses.__file__).parent / "content" / "nhan-thuc-chung")
PROGRAMME = "chuyen-doi-so-10000"
REAL = "that"


def rows(session: Session) -> Counter[str]:
    """How many rows each table has, without the log, which keeps what it has."""
    return Counter(
        {
            name: len(session.execute(table.select()).all())
            for name, table in Table.metadata.tables.items()
            if name not in ("audit", "installation")
        }
    )


def add_somebody_real(session: Session) -> int:
    """With work handed in, marks, a certificate and a role."""
    unit = persons.find_unit(session, "province", "2025", "15")
    assert unit
    person = persons.add_person(
        session, username=REAL, code="CB-1", full_name="Nguyễn Văn Thật", unit_id=unit.id,
        audience_group="c", at=AT,
    )  # fmt: skip
    persons.grant_role(session, person.id, "unit-officer", unit.id)
    enrolment = enrolments.begin_course(session, person.id, COURSE.slug, at=AT)
    work = queue.submit(
        session, person_id=person.id, release_id=enrolment.release_id,
        lesson=COURSE.lessons[0].slug, notebook=b"{}", at=AT,
    )  # fmt: skip
    queue.claim(session, worker="w", at=AT, lease=dt.timedelta(hours=1))
    marks = Marks("marked", 1.0, 2.0, (CellMarks("g", 1.0, 2.0),))
    queue.store_marks(session, work.id, marks, worker="w", at=AT)
    certificates.record_certificate(
        session, person_id=person.id, programme=PROGRAMME, points=1, max_points=1,
        framework="vn-tt02-2025", at=AT,
    )  # fmt: skip
    return work.id


@pytest.fixture
def mixed(records: Records) -> tuple[Records, Counter[str], int]:
    """Somebody real among a demonstration; what there was before its people came."""
    with records.begin() as session:
        persons.load_units(session)
        releases.publish(session, courses.make_release(COURSE), at=AT, by="x")
        number = add_somebody_real(session)
    with records.begin() as session:
        before = rows(session)
        demo.add_people(session, at=AT)
        assert load_demo_learners(session, 60, seed=1, at=AT + dt.timedelta(days=1))
        notices.send_notice(
            session, title="Nhắc (mẫu)", body="Xin học.", by="giangvien", at=AT, course=COURSE.slug,
            unit_id=None,
        )  # fmt: skip
    return records, before, number


def test_what_is_left_is_what_was_there_before(mixed: Any) -> None:
    records, before, _number = mixed
    with records.begin() as session:
        during = rows(session)
        assert {name for name in before if during[name] > before[name]} >= {
            "person", "role_grant", "login_name", "submission", "progress", "certificate",
            "enrolment", "draft", "unit", "target", "notice",
        }  # fmt: skip
        last = session.scalar(select(Person.id).order_by(Person.id.desc()).limit(1))
        issued = session.scalar(select(Numbers.value))
        cleared = made_up.clear(session, at=AT)
        assert (cleared.people, cleared.certificates_left) == (67, 1)
        assert "quantri" in cleared.usernames
    with records.begin() as session:
        after = rows(session)
        assert after - before == Counter({"person": 1}), "the last key stays, blank"
        assert before - after == Counter()
        blank = session.get(Person, last)
        assert blank and (blank.username, blank.code, blank.full_name) == (None, None, "")
        assert blank.erased_at is not None
        assert session.scalar(select(Numbers.value)) == issued, "no number is given twice"
        new = persons.add_person(session, username="bo", full_name="Người mới", at=AT)
        assert new.id > last, "nor a key"
        assert logins.owners(session, ["bo"]) == {"bo": new.id}
        assert made_up.clear(session, at=AT).people == 0
    if records.engine.dialect.name == "sqlite":
        with records.read() as session:
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_marks_that_somebody_made_up_gave_a_real_person_stay(mixed: Any) -> None:
    records, _before, number = mixed
    with records.begin() as session:
        marker = persons.find_person(session, "giangvien")
        assert marker
        session.add(
            Review(submission_id=number, grade_id="g", marker_id=marker.id, points=1.0, at=AT)
        )
        key = marker.id
    with records.begin() as session:
        made_up.clear(session, at=AT)
    with records.read() as session:
        review = session.scalar(select(Review))
        assert review and review.marker_id == key
        marker = persons.find_person_by_id(session, key)
        assert marker and (marker.full_name, marker.username) == ("", None)
        assert not persons.roles_of(session, key, on=AT.date())
