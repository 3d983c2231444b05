"""What a person who marks needs: the piles that wait, and one submission as its learner saw it.

Who may see what of other people's marks is `records.marking.reviewing.seen_by`; whose turn it is,
`find_turn`. Reads and puts together; nothing is written here.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import courses
from core.manifest import ExerciseEntry, LessonEntry
from core.messages import Message, Refused
from courses.notebooks import grade_id_of, marking_of, source_of
from graders.strict.feedback import read_feedback
from records import Session
from records.courses import releases
from records.marking import queue, reviewing
from records.people import persons
from records.tables.courses import Release
from records.tables.marking import Submission
from records.tables.people import Person
from school.learning import results
from school.people import looks

MOST_WAITING = 1000
MANY_LEARNERS = 3  # with the same trouble at the same cell


@dataclass(frozen=True)
class Written:
    """One answer: ``html`` where it is a text to read, ``block`` and ``value`` where it is a form
    to show as the learner saw it, else ``source`` as it stands in its cell."""

    source: str
    html: str = ""
    block: courses.Block | None = None
    value: Any = None


@dataclass(frozen=True)
class Given:
    """What one person gave. ``ordinal`` counts from 1 in the order of time; the third decides."""

    ordinal: int
    marker: str
    points: float
    picks: tuple[float, ...]
    comment: str
    at: dt.datetime


@dataclass(frozen=True)
class ExerciseSeen:
    """One exercise of a submission, as the learner sees it, with what people gave it.

    ``given``: the reviews this reader may see (`reviewing.seen_by`), of ``reviews`` in all.
    ``turn``: what the reader may do now: ``mark``, ``decide`` (two markers lie apart), ``mend``
    (their own marks of a practice), ``wait`` (another marker is needed) or "".
    """

    title: str
    result: results.ExerciseResult
    rubric: tuple[courses.Criterion, ...]
    given: tuple[Given, ...]
    reviews: int
    turn: str
    task: str = ""
    answers: tuple[Written, ...] = ()

    @property
    def machine_points(self) -> float | None:
        """What strict marking gave, while nobody has decided otherwise."""
        return self.result.points if self.result.needs_review else None

    @property
    def chosen(self) -> tuple[float, ...]:
        """What the reader picked before, to mend it."""
        return self.given[-1].picks if self.turn == "mend" and self.given else ()


@dataclass(frozen=True)
class SubmissionSeen:
    """A submission to look at; ``person`` is None where they were erased, or are not to be known
    (`is_blind`)."""

    submission: Submission
    person: Person | None
    release: Release
    lesson: LessonEntry
    exercises: tuple[ExerciseSeen, ...]
    next_waiting: int | None = None  # another submission whose same exercises wait for the reader

    @property
    def exam(self) -> bool:
        return is_exam(self.submission)

    @property
    def is_blind(self) -> bool:
        """People have yet to mark this exam: who wrote it is told once that is decided."""
        return self.exam and any(one.result.needs_review for one in self.exercises)


@dataclass(frozen=True)
class Pile:
    """Answers to one exercise that wait for this marker. ``first``: the submission to begin with.

    ``apart``: those on which two markers disagree, for a third person to decide.
    """

    release: Release
    lesson: LessonEntry
    grade_id: str
    title: str
    max_points: float
    exam: bool
    apart: bool
    count: int
    first: int
    oldest_at: dt.datetime
    note: Message | str = ""  # why the machine could not decide, where it could not
    learners: int = 0

    @property
    def is_authors(self) -> bool:
        """Do so many meet the same trouble at the same cell that it is the cell's? Then one mend
        and one re-marking spare a person from looking at each."""
        return bool(self.note) and self.learners >= MANY_LEARNERS


def load_piles(session: Session, marker_id: int) -> tuple[Pile, ...]:
    """What waits for this marker, one pile for each exercise: exams first, then the oldest."""
    piles: dict[tuple[bool, bool, int, str, str, str | None], list[reviewing.Waiting]] = {}
    for one in reviewing.waiting_for(session, marker_id, limit=MOST_WAITING):
        key = (not one.exam, not one.apart, one.release_id, one.lesson, one.grade_id, one.note)
        piles.setdefault(key, []).append(one)
    return tuple(
        pile
        for _key, waiting in sorted(piles.items(), key=lambda item: item[0][:2])
        if (pile := _pile(session, waiting)) is not None
    )


def _pile(session: Session, waiting: list[reviewing.Waiting]) -> Pile | None:
    first = waiting[0]
    release = releases.find_release(session, first.release_id)
    lesson = releases.find_lesson(release, first.lesson) if release else None
    if release is None or lesson is None:
        return None
    exercise = lesson.find_exercise(first.grade_id)
    return Pile(
        release=release,
        lesson=lesson,
        grade_id=first.grade_id,
        title=exercise.title if exercise else first.grade_id,
        max_points=first.max_points,
        exam=first.exam,
        apart=first.apart,
        count=len(waiting),
        first=first.submission_id,
        oldest_at=min(one.submitted_at for one in waiting),
        note=read_feedback(first.note),
        learners=len({one.person_id for one in waiting}),
    )


def load_submission(
    session: Session, submission_id: int, reader_id: int | None
) -> SubmissionSeen | None:
    """One submission with its answers and marks, and what ``reader_id`` may see of reviews."""
    submission = queue.find_submission(session, submission_id)
    release = releases.find_release(session, submission.release_id) if submission else None
    lesson = releases.find_lesson(release, submission.lesson) if submission and release else None
    result = results.find_result(session, submission_id)
    if submission is None or lesson is None or release is None or result is None:
        return None
    cells = cells_of(submission.notebook)
    tasks = _tasks(cells)
    authors = _authors_cells(session, release, lesson)
    seen = SubmissionSeen(
        submission=submission,
        person=persons.find_person_by_id(session, submission.person_id),
        release=release,
        lesson=lesson,
        exercises=tuple(
            replace(
                _seen(session, submission, one, lesson.find_exercise(one.grade_id), reader_id),
                task=tasks.get(one.grade_id, ""),
                answers=_answers_to(cells, lesson.find_exercise(one.grade_id), authors),
            )
            for one in result.exercises
        ),
        next_waiting=_next_waiting(session, submission, reader_id),
    )
    looks.show(session, [submission.person_id], "exam" if seen.is_blind else "marks")
    return replace(seen, person=None) if seen.is_blind else seen


def _seen(
    session: Session,
    submission: Submission,
    result: results.ExerciseResult,
    exercise: ExerciseEntry | None,
    reader_id: int | None,
) -> ExerciseSeen:
    exam = submission.priority == queue.EXAM
    reviews = reviewing.reviews_of(session, submission.id, result.grade_id)
    seen = reviewing.seen_by(reader_id, reviews, result.max_points, exam=exam)
    given = tuple(
        Given(
            ordinal=list(reviews).index(review) + 1,
            marker=_name(session, review.marker_id),
            points=review.points,
            picks=tuple(review.picks or ()),
            comment=review.comment,
            at=review.at,
        )
        for review in seen
    )
    turn = find_turn(
        [review.marker_id for review in reviews],
        reader_id,
        owner_id=submission.person_id,
        needs_review=result.needs_review,
        exam=exam,
    )

    return ExerciseSeen(
        title=result.title,
        result=result,
        rubric=exercise.rubric if exercise else (),
        given=given,
        reviews=len(reviews),
        turn=turn,
    )


def find_turn(
    markers: Sequence[int],
    reader_id: int | None,
    *,
    owner_id: int,
    needs_review: bool,
    exam: bool,
) -> str:
    """What ``reader_id`` may do with an exercise that ``markers`` have marked (`ExerciseSeen`)."""
    if reader_id is None or reader_id == owner_id:
        return ""
    if not needs_review:
        return "mend" if not exam and markers and markers[-1] == reader_id else ""
    if reader_id in markers:
        return "wait"
    return "decide" if exam and len(markers) >= 2 else "mark"


def _name(session: Session, person_id: int) -> str:
    person = persons.find_person_by_id(session, person_id)
    return person.full_name if person else ""


def _next_waiting(session: Session, submission: Submission, reader_id: int | None) -> int | None:
    """Another submission of the same lesson that waits for the reader, the oldest first."""
    if reader_id is None:
        return None
    waiting = reviewing.waiting_for(session, reader_id, limit=MOST_WAITING)
    same = [
        one.submission_id
        for one in waiting
        if (one.release_id, one.lesson) == (submission.release_id, submission.lesson)
    ]
    return next((number for number in same if number != submission.id), None)


def _tasks(cells: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What each exercise asks, by grade_id, as safe HTML: the text above its first answer."""
    found: dict[str, str] = {}
    html = ""
    for block in courses.blocks({"cells": list(cells), "metadata": {}}):
        if block.kind == "exercise":
            html = ""
        elif block.kind == "text":
            html = block.html
        elif block.kind == "marks":
            found[block.grade_id] = html
    return found


