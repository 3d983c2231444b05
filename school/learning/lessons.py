"""One learner's lesson: the draft, the answers in it, what is run, and what is handed in.

The notebook is the one truth of a learner's answers; the player sends only what changed
(`apply_answers`), JupyterLab sends the whole notebook (`check_notebook`). Reading and writing the
database happens in the functions that take a session; the rest is pure.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import courses
from core.manifest import Criterion, ExerciseEntry, LessonEntry, Manifest
from core.messages import Message, Refused
from courses.media import named_in
from courses.notebooks import (
    SOLUTION,
    grade_id_of,
    is_answer,
    is_marked,
    is_solution,
    is_task_answer,
    is_test,
    region,
    source_of,
    write_text,
)
from graders.strict.feedback import read_feedback
from records import Session
from records.courses import lesson_terms, releases
from records.learning import drafts, enrolments
from records.marking import queue, reviewing
from records.marking.marks import marks_of
from records.tables.courses import Release
from records.tables.learning import Draft
from records.tables.marking import ExerciseMarks, Submission
from school.learning import answering
from school.learning.answering import form_of
from school.learning.notebook_weight import (
    LIGHT,
    LONGEST_SOURCE,
    as_bytes,
    lean,
    most_bytes,
    refuse_heavy,
)
from school.refusals import TooLate

Answers = dict[str, Any]  # cell id → a form's value, or the source of a code cell


@dataclass(frozen=True)
class Place:
    """A lesson as one learner meets it: always on the release they began."""

    course: str
    lesson: str
    release_id: int
    manifest: Manifest
    entry: LessonEntry
    closes_at: dt.datetime | None = None
    attempts: int | None = None

    @property
    def exercises(self) -> tuple[ExerciseEntry, ...]:
        return self.entry.exercises

    @property
    def exercise_of(self) -> dict[str, str]:
        """The grade_id of each answer's cell, by the cell's id."""
        return {cell: one.grade_id for one in self.exercises for cell in one.answers}

    def is_closed(self, at: dt.datetime) -> bool:
        return lesson_terms.has_closed(self.closes_at, at)

    def is_over(self, at: dt.datetime, attempts_used: int) -> bool:
        """Nothing more can be handed in: the deadline has passed, or the last try was used."""
        return self.is_closed(at) or (self.attempts is not None and attempts_used >= self.attempts)


@dataclass(frozen=True)
class Work:
    """The draft as the player needs it."""

    notebook: dict[str, Any]
    revision: int
    saved_at: dt.datetime
    fields: tuple[courses.Field, ...] = ()  # how what was just typed was read


class Changed(Exception):
    """The draft was saved elsewhere in the meantime; ``work`` is what is stored."""

    def __init__(self, work: Work) -> None:
        super().__init__(f"revision {work.revision} is stored")
        self.work = work


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


# --- finding and opening ------------------------------------------------------------------------


def find_release_for(session: Session, person_id: int, course: str) -> Release | None:
    """The release of a course that this learner began, else the current one; None without any."""
    enrolment = enrolments.find_enrolment(session, person_id, course)
    if enrolment:
        return releases.find_release(session, enrolment.release_id)
    return releases.current_release(session, course)


def find_place(session: Session, person_id: int, course: str, lesson: str) -> Place | None:
    """The lesson on the learner's release, else on the current one; None where there is none."""
    release = find_release_for(session, person_id, course)
    entry = releases.find_lesson(release, lesson) if release else None
    if release is None or entry is None:
        return None
    agreed = lesson_terms.find_terms(session, course, lesson)
    return Place(
        course,
        lesson,
        release.id,
        release.manifest,
        entry,
        closes_at=agreed.closes_at if agreed else None,
        attempts=agreed.attempts if agreed else None,
    )


def find_work(session: Session, person_id: int, place: Place) -> Work | None:
    draft = drafts.find_draft(session, person_id, place.release_id, place.lesson)
    return as_work(draft) if draft else None


@dataclass(frozen=True)
class Published:
    """The lesson as published for one learner: with the numbers their seed draws, if it has any."""

    notebook: dict[str, Any]
    files: Mapping[str, bytes]
    seed: int | None


def published_for(session: Session, place: Place, seed: int) -> Published:
    """The learner's own copy of the published lesson; ``seed`` is their enrolment's."""
    source = releases.release_file(session, place.release_id, "source", place.entry.file)
    assert source is not None, "a release holds every notebook its manifest names"
    drawn = seed if courses.has_variants(json.loads(source)) else None
    content, files = courses.lesson_for(source, drawn or 0)
    return Published(json.loads(content), files, drawn)


