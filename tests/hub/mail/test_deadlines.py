"""Lessons that close soon: told once, to those who have something left to do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import courses
from hub.mail.deadlines import write_of_deadlines
from records import Records, Session
from records.courses import lesson_terms, releases
from records.learning import enrolments, meetings
from records.marking import queue
from records.people import persons
from records.tables.platform import Mail

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
COURSE = courses.load_course(Path(courses.__file__).parent / "template")
LESSON = COURSE.lessons[0].slug


def furnish(session: Session) -> dict[str, int]:
    """Four learners of the course: one has the lesson to do, one handed it in, one attended it, one
    has no address."""
    release = releases.publish(session, courses.make_release(COURSE), at=AT, by="thay")
    found = {}
    for name in ("an", "binh", "chi", "dung"):
        email = None if name == "dung" else f"{name}@example.org"
        person = persons.add_person(
            session, username=name, full_name=f"{name} (mẫu)", code=f"TN-{name}", email=email, at=AT
        )
        enrolments.begin_course(session, person.id, COURSE.slug, at=AT, seed=1)
        found[name] = person.id
    notebook = releases.lesson_notebook(session, release, LESSON, "learner")
    queue.submit(
        session, person_id=found["binh"], release_id=release.id, lesson=LESSON,
        notebook=notebook, at=AT, seed=1,
    )  # fmt: skip
    meeting = meetings.call_meeting(
        session, course=COURSE.slug, lesson=LESSON, place="P1", starts_at=AT, ends_at=AT + HOUR,
        by="thay",
    )  # fmt: skip
    meetings.attend_by_list(session, meeting.id, ["TN-chi"], by="thay", at=AT)
    return found


def closes(records: Records, at: dt.datetime) -> None:
    with records.begin() as session:
        lesson_terms.set_terms(session, COURSE.slug, LESSON, closes_at=at)


def test_who_has_a_lesson_left_that_closes_soon_is_told_once(records: Records) -> None:
    with records.begin() as session:
        people = furnish(session)
    closes(records, AT + 60 * HOUR)
    assert write_of_deadlines(records, at=AT) == 0, "not that soon"
    assert write_of_deadlines(records, at=AT + 20 * HOUR) == 1
    assert write_of_deadlines(records, at=AT + 21 * HOUR) == 0, "once"
    closes(records, AT + 65 * HOUR)
    assert write_of_deadlines(records, at=AT + 22 * HOUR) == 1, "it was moved"
    assert write_of_deadlines(records, at=AT + 66 * HOUR) == 0, "it is over"
    with records.read() as session:
        letters = session.query(Mail).order_by(Mail.id).all()
        assert {one.person_id for one in letters} == {people["an"]}
        assert letters[0].facts is not None
        assert letters[0].facts["title"]["vi"] == COURSE.lessons[0].title
