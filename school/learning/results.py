"""What came of a submission, as its learner and whoever marks it see it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import courses
from core.manifest import Criterion, ExerciseEntry
from core.messages import Message
from graders.strict.feedback import read_feedback
from records import Session
from records.courses import releases
from records.marking import queue, reviewing
from records.marking.marks import marks_of
from records.tables.marking import ExerciseMarks, Submission
from school.learning import notebooks
from school.learning.languages.words import ENGLISH, Words, find_words, in_words
from school.learning.lessons import Place
from school.learning.numbers import own


@dataclass(frozen=True)
class Result:
    """A submission with its marks, as pages and the API show it. No notebook in it."""

    id: int
    person_id: int
    course: str
    lesson: str
    state: str  # queued, claimed, marked, dead
    late: bool
    submitted_at: dt.datetime
    marked_at: dt.datetime | None
    points: float | None
    max_points: float | None
    reason: Mapping[str, Any] | None
    exercises: tuple[ExerciseResult, ...]
    # What was handed in, by exercise (`notebooks.digests`); empty where nobody asked for it.
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def waiting(self) -> bool:
        return self.state in ("queued", "claimed")


@dataclass(frozen=True)
class ExerciseResult:
    grade_id: str
    title: str
    points: float
    max_points: float
    feedback: Message | str  # in whatever language it is shown: see `graders.strict.feedback`
    needs_review: bool
    rubric: tuple[courses.Picked, ...] = ()  # what a person chose of the exercise's rubric
    # For whoever marks, never for the learner: why the machine could not decide, and what the
    # other way of marking gave.
    note: Message | str = ""
    other_points: float | None = None

    @property
    def state(self) -> str:
        if self.needs_review:
            return "review"
        if self.points >= self.max_points:
            return "full"
        return "part" if self.points > 0 else "none"


def find_result(session: Session, submission_id: int, language: str = "vi") -> Result | None:
    """A submission with its marks; what was said in ``language`` where the lesson has it."""
    submission = queue.find_submission(session, submission_id)
    if submission is None:
        return None
    release = releases.find_release(session, submission.release_id)
    assert release is not None
    entry = releases.find_lesson(release, submission.lesson)
    words = find_words(session, release.id, entry) if entry and language == ENGLISH else None
    entry = entry.in_english() if entry and words else entry
    exercises = entry.exercises if entry else ()
    return _result(session, submission, release.course, exercises, words)


def find_last_result(
    session: Session, person_id: int, place: Place, again: Mapping[str, int] | None = None
) -> Result | None:
    """The last submission of a lesson; a marked one is shown with its marks, and with digests of
    what was handed in, unless its notebook is kept no more. ``again``: the numbers that the draft
    has drawn anew; an exercise that was handed in with others has the digest ""."""
    submission = queue.find_last(session, person_id, place.release_id, place.lesson)
    if submission is None:
        return None
    result = _result(session, submission, place.course, place.exercises, place.words)
    if result.reason or not (result.exercises and submission.notebook):
        return result
    handed_in = notebooks.digests(json.loads(submission.notebook), place.answers)
    other = own.other_numbers(session, place, submission.drawn_again, again or {})
    return replace(result, digests=handed_in | dict.fromkeys(other, ""))


def _result(
    session: Session,
    submission: Submission,
    course: str,
    exercises: Sequence[ExerciseEntry],
    words: Words | None,
) -> Result:
    marks = {row.grade_id: row for row in marks_of(session, submission.id)}
    titles = {one.grade_id: one.title for one in exercises}
    rubrics = {one.grade_id: one.rubric for one in exercises}
    order = [*titles, *(grade_id for grade_id in marks if grade_id not in titles)]
    return Result(
        id=submission.id,
        person_id=submission.person_id,
        course=course,
        lesson=submission.lesson,
        state=submission.state,
        late=submission.late,
        submitted_at=submission.submitted_at,
        marked_at=submission.marked_at,
        points=submission.points,
        max_points=submission.max_points,
        reason=submission.reason,
        exercises=tuple(
            ExerciseResult(
                grade_id,
                titles.get(grade_id, grade_id),
                marks[grade_id].points,
                marks[grade_id].max_points,
                in_words(words, grade_id, read_feedback(marks[grade_id].feedback)),
                marks[grade_id].needs_review,
                _picked(session, submission, marks[grade_id], rubrics.get(grade_id, ())),
                read_feedback(marks[grade_id].note),
                marks[grade_id].other_points,
            )
            for grade_id in order
            if grade_id in marks
        ),
    )


def _picked(
    session: Session, submission: Submission, marks: ExerciseMarks, rubric: Sequence[Criterion]
) -> tuple[courses.Picked, ...]:
    if not rubric or marks.needs_review:
        return ()
    counting = reviewing.deciding(
        reviewing.reviews_of(session, submission.id, marks.grade_id),
        marks.max_points,
        exam=submission.priority == queue.EXAM,
    )
    picks = [review.picks for review in counting if review.picks]
    return courses.picked(rubric, picks)