def open_work(session: Session, person_id: int, place: Place, at: dt.datetime) -> Work:
    """The draft; opening a lesson for the first time begins the course."""
    enrolled = enrolments.begin_course(session, person_id, place.course, at=at)
    draft = drafts.open_draft(
        session,
        person_id=person_id,
        release_id=place.release_id,
        lesson=place.lesson,
        at=at,
        notebook=as_bytes(published_for(session, place, enrolled.seed).notebook),
    )
    return as_work(draft)


def save_work(
    session: Session,
    person_id: int,
    place: Place,
    notebook: dict[str, Any],
    *,
    revision: int,
    at: dt.datetime,
    worked: Mapping[str, int] | None = None,
) -> Work:
    """Store the notebook, without outputs, as the revision after ``revision``.

    Raises `Changed`, and `TooLarge` for one larger than the lesson's answers can make it.
    ``worked``: seconds at exercises since the last save, by grade_id; kept for authors.
    """
    content = _kept(session, place, notebook)
    try:
        draft = drafts.save_draft(
            session,
            person_id=person_id,
            release_id=place.release_id,
            lesson=place.lesson,
            notebook=content,
            expected_revision=revision,
            at=at,
        )
    except drafts.Conflict as conflict:
        raise Changed(as_work(conflict.stored)) from None
    known = {exercise.grade_id for exercise in place.exercises}
    drafts.add_time(
        session,
        person_id=person_id,
        release_id=place.release_id,
        lesson=place.lesson,
        seconds={grade_id: n for grade_id, n in (worked or {}).items() if grade_id in known},
    )
    return as_work(draft)


def save_answers(
    session: Session,
    person_id: int,
    place: Place,
    answers: Mapping[str, Any],
    *,
    revision: int,
    at: dt.datetime,
    worked: Mapping[str, int] | None = None,
    language: str = "vi",
) -> Work:
    """Write changed answers into the draft. Raises `Changed` or `Refused`.

    Numbers are read by ``language``; what cannot be read is kept as typed and said in the
    work's ``fields``. ``worked``: seconds at exercises since the last save, by grade_id.
    """
    draft = drafts.find_draft(session, person_id, place.release_id, place.lesson)
    if draft is None:
        raise Refused(Message("Bài học chưa được mở. Hãy tải lại trang."))
    work = as_work(draft)
    read, fields = answering.read_answers(answer_cells(work.notebook), answers, language)
    if draft.revision != revision:
        # The same answers again are no conflict: the first reply may have been lost on the way.
        if same_answers(work.notebook, read):
            return replace(work, fields=fields)
        raise Changed(work)
    notebook = apply_answers(work.notebook, read)
    saved = save_work(session, person_id, place, notebook, revision=revision, at=at, worked=worked)
    return replace(saved, fields=fields)


def _kept(session: Session, place: Place, notebook: dict[str, Any]) -> bytes:
    """What is stored of a learner's notebook; raises `TooLarge`."""
    content = as_bytes(lean(notebook))
    if len(content) > LIGHT:  # look at the lesson only where it matters
        file = place.entry.file
        published = releases.release_file(session, place.release_id, "learner", file)
        assert published is not None, "a release holds every notebook its manifest names"
        refuse_heavy(len(content), most_bytes(json.loads(published)))
    return content


def solutions_for(session: Session, person_id: int, place: Place) -> dict[str, str]:
    """The author's worked solution with the learner's own numbers, by cell id.

    Only for who can hand in nothing more (`Place.is_over`) or has full points already.
    """
    source = releases.release_file(session, place.release_id, "source", place.entry.file)
    assert source is not None
    enrolled = enrolments.find_enrolment(session, person_id, place.course)
    own = courses.variant(json.loads(source), enrolled.seed if enrolled else 0)
    return {
        str(cell.get("id", "")): "\n".join(region(source_of(cell), SOLUTION))
        for cell in own["cells"]
        if cell["cell_type"] == "code" and is_solution(cell)
    } | {
        str(cell.get("id", "")): _model_text(cell)
        for cell in own["cells"]
        if cell["cell_type"] == "markdown" and is_solution(cell)
    }


def _model_text(cell: Mapping[str, Any]) -> str:
    """The author's own answer in a text cell: its solution region, or all that learners miss."""
    source = source_of(cell)
    return "\n".join(region(source, SOLUTION)) or courses.written_answer(cell)


def restore(session: Session, person_id: int, place: Place, work: Work, *, at: dt.datetime) -> Work:
    """Put back cells that the draft lost; every answer stays."""
    enrolled = enrolments.begin_course(session, person_id, place.course, at=at)
    published = published_for(session, place, enrolled.seed)
    whole = restored(work.notebook, published.notebook)
    return save_work(session, person_id, place, whole, revision=work.revision, at=at)


