"""What the next level takes: the rule of levels, read the other way round."""

from __future__ import annotations

import datetime as dt

from core.manifest import LessonEntry
from school.assessment.growth import Task, grow
from school.learning.overview import LessonState, Standing

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


def best(*done: tuple[str, int, float]) -> dict[tuple[str, str, int], float]:
    return {(grade_id, "1.1", level): share for grade_id, level, share in done}


def test_what_was_never_measured_begins_with_its_lowest_exercise() -> None:
    found = grow(standing(0, 0), [task(1, 1), task(2, 1), task(3, 2)], {})
    assert not found.measured
    assert (found.target, found.short) == (1, 2)
    assert found.task is not None
    assert found.task.number == 1
    alone = grow(standing(0, 0), [task(4, 3)], {})  # one exercise shows no level, but measures
    assert (alone.target, alone.task and alone.task.number) == (None, 4)


def test_one_more_exercise_of_the_level_is_asked_for_where_one_is_done() -> None:
    done = best(("a", 2, 1.0))
    found = grow(standing(0, 1), [task(1, 2, 1.0), task(2, 2)], done)
    assert (found.target, found.have, found.short) == (2, 1, 1)
    assert found.task is not None
    assert found.task.number == 2


def test_a_missed_level_asks_to_mend_the_weakest_exercise() -> None:
    done = best(("a", 1, 1.0), ("b", 1, 1.0), ("c", 2, 0.8), ("d", 2, 0.2))
    tasks = [task(1, 1, 1.0), task(2, 1, 1.0), task(3, 2, 0.8), task(4, 2, 0.2), task(5, 3)]
    found = grow(standing(1, 4), tasks, done)
    assert (found.target, found.short, found.share) == (2, 0, 0.5)
    assert found.task is not None
    assert found.task.number == 4


def test_a_level_with_too_few_exercises_is_passed_over_and_the_highest_has_none_above() -> None:
    done = best(("a", 1, 1.0), ("b", 1, 1.0))
    found = grow(standing(1, 2), [task(1, 2), task(2, 3), task(3, 3)], done)
    assert found.target == 3
    top = grow(standing(1, 2), [task(1, 2)], done)
    assert (top.target, top.task) == (None, None)
