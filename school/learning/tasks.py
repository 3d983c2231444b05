"""How each exercise of a lesson stands: answered or not, what was said of it, what is to mend.

Pure. What was said (marks of the last submission, or a check that came later) holds for the answer
it was said of: once the answer differs the tick is gone, and the words stay as ``before``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import courses
from core.manifest import ExerciseEntry
from school.learning import answering, notebooks
from school.learning.results import ExerciseResult, Result


@dataclass(frozen=True)
class Said:
    """What was said of an answer, of which ``digest`` is (`notebooks.digests`), and when; "" where
    the exercise had other numbers then, of which nothing is shown.
    ``checked``: by a check, and no mark; ``misses``: how many checks were not right yet."""

    result: ExerciseResult
    digest: str
    at: dt.datetime
    checked: bool = False
    misses: int = 0


@dataclass(frozen=True)
class Task:
    """One exercise. ``number`` counts from 1, ``step`` is the lesson's step that it is.

    ``result`` was said of the answer as it is now, ``before`` of an earlier one. ``unread``: a
    field holds something that is no number.
    """

    grade_id: str
    title: str
    number: int
    step: int
    answered: bool
    unread: bool = False
    result: ExerciseResult | None = None
    before: ExerciseResult | None = None
    checked: bool = False  # ``result`` is a check's, and no mark
    misses: int = 0

    @property
    def state(self) -> str:
        """``unread``, ``full``, ``part``, ``none``, ``review``, ``answered`` or ``blank``."""
        if self.unread:
            return "unread"
        if self.result is not None and (self.answered or self.result.state == "full"):
            return self.result.state
        return "answered" if self.answered else "blank"

    @property
    def to_mend(self) -> bool:
        return self.state in ("unread", "part", "none")


def tasks_of(
    notebook: Mapping[str, Any],
    exercises: Sequence[ExerciseEntry],
    numbers: Mapping[str, int],
    said: Sequence[Said] = (),
    *,
    language: str = "vi",
) -> tuple[Task, ...]:
    """Every exercise in the lesson's order. ``numbers``: the step of each; ``said``: what was said
    of their answers, in any order."""
    cells = notebooks.answer_cells(notebook)
    in_order = sorted(said, key=lambda one: one.at)
    now = notebooks.digests(notebook, {one.grade_id: one.answers for one in exercises})
    newest = {one.result.grade_id: one for one in in_order}
    fitting = {
        one.result.grade_id: one for one in in_order if one.digest == now.get(one.result.grade_id)
    }
    misses = {one.result.grade_id: one.misses for one in in_order if one.checked}
    found = []
    for number, one in enumerate(exercises, start=1):
        own = [cells[cell] for cell in one.answers if cell in cells]
        task = Task(
            one.grade_id,
            one.title,
            number,
            numbers.get(one.grade_id, 0),
            answered=bool(own) and not any(notebooks.is_blank(cell) for cell in own),
            unread=any(_is_unread(cell, language) for cell in own),
            misses=misses.get(one.grade_id, 0),
        )
        fits, last = fitting.get(one.grade_id), newest.get(one.grade_id)
        if fits is not None:
            task = replace(task, result=fits.result, checked=fits.checked)
        elif last is not None and last.digest:
            task = replace(task, before=last.result)
        found.append(task)
    return tuple(found)


def said_in(result: Result | None) -> list[Said]:
    """What a submission's marks say of what was handed in. Where its notebook is kept no more,
    nobody knows whether that still is the answer; then nothing is said of it."""
    if result is None or result.marked_at is None:
        return []
    return [
        Said(one, result.digests[one.grade_id], result.submitted_at)
        for one in result.exercises
        if one.grade_id in result.digests
    ]


def _is_unread(cell: Mapping[str, Any], language: str) -> bool:
    form = answering.form_of(cell)
    if form is None:
        return False
    value = notebooks.answers_in({"cells": [cell]}).get(str(cell.get("id", "")))
    return bool(answering.unread(courses.read_typed(form, value, language)[1]))
