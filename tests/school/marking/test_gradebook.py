"""The gradebook: who may open it, whom it shows, and what stands beside no name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from settled import store_marks

import courses
from core.marks import CellMarks, Marks
from records import Records, Session
from records.courses import lecturers, releases
from records.learning import enrolments, meetings
from records.marking import queue
from records.people import persons
from school import access
from school.marking import gradebook
from school.marking.gradebook import Filter

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
TEMPLATE = Path(courses.__file__).parent / "template"
COURSE, LESSON = "khoa-mau", "bai-mau"
PEOPLE = {
    "duc": ("Nguyễn Văn Đức (mẫu)", "01"),
    "an": ("Lê Thị Ân (mẫu)", "15"),
    "yen": ("Hoàng Yến (mẫu)", "15"),
}


@pytest.fixture
def taught(records: Records) -> Records:
    with records.begin() as session:
        persons.load_units(session)
        releases.publish(
            session, courses.make_release(courses.load_course(TEMPLATE)), at=AT, by="x"
        )
        for number, (username, (name, province)) in enumerate(PEOPLE.items()):
            unit = persons.find_unit(session, "province", "2025", province)
            assert unit is not None
            person = persons.add_person(
                session, username=username, full_name=name, code=f"TN-0{number}",
                unit_id=unit.id, at=AT,
            )  # fmt: skip
            enrolments.begin_course(session, person.id, COURSE, at=AT, seed=1)
        teacher = persons.add_person(session, username="thay", full_name="Thầy (mẫu)", at=AT)
        persons.grant_role(session, teacher.id, access.INSTRUCTOR)
    return records


def enter(session: Session, course: str | None = COURSE, *, until: dt.date | None = None) -> None:
    teacher = persons.find_person(session, "thay")
    assert teacher is not None
    lecturers.add_lecturer(
        session, teacher.id, course, from_on=AT.date(), until_on=until, certificate="GV-1",
        by="bo", at=AT,
    )  # fmt: skip


def hand_in(
    session: Session, username: str, share: float, *, exam: bool = False, review: bool = False
) -> None:
    person = persons.find_person(session, username)
    release = releases.current_release(session, COURSE)
    assert person is not None and release is not None
    lesson = releases.find_lesson(release, LESSON)
    assert lesson is not None
    queue.submit(
        session, person_id=person.id, release_id=release.id, lesson=LESSON, notebook=b"{}", at=AT,
        seed=1, priority=queue.EXAM if exam else queue.PRACTICE,
    )  # fmt: skip
    claimed = queue.claim(session, worker="w", at=AT, lease=HOUR)
    assert claimed is not None
    cells = tuple(
        CellMarks(one.grade_id, one.points * share, one.points, needs_review=review and not n)
        for n, one in enumerate(lesson.exercises)
    )
    marks = Marks("marked", sum(c.points for c in cells), sum(c.max for c in cells), cells)
    assert store_marks(session, claimed.id, marks, worker="w", at=AT)


def book(
    session: Session, asked: Filter | None = None, *, at: dt.datetime = AT
) -> gradebook.Book | None:
    actor = access.load_actor(session, "thay", at=at)
    return gradebook.load_book(session, actor, COURSE, asked or Filter(), pass_share=None, at=at)


def names(session: Session, **asked: object) -> list[str]:
    found = book(session, Filter(**asked))  # type: ignore[arg-type]  # a filter by its fields
    assert found is not None
    return [row.learner.full_name.split(" (")[0] for row in found.rows]


def test_only_those_whom_the_register_has_for_this_course_on_this_day_open_it(
    taught: Records,
) -> None:
    with taught.preview() as session:
        assert book(session) is None
        enter(session, "khoa-khac")
        assert book(session) is None
        enter(session, until=AT.date())
        assert book(session) is not None
        assert book(session, at=AT - DAY) is None
        assert book(session, at=AT + 2 * DAY) is None
    with taught.preview() as session:
        enter(session, None)  # every course
        assert book(session) is not None
        teacher = persons.find_person(session, "thay")
        assert teacher is not None
        persons.withdraw_role(session, teacher.id, access.INSTRUCTOR)
        assert book(session) is None


def test_learners_are_found_by_unit_class_state_and_name_without_diacritics(
    taught: Records,
) -> None:
    with taught.begin() as session:
        enter(session)
        hand_in(session, "duc", 1.0)
        hand_in(session, "yen", 0.2, review=True)
        meeting = meetings.call_meeting(
            session, course=COURSE, lesson=LESSON, place="P1", starts_at=AT, ends_at=AT + HOUR,
            by="thay",
        )  # fmt: skip
        meetings.attend_by_list(session, meeting.id, ["TN-01"], by="thay", at=AT)
        unit = persons.find_unit(session, "province", "2025", "15")
        assert unit is not None
        assert names(session) == ["Hoàng Yến", "Lê Thị Ân", "Nguyễn Văn Đức"]
        assert names(session, search="nguyen duc") == ["Nguyễn Văn Đức"]
        assert names(session, search="tn-02") == ["Hoàng Yến"]
        assert names(session, unit=unit.id) == ["Hoàng Yến", "Lê Thị Ân"]
        assert names(session, meeting=meeting.id) == ["Lê Thị Ân"]
        assert names(session, state="passed") == ["Nguyễn Văn Đức"]
        assert names(session, state="marking") == ["Hoàng Yến"]
        assert names(session, state="learning") == ["Hoàng Yến", "Lê Thị Ân"]


def test_a_lesson_sums_up_its_exercises_and_opens_into_them(taught: Records) -> None:
    with taught.begin() as session:
        enter(session)
        hand_in(session, "duc", 1.0)
        found, opened = book(session), book(session, Filter(lesson=LESSON))
        assert found is not None and opened is not None
        cell = found.rows[2].cells[0]
        assert cell.points == cell.max_points
        assert cell.right == cell.exercises > 5
        assert len(opened.heads) == len(opened.rows[2].cells) == cell.exercises
        assert all(one.passed for one in opened.rows[2].cells)
        assert not any(one.points or one.waiting for one in opened.rows[0].cells)


def test_of_an_exam_that_people_have_yet_to_mark_nothing_stands_beside_a_name(
    taught: Records,
) -> None:
    with taught.begin() as session:
        enter(session)
        hand_in(session, "duc", 1.0, exam=True, review=True)
        found, opened = book(session), book(session, Filter(lesson=LESSON))
        assert found is not None and opened is not None
        row = found.rows[2]
        assert row.points is None
        assert row.cells[0].points is None
        assert row.cells[0].right == 0
        assert row.cells[0].waiting
        assert all(one.points is None for one in opened.rows[2].cells)
        assert not gradebook.exercise_sheet(session, found, str)[1:]
        assert names(session, state="marking") == []  # it would say whose it is
