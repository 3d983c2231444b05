"""What the instructor's pages show: insight per lesson, one submission, a course to publish.

Reads and puts together; decisions are in `analytics.insight` and `records`.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import courses
from analytics.insight import (
    Attempt,
    ExerciseInsight,
    Step,
    find_where_people_stop,
    look_at_exercises,
)
from analytics.integrity import Sign, Work, find_signs
from courses.notebooks import grade_id_of, marking_of, source_of
from hub import lessons
from records import Session, audit, people, queue, releases, remarking, reviewing
from records import teaching as lists
from skills_framework.framework import load_framework
from skills_framework.messages import Message, Refused

MOST_FILES, MOST_MB = 300, 50  # of an uploaded course, unpacked
MOST_WAITING = 1000


@dataclass(frozen=True)
class CourseInsight:
    """A course as its instructor sees it."""

    release: Any
    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    remarks: list[Any]
    releases: Sequence[tuple[Any, int]]  # newest first, each with its learners
    older: int  # releases before the current one

    def lesson_title(self, slug: str, titled: Any) -> str:
        """A lesson's title in the reader's language; its slug where it is no longer there."""
        lesson = releases.find_lesson(self.release, slug)
        return str(titled(lesson)) if lesson else slug


@dataclass(frozen=True)
class LessonInsight:
    """How a lesson's exercises went. ``titles``: the exercise's title by its grade_id."""

    release: Any
    lesson: Mapping[str, Any]
    exercises: tuple[ExerciseInsight, ...]
    titles: Mapping[str, str]


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
    result: lessons.ExerciseResult
    rubric: tuple[courses.Criterion, ...]
    given: tuple[Given, ...]
    reviews: int
    turn: str
    task: str = ""
    answers: tuple[Written, ...] = ()

    @property
    def chosen(self) -> tuple[float, ...]:
        """What the reader picked before, to mend it."""
        return self.given[-1].picks if self.turn == "mend" and self.given else ()


@dataclass(frozen=True)
class SubmissionSeen:
    submission: Any
    person: Any
    release: Any
    lesson: Mapping[str, Any]
    exercises: tuple[ExerciseSeen, ...]
    next_waiting: int | None = None  # another submission whose same exercises wait for the reader

    @property
    def exam(self) -> bool:
        return bool(self.submission.priority == queue.EXAM)


@dataclass(frozen=True)
class Pile:
    """Answers to one exercise that wait for this marker. ``first``: the submission to begin with.

    ``apart``: those on which two markers disagree, for a third person to decide.
    """

    release: Any
    lesson: Mapping[str, Any]
    grade_id: str
    title: str
    max_points: float
    exam: bool
    apart: bool
    count: int
    first: int
    oldest_at: dt.datetime


def load_course_insight(session: Session, slug: str) -> CourseInsight | None:
    """The current release with its way of learners; None for an unknown course."""
    release = releases.current_release(session, slug)
    if release is None:
        return None
    opened, handed_in = lists.first_times(session, slug)
    passed = lists.who_passed(session, slug, float(release.manifest["pass_share"]))
    return CourseInsight(
        release=release,
        steps=find_where_people_stop(
            [lesson["slug"] for lesson in release.manifest["lessons"]], opened, handed_in, passed
        ),
        counts=lists.count_handed_in(session, slug),
        remarks=[
            (r, *remarking.progress_of(session, r)) for r in remarking.remarks_of(session, slug)
        ],
        releases=lists.releases_of(session, slug),
        older=release.number - 1,
    )


def load_lesson_insight(session: Session, slug: str, lesson: str) -> LessonInsight | None:
    """Difficulty, discrimination and common mistakes of a lesson's exercises."""
    release = releases.current_release(session, slug)
    entry = releases.find_lesson(release, lesson) if release else None
    if entry is None:
        return None
    answers = _answers(lists.first_notebooks(session, slug, lesson), entry)
    attempts = [
        Attempt(
            person_id=tried.person_id,
            grade_id=tried.grade_id,
            share=tried.points / tried.max_points if tried.max_points else 0.0,
            feedback=tried.feedback,
            answer=answers.get((tried.submission_id, tried.grade_id)),
        )
        for tried in lists.first_tries(session, slug, lesson)
    ]
    titles = {exercise["grade_id"]: exercise["title"] for exercise in entry["exercises"]}
    return LessonInsight(release, entry, look_at_exercises(attempts, list(titles)), titles)


