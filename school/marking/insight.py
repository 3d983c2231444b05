"""What the instructor's pages show of a course: insight per lesson, and signs to look at.

Reads and puts together; decisions are in `analytics.exercises.item_analysis` and `records`. Marking
by hand is `school.marking.reviews`, publishing `school.courses.publishing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import courses
from analytics.exercises.item_analysis import (
    Attempt,
    ExerciseInsight,
    Step,
    find_where_people_stop,
    look_at_exercises,
)
from analytics.exercises.signs import Sign, Work, find_signs
from core.completion import CourseStanding
from core.manifest import LessonEntry
from core.messages import Refused
from courses.notebooks import source_of
from records import Session
from records.courses import releases
from records.learning.progress import standings_in
from records.marking import exercise_results as lists
from records.marking import remarking
from records.people import persons
from records.tables.courses import Release
from records.tables.marking import Remark
from school.marking.reviews import cells_of, sources_of
from school.people import looks


@dataclass(frozen=True)
class CourseInsight:
    """A course as its instructor sees it."""

    release: Release
    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    remarks: Sequence[tuple[Remark, int, int]]  # each with how many are tried, of how many
    releases: Sequence[tuple[Release, int]]  # newest first, each with its learners
    older: int  # releases before the current one

    def lesson_title(self, slug: str, titled: Callable[[LessonEntry], str]) -> str:
        """A lesson's title in the reader's language; its slug where it is no longer there."""
        lesson = releases.find_lesson(self.release, slug)
        return titled(lesson) if lesson else slug


@dataclass(frozen=True)
class LessonInsight:
    """How a lesson's exercises went. ``titles``, and ``stated`` (the author's minutes): by
    grade_id."""

    release: Release
    lesson: LessonEntry
    exercises: tuple[ExerciseInsight, ...]
    titles: Mapping[str, str]
    stated: Mapping[str, float]


def load_course_insight(
    session: Session, slug: str, *, pass_share: float | None
) -> CourseInsight | None:
    """The current release with its way of learners; None for an unknown course.

    ``pass_share``: the ministry's own (`core.completion.share_in_force`).
    """
    release = releases.current_release(session, slug)
    if release is None:
        return None
    opened, handed_in = lists.first_times(session, slug)
    passed = _who_passed(standings_in(session, slug, pass_share=pass_share))
    return CourseInsight(
        release=release,
        steps=find_where_people_stop(
            [lesson.slug for lesson in release.manifest.lessons], opened, handed_in, passed
        ),
        counts=lists.count_handed_in(session, slug),
        remarks=[
            (r, *remarking.progress_of(session, r)) for r in remarking.remarks_of(session, slug)
        ],
        releases=lists.releases_of(session, slug),
        older=release.number - 1,
    )


def _who_passed(standings: Mapping[int, CourseStanding]) -> dict[str, list[int]]:
    """Persons by the lessons that they passed, each on their own release."""
    passed: defaultdict[str, list[int]] = defaultdict(list)
    for person_id, standing in standings.items():
        for lesson in standing.lessons:
            if lesson.passes(standing.pass_share):
                passed[lesson.slug].append(person_id)
    return passed


def load_lesson_insight(session: Session, slug: str, lesson: str) -> LessonInsight | None:
    """Difficulty, discrimination and common mistakes of a lesson's exercises."""
    release = releases.current_release(session, slug)
    entry = releases.find_lesson(release, lesson) if release else None
    if release is None or entry is None:
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
    titles = {exercise.grade_id: exercise.title for exercise in entry.exercises}
    stated = {exercise.grade_id: exercise.minutes for exercise in entry.exercises}
    times = lists.times_at_exercises(session, slug, lesson)
    insights = look_at_exercises(attempts, list(titles), times)
    return LessonInsight(release, entry, insights, titles, stated)


def _answers(notebooks: Mapping[int, bytes], lesson: LessonEntry) -> dict[tuple[int, str], str]:
    """What was answered in forms, as text; code is too various to count."""
    found = {}
    forms = [exercise for exercise in lesson.exercises if exercise.kind == "form"]
    for submission_id, content in notebooks.items():
        cells = sources_of(content)
        for exercise in forms:
            shown = [_shown(cells[answer]) for answer in exercise.answers if answer in cells]
            if shown:
                found[submission_id, exercise.grade_id] = " · ".join(filter(None, shown))
    return found


def _shown(source: str) -> str:
    try:
        answer = courses.read_answer(source)
    except Refused:
        return ""
    return "" if answer is None else str(answer)


def lesson_entries(session: Session) -> dict[tuple[str, str], LessonEntry]:
    """The lessons of all current releases, by course and lesson: for their titles."""
    return {
        (release.course, lesson.slug): lesson
        for release in releases.current_releases(session)
        for lesson in release.manifest.lessons
    }


def load_signs(
    session: Session, slug: str
) -> tuple[Release, tuple[Sign, ...], dict[int, str]] | None:
    """The current release, signs in its latest submissions, and names by person."""
    release = releases.current_release(session, slug)
    if release is None:
        return None
    written = {
        answer
        for lesson in release.manifest.lessons
        for exercise in lesson.exercises
        if exercise.kind in ("code", "text")
        for answer in exercise.answers
    }
    handed_out = {
        lesson.slug: sources_of(
            releases.release_file(session, release.id, "learner", lesson.file) or b""
        )
        for lesson in release.manifest.lessons
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
    minutes = {lesson.slug: lesson.practice_minutes for lesson in release.manifest.lessons}
    signs = find_signs(works, minutes)
    found = {person_id for sign in signs for person_id in sign.people}
    looks.show(session, found, "marks")
    return release, signs, persons.names_of(session, found)


def _own_words(content: bytes, handed_out: Mapping[str, str], answers: Collection[str]) -> str:
    """What somebody wrote in code and text answers; cells left as handed out say nothing."""
    return "\n".join(
        courses.written_answer(cell) if cell.get("cell_type") == "markdown" else source_of(cell)
        for cell in cells_of(content)
        if str(cell.get("id", "")) in answers
        and source_of(cell) != handed_out.get(str(cell.get("id", "")), "")
    )
