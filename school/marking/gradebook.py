"""The gradebook of a course: learner by learner, lesson by lesson and exercise by exercise.

For those who teach that course only (`school.access.may_see_gradebook`); who is shown finds out.
Reads and puts together: when a lesson or course is passed is `core.completion`'s matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core import names
from core.calendar import HANOI
from core.completion import CourseStanding
from core.manifest import ExerciseEntry, LessonEntry
from core.messages import Message, Refused
from core.passing import reaches
from records import Session
from records.courses import releases
from records.learning.progress import standings_in
from records.marking import gradebook as marks
from records.people.persons import unit_and_below
from records.programme.counting import UnitNode, load_units_tree
from records.tables.courses import Release
from records.tables.learning import Meeting
from school.access import Actor
from school.courses.teaching import may_see_names
from school.people import looks

PAGE, MOST = 50, 5000  # learners of a page, of one file
STATES = {
    "all": Message("Tất cả"),
    "passed": Message("Đã đạt khóa"),
    "learning": Message("Chưa đạt"),
    "marking": Message("Có bài chờ chấm"),
}


@dataclass(frozen=True)
class Filter:
    """Which learners are asked for; ``lesson``: with its exercises as columns."""

    unit: int | None = None
    meeting: int | None = None
    state: str = "all"
    search: str = ""
    lesson: str = ""


@dataclass(frozen=True)
class Cell:
    """A lesson or an exercise of a learner. ``points`` None: nothing marked, or (``waiting``) not
    to the end; ``right`` of ``exercises`` earned all their points."""

    points: float | None = None
    max_points: float = 0.0
    attended: bool = False
    passed: bool = False
    waiting: bool = False
    right: int = 0
    exercises: int = 0


@dataclass(frozen=True)
class Row:
    """A learner. ``points`` None: a part of them stands beside no name yet."""

    learner: marks.Learner
    unit: str
    cells: tuple[Cell, ...]
    points: float | None
    max_points: float
    done: int
    passed: bool
    waiting: bool

    @property
    def state(self) -> str:
        """``marking``, ``passed`` or ``learning``."""
        return "marking" if self.waiting else "passed" if self.passed else "learning"


@dataclass(frozen=True)
class Book:
    """One page of the gradebook (or all of it). ``lesson``: the one whose exercises are columns."""

    release: Release
    lesson: LessonEntry | None
    heads: tuple[str, ...]
    total: int
    rows: Sequence[Row]
    units: Sequence[UnitNode]
    classes: Sequence[Meeting]


def load_book(
    session: Session,
    actor: Actor,
    course: str,
    asked: Filter,
    *,
    pass_share: float | None,
    at: dt.datetime,
    offset: int = 0,
    limit: int | None = PAGE,
) -> Book | None:
    """What this actor sees of the course's gradebook; None for no course, or none of theirs.

    ``limit`` None: everybody, for a file; `Refused` for more than `MOST`.
    """
    release = releases.current_release(session, course)
    if release is None or not may_see_names(session, actor, course, at=at):
        return None
    units = None if asked.unit is None else unit_and_below(session, asked.unit)
    found = marks.list_learners(
        session, course, units=units, meeting=asked.meeting, search=asked.search
    )
    standings = standings_in(session, course, pass_share=pass_share)
    if asked.state != "all":
        found = _in_state(session, course, found, standings, asked.state)
    if limit is None and len(found) > MOST:
        raise Refused(
            Message(
                "Có {n} người, một tệp nhận tối đa {most}: hãy lọc theo đơn vị hoặc lớp rồi tải.",
                {"n": len(found), "most": MOST},
            )
        )
    page = found[offset : offset + limit] if limit is not None else found
    looks.show(session, (one.person_id for one in page), "gradebook")
    lesson = releases.find_lesson(release, asked.lesson) if asked.lesson else None
    tree = load_units_tree(session)
    there = marks.units_with_learners(session, course)
    return Book(
        release=release,
        lesson=lesson,
        heads=tuple(one.title for one in lesson.exercises)
        if lesson
        else tuple(one.title for one in release.manifest.lessons),
        total=len(found),
        rows=_rows(session, release, lesson, page, standings, tree),
        units=_with_those_above(there, tree),
        classes=marks.classes_of(session, course),
    )


def _in_state(
    session: Session,
    course: str,
    found: Sequence[marks.Learner],
    standings: Mapping[int, CourseStanding],
    state: str,
) -> list[marks.Learner]:
    if state == "marking":
        people = [one.person_id for one in found]
        waiting = {one for one, _ in marks.waiting_for_marks(session, course, people)}
        return [one for one in found if one.person_id in waiting]
    wanted = state == "passed"
    return [one for one in found if standings[one.person_id].passed == wanted]


def _rows(
    session: Session,
    release: Release,
    lesson: LessonEntry | None,
    learners: Sequence[marks.Learner],
    standings: Mapping[int, CourseStanding],
    tree: Mapping[int, UnitNode],
) -> list[Row]:
    people = [one.person_id for one in learners]
    best = marks.best_marks(session, release.course, people)
    waiting = marks.waiting_for_marks(session, release.course, people)
    shown = [one.submission_id for of in best.values() for one in of.values() if not one.secret]
    exercises = marks.exercise_marks(session, shown)
    rows = []
    for one in learners:
        standing, own = standings[one.person_id], best.get(one.person_id, {})
        secret = any(found.secret for found in own.values())
        cells = (
            _exercise_cells(lesson, own.get(lesson.slug), exercises)
            if lesson
            else _lesson_cells(one.person_id, release, standing, own, exercises, waiting)
        )
        rows.append(
            Row(
                learner=one,
                unit=_name_of(one.unit_id, tree),
                cells=cells,
                points=None if secret else standing.points,
                max_points=standing.max_points,
                done=standing.lessons_done,
                passed=standing.passed and not secret,
                waiting=any(person == one.person_id for person, _ in waiting),
            )
        )
    return rows


def _name_of(unit: int | None, tree: Mapping[int, UnitNode]) -> str:
    return tree[unit].name if unit is not None and unit in tree else ""


def _lesson_cells(
    person_id: int,
    release: Release,
    standing: CourseStanding,
    own: Mapping[str, marks.Best],
    exercises: Mapping[int, Mapping[str, tuple[float, float]]],
    waiting: Collection[tuple[int, str]],
) -> tuple[Cell, ...]:
    """By the lessons of the newest release; the learner's own may have others."""
    by_slug = {one.slug: one for one in standing.lessons}
    cells = []
    for entry in release.manifest.lessons:
        stands, found = by_slug.get(entry.slug), own.get(entry.slug)
        waits = (person_id, entry.slug) in waiting or bool(found and found.secret)
        if stands is None:
            cells.append(Cell())
            continue
        marked = exercises.get(found.submission_id, {}) if found else {}
        cells.append(
            Cell(
                points=None if found is None or found.secret else found.points,
                max_points=stands.max_points,
                attended=stands.attended,
                passed=not waits and stands.passes(standing.pass_share),
                waiting=waits,
                right=sum(reaches(points, most, 1.0) for points, most in marked.values()),
                exercises=len(entry.exercises),
            )
        )
    return tuple(cells)


