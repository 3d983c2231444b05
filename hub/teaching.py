"""What the instructor's pages show: insight per lesson, one submission, a course to publish.

Reads and puts together; decisions are in `analytics.insight` and `records`.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
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
from records import Session, people, queue, releases, remarking, reviewing
from records import teaching as lists
from skills_framework.messages import Message, Refused

MOST_FILES, MOST_MB = 300, 50  # of an uploaded course, unpacked


@dataclass(frozen=True)
class CourseInsight:
    """A course as its instructor sees it."""

    release: Any
    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    remarks: list[Any]
    older: int  # releases before the current one


@dataclass(frozen=True)
class LessonInsight:
    """How a lesson's exercises went. ``titles``: the exercise's title by its grade_id."""

    release: Any
    lesson: Mapping[str, Any]
    exercises: tuple[ExerciseInsight, ...]
    titles: Mapping[str, str]


@dataclass(frozen=True)
class ExerciseSeen:
    """One exercise of a submission, as the learner sees it, with what people gave it."""

    title: str
    marks: Any
    answers: tuple[str, ...]
    reviews: tuple[Any, ...]


@dataclass(frozen=True)
class SubmissionSeen:
    submission: Any
    person: Any
    release: Any
    lesson: Mapping[str, Any]
    exercises: tuple[ExerciseSeen, ...]


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
    try:
        notebook = courses.read_notebook(content)
    except Refused:
        return {}
    return {
        str(cell.get("id", "")): "".join(cell.get("source", ""))
        for cell in notebook.get("cells", [])
    }


def load_submission(session: Session, submission_id: int) -> SubmissionSeen | None:
    """One submission with its answers, marks and reviews."""
    submission = queue.find_submission(session, submission_id)
    release = releases.find_release(session, submission.release_id) if submission else None
    lesson = releases.find_lesson(release, submission.lesson) if submission and release else None
    if submission is None or lesson is None:
        return None
    cells = _cells(submission.notebook)
    about = {exercise["grade_id"]: exercise for exercise in lesson["exercises"]}
    return SubmissionSeen(
        submission=submission,
        person=people.find_person_by_id(session, submission.person_id),
        release=release,
        lesson=lesson,
        exercises=tuple(
            ExerciseSeen(
                title=about[marks.grade_id]["title"] if marks.grade_id in about else marks.grade_id,
                marks=marks,
                answers=tuple(
                    cells.get(answer, "")
                    for answer in about.get(marks.grade_id, {}).get("answers", [])
                ),
                reviews=tuple(reviewing.reviews_of(session, submission_id, marks.grade_id)),
            )
            for marks in _in_order(queue.marks_of(session, submission_id), list(about))
        ),
    )


def _in_order(marks: Any, order: list[str]) -> list[Any]:
    place = {grade_id: number for number, grade_id in enumerate(order)}
    return sorted(marks, key=lambda mark: place.get(mark.grade_id, len(place)))


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
    works = [
        Work(
            submission_id=one.submission_id,
            person_id=one.person_id,
            lesson=one.lesson,
            written="\n".join(
                source for cell, source in _cells(one.notebook).items() if cell in written
            ),
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
