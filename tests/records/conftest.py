"""A small course, learners of it, and marks: synthetic, in the shapes the other rooms hand in."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from settled import store_marks

from core.manifest import Manifest, read_manifest
from core.messages import Message
from records import Records, Session
from records.courses import releases
from records.marking import queue
from records.people import persons
from records.tables.courses import Release
from records.tables.marking import Submission
from records.tables.people import Person

LEASE = dt.timedelta(seconds=30)
AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Publication:
    manifest: Manifest
    learner_files: dict[str, bytes]
    source_files: dict[str, bytes]

    @property
    def digest(self) -> str:
        files = [*sorted(self.learner_files.items()), *sorted(self.source_files.items())]
        return hashlib.sha256(repr(files).encode()).hexdigest()


@dataclass(frozen=True)
class Cell:
    grade_id: str
    points: float
    max: float
    feedback: str | None = None
    needs_review: bool = False


@dataclass(frozen=True)
class Result:
    cells: tuple[Cell, ...] = ()
    state: str = "marked"
    reason: Message | None = None
    mode: str = "strict"

    @property
    def total(self) -> float:
        return sum(cell.points for cell in self.cells)

    @property
    def max(self) -> float:
        return sum(cell.max for cell in self.cells)


@dataclass
class Course:
    """Two lessons with two exercises of 2 and 3 points each."""

    slug: str = "nhan-thuc"
    lessons: tuple[str, ...] = ("bai-mot", "bai-hai")
    edition: int = 1
    exercises: dict[str, float] = field(default_factory=lambda: {"muc-tieu": 2.0, "tinh": 3.0})

    def publication(self) -> Publication:
        lessons = [
            {
                "slug": slug,
                "title": slug,
                "file": f"lessons/{slug}.ipynb",
                "max_points": sum(self.exercises.values()),
                "exercises": [
                    {"grade_id": f"{slug}-{name}", "competence": "1.1", "level": 2, "points": most}
                    for name, most in self.exercises.items()
                ],
            }
            for slug in self.lessons
        ]
        files = {
            lesson["file"]: json.dumps({"cells": [], "edition": self.edition}).encode()
            for lesson in lessons
        }
        return Publication(
            manifest=read_manifest(
                {
                    "programme": "chuyen-doi-so-10000",
                    "course": self.slug,
                    "title": "Khóa thử (mẫu)",
                    "framework": "vn-tt02-2025",
                    "pass_share": 0.5,
                    "lessons": lessons,
                }
            ),
            learner_files=files,
            source_files={name: content + b" " for name, content in files.items()},
        )

    def result(self, lesson: str, *points: float, **other: Any) -> Result:
        cells = zip(self.exercises.items(), points, strict=True)
        return Result(
            cells=tuple(Cell(f"{lesson}-{name}", got, most) for (name, most), got in cells), **other
        )


@pytest.fixture
def at() -> dt.datetime:
    return AT


@pytest.fixture
def course() -> Course:
    return Course()


@pytest.fixture
def release(records: Records, course: Course) -> Release:
    with records.begin() as session:
        return releases.publish(session, course.publication(), at=AT, by="TNquantri")


@pytest.fixture
def add_learner(records: Records) -> Callable[..., Person]:
    """Adds a learner of ours, TN001 and so on, in a session or in a transaction of its own."""
    count = 0

    def add(session: Session | None = None, **rest: Any) -> Person:
        nonlocal count
        count += 1
        given = {"username": f"TN{count:03}", "full_name": f"Học viên {count} (mẫu)"} | rest
        if session is not None:
            return persons.add_person(session, at=AT, **given)
        with records.begin() as own:
            return persons.add_person(own, at=AT, **given)

    return add


@pytest.fixture
def learner(add_learner: Callable[..., Person]) -> Person:
    return add_learner()


@pytest.fixture
def submit(records, release, learner, at) -> Callable[..., Submission]:
    def hand_in(notebook: bytes = b"{}", **rest) -> Submission:
        given = {"person_id": learner.id, "release_id": release.id, "lesson": "bai-mot", "at": at}
        with records.begin() as session:
            return queue.submit(session, notebook=notebook, **given | rest)

    return hand_in


@pytest.fixture
def claim(records, at) -> Callable[..., Submission | None]:
    def take(worker: str = "w1", at: dt.datetime = at, **rest) -> Submission | None:
        with records.begin() as session:
            return queue.claim(session, worker=worker, at=at, lease=LEASE, **rest)

    return take


@pytest.fixture
def store(records, at) -> Callable[..., bool]:
    def keep(submission: Submission, result, worker: str = "w1", at: dt.datetime = at) -> bool:
        with records.begin() as session:
            return store_marks(session, submission.id, result, worker=worker, at=at)

    return keep


@pytest.fixture
def at_once() -> Callable[[Iterable[Callable[[], object]]], None]:
    """Runs each in a thread of its own, let go together; what one raises is the caller's."""

    def run(jobs: Iterable[Callable[[], object]]) -> None:
        jobs = list(jobs)
        start, broken = threading.Barrier(len(jobs)), []

        def one(job: Callable[[], object]) -> None:
            start.wait()
            try:
                job()
            except BaseException as error:
                broken.append(error)

        threads = [threading.Thread(target=one, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if broken:
            raise broken[0]

    return run