def _exercise_cells(
    lesson: LessonEntry,
    found: marks.Best | None,
    exercises: Mapping[int, Mapping[str, tuple[float, float]]],
) -> tuple[Cell, ...]:
    marked = exercises.get(found.submission_id, {}) if found and not found.secret else {}
    cells = []
    for one in lesson.exercises:
        points, most = marked.get(one.grade_id, (None, one.points))
        full = points is not None and reaches(points, most, 1.0)
        waits = found is not None and points is None
        cells.append(Cell(points=points, max_points=most, passed=full, waiting=waits))
    return tuple(cells)


def _with_those_above(units: Collection[int], tree: Mapping[int, UnitNode]) -> list[UnitNode]:
    """These units and all above them, but the nation: what one may filter by."""
    found: dict[int, UnitNode] = {}
    for key in units:
        at: int | None = key
        while at is not None and at in tree and at not in found:
            found[at] = tree[at]
            at = tree[at].parent_id
    below = [one for one in found.values() if one.kind != "nation"]
    return sorted(below, key=lambda one: names.sort_key(one.name))


def exercises_of(
    session: Session, book: Book, learners: Sequence[marks.Learner]
) -> list[tuple[marks.Learner, LessonEntry, ExerciseEntry, float, float]]:
    """Every marked exercise of these learners' best submissions, in the order of the course; of an
    exam that people have yet to mark, none."""
    course = book.release.course
    best = marks.best_marks(session, course, [one.person_id for one in learners])
    shown = [one.submission_id for of in best.values() for one in of.values() if not one.secret]
    marked = marks.exercise_marks(session, shown)
    found = []
    for one in learners:
        for lesson in book.release.manifest.lessons:
            own = best.get(one.person_id, {}).get(lesson.slug)
            earned = marked.get(own.submission_id, {}) if own else {}
            for exercise in lesson.exercises:
                if exercise.grade_id in earned:
                    found.append((one, lesson, exercise, *earned[exercise.grade_id]))
    return found


# --- as a file ------------------------------------------------------------------------------------

HEADS = (
    *(Message("Mã cán bộ"), Message("Họ và tên"), Message("Đơn vị"), Message("Bắt đầu")),
    *(Message("Bài đã xong"), Message("Điểm"), Message("Điểm tối đa"), Message("Tình trạng")),
)
EXERCISE_HEADS = (
    *(Message("Mã cán bộ"), Message("Họ và tên"), Message("Bài học"), Message("Bài tập")),
    *(Message("Điểm"), Message("Điểm tối đa")),
)
STATE_OF = {
    "marking": Message("Có bài chờ chấm"),
    "passed": Message("Đã đạt khóa"),
    "learning": Message("Chưa đạt"),
}


def sheet_of(book: Book, say: Callable[[Message], str]) -> list[list[Any]]:
    """A table of the book: heads, then a row a learner. Empty: not marked, or not to the end.
    ``say``: how a message reads in the language of the file."""
    rows: list[list[Any]] = [[*map(say, HEADS), *book.heads]]
    for row in book.rows:
        rows.append(
            [
                row.learner.code or "",
                row.learner.full_name,
                row.unit,
                row.learner.began_at.astimezone(HANOI).date().isoformat(),
                row.done,
                row.points,
                row.max_points,
                say(STATE_OF[row.state]),
                *(cell.points for cell in row.cells),
            ]
        )
    return rows


def exercise_sheet(session: Session, book: Book, say: Callable[[Message], str]) -> list[list[Any]]:
    """A row for each marked exercise of each learner, for whoever counts further."""
    rows: list[list[Any]] = [list(map(say, EXERCISE_HEADS))]
    learners = [row.learner for row in book.rows]
    for one, lesson, exercise, points, most in exercises_of(session, book, learners):
        rows.append([one.code or "", one.full_name, lesson.title, exercise.title, points, most])
    return rows