def _authors_cells(session: Session, release: Release, lesson: LessonEntry) -> frozenset[str]:
    """Ids of the cells that the author wrote; the rest of a notebook is the learner's own."""
    content = releases.release_file(session, release.id, "source", lesson.file)
    return frozenset(str(cell.get("id", "")) for cell in cells_of(content or b""))


def _answers_to(
    cells: Sequence[Mapping[str, Any]], exercise: ExerciseEntry | None, authors: frozenset[str]
) -> tuple[Written, ...]:
    """The exercise's answers, and below each and below a task whatever cells the learner added."""
    if exercise is None:
        return ()
    wanted = set(exercise.answers)
    found = []
    below = False
    for cell in cells:
        name = str(cell.get("id", ""))
        if marking_of(cell) or name in wanted:
            below = name in wanted or grade_id_of(cell) == exercise.grade_id
        own = below and not marking_of(cell) and name not in authors
        if own or name in wanted:
            found.append(_as_written(cell))
    return tuple(one for one in found if one.source)


def _as_written(cell: Mapping[str, Any]) -> Written:
    if cell.get("cell_type") == "markdown":
        text = courses.written_answer(cell)
        return Written(text, courses.safe_html(text, cell.get("attachments")))
    source = source_of(cell)
    try:
        form = courses.read_form(source)
        answer = courses.read_answer(source) if form else None
    except Refused:  # the field was overwritten: what stands there, without our own notation
        return Written(without_notation(source))
    if form is None:
        return Written(source)
    if form.kind == "text":
        text = str(answer or "")
        return Written(text, courses.safe_html(text))
    block = courses.Block("form", str(cell.get("id", "")), source=source, form=form)
    return Written(source, block=block, value=answer)