def own_files(session: Session, person_id: int, place: Place) -> Mapping[str, bytes]:
    """The files a lesson hands out, with the learner's own numbers in them."""
    enrolled = enrolments.find_enrolment(session, person_id, place.course)
    return published_for(session, place, enrolled.seed if enrolled else 0).files


def files_for_lab(session: Session, person_id: int, place: Place, work: Work) -> dict[str, bytes]:
    """What the lesson shows and hands out, by path below the course's folder: its media, and
    beside the notebook the learner's own tables and letters."""
    beside = PurePosixPath(place.entry.file).parent
    own = own_files(session, person_id, place)
    files = {str(beside / name): content for name, content in own.items()}
    for path in sorted(named_in(work.notebook)):
        content = releases.release_file(session, place.release_id, "learner", path)
        if content is not None:
            files[path] = content
    return files


def hand_in(
    session: Session,
    person_id: int,
    place: Place,
    notebook: dict[str, Any],
    *,
    at: dt.datetime,
    device: str | None = None,
    language: str = "vi",
) -> int:
    """Queue a notebook for marking; the submission's id. Raises `Refused` with every reason,
    `AtFields` where something typed for a number, by ``language``, is none."""
    if place.is_closed(at):
        raise TooLate(Message("Bài này đã hết hạn nộp. Bài làm đã lưu của anh/chị vẫn còn nguyên."))
    enrolled = enrolments.begin_course(session, person_id, place.course, at=at)
    published = published_for(session, place, enrolled.seed)
    check_notebook(notebook, published.notebook, place)
    _changed, fields = answering.read_notebook(answer_cells(notebook), language)
    answering.refuse_unread(fields)
    try:
        submission = queue.submit(
            session,
            person_id=person_id,
            release_id=place.release_id,
            lesson=place.lesson,
            notebook=_kept(session, place, notebook),
            at=at,
            priority=queue.EXAM if place.entry.exam else queue.PRACTICE,
            seed=published.seed,
            device=device,
            attempts=place.attempts,
        )
    except queue.NoAttemptLeft as refused:
        raise TooLate(*refused.messages) from None
    return submission.id


# --- results ------------------------------------------------------------------------------------


def find_result(session: Session, submission_id: int) -> Result | None:
    submission = queue.find_submission(session, submission_id)
    if submission is None:
        return None
    release = releases.find_release(session, submission.release_id)
    assert release is not None
    entry = releases.find_lesson(release, submission.lesson)
    return _result(session, submission, release.course, entry.exercises if entry else ())


def find_last_result(session: Session, person_id: int, place: Place) -> Result | None:
    """The last submission of a lesson; a marked one is shown with its marks."""
    submission = queue.find_last(session, person_id, place.release_id, place.lesson)
    return _result(session, submission, place.course, place.exercises) if submission else None


