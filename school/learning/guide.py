"""What stands beside a lesson's notebook in the lab: its tasks, their marks, the deadline.

The text is sanitised here (`courses.blocks`) and once more by the lab's page; no script in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import courses
from core.manifest import ExerciseEntry, Manifest
from records import Session
from records.courses import lesson_terms
from school.learning import lessons, results, traces


@dataclass(frozen=True)
class Guide:
    """All of it, in one look at the database."""

    place: lessons.Place
    tasks: Sequence[dict[str, Any]]
    videos: Sequence[dict[str, Any]]
    result: results.Result | None
    attempts_used: int
    counts_time: bool  # how long the learner works at each exercise


def load_guide(
    session: Session, person_id: int, place: lessons.Place, work: lessons.Work, *, time_days: int
) -> Guide:
    """The guide of a learner's lesson; ``work`` is their draft. ``time_days``: how long the time at
    exercises is kept here (`school.learning.traces`)."""
    result = results.find_last_result(session, person_id, place)
    notebook = place.words.shown(work.notebook) if place.words else work.notebook
    return Guide(
        place=place,
        tasks=tasks_of(courses.blocks(notebook), place.exercises, result),
        videos=videos_of(work.notebook, place.manifest),
        result=result,
        attempts_used=lesson_terms.count_attempts(session, person_id, place.course, place.lesson),
        counts_time=traces.counts_time(session, person_id, days=time_days),
    )


def tasks_of(
    blocks: Sequence[courses.Block],
    exercises: Sequence[ExerciseEntry],
    result: results.Result | None,
) -> list[dict[str, Any]]:
    """One entry a task, in the notebook's order: where it is, its words, its last marks; pure."""
    worth = {one.grade_id: one.points for one in exercises}
    marks = {one.grade_id: one for one in result.exercises} if result else {}
    tasks: list[dict[str, Any]] = []
    reading = False  # whether text still belongs to the last task
    for block in blocks:
        if block.kind == "exercise":
            mark = marks.get(block.grade_id)
            tasks.append(
                {
                    "grade_id": block.grade_id,
                    "cell_id": block.cell_id,
                    "title": block.title,
                    "max_points": worth.get(block.grade_id, 0),
                    "points": mark.points if mark else None,
                    "feedback": mark.feedback if mark else "",  # not yet in a language
                    "html": "",
                }
            )
            reading = True
        elif reading and block.kind in ("text", "figure"):
            tasks[-1]["html"] += block.html
        else:
            reading = False
    return tasks


def videos_of(notebook: dict[str, Any], manifest: Manifest) -> list[dict[str, Any]]:
    """One entry a video, in the notebook's order: its cell, its files by their paths below the
    course's folder (``captions`` as language, label and path), what is said as seconds and text."""
    files = {one.path: courses.Medium.at(one.path, one) for one in manifest.media}
    return [
        {
            "cell_id": block.cell_id,
            "title": block.title,
            "path": block.video.address,
            "kind": block.video.kind,
            "poster": block.video.poster.address,
            "captions": block.video.tracks,
            "lines": block.video.lines,
        }
        for block in courses.blocks(notebook, files)
        if block.video is not None
    ]
