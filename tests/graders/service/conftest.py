"""A published lesson, learners, and markers that do exactly what a test needs of them.

The service's own tests put a marker on the far side of its boundary; `test_kills` and
`test_cluster` run the real one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.manifest import Manifest, read_manifest
from core.marks import CellMarks, Marks
from records import Records
from records.courses import releases
from records.learning import enrolments
from records.marking import queue
from records.people import persons
from records.tables.courses import Release
from records.tables.marking import Submission

LESSON = "bai-mot"


def _notebook(*cells: dict[str, Any]) -> bytes:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}
    ).encode()


def _code(source: str, cell_id: str, **nbgrader: Any) -> dict[str, Any]:
    given = {"schema_version": 3, "grade_id": cell_id, **nbgrader}
    return {
        "cell_type": "code",
        "id": cell_id,
        "execution_count": None,
        "outputs": [],
        "metadata": {"nbgrader": given},
        "source": source,
    }


_ANSWER = {"grade": False, "solution": True, "locked": False, "task": False}
_TEST = {"grade": True, "solution": False, "locked": True, "task": False}
_CHECK = "assert gap(10000, 200) == 9800, 'Hiệu của hai số chưa đúng'"


def _filled(body: str) -> str:
    return f"def gap(plan, done):\n    return {body}\n"


_REGION = "### BEGIN SOLUTION\n    return plan - done\n    ### END SOLUTION"
SOURCE = _notebook(
    _code(f"def gap(plan, done):\n    {_REGION}\n", "tra-loi", **_ANSWER),
    _code(_CHECK, "kiem-tra", points=2, **_TEST),
)
HANDING_OUT = _notebook(
    _code('#| download: so-lieu.csv\n#| content: rows\nrows = [["a"], [1]]\n', "tep", **_ANSWER),
    _code(_CHECK, "kiem-tra", points=2, **_TEST),
)
DRAWN = _notebook(
    _code("#| variant:\n#|   plan: {choice: [100, 200, 300]}\nplan = 10000\n", "so", **_ANSWER)
)


@dataclass(frozen=True)
class Publication:
    digest: str
    manifest: Manifest
    learner_files: dict[str, bytes]
    source_files: dict[str, bytes]


def _publication(source: bytes) -> Publication:
    file = f"lessons/{LESSON}.ipynb"
    exercise = {"grade_id": "kiem-tra", "competence": "1.1", "level": 2, "points": 2}
    manifest = {
        "programme": "chuyen-doi-so-10000",
        "course": "khoa-mau",
        "framework": "vn-tt02-2025",
        "pass_share": 0.5,
        "lessons": [{"slug": LESSON, "file": file, "max_points": 2, "exercises": [exercise]}],
    }
    digest = hashlib.sha256(source).hexdigest()
    return Publication(digest, read_manifest(manifest), {file: source}, {file: source})


@pytest.fixture
def right() -> bytes:
    """A submission that earns 2 of 2."""
    return _notebook(
        _code(_filled("plan - done"), "tra-loi", **_ANSWER),
        _code(_CHECK, "kiem-tra", points=2, **_TEST),
    )


@pytest.fixture
def wrong() -> bytes:
    """A submission that earns 0 of 2."""
    return _notebook(
        _code(_filled("plan + done"), "tra-loi", **_ANSWER),
        _code(_CHECK, "kiem-tra", points=2, **_TEST),
    )


class Classroom:
    """A published course and as many synthetic learners as are asked for."""

    def __init__(self, records: Records, source: bytes = SOURCE) -> None:
        self.records = records
        self.at = dt.datetime.now(dt.UTC)
        self.release = self.publish(source)

    def publish(self, source: bytes) -> Release:
        """The lesson anew, as the course's next release."""
        with self.records.begin() as session:
            return releases.publish(session, _publication(source), at=self.at, by="TN")

    def submit_many(self, count: int, notebook: Callable[[int], bytes]) -> list[int]:
        """One new learner each; keys of their submissions, in order."""
        with self.records.begin() as session:
            return [self._submit(session, notebook(number)) for number in range(count)]

    def submit(self, notebook: bytes = b"{}", **rest: Any) -> int:
        with self.records.begin() as session:
            return self._submit(session, notebook, **rest)

    def _submit(self, session: Any, notebook: bytes, **rest: Any) -> int:
        at = dt.datetime.now(dt.UTC)
        person = persons.add_person(session, username=None, full_name="Học viên (mẫu)", at=at)
        enrolments.begin_course(session, person.id, "khoa-mau", at=at)
        return queue.submit(
            session,
            person_id=person.id,
            release_id=self.release.id,
            lesson=LESSON,
            notebook=notebook,
            at=at,
            bounds=queue.Bounds(whole=10**9),
            **rest,
        ).id

    def find(self, submission_id: int) -> Submission:
        with self.records.read() as session:
            found = queue.find_submission(session, submission_id)
        assert found
        return found

    def wait(self, *submission_ids: int, state: str = "marked", timeout_s: float = 60) -> None:
        """Until all are in ``state``; what is stored says so, nobody else."""
        end = time.monotonic() + timeout_s
        for submission_id in submission_ids:
            while (found := self.find(submission_id)).state != state:
                assert time.monotonic() < end, f"{found.state} {found.failure}, not {state}"
                time.sleep(0.01)


@pytest.fixture
def classroom(records: Records) -> Classroom:
    return Classroom(records)


@pytest.fixture
def drawn_classroom(records: Records) -> Classroom:
    """Here every learner has a number of their own."""
    return Classroom(records, DRAWN)


@pytest.fixture
def handing_out_classroom(records: Records) -> Classroom:
    """Here the lesson hands out a file."""
    return Classroom(records, HANDING_OUT)


@pytest.fixture
def make_classroom() -> type[Classroom]:
    return Classroom


@dataclass
class QuickMarker:
    """Gives 2 of 2 after ``before`` has run (which may wait, raise, or count)."""

    before: Callable[[bytes], object] = lambda submitted: None
    state: Any = "marked"
    sources: list[bytes] = field(default_factory=list)
    given: list[dict[str, Any]] = field(default_factory=list)  # besides the two notebooks

    def mark(self, source: bytes, submitted: bytes, **given: Any) -> Marks:
        self.before(submitted)
        self.sources.append(source)
        self.given.append(given)
        cells = (CellMarks("kiem-tra", 2.0, 2.0),) if self.state == "marked" else ()
        return Marks(self.state, 2.0 if cells else 0.0, 2.0, cells)


@pytest.fixture
def quick() -> type[QuickMarker]:
    return QuickMarker
