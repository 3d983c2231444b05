"""The way to the certificate as stations: one place where one is, and true words for the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.manifest import LessonEntry, Manifest
from courses import Titles
from school.learning.overview import CourseState, LessonState
from school.programme.way import find_way

AT = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def course(slug: str, *lessons: dict[str, Any], begun: bool = True) -> CourseState:
    made = tuple(lesson(slug, f"b{number}", **facts) for number, facts in enumerate(lessons, 1))
    manifest = Manifest(
        course=slug, title=slug, programme="p", framework="f", pass_share=0.5, lessons=()
    )
    return CourseState(slug, 1, 1, manifest, made, begun, 0.5)


def lesson(course: str, slug: str, **facts: Any) -> LessonState:
    known = {
        "titles": LessonEntry(slug, slug, f"{slug}.ipynb", 10.0),
        "minutes": 30,
        "exercises": 1,
        "max_points": 10.0,
        "points": None,
        "opened_at": None,
        "pass_share": 0.5,
    }
    return LessonState(course=course, slug=slug, **{**known, **facts})


def states(*courses: CourseState) -> list[list[str]]:
    way = find_way([one.slug for one in courses], courses, AT)
    return [[station.state for station in stretch.stations] for stretch in way.stretches]


def test_a_newcomer_stands_at_the_first_lesson_and_sees_all_others_before_them() -> None:
    first, second = course("a", {}, {}, begun=False), course("b", {}, begun=False)
    assert states(first, second) == [["here", "next"], ["next"]]
    way = find_way(["a", "b"], [first, second], AT)
    assert (way.done, way.lessons, way.courses_left, way.minutes) == (0, 3, 2, 90)
    assert way.open_at is way.stretches[0]


def test_what_is_done_attended_low_and_closed_stands_so() -> None:
    one = course(
        "a",
        {"points": 9.0},
        {"attended": True},
        {"points": 2.0},
        {"closes_at": AT - DAY},
        {"opened_at": AT - DAY},
        {},
    )
    assert states(one) == [["done", "done", "low", "closed", "here", "next"]]


def test_what_is_missing_is_lessons_first_and_points_after() -> None:
    some = find_way(["a"], [course("a", {"points": 1.0}, {})], AT).stretches[0]
    assert (some.missing, some.points_short) == (1, 0.0)
    low = find_way(["a"], [course("a", {"points": 1.0}, {"points": 5.0})], AT).stretches[0]
    assert (low.missing, low.points_short, low.passed) == (0, 4.0, False)
    assert [one.state for one in low.stations] == ["here", "done"]  # the one with most to win
    late = find_way(["a"], [course("a", {"closes_at": AT - DAY})], AT).stretches[0]
    assert late.closed == 1


def test_a_passed_course_asks_no_more_minutes_and_the_next_one_opens() -> None:
    passed, rest = course("a", {"points": 9.0}, {"points": 4.0}), course("b", {}, begun=False)
    way = find_way(["a", "b"], [passed, rest], AT)
    assert (way.minutes, way.courses_left) == (30, 1)
    assert way.open_at is way.stretches[1]


def test_a_course_that_nobody_has_published_stands_on_the_way_without_stations() -> None:
    way = find_way(["a", "z"], [course("a", {"points": 9.0})], AT)
    assert way.stretches[1].course is None
    assert (way.courses_left, way.stretches[1].minutes, way.shares) == (1, 0, (0.5,))
    assert find_way([], [], AT).stretches == ()


def test_a_course_that_is_not_published_has_its_name_where_that_is_known() -> None:
    way = find_way(["a", "b", "c"], [course("a", {})], AT, {"b": Titles("Khóa bê", "Course b")})
    assert way.unpublished == 2
    names = [one.titles.title if one.titles else one.slug for one in way.stretches]
    assert names == ["a", "Khóa bê", "c"]
