"""A hand-in that waited for a line arrives once, however often it is sent."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import courses
from core.messages import Refused
from records import Records
from records.courses import lesson_terms, releases
from records.people import persons
from records.tables.marking import Submission
from school.learning import lessons
from school.refusals import Busy

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
COURSE = courses.load_course(Path(__file__).parents[3] / "courses" / "template")
LESSON = COURSE.lessons[0]
KEY = "11111111-2222-3333-4444-555555555555"


class School:
    """One learner at the first lesson of the template's course."""

    def __init__(self, records: Records) -> None:
        self.records = records
        with records.begin() as session:
            releases.publish(session, courses.make_release(COURSE), at=AT, by="thay")
            self.person = persons.add_person(
                session, username="an", full_name="Nguyễn Thị An (mẫu)", at=AT
            ).id
            work = lessons.open_work(session, self.person, self.place(session), AT)
        self.text = next(
            cell["id"]
            for cell in work.notebook["cells"]
            if '"kind": "text"' in str(cell) or "form: text" in "".join(cell["source"])
        )

    def place(self, session: Any) -> lessons.Place:
        found = lessons.find_place(session, self.person, COURSE.slug, LESSON.slug)
        assert found is not None
        return found

    def send(
        self,
        key: str = KEY,
        answer: str | None = "Đã trả lời",
        *,
        revision: int = 1,
        at: dt.datetime = AT,
        release: int | None = None,
    ) -> int:
        answers = {} if answer is None else {self.text: answer}
        with self.records.begin() as session:
            sent = lessons.Sent(key, answers, revision, release)
            return lessons.hand_in_once(session, self.person, self.place(session), sent, at=at)

    def draft(self) -> lessons.Work:
        with self.records.read() as session:
            found = lessons.find_work(session, self.person, self.place(session))
        assert found is not None
        return found

    def submissions(self) -> int:
        with self.records.read() as session:
            return session.scalar(select(func.count()).select_from(Submission)) or 0

    def agree(self, **terms: Any) -> None:
        with self.records.begin() as session:
            lesson_terms.set_terms(session, COURSE.slug, LESSON.slug, **terms)


@pytest.fixture
def at_school(records: Records) -> School:
    return School(records)


def test_answers_and_hand_in_arrive_together(at_school: School) -> None:
    at_school.send()
    assert at_school.draft().revision == 2
    assert at_school.submissions() == 1
    with at_school.records.read() as session:
        notebook = session.scalars(select(Submission.notebook)).one()
    assert "Đã trả lời" in notebook.decode()


def test_the_same_key_is_the_same_submission_whatever_has_changed_since(at_school: School) -> None:
    at_school.agree(closes_at=AT + HOUR, attempts=1)
    first = at_school.send()
    assert at_school.send(at=AT + 2 * HOUR) == first, "also after the deadline"
    assert at_school.send(revision=9, answer="khác", at=AT + HOUR / 2) == first
    assert at_school.submissions() == 1
    assert "khác" not in str(at_school.draft().notebook)


def test_two_that_arrive_at_once_are_one(at_school: School) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(at_school.send())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == at_school.submissions() == 1


def test_two_keys_of_one_notebook_within_seconds_lead_to_one_and_go_on_doing_so(
    at_school: School,
) -> None:
    first = at_school.send()
    other = KEY.replace("1", "7")
    assert at_school.send(other, revision=2, answer=None) == first
    assert at_school.send(other, revision=2, answer=None, at=AT + HOUR) == first
    assert at_school.submissions() == 1


def test_a_key_is_its_person_s_own(at_school: School) -> None:
    at_school.send()
    with at_school.records.begin() as session:
        at_school.person = persons.add_person(
            session, username="binh", full_name="Trần Văn Bình (mẫu)", at=AT
        ).id
        lessons.open_work(session, at_school.person, at_school.place(session), AT)
    at_school.send()
    assert at_school.submissions() == 2


def test_what_arrives_after_the_deadline_or_the_last_attempt_is_refused_whole(
    at_school: School,
) -> None:
    at_school.agree(closes_at=AT + HOUR, attempts=1)
    with pytest.raises(Refused, match="hết hạn"):
        at_school.send(at=AT + 2 * HOUR)
    assert at_school.draft().revision == 1, "answers and hand-in: both or neither"
    at_school.send()
    with pytest.raises(Refused, match="đủ 1 lần"):
        at_school.send("k" * 20, "khác", revision=2, at=AT + HOUR / 2)
    assert at_school.submissions() == 1


@pytest.mark.parametrize("answer", ["Của máy này", None])
def test_a_draft_changed_elsewhere_meanwhile_is_not_overwritten(
    at_school: School, answer: str | None
) -> None:
    with at_school.records.begin() as session:
        place = at_school.place(session)
        theirs = {at_school.text: "Của máy kia"}
        lessons.save_answers(session, at_school.person, place, theirs, revision=1, at=AT)
    with pytest.raises(lessons.Changed):
        at_school.send(answer=answer)
    assert at_school.submissions() == 0
    assert "Của máy kia" in str(at_school.draft().notebook)


def test_answers_that_had_arrived_before_are_no_conflict(at_school: School) -> None:
    with at_school.records.begin() as session:
        place = at_school.place(session)
        answers = {at_school.text: "Đã trả lời"}
        lessons.save_answers(session, at_school.person, place, answers, revision=1, at=AT)
    at_school.send()
    assert at_school.submissions() == 1


def test_work_for_another_release_is_refused_with_the_way_on(at_school: School) -> None:
    with pytest.raises(Refused, match="chuyển sang bản khác"):
        at_school.send(release=99)
    assert at_school.submissions() == 0


def test_who_has_enough_waiting_is_asked_to_come_again_and_loses_nothing(
    at_school: School,
) -> None:
    for n in range(3):
        at_school.send(f"{n}" * 20, f"lần {n}", revision=n + 1)
    with pytest.raises(Busy, match="đang chờ chấm"):
        at_school.send("9" * 20, "lần 4", revision=4)
    assert at_school.draft().revision == 4, "both or neither"
