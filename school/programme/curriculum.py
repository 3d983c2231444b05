"""The map of the curriculum: which lesson practises which competence at which level, and where
nothing does yet.

Made from what releases say of themselves (`core.manifest`) and the framework; only
`load_curriculum` reads. An exercise without points measures nothing and is not on the map.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core import content_frame
from core.manifest import ExerciseEntry, LessonEntry, Manifest
from records import Session
from school.learning import overview
from skills_framework.framework import Competence, Domain, Framework, load_framework

BASIC = 4  # the curriculum promises every competence up to this level

Exercises = tuple[tuple[int, ExerciseEntry], ...]  # numbers count all of a lesson's, from 1


@dataclass(frozen=True)
class Practice:
    """A lesson, and those of its exercises that practise one competence at one level."""

    course: Manifest
    lesson: LessonEntry
    exercises: Exercises

    @property
    def first(self) -> int:
        """The number of the first of them in the lesson."""
        return self.exercises[0][0]


@dataclass(frozen=True)
class Cell:
    """One level of one competence."""

    level: int
    practices: tuple[Practice, ...]

    @property
    def exercises(self) -> int:
        return sum(len(one.exercises) for one in self.practices)


@dataclass(frozen=True)
class Row:
    """One competence over all levels, the lowest first."""

    competence: Competence
    cells: tuple[Cell, ...]

    @property
    def filled(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.practices)

    @property
    def empty(self) -> tuple[int, ...]:
        """The levels that nothing practises."""
        return tuple(cell.level for cell in self.cells if not cell.practices)

    @property
    def exercises(self) -> int:
        return sum(cell.exercises for cell in self.cells)

    @property
    def lessons(self) -> int:
        """How many lessons practise it, each once."""
        found = {(one.course.course, one.lesson.slug) for c in self.cells for one in c.practices}
        return len(found)


@dataclass(frozen=True)
class DomainRows:
    domain: Domain
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class FrameLesson:
    """A lesson, with the competences that it practises, in order, and at which levels."""

    lesson: LessonEntry
    practised: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class FrameCourse:
    """A course in its item of the frame."""

    manifest: Manifest
    lessons: tuple[FrameLesson, ...]


@dataclass(frozen=True)
class FrameItem:
    """An item of the content frame, such as ``4.2.a``, with the lessons that cover it."""

    code: str
    lessons: tuple[tuple[Manifest, LessonEntry], ...]


@dataclass(frozen=True)
class FramePart:
    """A part of the content frame, such as ``4.2``, with its items and its courses."""

    code: str
    items: tuple[FrameItem, ...]
    courses: tuple[FrameCourse, ...]


@dataclass(frozen=True)
class Curriculum:
    framework: Framework
    domains: tuple[DomainRows, ...]
    frames: tuple[FramePart, ...]
    lessons: int

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for domain in self.domains for row in domain.rows)

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Items of the content frame that no lesson covers."""
        return tuple(one.code for part in self.frames for one in part.items if not one.lessons)

    @property
    def exercises(self) -> int:
        return sum(row.exercises for row in self.rows)

    @property
    def measured(self) -> int:
        """Competences that some exercise practises."""
        return sum(bool(row.exercises) for row in self.rows)

    @property
    def cells(self) -> int:
        return sum(len(row.cells) for row in self.rows)

    @property
    def filled(self) -> int:
        return sum(len(row.filled) for row in self.rows)

    def empty(self, levels: Iterable[int]) -> tuple[tuple[Row, tuple[int, ...]], ...]:
        """Competences with those of these levels that nothing practises."""
        wanted = set(levels)
        lacking = ((row, tuple(one for one in row.empty if one in wanted)) for row in self.rows)
        return tuple((row, missing) for row, missing in lacking if missing)

    @property
    def empty_below(self) -> tuple[tuple[Row, tuple[int, ...]], ...]:
        """What is missing up to `BASIC`."""
        return self.empty(range(1, BASIC + 1))

    @property
    def empty_above(self) -> tuple[tuple[Row, tuple[int, ...]], ...]:
        """What is missing over `BASIC`."""
        return self.empty(one.level for one in self.framework.levels if one.level > BASIC)

    def find_row(self, code: str) -> Row | None:
        return next((row for row in self.rows if row.competence.code == code), None)


def load_curriculum(
    session: Session, person_id: int | None, *, pass_share: float | None
) -> Curriculum:
    """The map of the courses that this person finds in the catalogue."""
    courses = overview.load_courses(session, person_id, pass_share=pass_share)
    manifests = [one.manifest for one in courses]
    return make_curriculum(load_framework(), manifests)


def make_curriculum(framework: Framework, manifests: Iterable[Manifest]) -> Curriculum:
    """The map of these courses; those of another framework are left out. The parts and items of
    the content frame always stand on it; a course of any other part adds it behind them."""
    courses = sorted(
        (one for one in manifests if one.framework == framework.id),
        key=lambda one: (one.frame, one.course),
    )
    found = _practices(courses)
    return Curriculum(
        framework,
        tuple(
            DomainRows(domain, tuple(_row(framework, one, found) for one in domain.competences))
            for domain in framework.domains
        ),
        tuple(
            FramePart(code, _items(code, courses), _courses(code, courses))
            for code in dict.fromkeys([*content_frame.FRAMES, *(one.frame for one in courses)])
        ),
        sum(len(one.lessons) for one in courses),
    )


def _practices(courses: Iterable[Manifest]) -> dict[tuple[str, int], list[Practice]]:
    """By competence and level, in the order of courses and lessons."""
    found: dict[tuple[str, int], list[Practice]] = {}
    for course in courses:
        for lesson in course.lessons:
            for key, exercises in _by_cell(lesson).items():
                found.setdefault(key, []).append(Practice(course, lesson, exercises))
    return found


def _by_cell(lesson: LessonEntry) -> dict[tuple[str, int], Exercises]:
    """The exercises that earn points, by competence and level."""
    found: dict[tuple[str, int], Exercises] = {}
    for number, one in enumerate(lesson.exercises, start=1):
        if one.points > 0:
            key = (one.competence, one.level)
            found[key] = (*found.get(key, ()), (number, one))
    return found


def _row(
    framework: Framework,
    competence: Competence,
    found: Mapping[tuple[str, int], Sequence[Practice]],
) -> Row:
    cells = (
        Cell(one.level, tuple(found.get((competence.code, one.level), ())))
        for one in framework.levels
    )
    return Row(competence, tuple(cells))


def _items(part: str, courses: Sequence[Manifest]) -> tuple[FrameItem, ...]:
    """The part's items; whichever course a lesson is of, it stands at each item that it covers."""
    return tuple(
        FrameItem(code, tuple(_covering(code, courses)))
        for code in content_frame.ITEMS
        if code == part or code.startswith(f"{part}.")
    )


def _covering(item: str, courses: Iterable[Manifest]) -> Iterator[tuple[Manifest, LessonEntry]]:
    for course in courses:
        yield from ((course, one) for one in course.lessons if item in one.covers)


def _courses(part: str, courses: Sequence[Manifest]) -> tuple[FrameCourse, ...]:
    return tuple(_in_frame(one) for one in courses if one.frame == part)


def _in_frame(course: Manifest) -> FrameCourse:
    return FrameCourse(course, tuple(map(_practised, course.lessons)))


def _practised(lesson: LessonEntry) -> FrameLesson:
    levels: dict[str, tuple[int, ...]] = {}
    for code, level in sorted(_by_cell(lesson)):
        levels[code] = (*levels.get(code, ()), level)
    return FrameLesson(lesson, tuple(levels.items()))
