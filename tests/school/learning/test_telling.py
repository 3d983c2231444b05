"""Word by letter when a class is called and when a person has marked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from settled import store_marks

import courses
from core.marks import CellMarks, Marks
from records import Records, Session
from records.courses import releases
from records.learning import enrolments
from records.marking import queue
from records.people import persons
from records.tables.platform import Mail
from school import access
from school.learning import acts
from school.marking import acts as marking_acts

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
TEMPLATE = Path(courses.__file__).parent / "template"
COURSE, LESSON = "khoa-mau", "bai-mau"


def furnish(session: Session) -> access.Actor:
    releases.publish(session, courses.make_release(courses.load_course(TEMPLATE)), at=AT, by="x")
    for name in ("an", "binh", "thay"):
        person = persons.add_person(
            session, username=name, full_name=f"{name} (mẫu)", email=f"{name}@example.org", at=AT
        )
        if name == "thay":
            persons.grant_role(session, person.id, access.INSTRUCTOR)
        elif name == "an":
            enrolments.begin_course(session, person.id, COURSE, at=AT, seed=1)
    return access.load_actor(session, "thay", at=AT)


def told(session: Session, kind: str) -> list[str]:
    return [one.address for one in session.query(Mail).filter_by(kind=kind)]


def test_a_class_is_told_to_who_takes_the_course_where_its_caller_asks_for_it(
    records: Records,
) -> None:
    with records.begin() as session:
        teacher = furnish(session)
        for by_mail in (False, True):
            acts.call_class(
                session, teacher, COURSE, LESSON, place="P1", starts_at=AT, ends_at=AT + HOUR,
                by_mail=by_mail, at=AT,
            )  # fmt: skip
            assert told(session, "class") == (["an@example.org"] if by_mail else [])


def test_a_class_of_a_unit_is_told_to_its_people_alone(records: Records) -> None:
    with records.begin() as session:
        teacher = furnish(session)
        an = persons.find_person(session, "an")
        assert an is not None
        call: dict[str, Any] = {
            "place": "P1",
            "starts_at": AT,
            "ends_at": AT + HOUR,
            "by_mail": True,
            "at": AT,
        }
        here, there = (
            persons.add_unit(session, kind="province", vintage="2025", code=code, name=name)
            for code, name in (("01", "Nơi này (mẫu)"), ("02", "Nơi kia (mẫu)"))
        )
        an.unit_id = here.id
        session.flush()
        acts.call_class(session, teacher, COURSE, LESSON, unit_id=there.id, **call)
        assert told(session, "class") == []
        acts.call_class(session, teacher, COURSE, LESSON, unit_id=here.id, **call)
        assert told(session, "class") == ["an@example.org"]


def test_marks_by_a_person_are_told_once_nothing_waits_any_more(records: Records) -> None:
    with records.begin() as session:
        teacher = furnish(session)
        person = persons.find_person(session, "an")
        release = releases.current_release(session, COURSE)
        assert person is not None and release is not None
        lesson = releases.find_lesson(release, LESSON)
        assert lesson is not None
        submission = queue.submit(
            session, person_id=person.id, release_id=release.id, lesson=LESSON, notebook=b"{}",
            at=AT, seed=1,
        )  # fmt: skip
        assert queue.claim(session, worker="w", at=AT, lease=HOUR)
        plain = [one for one in lesson.exercises if not one.rubric][:2]
        cells = tuple(CellMarks(one.grade_id, 0.0, 1.0, needs_review=True) for one in plain)
        assert store_marks(
            session, submission.id, Marks("marked", 0.0, 2.0, cells), worker="w", at=AT
        )
        for number, one in enumerate(plain):
            assert told(session, "marked") == []
            marking_acts.give_marks(
                session, teacher, submission.id, one.grade_id, points=1.0, picks={},
                comment="Tốt", pass_share=None, at=AT,
            )  # fmt: skip
            assert told(session, "marked") == (["an@example.org"] if number else [])
