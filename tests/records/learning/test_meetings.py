"""Classes in person: attendance by the code on the screen or by a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.messages import Refused
from records import Records
from records.learning import enrolments, meetings, progress
from records.people import persons
from records.programme import counting
from records.tables.courses import Release
from records.tables.learning import Meeting
from records.tables.people import Person

HOUR, MINUTE, SECOND = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1)


@pytest.fixture
def meeting(records: Records, release: Release, course: Any, at: dt.datetime) -> Meeting:
    with records.begin() as session:
        return meetings.call_meeting(
            session,
            course=course.slug,
            lesson="bai-mot",
            place="Hội trường tầng 2 (mẫu)",
            starts_at=at,
            ends_at=at + 2 * HOUR,
            by="TNgiangvien",
        )


def test_the_code_on_the_screen_records_who_typed_it_once(
    records: Records, meeting: Meeting, learner: Person, course: Any, at: dt.datetime
) -> None:
    code = meetings.code_at(meeting, at)
    for _twice in range(2):
        with records.begin() as session:
            meetings.attend_by_code(session, meeting.id, learner.id, f" {code} ", at=at)
    with records.read() as session:
        assert [name for _row, name in meetings.attendance_of(session, meeting.id)] == [
            learner.full_name
        ]
        assert meetings.attended_lessons(session, course.slug, [learner.id]) == {
            learner.id: {"bai-mot"}
        }
        assert not meetings.open_meetings(session, learner.id, at=at)


def test_a_code_is_good_for_a_minute_at_most(
    records: Records, meeting: Meeting, learner: Person, at: dt.datetime
) -> None:
    code = meetings.code_at(meeting, at)
    with records.begin() as session:
        with pytest.raises(Refused, match="không đúng"):
            meetings.attend_by_code(session, meeting.id, learner.id, code, at=at + MINUTE)
        meetings.attend_by_code(session, meeting.id, learner.id, code, at=at + 30 * SECOND)


def test_codes_differ_between_meetings_and_change_with_time(
    records: Records, meeting: Meeting, at: dt.datetime
) -> None:
    codes = {meetings.code_at(meeting, at + n * 30 * SECOND) for n in range(50)}
    assert len(codes) > 45
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def test_nobody_attends_before_or_after_the_class(
    records: Records, meeting: Meeting, learner: Person, at: dt.datetime
) -> None:
    for moment in (at - HOUR, at + 3 * HOUR):
        code = meetings.code_at(meeting, moment)
        with records.begin() as session, pytest.raises(Refused, match="chưa mở hoặc đã kết thúc"):
            meetings.attend_by_code(session, meeting.id, learner.id, code, at=moment)


def test_a_list_is_taken_whole_or_not_at_all(
    records: Records,
    meeting: Meeting,
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    add_learner(code="TN-1")
    add_learner(code="TN-2")
    with records.begin() as session, pytest.raises(Refused, match="TN-9"):
        meetings.attend_by_list(session, meeting.id, ["TN-1", "TN-9"], by="TNgiangvien", at=at)
    with records.begin() as session:
        codes = ["TN-1", "TN-2 ", "", "TN-1"]
        keep = {"by": "TNgiangvien", "at": at}
        assert len(meetings.attend_by_list(session, meeting.id, codes, **keep)) == 2
        assert meetings.attend_by_list(session, meeting.id, codes, **keep) == ()


def test_a_class_must_teach_a_lesson_that_exists_and_end_after_it_begins(
    records: Records, release: Release, course: Any, at: dt.datetime
) -> None:
    wrong = [
        {"lesson": "khong-co", "ends_at": at + HOUR},
        {"lesson": "bai-mot", "ends_at": at - HOUR},
    ]
    for change in wrong:
        with records.begin() as session, pytest.raises(Refused):
            meetings.call_meeting(
                session, course=course.slug, place="P1", starts_at=at, by="TN", **change
            )


def test_a_lesson_attended_in_person_counts_as_taken_part_in_and_earns_nothing(
    records: Records, meeting: Meeting, learner: Person, course: Any, at: dt.datetime
) -> None:
    with records.begin() as session:
        enrolments.begin_course(session, learner.id, course.slug, at=at)
        meetings.attend_by_code(
            session, meeting.id, learner.id, meetings.code_at(meeting, at), at=at
        )
        facts = progress.find_standing(session, learner.id, course.slug, pass_share=None)
        ((_course, _release, standing),) = counting.standings_of(
            session, learner.id, [course.slug], pass_share=None
        )
    assert facts and (facts.lessons_done, facts.took_part, facts.points) == (1, False, 0.0)
    assert standing == facts


def test_a_class_calls_the_people_of_its_unit_and_those_who_began_a_course_where_none_is_named(
    records: Records, release: Release, course: Any, learner: Person, at: dt.datetime
) -> None:
    def call(place: str, unit_id: int | None) -> int:
        return meetings.call_meeting(
            session, course=course.slug, lesson="bai-mot", place=place, starts_at=at,
            ends_at=at + HOUR, by="TNgiangvien", unit_id=unit_id,
        ).id  # fmt: skip

    def own() -> list[str]:
        return [one.place for one in meetings.own_open_meetings(session, learner.id, at=at)]

    with records.begin() as session:
        assert own() == []
        persons.load_units(session)
        nation = persons.find_nation(session)
        here = persons.find_unit(session, "province", "2025", "15")
        there = persons.find_unit(session, "province", "2025", "01")
        person = session.get(Person, learner.id)
        person.unit_id = here.id
        call("Lào Cai", here.id)
        call("Hà Nội", there.id)
        call("Cả nước", nation.id)
        call("Không nêu đơn vị", None)
        assert sorted(own()) == ["Cả nước", "Lào Cai"]
        enrolments.begin_course(session, learner.id, course.slug, at=at, seed=1)
        assert sorted(own()) == ["Cả nước", "Không nêu đơn vị", "Lào Cai"]
        assert len(meetings.open_meetings(session, learner.id, at=at)) == 4
