"""How a learner grows in each competence: where they stand, what is still missing for the next
level, and the exercise that measures it.

The rule of levels is `skills_framework.evidence`; here it is only read the other way round.
`load_growth` reads; everything else decides without looking anywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from records import Session
from records.assessment import evidence
from school import levels
from school.learning.overview import CourseState, DomainStanding, LessonState, Standing
from skills_framework import evidence as rule
from skills_framework.evidence import Sign

Key = tuple[str, str, int]  # what evidence is of: grade_id, competence, level


@dataclass(frozen=True)
class Task:
    """An exercise that measures a competence at a level; ``number`` counts in its lesson from 1.
    ``share``: the best share of its points so far, None before any."""

    course: str
    lesson: LessonState
    number: int
    title: str
    level: int
    share: float | None

    @property
    def solved(self) -> bool:
        return self.share is not None and rule.is_solved(self.share)


@dataclass(frozen=True)
class Growth:
    """A competence as one learner stands in it, and the way on.

    ``target``: the next level that exercises can show, None where none can; ``need``: how many of
    them are still to be solved for it; ``task``: the one to do first.
    """

    standing: Standing
    target: int | None = None
    need: int = 0
    task: Task | None = None

    @property
    def measured(self) -> bool:
        return self.standing.seen > 0


@dataclass(frozen=True)
class DomainGrowth:
    domain: DomainStanding
    competences: tuple[Growth, ...]


def load_growth(
    session: Session,
    person_id: int,
    profile: Sequence[DomainStanding],
    courses: Sequence[CourseState],
    *,
    framework: str = "vn-tt02-2025",
    at: dt.datetime,
) -> list[DomainGrowth]:
    """The way on in every competence of a profile, by the courses that this learner can take."""
    best: dict[Key, float] = {}
    for row in evidence.evidence_of(session, person_id, framework):
        key = (row.grade_id, row.competence, row.level)
        best[key] = max(best.get(key, 0.0), row.share)
    signs = levels.load_signs(session, person_id, framework=framework)
    tasks = _tasks(courses, framework, best, at)
    return [
        DomainGrowth(
            domain,
            tuple(grow(one, tasks.get(one.code, ()), signs, at=at) for one in domain.competences),
        )
        for domain in profile
    ]


def grow(
    standing: Standing, tasks: Sequence[Task], signs: Sequence[Sign], *, at: dt.datetime
) -> Growth:
    """What the next level of one competence takes. ``tasks``: the exercises of it that can be done;
    ``signs``: all that was done (`levels.load_signs`)."""
    for level in sorted({task.level for task in tasks}):
        if level <= standing.level:
            continue
        left = [task for task in tasks if task.level == level and not task.solved]
        fresh = sum(task.share is None for task in left)
        need = rule.needed(signs, standing.code, level, fresh=fresh, at=at)
        if need:  # none: too few exercises are left, so this level can be shown only elsewhere
            return Growth(standing, level, need, _easiest(left))
    return Growth(standing, task=tasks[0] if tasks and not standing.seen else None)


def _easiest(tasks: Sequence[Task]) -> Task:
    """The first that was never done; where all were, the one that lacks least."""
    undone = next((task for task in tasks if task.share is None), None)
    return undone or max(tasks, key=lambda task: task.share or 0.0)


def _tasks(
    courses: Iterable[CourseState], framework: str, best: Mapping[Key, float], at: dt.datetime
) -> dict[str, list[Task]]:
    """The exercises that can be handed in now, by competence, the lowest level first."""
    found: dict[str, list[Task]] = {}
    for course in courses:
        if course.manifest.framework != framework:
            continue
        for lesson in course.lessons:
            if lesson.is_closed(at):
                continue
            for number, one in enumerate(lesson.titles.exercises, start=1):
                key = (one.grade_id, one.competence, one.level)
                task = Task(course.slug, lesson, number, one.title, one.level, best.get(key))
                if one.points > 0:
                    found.setdefault(one.competence, []).append(task)
    return {code: sorted(tasks, key=lambda task: task.level) for code, tasks in found.items()}


def gained(
    profile: Iterable[DomainStanding], courses: Iterable[CourseState]
) -> list[tuple[Standing, int]]:
    """The competences that these courses measure and that a level was shown in, each with how many
    of their exercises measure it; the highest level first."""
    counts: dict[str, int] = {}
    for course in courses:
        for lesson in course.lessons:
            for one in lesson.titles.exercises if lesson.points is not None else ():
                counts[one.competence] = counts.get(one.competence, 0) + 1
    shown = [
        (one, counts[one.code])
        for domain in profile
        for one in domain.competences
        if one.level and one.code in counts
    ]
    return sorted(shown, key=lambda pair: -pair[0].level)