def _answers(
    notebooks: Mapping[int, bytes], lesson: Mapping[str, Any]
) -> dict[tuple[int, str], str]:
    """What was answered in forms, as text; code is too various to count."""
    found = {}
    forms = [exercise for exercise in lesson["exercises"] if exercise["kind"] == "form"]
    for submission_id, content in notebooks.items():
        cells = _cells(content)
        for exercise in forms:
            shown = [_shown(cells[answer]) for answer in exercise["answers"] if answer in cells]
            if shown:
                found[submission_id, exercise["grade_id"]] = " · ".join(filter(None, shown))
    return found


def _shown(source: str) -> str:
    try:
        answer = courses.read_answer(source)
    except Refused:
        return ""
    return "" if answer is None else str(answer)


def _cells(content: bytes) -> dict[str, str]:
    """Cell sources by id; a notebook that can not be read has none."""
    return {str(cell.get("id", "")): source_of(cell) for cell in _notebook_cells(content)}


def _notebook_cells(content: bytes) -> list[dict[str, Any]]:
    """The cells of a notebook that anyone may have made; none where it can not be read."""
    try:
        cells: list[dict[str, Any]] = courses.read_notebook(content).get("cells", [])
    except Refused:
        return []
    return cells


def load_piles(session: Session, marker_id: int) -> tuple[Pile, ...]:
    """What waits for this marker, one pile for each exercise: exams first, then the oldest."""
    piles: dict[tuple[Any, ...], list[reviewing.Waiting]] = {}
    for one in reviewing.waiting_for(session, marker_id, limit=MOST_WAITING):
        key = (not one.exam, not one.apart, one.release_id, one.lesson, one.grade_id)
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
    if lesson is None:
        return None
    titles = {exercise["grade_id"]: exercise["title"] for exercise in lesson["exercises"]}
    return Pile(
        release=release,
        lesson=lesson,
        grade_id=first.grade_id,
        title=titles.get(first.grade_id, first.grade_id),
        max_points=first.max_points,
        exam=first.exam,
        apart=first.apart,
        count=len(waiting),
        first=first.submission_id,
        oldest_at=min(one.submitted_at for one in waiting),
    )


def load_submission(
    session: Session, submission_id: int, reader_id: int | None
) -> SubmissionSeen | None:
    """One submission with its answers and marks, and what ``reader_id`` may see of reviews."""
    submission = queue.find_submission(session, submission_id)
    release = releases.find_release(session, submission.release_id) if submission else None
    lesson = releases.find_lesson(release, submission.lesson) if submission and release else None
    result = lessons.find_result(session, submission_id)
    if submission is None or lesson is None or release is None or result is None:
        return None
    cells = _notebook_cells(submission.notebook)
    tasks = _tasks(cells)
    about = {exercise["grade_id"]: exercise for exercise in lesson["exercises"]}
    authors = _authors_cells(session, release, lesson)
    return SubmissionSeen(
        submission=submission,
        person=people.find_person_by_id(session, submission.person_id),
        release=release,
        lesson=lesson,
        exercises=tuple(
            replace(
                _seen(session, submission, one, about.get(one.grade_id, {}), reader_id),
                task=tasks.get(one.grade_id, ""),
                answers=_answers_to(cells, about.get(one.grade_id, {}), authors),
            )
            for one in result.exercises
        ),
        next_waiting=_next_waiting(session, submission, reader_id),
    )


