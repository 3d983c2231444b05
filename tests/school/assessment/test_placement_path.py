"""Which lessons follow from a placement, and which may be passed over."""

from __future__ import annotations

from pathlib import Path

import courses
from school.assessment.placement import MOST_LESSONS, REACH, mastered, path_of
from school.programme.curriculum import make_curriculum
from skills_framework import scale
from skills_framework.framework import load_framework

CONTENT = Path(courses.__file__).parent / "content"
FRAMEWORK = load_framework()
SHIPPED = make_curriculum(
    FRAMEWORK,
    [
        courses.make_release(courses.load_course(CONTENT / slug)).manifest
        for slug in ("nhan-thuc-chung", "xa-hoi-so-an-toan")
    ],
)


def at(ability: float, error: float = 0.2) -> dict[str, scale.Estimate]:
    one = scale.Estimate(ability, error, ability - 1.96 * error, ability + 1.96 * error)
    return {domain.code: one for domain in FRAMEWORK.domains}


def test_the_path_leads_just_above_where_one_stands_lowest_first() -> None:
    looked = 0
    for ability in (-4.0, -2.0, 0.0):
        path = path_of(SHIPPED, at(ability), frozenset())
        level = scale.level_of(ability)
        assert len(path) <= MOST_LESSONS
        for stop in path:
            looked += 1
            assert stop.reasons
            assert all(level < one.practised <= level + REACH for one in stop.reasons)
        lowest = [min(one.practised for one in stop.reasons) for stop in path]
        assert lowest == sorted(lowest)
    assert looked > 5


def test_a_competence_that_was_missed_comes_first_among_equals() -> None:
    free = path_of(SHIPPED, at(-4.0), frozenset())
    last = free[-1]
    wanted = frozenset(one.competence.code for one in last.reasons)
    path = path_of(SHIPPED, at(-4.0), wanted)
    place = [stop.practice.lesson.slug for stop in path].index(last.practice.lesson.slug)
    assert place < len(free) - 1
    assert any(one.missed for one in path[place].reasons)


def test_lessons_may_be_passed_over_only_where_all_they_practise_is_surely_reached() -> None:
    assert mastered(SHIPPED, at(-4.0)) == ()
    everything = mastered(SHIPPED, at(8.0))
    assert len(everything) == SHIPPED.lessons
    assert mastered(SHIPPED, at(8.0, error=12.0)) == ()
