"""What the next level takes: the rule of levels, read the other way round."""

from __future__ import annotations

import datetime as dt

from core.manifest import LessonEntry
from school.assessment.growth import Task, grow
from school.learning.overview import LessonState, Standing
from skills_framework.evidence import EXAMINATION, PRACTICE, Sign, is_solved

AT = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
LESSON = LessonState(
    course="k",
    slug="b",
    titles=LessonEntry("b", "B", "b.ipynb", 10.0),
    minutes=30,
    exercises=1,
    max_points=10.0,
    points=None,
    opened_at=None,
    pass_share=0.5,
)


def standing(level: int, seen: int) -> Standing:
    return Standing("1.1", {"vi": "Tìm"}, level, seen)


def task(number: int, level: int, share: float | None = None) -> Task:
    return Task("k", LESSON, number, f"Bài {number}", level, share)


def done(*exercises: tuple[str, int, float], source: str = PRACTICE) -> list[Sign]:
    return [
        Sign(source, "1.1", level, is_solved(share), AT, name) for name, level, share in exercises
    ]


def test_what_was_never_measured_begins_with_its_lowest_exercise() -> None:
    found = grow(standing(0, 0), [task(1, 1), task(2, 1), task(3, 2)], [], at=AT)
    assert not found.measured
    assert (found.target, found.need) == (1, 2)
    assert found.task is not None
    assert found.task.number == 1
    alone = grow(standing(0, 0), [task(4, 3)], [], at=AT)  # one shows no level, but measures
    assert (alone.target, alone.task and alone.task.number) == (None, 4)


def test_one_more_exercise_of_the_level_is_asked_for_where_one_is_done() -> None:
    tasks = [task(1, 2, 1.0), task(2, 2)]
    found = grow(standing(0, 1), tasks, done(("a", 2, 1.0)), at=AT)
    assert (found.target, found.need) == (2, 1)
    assert found.task is not None
    assert found.task.number == 2


def test_a_missed_level_asks_to_mend_what_lacks_least_once_all_were_done() -> None:
    signs = done(("a", 1, 1.0), ("b", 1, 1.0), ("c", 2, 0.6), ("d", 2, 0.2))
    tasks = [task(1, 1, 1.0), task(2, 1, 1.0), task(3, 2, 0.6), task(4, 2, 0.2), task(5, 3)]
    found = grow(standing(1, 4), tasks, signs, at=AT)
    assert (found.target, found.need) == (2, 2)
    assert found.task is not None
    assert found.task.number == 3
    more = grow(standing(1, 4), [*tasks, task(6, 2)], signs, at=AT)
    assert more.task is not None
    assert more.task.number == 6, "what was never done comes before what was missed"


def test_a_level_with_too_few_exercises_is_passed_over_and_the_highest_has_none_above() -> None:
    signs = done(("a", 1, 1.0), ("b", 1, 1.0))
    found = grow(standing(1, 2), [task(1, 2), task(2, 3), task(3, 3)], signs, at=AT)
    assert found.target == 3
    top = grow(standing(1, 2), [task(1, 2)], signs, at=AT)
    assert (top.target, top.task) == (None, None)


def test_what_an_examination_showed_is_not_asked_for_again() -> None:
    signs = done(("1/1", 3, 1.0), source=EXAMINATION)
    tasks = [task(1, 3), task(2, 3), task(3, 4), task(4, 4)]
    assert grow(standing(3, 1), tasks, signs, at=AT).target == 4