def _seen(
    session: Session,
    submission: Any,
    result: lessons.ExerciseResult,
    exercise: Mapping[str, Any],
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
        rubric=courses.load_rubric(exercise.get("rubric", ())),
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
    person = people.find_person_by_id(session, person_id)
    return person.full_name if person else ""


def _next_waiting(session: Session, submission: Any, reader_id: int | None) -> int | None:
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


def _authors_cells(session: Session, release: Any, lesson: Mapping[str, Any]) -> frozenset[str]:
    """Ids of the cells that the author wrote; the rest of a notebook is the learner's own."""
    content = releases.release_file(session, release.id, "source", lesson["file"])
    return frozenset(str(cell.get("id", "")) for cell in _notebook_cells(content or b""))


def _answers_to(
    cells: Sequence[Mapping[str, Any]], exercise: Mapping[str, Any], authors: frozenset[str]
) -> tuple[Written, ...]:
    """The exercise's answers, and below a task whatever cells the learner added."""
    wanted = set(exercise.get("answers", ()))
    found = []
    below = False
    for cell in cells:
        below = below if not marking_of(cell) else grade_id_of(cell) == exercise.get("grade_id")
        own = below and not marking_of(cell) and str(cell.get("id", "")) not in authors
        if own or str(cell.get("id", "")) in wanted:
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
    except Refused:
        return Written(source)
    if form is None:
        return Written(source)
    if form.kind == "text":
        text = str(answer or "")
        return Written(text, courses.safe_html(text))
    block = courses.Block("form", str(cell.get("id", "")), source=source, form=form)
    return Written(source, block=block, value=answer)


def find_submitted_file(
    session: Session, submission_id: int, cell_id: str
) -> tuple[str, bytes] | None:
    """Name and content of the file in an answer cell of a submission; None where there is none."""
    submission = queue.find_submission(session, submission_id)
    source = _cells(submission.notebook).get(cell_id, "") if submission else ""
    try:
        form, answer = courses.read_form(source), courses.read_answer(source)
        if form is None or form.kind != "file" or courses.check_answer(form, answer):
            return None
        assert isinstance(answer, dict)
        return PurePosixPath(answer["name"]).name, base64.b64decode(answer["base64"])
    except (Refused, ValueError, AssertionError):
        return None


def lesson_entries(session: Session) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The lessons of all current releases, by course and lesson: for their titles."""
    return {
        (release.course, lesson["slug"]): lesson
        for release in releases.current_releases(session)
        for lesson in release.manifest["lessons"]
    }


def load_signs(session: Session, slug: str) -> tuple[Any, tuple[Sign, ...], dict[int, str]] | None:
    """The current release, signs in its latest submissions, and names by person."""
    release = releases.current_release(session, slug)
    if release is None:
        return None
    written = {
        answer
        for lesson in release.manifest["lessons"]
        for exercise in lesson["exercises"]
        if exercise["kind"] in ("code", "text")
        for answer in exercise["answers"]
    }
    handed_out = {
        lesson["slug"]: _cells(
            releases.release_file(session, release.id, "learner", lesson["file"]) or b""
        )
        for lesson in release.manifest["lessons"]
    }
    works = [
        Work(
            submission_id=one.submission_id,
            person_id=one.person_id,
            lesson=one.lesson,
            written=_own_words(one.notebook, handed_out.get(one.lesson, {}), written),
            opened_at=one.opened_at,
            submitted_at=one.submitted_at,
            share=(one.points or 0.0) / one.max_points if one.max_points else 0.0,
            device=one.device,
        )
        for one in lists.marked_works(session, slug)
    ]
    minutes = {lesson["slug"]: lesson["practice_minutes"] for lesson in release.manifest["lessons"]}
    signs = find_signs(works, minutes)
    found = {person_id for sign in signs for person_id in sign.people}
    people_found = {one: people.find_person_by_id(session, one) for one in found}
    return release, signs, {one: p.full_name if p else "" for one, p in people_found.items()}


def _own_words(content: bytes, handed_out: Mapping[str, str], answers: Collection[str]) -> str:
    """What somebody wrote in code and text answers; cells left as handed out say nothing."""
    return "\n".join(
        courses.written_answer(cell) if cell.get("cell_type") == "markdown" else source_of(cell)
        for cell in _notebook_cells(content)
        if str(cell.get("id", "")) in answers
        and source_of(cell) != handed_out.get(str(cell.get("id", "")), "")
    )


def read_course_archive(content: bytes) -> courses.Course:
    """A course folder from a zip file. Raises `Refused` naming what is wrong with it.

    Nothing is unpacked outside a folder of its own: names that climb out, links, too many files
    or too much when unpacked are refused.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [member for member in archive.infolist() if not member.is_dir()]
        _refuse_unsafe(members)
        with tempfile.TemporaryDirectory(prefix="motcham-course-") as folder:
            for member in members:
                target = Path(folder) / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(member))
            return courses.load_course(_course_folder(Path(folder)))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise Refused(
            Message("Tệp không phải là một tệp zip đọc được. Hãy nén thư mục khoá học thành .zip.")
        ) from None


