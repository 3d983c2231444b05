"""How an exercise stands: what was said holds for the answer it was said of."""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import courses
from courses.manifest import manifest_of
from school.learning import notebooks
from school.learning.results import ExerciseResult
from school.learning.tasks import Said, Task, tasks_of

COURSE = courses.load_course(Path(courses.__file__).parent / "template")
EXERCISES = manifest_of(COURSE).lessons[0].exercises
BLANK = courses.learner_notebook(courses.variant(COURSE.lessons[0].source, 1))
AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
NUMBER = next(one for one in EXERCISES if "number" in one.title)


def answered(value: Any) -> dict[str, Any]:
    cell = NUMBER.answers[0]
    return notebooks.apply_answers(copy.deepcopy(BLANK), {cell: value})


def said(notebook: dict[str, Any], points: float, *, after: int = 0, checked: bool = False) -> Said:
    answers = {one.grade_id: one.answers for one in EXERCISES}
    result = ExerciseResult(NUMBER.grade_id, NUMBER.title, points, 2.0, "Vì sao", False)
    digest = notebooks.digests(notebook, answers)[NUMBER.grade_id]
    at = AT + dt.timedelta(minutes=after)
    return Said(result, digest, at, checked=checked, misses=int(checked and points < 2))


def task(notebook: dict[str, Any], *all_said: Said) -> Task:
    found = tasks_of(notebook, EXERCISES, {NUMBER.grade_id: 4}, all_said)
    assert [one.number for one in found] == list(range(1, len(EXERCISES) + 1))
    return next(one for one in found if one.grade_id == NUMBER.grade_id)


def test_a_lesson_as_handed_out_is_blank_throughout() -> None:
    states = {one.kind: [] for one in EXERCISES}  # type: dict[str, list[str]]
    for one, exercise in zip(tasks_of(BLANK, EXERCISES, {}), EXERCISES, strict=True):
        states[exercise.kind].append(one.state)
    assert {"code", "form", "text"} <= set(states)
    assert {state for each in states.values() for state in each} == {"blank"}


def test_an_answer_makes_it_answered_and_one_that_is_no_number_is_to_mend() -> None:
    assert (task(answered(12)).state, task(answered(12)).step) == ("answered", 4)
    assert task(answered("abc")).state == "unread"
    assert task(answered("abc")).to_mend


def test_code_is_answered_once_its_two_lines_are_gone() -> None:
    cell = {
        "cell_type": "code",
        "source": "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError()",
    }
    assert notebooks.is_blank(cell)
    assert notebooks.is_blank({**cell, "source": " \n"})
    assert not notebooks.is_blank({**cell, "source": "def f():\n    return 1"})
    assert not notebooks.is_blank(
        {**cell, "source": "def f():\n    return 1\n    raise NotImplementedError()"}
    )


def test_a_verdict_holds_for_its_answer_and_its_words_stay_after() -> None:
    right = said(answered(12), 2.0)
    assert task(answered(12), right).state == "full"
    changed = task(answered(13), right)
    assert (changed.state, changed.result) == ("answered", None)
    assert changed.before is right.result
    assert task(answered(12), right).before is None


def test_the_newest_that_fits_is_said_whether_check_or_mark() -> None:
    marked, checked = said(answered(12), 0.0), said(answered(13), 2.0, after=5, checked=True)
    assert (task(answered(13), checked, marked).state, task(answered(13), checked).checked) == (
        "full",
        True,
    )
    back = task(answered(12), checked, marked)
    assert (back.state, back.checked) == ("none", False)


def test_a_miss_is_remembered_when_the_answer_changes() -> None:
    missed = said(answered(12), 0.0, checked=True)
    assert task(answered(12), missed).to_mend
    assert task(answered(13), missed).misses == 1
