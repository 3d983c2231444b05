"""Writes many made-up rows at once, for demonstrations and rehearsals at size.

Real people never come this way: whoever calls it answers for the rows being consistent.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from records.people import logins
from records.schema import Table
from records.tables.assessment import Certificate
from records.tables.learning import Draft, Enrolment, Progress, TimeAtExercise
from records.tables.marking import ExerciseMarks, Submission
from records.tables.people import Person
from records.tables.programme import Counter

# What stands in place of a notebook: these submissions are never marked again.
# Each has its own words, or all of them would look copied from one another.
_NOTEBOOK = '{{"cells": [], "metadata": {{"mau": "{0}-{1}"}}, "nbformat": 4, "nbformat_minor": 5}}'
_AT_ONCE = 5000


@dataclass
class Written:
    """Rows waiting to be written, by table."""

    people: list[dict[str, Any]] = field(default_factory=list)
    enrolments: list[dict[str, Any]] = field(default_factory=list)
    submissions: list[dict[str, Any]] = field(default_factory=list)
    progress: list[dict[str, Any]] = field(default_factory=list)
    certificates: list[dict[str, Any]] = field(default_factory=list)
    drafts: list[dict[str, Any]] = field(default_factory=list)
    exercises: list[dict[str, Any]] = field(default_factory=list)
    times: list[dict[str, Any]] = field(default_factory=list)

    def opened(self, person_id: int, release_id: int, lesson: str, at: dt.datetime) -> None:
        """A lesson opened and nothing written in it yet."""
        self.drafts.append(
            {
                "person_id": person_id,
                "release_id": release_id,
                "lesson": lesson,
                "notebook": _NOTEBOOK.format(person_id, lesson).encode(),
                "revision": 1,
                "opened_at": at,
                "saved_at": at,
            }
        )

    def exercise(self, grade_id: str, points: float, max_points: float, seconds: int) -> None:
        """What one exercise of the lesson written last earned, and how long it took."""
        submission = self.submissions[-1]
        self.exercises.append(
            {
                "place": len(self.submissions) - 1,
                "grade_id": grade_id,
                "points": points,
                "max_points": max_points,
                "needs_review": False,
            }
        )
        same = ("person_id", "release_id", "lesson")
        self.times.append(
            {name: submission[name] for name in same}
            | {"grade_id": grade_id, "seconds": seconds, "at": submission["submitted_at"]}
        )

    def lesson(
        self,
        person_id: int,
        release_id: int,
        course: str,
        lesson: str,
        marks: tuple[float, float],
        at: dt.datetime,
    ) -> None:
        """A lesson handed in and marked at once; ``marks`` are points and maximum."""
        points, max_points = marks
        self.submissions.append(
            {
                "person_id": person_id,
                "release_id": release_id,
                "lesson": lesson,
                "notebook": _NOTEBOOK.format(person_id, lesson).encode(),
                "submitted_at": at,
                "late": False,
                "state": "marked",
                "outcome": "marked",
                "priority": 10,
                "tries": 1,
                "marked_at": at,
                "points": points,
                "max_points": max_points,
                "mode": "strict",
            }
        )
        self.progress.append(
            {
                "person_id": person_id,
                "course": course,
                "lesson": lesson,
                "points": points,
                "max_points": max_points,
                "at": at,
            }
        )


class Serials:
    """Serial numbers of certificates by year, taken from the counters and given back at the end."""

    def __init__(self, session: Session) -> None:
        self._last: dict[str, int] = {
            counter.name: counter.value
            for counter in session.scalars(
                select(Counter).where(Counter.name.startswith("certificate:")).with_for_update()
            )
        }

    def next(self, year: int) -> int:
        name = f"certificate:{year}"
        self._last[name] = self._last.get(name, 0) + 1
        return self._last[name]

    def keep(self, session: Session) -> None:
        """Store where the counting stopped."""
        for name, value in self._last.items():
            session.merge(Counter(name=name, value=value))


def next_person_id(session: Session) -> int:
    """The first key that is free, with all above it."""
    return (session.scalar(select(func.max(Person.id))) or 0) + 1


def write(session: Session, written: Written) -> None:
    """Insert everything; keys of submissions are given here and tied to the progress rows."""
    first = (session.scalar(select(func.max(Submission.id))) or 0) + 1
    for number, (submission, progress) in enumerate(
        zip(written.submissions, written.progress, strict=True), first
    ):
        submission["id"] = number
        progress["submission_id"] = number
    for exercise in written.exercises:
        exercise["submission_id"] = first + exercise.pop("place")
    for table, rows in (
        (Person, written.people),
        (Enrolment, written.enrolments),
        (Submission, written.submissions),
        (Progress, written.progress),
        (Certificate, written.certificates),
        (Draft, written.drafts),
        (ExerciseMarks, written.exercises),
        (TimeAtExercise, written.times),
    ):
        for begin in range(0, len(rows), _AT_ONCE):
            session.execute(
                insert(Table.metadata.tables[table.__tablename__]), rows[begin : begin + _AT_ONCE]
            )
    if any(person.get("username") for person in written.people):
        logins.give_all(session)
    if session.get_bind().dialect.name == "postgresql":
        # Keys were chosen here, so the sequences have to catch up.
        for name in ("person", "submission"):
            session.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "  # noqa: S608 - ours
                    f"(SELECT max(id) FROM {name}))"
                )
            )
