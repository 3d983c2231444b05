"""Word to a learner that a person has marked: one line for each exercise, until it was seen.

What was seen is told by the caller: a page keeps it where it is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from core.manifest import LessonEntry
from records import Session
from records.courses import releases
from records.marking import reviewing

TOLD_FOR = dt.timedelta(days=60)


@dataclass(frozen=True)
class HandMark:
    """An exercise of the learner's that people marked. ``number`` counts in its lesson from 1."""

    submission_id: int
    course: str
    lesson: LessonEntry
    number: int
    title: str
    points: float
    max_points: float
    at: dt.datetime

    @property
    def key(self) -> str:
        """By what it is known that it was seen."""
        return f"{self.submission_id}.{self.number}"


def newly_marked(
    session: Session, person_id: int, seen: Collection[str] = (), *, at: dt.datetime
) -> list[HandMark]:
    """What people have marked lately, the newest first, without what was ``seen`` (by its key) and
    what a newer release has taken out of its lesson."""
    found = []
    for one in reviewing.marked_by_hand(session, person_id, since=at - TOLD_FOR):
        release = releases.find_release(session, one.release_id)
        lesson = release.manifest.find_lesson(one.lesson) if release else None
        exercise = lesson.find_exercise(one.grade_id) if lesson else None
        if release is None or lesson is None or exercise is None:
            continue
        mark = HandMark(
            one.submission_id,
            release.course,
            lesson,
            lesson.exercises.index(exercise) + 1,
            exercise.title,
            one.points,
            one.max_points,
            one.at,
        )
        if mark.key not in seen:
            found.append(mark)
    return found