def without_notation(source: str) -> str:
    """A cell without the lines that describe its field: they are for the page, not for a reader."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith("#|")]
    return "\n".join(lines).strip("\n")


def is_exam(submission: Submission) -> bool:
    """Whether people mark it who do not know whose it is."""
    return submission.priority == queue.EXAM


def find_submitted_file(
    session: Session, submission_id: int, cell_id: str
) -> tuple[str, bytes] | None:
    """Name and content of the file in an answer cell of a submission; None where there is none."""
    submission = queue.find_submission(session, submission_id)
    source = sources_of(submission.notebook).get(cell_id, "") if submission else ""
    try:
        form, answer = courses.read_form(source), courses.read_answer(source)
        if form is None or form.kind != "file" or courses.check_answer(form, answer):
            return None
        assert submission is not None and isinstance(answer, dict)
        looks.show(session, [submission.person_id], "exam" if is_exam(submission) else "marks")
        return PurePosixPath(answer["name"]).name, base64.b64decode(answer["base64"])
    except (Refused, ValueError, AssertionError):
        return None


def sources_of(content: bytes) -> dict[str, str]:
    """Cell sources by id; a notebook that can not be read has none."""
    return {str(cell.get("id", "")): source_of(cell) for cell in cells_of(content)}


def cells_of(content: bytes) -> list[dict[str, Any]]:
    """The cells of a notebook that anyone may have made; none where it can not be read."""
    try:
        cells: list[dict[str, Any]] = courses.read_notebook(content).get("cells", [])
    except Refused:
        return []
    return cells
