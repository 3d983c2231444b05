"""*Kiểm tra*: one exercise marked at once, by the same marker, and for no record.

A check says what a submission would say of this answer, and no more: hidden tests stay hidden. It
is no submission, uses no attempt and leaves no evidence. Where marks are scarce on purpose (an
exam, a lesson with a limit of attempts) or late (after the deadline) there is no check, and what
earlier ones said is shown no longer (docs/decisions/0066).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import courses
from core.manifest import ExerciseEntry
from core.marks import CellMarks, Marks
from core.messages import Message, Refused
from graders.service.sources import LessonSource, read_lesson_source
from graders.strict.feedback import read_feedback
from records import Session
from records.learning import checks
from records.tables.learning import CheckedAnswer
from school.learning import answering, notebooks
from school.learning.languages.words import Words, in_words
from school.learning.lessons import Place
from school.learning.notebook_weight import as_bytes, lean
from school.learning.numbers import own
from school.learning.results import ExerciseResult
from school.learning.tasks import Said


class MarksOne(Protocol):
    """`graders.Marker`, as far as a check needs it."""

    def mark_one(
        self,
        source: bytes,
        submitted: bytes,
        grade_id: str,
        *,
        seed: int = 0,
        files: Mapping[str, bytes] | None = None,
    ) -> Marks: ...


@dataclass(frozen=True)
class Wanted:
    """What is marked: the lesson with this learner's numbers, and one exercise of it."""

    source: LessonSource
    seed: int
    again: Mapping[str, int]
    notebook: Mapping[str, Any]
    grade_id: str


def checked_exercises(place: Place, at: dt.datetime) -> frozenset[str]:
    """Exercises that may be checked now; none of an exam, of a lesson with a limit of attempts or
    past its deadline, or where nbgrader's own way marks. Never what a person marks."""
    scarce = place.entry.exam or place.attempts is not None or place.is_closed(at)
    if scarce or place.manifest.mode != "strict":
        return frozenset()
    return frozenset(one.grade_id for one in place.exercises if _by_machine(one))


def _by_machine(exercise: ExerciseEntry) -> bool:
    return exercise.kind != "text" and not exercise.rubric and bool(exercise.answers)


def load_wanted(
    session: Session,
    person_id: int,
    place: Place,
    notebook: Mapping[str, Any],
    grade_id: str,
    *,
    language: str,
    at: dt.datetime,
) -> Wanted:
    """What to mark. `Refused` where this exercise is not checked, `AtFields` where something typed
    is no number; an answer that is still blank is told as that, and is no miss."""
    exercise = place.entry.find_exercise(grade_id)
    if exercise is None or grade_id not in checked_exercises(place, at):
        raise Refused(NOT_CHECKED)
    cells = notebooks.answer_cells(notebook)
    mine = {cell: cells[cell] for cell in exercise.answers if cell in cells}
    if not mine or all(notebooks.is_blank(cell) for cell in mine.values()):
        raise Refused(BLANK)
    _changed, fields = answering.read_notebook(mine, language)
    answering.refuse_unread(fields)
    seed, again = own.numbers_of(session, person_id, place)
    source = read_lesson_source(session, place.release_id, place.lesson)
    drawn = courses.has_variants(json.loads(source.notebook))
    return Wanted(source, seed if drawn else 0, again, notebook, grade_id)


def mark(marker: MarksOne, wanted: Wanted) -> CellMarks:
    """What the exercise earns; `Refused` where the machine cannot say just now."""
    source = wanted.source
    if wanted.seed:
        source = source.drawn(wanted.seed, wanted.again)
    marks = marker.mark_one(
        source.notebook,
        as_bytes(lean(wanted.notebook)),
        wanted.grade_id,
        seed=wanted.seed,
        files=source.files,
    )
    if not marks.cells:
        raise Refused(marks.reason or FAILED)
    return marks.cells[0]


def said_by_checks(
    session: Session, person_id: int, place: Place, at: dt.datetime
) -> tuple[Said, ...]:
    """What the last checks said, of the exercises that may be checked still."""
    open_ones = checked_exercises(place, at)
    titles = {one.grade_id: one.title for one in place.exercises}
    return tuple(
        _said(row, titles[row.grade_id], place.words)
        for row in checks.checks_of(session, person_id, place.release_id, place.lesson)
        if row.grade_id in open_ones
    )


def _said(row: CheckedAnswer, title: str, words: Words | None) -> Said:
    result = ExerciseResult(
        row.grade_id,
        title,
        row.points,
        row.max_points,
        in_words(words, row.grade_id, read_feedback(row.feedback)),
        row.needs_review,
    )
    return Said(result, row.answer, row.at, checked=True, misses=row.misses)


NOT_CHECKED = Message(
    "Bài tập này không kiểm tra trước được: bài thi, bài có giới hạn lần nộp, bài đã hết hạn và "
    "bài do người chấm chỉ có kết quả sau khi nộp."
)
BLANK = Message("Bài tập này chưa được trả lời. Hãy trả lời rồi kiểm tra.")
FAILED = Message("Chưa kiểm tra được. Bài vẫn được giữ; hãy thử lại.")