def _result(
    session: Session, submission: Submission, course: str, exercises: Sequence[ExerciseEntry]
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
                read_feedback(marks[grade_id].feedback),
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


# --- notebooks, pure ----------------------------------------------------------------------------


def as_work(draft: Draft) -> Work:
    return Work(json.loads(draft.notebook), draft.revision, draft.saved_at)


def answer_cells(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """The cells a learner answers in, by cell id."""
    return {
        str(cell.get("id", "")): cell
        for cell in notebook["cells"]
        if cell["cell_type"] in ("code", "markdown") and is_answer(cell)
    }


def answers_in(notebook: Mapping[str, Any]) -> Answers:
    """Every answer: a form's value, a code cell's source, the text written in a text cell."""
    return {cell_id: _answer(cell) for cell_id, cell in answer_cells(notebook).items()}


def without_content(answers: Answers) -> Answers:
    """Answers without the bytes of uploaded files: ``{"name": …, "size": …}`` in their place."""
    return {
        cell_id: {"name": value.get("name"), "size": len(value["base64"])}
        if isinstance(value, dict) and isinstance(value.get("base64"), str)
        else value
        for cell_id, value in answers.items()
    }


def _answer(cell: Mapping[str, Any]) -> Any:
    source = source_of(cell)
    if cell["cell_type"] == "markdown":
        return courses.written_answer(cell) or None
    try:
        if courses.read_form(source) is not None:
            return courses.read_answer(source)
    except Refused:  # edited elsewhere into something that is no form any more: show it as code
        pass
    return source


def apply_answers(notebook: dict[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook with these answers; raises `Refused` naming every answer that does not fit."""
    cells, wrong = answer_cells(notebook), []
    for cell_id, value in answers.items():
        cell = cells.get(cell_id)
        if cell is None:
            wrong.append(Message("Bài này không có ô trả lời {cell}.", {"cell": cell_id}))
            continue
        try:
            cell["source"] = _with_answer(cell, value)
        except Refused as refused:
            wrong.extend(refused.messages)
    if wrong:
        raise Refused(*wrong)
    return notebook


def _with_answer(cell: Mapping[str, Any], value: Any) -> str:
    source = source_of(cell)
    if cell["cell_type"] == "markdown":
        return write_text(cell, _text(value))
    if form_of(cell) is not None:
        return courses.write_answer(source, value)
    if not isinstance(value, str):
        raise Refused(Message("Câu trả lời của ô mã phải là chữ."))
    if len(value) > LONGEST_SOURCE:
        raise Refused(Message("Ô mã dài quá mức cho phép ({n} ký tự).", {"n": LONGEST_SOURCE}))
    return value


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise Refused(Message("Câu trả lời của ô viết phải là chữ."))
    if value and len(value) > LONGEST_SOURCE:
        raise Refused(Message("Ô viết dài quá mức cho phép ({n} ký tự).", {"n": LONGEST_SOURCE}))
    return unicodedata.normalize("NFC", value or "")


def same_answers(notebook: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    stored = answers_in(notebook)
    return all(cell_id in stored and stored[cell_id] == value for cell_id, value in answers.items())


def sources_up_to(notebook: Mapping[str, Any], cell_id: str) -> tuple[list[str], list[str]]:
    """Sources and ids of the code cells to run for *Chạy thử*: up to this one, without tests."""
    sources: list[str] = []
    ids: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and not is_test(cell):
            sources.append(source_of(cell))
            ids.append(str(cell.get("id", "")))
        if cell.get("id") == cell_id:
            if not ids or ids[-1] != cell_id:
                break
            return sources, ids
    raise Refused(Message("Bài này không có ô mã {cell}.", {"cell": cell_id}))


def read_submitted(content: bytes) -> dict[str, Any]:
    """A notebook somebody sends us; raises `Refused` where it is none."""
    try:
        notebook: dict[str, Any] = courses.read_notebook(content)
    except RecursionError:
        raise Refused(Message("không phải sổ bài học hợp lệ: lồng nhau quá sâu")) from None
    return notebook


def check_notebook(notebook: Mapping[str, Any], published: Mapping[str, Any], place: Place) -> None:
    """Refuse a foreign notebook, and one that lost cells that are marked."""
    wanted = {grade_id_of(cell) for cell in published["cells"] if is_marked(cell)} - {""}
    there = {grade_id_of(cell) for cell in notebook["cells"]}
    missing = wanted - there
    if missing and missing == wanted:
        raise Refused(
            Message(
                "Sổ bài này không phải của bài học “{title}”. Hãy mở đúng bài rồi nộp lại.",
                {"title": place.entry.title},
            )
        )
    titles = {one.grade_id: one.title for one in place.exercises}
    if missing:
        raise Refused(
            *(
                Message(
                    "Ô kiểm tra của bài tập “{title}” đã bị xóa khỏi sổ bài. Hãy lấy lại bản gốc "
                    "của bài học; câu trả lời của anh/chị được giữ.",
                    {"title": titles.get(grade_id, grade_id)},
                )
                for grade_id in sorted(missing)
            )
        )


def lost_exercises(notebook: Mapping[str, Any], place: Place) -> bool:
    """Whether the draft lacks a cell that is marked or answered in."""
    there = {grade_id_of(cell) for cell in notebook["cells"]}
    ids = {str(cell.get("id", "")) for cell in notebook["cells"]}
    return any(
        one.grade_id not in there or not ids.issuperset(one.answers) for one in place.exercises
    )


def restored(notebook: Mapping[str, Any], published: dict[str, Any]) -> dict[str, Any]:
    """The published lesson with the draft's answers put back, cell by cell (by grade_id)."""
    kept = {
        grade_id_of(cell): source_of(cell)
        for cell in notebook["cells"]
        if is_solution(cell) and grade_id_of(cell)
    }
    below_tasks = {str(cell.get("id", "")): source_of(cell) for cell in notebook["cells"]}
    for cell in published["cells"]:
        if is_solution(cell) and grade_id_of(cell) in kept:
            cell["source"] = kept[grade_id_of(cell)]
        elif is_task_answer(cell):
            cell["source"] = below_tasks.get(str(cell.get("id", "")), "")
    return published


def next_after(place: Place) -> str | None:
    """The slug of the lesson that follows, None after the last."""
    slugs = [lesson.slug for lesson in place.manifest.lessons]
    later = slugs[slugs.index(place.lesson) + 1 :] if place.lesson in slugs else []
    return later[0] if later else None
