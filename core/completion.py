"""When a lesson is passed and a course completed: the one rule that pages, the API, insight,
counters and certificates ask.

Decision 64/QĐ-BTTTT (section 8) gives a certificate to whoever took part in the whole course, on
the result of the test. It names no pass mark. Our reading: *the whole course* is every lesson,
handed in and marked or attended in a class; *the test* is the marked exercises, all lessons
together; and the share that passes is the course's own, unless the ministry has set one for all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from core.passing import reaches
from core.points import total_points


def share_in_force(of_course: float, of_ministry: float | None) -> float:
    """The share of points (0..1) that passes: the ministry's where it has set one."""
    return of_course if of_ministry is None else of_ministry


@dataclass(frozen=True)
class LessonStanding:
    """One lesson as one learner stands in it. ``points``: the best result, None before the first
    marks; ``max_points``: as released; ``attended``: in a class in person, which earns no points.
    """

    slug: str
    max_points: float
    points: float | None = None
    attended: bool = False

    @property
    def taken(self) -> bool:
        """Handed in and marked, or attended."""
        return self.points is not None or self.attended

    def passes(self, share: float) -> bool:
        """Marked, and with enough points."""
        return self.points is not None and reaches(self.points, self.max_points, share)


@dataclass(frozen=True)
class CourseStanding:
    """One course as one learner stands in it. ``pass_share``: the share in force, 0..1."""

    lessons: tuple[LessonStanding, ...]
    pass_share: float

    @property
    def lessons_done(self) -> int:
        return sum(lesson.taken for lesson in self.lessons)

    @property
    def missing(self) -> int:
        """Lessons that were not taken part in yet."""
        return len(self.lessons) - self.lessons_done

    @property
    def points(self) -> float:
        return total_points(lesson.points or 0.0 for lesson in self.lessons)

    @property
    def max_points(self) -> float:
        """Of every lesson of the release, also those not handed in yet."""
        return total_points(lesson.max_points for lesson in self.lessons)

    @property
    def took_part(self) -> bool:
        """In the whole course; a course without lessons is taken part in by nobody."""
        return bool(self.lessons) and not self.missing

    @property
    def has_enough(self) -> bool:
        """A course that gives no points has no test to fail."""
        return reaches(self.points, self.max_points, self.pass_share)

    @property
    def passed(self) -> bool:
        return self.took_part and self.has_enough


def stand(
    lessons: Iterable[tuple[str, float]],
    *,
    points: Mapping[str, float],
    attended: Collection[str],
    pass_share: float,
) -> CourseStanding:
    """How somebody stands in a course of these (slug, maximum points), given their best points by
    lesson and the lessons attended in a class. What the release does not have does not count."""
    return CourseStanding(
        tuple(
            LessonStanding(slug, max_points, points.get(slug), slug in attended)
            for slug, max_points in lessons
        ),
        pass_share,
    )
