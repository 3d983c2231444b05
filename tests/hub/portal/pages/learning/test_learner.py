"""The learner's home: deadlines and messages in sight, one button for what comes next."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from core.manifest import LessonEntry, Manifest
from records.courses import lesson_terms
from records.learning import notices
from records.people import persons
from records.programme import requirements
from school.learning import overview
from school.learning.overview import CourseState, LessonState

AT = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)  # ten in the morning in Hà Nội
DAY = dt.timedelta(days=1)


def lesson(slug: str, **facts: Any) -> LessonState:
    known = {
        "course": "k",
        "slug": slug,
        "titles": LessonEntry(slug, slug, f"{slug}.ipynb", 10.0),
        "minutes": 30,
        "exercises": 1,
        "max_points": 10.0,
        "points": None,
        "opened_at": None,
        "pass_share": 0.5,
    }
    return LessonState(**{**known, **facts})


def course(*lessons: LessonState, begun: bool = True) -> CourseState:
    return CourseState("k", 1, 1, manifest(), lessons, begun, 0.5)


def manifest(**facts: Any) -> Manifest:
    known = {"course": "k", "title": "K", "programme": "p", "framework": "f", "pass_share": 0.5}
    return Manifest(**{**known, "lessons": (), **facts})


def next_of(*courses: CourseState) -> tuple[str, str] | None:
    step = overview.next_step(courses, AT)
    return (step.kind, step.lesson.slug) if step else None


def test_what_closes_soon_comes_first_even_before_what_was_begun() -> None:
    begun = lesson("dang-lam", opened_at=AT - DAY)
    soon = lesson("sap-han", closes_at=AT + 2 * DAY)
    later = lesson("con-lau", closes_at=AT + 30 * DAY)
    assert next_of(course(begun, later, soon)) == ("begin", "sap-han")
    assert next_of(course(begun, later)) == ("continue", "dang-lam")


def test_a_lesson_attended_in_person_is_done_and_its_points_are_still_to_be_had() -> None:
    found = course(lesson("mot", points=10.0), lesson("hai", attended=True))
    assert (found.lessons_done, found.passed) == (2, True)  # 10 of 20, and half is enough
    assert next_of(found) == ("begin", "hai")


def test_points_exactly_on_the_mark_pass_however_they_were_added_up() -> None:
    tenths = [lesson(f"b{n}", points=0.6, max_points=1.0, pass_share=0.6) for n in range(10)]
    found = CourseState("k", 1, 1, manifest(), tuple(tenths), True, 0.6)
    assert sum([0.6] * 10) < 6.0  # 5.999999999999999
    assert found.passed
    assert lesson("b", points=0.6 + 0.7 + 0.8, max_points=3.0, pass_share=0.7).state == "passed"


def test_nobody_is_sent_to_a_lesson_that_is_closed() -> None:
    closed = lesson("het-han", opened_at=AT - DAY, closes_at=AT - DAY)
    assert next_of(course(closed, lesson("con"))) == ("begin", "con")
    assert next_of(course(closed)) is None


def test_deadlines_are_those_of_one_s_own_courses_that_are_not_passed() -> None:
    own = course(
        lesson("sau", closes_at=AT + 9 * DAY),
        lesson("truoc", closes_at=AT + DAY),
        lesson("dat", closes_at=AT + DAY, points=9.0),
        lesson("het", closes_at=AT - DAY),
        lesson("khong-han"),
    )
    other = course(lesson("khac", closes_at=AT + DAY), begun=False)
    assert [one.slug for _, one in overview.deadlines([own, other], AT)] == ["truoc", "sau"]


def test_days_are_counted_by_the_calendar_of_hanoi() -> None:
    evening = dt.datetime(2026, 11, 22, 16, 30, tzinfo=dt.UTC)  # 23:30 in Hà Nội
    midnight = lesson("x", closes_at=evening + dt.timedelta(hours=1))
    assert midnight.days_left(evening) == 1
    assert midnight.days_left(evening + dt.timedelta(minutes=45)) == 0


async def test_home_shows_deadlines_and_messages_below_one_clear_button(site: Any) -> None:
    an = site.as_("an")
    slug, path = "nhan-thuc-chung", "courses/nhan-thuc-chung/lessons/muc-tieu-2025-2030"
    await an.get(path)
    with site.records.begin() as session:
        lesson_terms.set_terms(session, slug, "muoi-nghin-can-bo", closes_at=AT + 2 * DAY)
        unit = persons.find_unit(session, "province", "2025", "15")
        notices.send_notice(
            session, title="Lịch <thi>", body="Thứ năm.", by="thay", at=AT, unit_id=unit.id
        )
    page = (await an.get("")).text
    assert len(re.findall(r'class="button large"', page)) == 1
    place = [
        page.index(part) for part in ('class="button large"', "Sắp đến hạn", "Lịch &lt;thi&gt;")
    ]
    assert place == sorted(place)
    assert "Hạn nộp: 10:00, 24/11/2026" in page
    assert "còn 2 ngày" in page
    english = (await site.as_("an", "en").get("")).text
    assert "2 days left" in english


async def test_courses_stand_in_vietnamese_order(site: Any) -> None:
    """Within one frame: â after a, đ after d, whatever the slugs are."""
    from records.courses import releases
    from school.learning.overview import load_courses

    class Publication:
        def __init__(self, number: int, title: str) -> None:
            self.digest = f"{number:064}"
            self.manifest = manifest(course=f"k{number}", title=title, frame="9")
            self.learner_files = self.source_files = {"a": b"a"}

    titled = ["Đô thị", "Dân số", "Ánh sáng", "Âm nhạc", "An ninh"]
    with site.records.begin() as session:
        for number, title in enumerate(titled):
            releases.publish(session, Publication(number, title), at=AT, by="thay")
    with site.records.read() as session:
        shown = [one.manifest.title for one in load_courses(session, None, pass_share=None)]
    assert [one for one in shown if one in titled] == [
        "An ninh",
        "Ánh sáng",
        "Âm nhạc",
        "Dân số",
        "Đô thị",
    ]


async def test_home_names_required_courses_that_nobody_published(bare_site: Any) -> None:
    page = (await bare_site.as_("an").get("learning")).text
    assert "2 khóa bắt buộc chưa công bố" in page
    assert "Nhận thức chung về chuyển đổi số" in page
    assert "nhan-thuc-chung" not in page
    assert "Chưa có khóa học nào được công bố" not in page
    assert "Xem khóa nào bắt buộc" not in page, "she decides nothing"
    assert (
        'href="/services/portal/requirements"' in (await bare_site.as_("bo").get("learning")).text
    )
    english = (await bare_site.as_("an", "en").get("learning")).text
    assert "Digital transformation: general awareness" in english


async def test_above_a_published_course_nobody_reads_that_there_is_none(site: Any) -> None:
    with site.records.begin() as session:
        for course in ("nhan-thuc-chung", "xa-hoi-so-an-toan"):
            requirements.end_requirement(
                session, "chuyen-doi-so-10000", course, until_at=AT, source="(mẫu)", by="bo", at=AT
            )
    page = (await site.as_("an").get("learning")).text
    assert "Chưa có khóa học nào được công bố" not in page
    assert "Chọn một khóa học để bắt đầu" in page
