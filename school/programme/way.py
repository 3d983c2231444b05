"""The way to a certificate, or through one course, as stations: what is done, where one is, what
comes next, what is closed, and what is still missing.

Nothing is read here: `overview.load_courses` and `overview.load_certificate_way` did.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from courses import Titles
from school.learning import overview
from school.learning.overview import CourseState, LessonState

State = Literal["done", "low", "here", "next", "closed"]


@dataclass(frozen=True)
class Station:
    """A lesson on the way. ``done``: handed in and marked, or attended; ``low``: marked, below the
    pass share; ``here``: what to do next; ``closed``: past its deadline and not handed in.
    ``credited``: a placement showed that all it practises is reached: its reading is spared, what
    is handed in is not."""

    lesson: LessonState
    state: State
    credited: bool = False


@dataclass(frozen=True)
class Stretch:
    """A course on the way; ``course`` is None where it is not published. ``titles``: what it is
    called all the same, where that is known."""

    slug: str
    course: CourseState | None
    stations: tuple[Station, ...]
    titles: Titles | None = None

    @property
    def passed(self) -> bool:
        return self.course is not None and self.course.passed

    @property
    def is_here(self) -> bool:
        return any(one.state == "here" for one in self.stations)

    @property
    def done(self) -> int:
        return self.course.lessons_done if self.course else 0

    @property
    def minutes(self) -> int:
        """About what is left."""
        return overview.minutes_left(self.course) if self.course else 0

    @property
    def missing(self) -> int:
        """Lessons that are neither marked nor attended."""
        return self.course.standing.missing if self.course else 0

    @property
    def closed(self) -> int:
        """Of those, the ones that cannot be handed in any more."""
        return sum(one.state == "closed" for one in self.stations)

    @property
    def points_short(self) -> float:
        """Points still wanted by whoever took part in the whole course; 0 before that."""
        if self.course is None or self.course.passed or self.missing:
            return 0.0
        return self.course.pass_share * self.course.max_points - self.course.points


@dataclass(frozen=True)
class Way:
    stretches: tuple[Stretch, ...]

    @property
    def lessons(self) -> int:
        return sum(len(one.stations) for one in self.stretches)

    @property
    def done(self) -> int:
        return sum(one.done for one in self.stretches)

    @property
    def minutes(self) -> int:
        return sum(one.minutes for one in self.stretches)

    @property
    def courses_left(self) -> int:
        return sum(not one.passed for one in self.stretches)

    @property
    def unpublished(self) -> int:
        """Courses that are asked for and that nobody can begin."""
        return sum(one.course is None for one in self.stretches)

    @property
    def begun(self) -> bool:
        return any(one.course is not None and one.course.begun for one in self.stretches)

    @property
    def shares(self) -> tuple[float, ...]:
        """The shares of points that its courses ask for, each once."""
        return tuple(sorted({one.course.pass_share for one in self.stretches if one.course}))

    @property
    def open_at(self) -> Stretch | None:
        """The course to look at first: where one is, else the first that is not passed."""
        here = (one for one in self.stretches if one.is_here)
        return next(here, None) or next((one for one in self.stretches if not one.passed), None)

    def has(self, slug: str) -> bool:
        return any(one.slug == slug for one in self.stretches)


def find_way(
    slugs: Iterable[str],
    courses: Sequence[CourseState],
    at: dt.datetime,
    titles: Mapping[str, Titles] | None = None,
    credited: Collection[tuple[str, str]] = (),
) -> Way:
    """The way through the courses with these slugs, in their order. ``titles``: of those that are
    not published (`overview.titles_of`); ``credited``: (course, lesson) that a placement credits
    (`school.assessment.placement.load_credited`)."""
    known = {course.slug: course for course in courses}
    wanted = tuple(slugs)
    asked = [one for one in courses if one.slug in wanted]
    step = overview.next_step(asked, at, credited=credited)
    here = (step.course.slug, step.lesson.slug) if step else None
    stretches = (_stretch(slug, known.get(slug), here, at, credited) for slug in wanted)
    return Way(tuple(replace(one, titles=(titles or {}).get(one.slug)) for one in stretches))


def _stretch(
    slug: str,
    course: CourseState | None,
    here: tuple[str, str] | None,
    at: dt.datetime,
    credited: Collection[tuple[str, str]],
) -> Stretch:
    lessons = course.lessons if course else ()
    stations = tuple(
        Station(
            one,
            _state(one, (slug, one.slug) == here, at),
            (slug, one.slug) in credited and not one.taken,
        )
        for one in lessons
    )
    return Stretch(slug, course, stations)


def _state(lesson: LessonState, is_here: bool, at: dt.datetime) -> State:
    if is_here:
        return "here"
    if lesson.taken:
        return "low" if lesson.state == "marked" and not lesson.attended else "done"
    return "closed" if lesson.is_closed(at) else "next"