def check(course: courses.Course, mark: Any) -> list[courses.Problem]:
    """Everything to mend, errors first. Raises `Refused` for an unknown framework."""
    found = courses.check_course(course, load_framework(course.framework), mark)
    return sorted(found, key=lambda problem: problem.severity)


def load_files(files: Mapping[str, bytes]) -> courses.Course:
    """A course from its files by path (`LabDoor.read_course`). Raises `Refused` as it loads."""
    with tempfile.TemporaryDirectory(prefix="motcham-course-") as folder:
        for name, content in files.items():
            target = Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return courses.load_course(Path(folder))


def template_files(slug: str, title: str, frame: str) -> dict[str, bytes]:
    """The files of a new course. Raises `Refused` for a slug that is no plain lower-case name."""
    with tempfile.TemporaryDirectory(prefix="motcham-course-") as folder:
        made = courses.new_course(Path(folder), slug=slug, title=title, frame=frame)
        return {
            path.relative_to(made).as_posix(): path.read_bytes()
            for path in made.rglob("*")
            if path.is_file()
        }


def published_files(session: Session, slug: str) -> dict[str, bytes] | None:
    """The files of a published course as its author had them; None where there is none."""
    release = releases.current_release(session, slug)
    if release is None:
        return None
    files = releases.release_files(session, release.id, "source")
    files.pop("manifest.json", None)
    return {"course.toml": courses.course_file(release.manifest).encode(), **files}


def record_release(
    session: Session, course: courses.Course, *, by: str, at: dt.datetime
) -> tuple[Any, bool]:
    """Publish a checked course; the release in force, and whether it is a new one."""
    before = releases.current_release(session, course.slug)
    stored = releases.publish(session, courses.make_release(course), at=at, by=by)
    if before is not None and before.id == stored.id:
        return stored, False
    audit.append(
        session,
        at=at,
        actor=by,
        action="publish",
        subject=f"course:{course.slug}",
        detail={"number": stored.number, "digest": stored.digest},
    )
    return stored, True


def _refuse_unsafe(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES or sum(m.file_size for m in members) > MOST_MB * 1_000_000:
        raise Refused(
            Message(
                "Khoá học quá lớn: tối đa {files} tệp và {size} MB sau khi giải nén.",
                {"files": MOST_FILES, "size": MOST_MB},
            )
        )
    for member in members:
        path = PurePosixPath(member.filename)
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename or is_link:
            raise Refused(
                Message("Tên tệp không hợp lệ trong tệp zip: {name}", {"name": member.filename})
            )


def _course_folder(folder: Path) -> Path:
    """Where course.toml stands: at the top, or in the one folder that was packed."""
    found = sorted(folder.rglob(courses.course.COURSE_FILE), key=lambda path: len(path.parts))
    return found[0].parent if found else folder
