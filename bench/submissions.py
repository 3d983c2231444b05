"""From *Nộp bài* to stored marks: idle, under a steady load, and with many rows already stored.

    python bench/submissions.py [--idle-only] [--idle 60] [--rate 10] [--seconds 60]
                          [--stored 100,10000,100000] [--database URL]

Real marker, real service in this process, real database (SQLite in a temporary folder unless
``--database`` names another, which is emptied of nothing and left behind). Prints a table and, as
the last line, JSON with times in seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import insert, select

import courses
from courses.checks.check import solved_notebook
from graders import Marker
from graders.service.worker import GradingService
from records import Records, open_records
from records.courses import releases
from records.learning import enrolments
from records.marking import queue
from records.people import persons
from records.tables.marking import ExerciseMarks, Submission

COURSE = Path(__file__).parent.parent / "courses" / "content" / "nhan-thuc-chung"
LESSON = 0
UNBOUNDED = queue.Bounds(per_person=10**9, whole=10**9, repeat_within=dt.timedelta(0))


class School:
    """One published lesson, one notebook that solves it, and a new learner per submission."""

    def __init__(self, records: Records) -> None:
        self.records = records
        course = courses.load_course(COURSE)
        lesson = course.lessons[LESSON]
        self.course, self.lesson = course.slug, lesson.slug
        self.notebook = courses.write_notebook(solved_notebook(lesson.source))
        with records.begin() as session:
            self.release = releases.publish(
                session, courses.make_release(course), at=now(), by="bench"
            ).id

    def submit(self) -> int:
        with self.records.begin() as session:
            person = persons.add_person(
                session, username=None, full_name="Học viên (mẫu)", at=now()
            )
            enrolments.begin_course(session, person.id, self.course, at=now())
            return queue.submit(
                session,
                person_id=person.id,
                release_id=self.release,
                lesson=self.lesson,
                notebook=self.notebook,
                at=now(),
                bounds=UNBOUNDED,
            ).id

    def fill(self, count: int) -> None:
        """Bring the number of stored, marked submissions to ``count``."""
        with self.records.begin() as session:
            stored = session.scalar(select(Submission.id).order_by(Submission.id.desc()).limit(1))
            missing = max(0, count - (stored or 0))
            person = persons.add_person(
                session, username=None, full_name="Học viên (mẫu)", at=now()
            )
            row = {
                "person_id": person.id,
                "release_id": self.release,
                "lesson": self.lesson,
                "notebook": b"{}",
                "submitted_at": now(),
                "marked_at": now(),
                "late": False,
                "state": "marked",
                "outcome": "marked",
                "priority": 10,
                "tries": 1,
                "points": 1.0,
                "max_points": 1.0,
            }
            first = (stored or 0) + 1
            for start in range(first, first + missing, 5000):
                keys = range(start, min(start + 5000, first + missing))
                session.execute(insert(Submission), [{"id": key, **row} for key in keys])
                session.execute(
                    insert(ExerciseMarks),
                    [
                        {
                            "submission_id": key,
                            "grade_id": "cu",
                            "points": 1.0,
                            "max_points": 1.0,
                            "needs_review": False,
                        }
                        for key in keys
                    ],
                )
        if self.records.engine.dialect.name == "postgresql":
            with self.records.begin() as session:
                session.connection().exec_driver_sql(
                    "SELECT setval(pg_get_serial_sequence('submission', 'id'), "
                    "(SELECT max(id) FROM submission))"
                )

    def wait(self, submission_id: int) -> float:
        """Seconds from submission to stored marks, by the rows themselves."""
        while True:
            with self.records.read() as session:
                row = session.execute(
                    select(Submission.state, Submission.submitted_at, Submission.marked_at).where(
                        Submission.id == submission_id
                    )
                ).one()
            if row.state == "marked":
                return float((row.marked_at - row.submitted_at).total_seconds())
            assert row.state != "dead", "a submission of ours must be markable"
            time.sleep(0.01)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def share(times: list[float], which: float) -> float:
    return round(sorted(times)[min(len(times) - 1, int(which * len(times)))], 3)


def middle_and_tail(times: list[float]) -> str:
    return f"p50 {share(times, 0.5)} s, p95 {share(times, 0.95)} s"


def processor_s() -> float:
    """Seconds of processor that this process and all below it have had, the ended ones too."""
    me = psutil.Process()
    times = []
    for one in [me, *me.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            times.append(one.cpu_times())
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def idle(school: School, count: int) -> list[float]:
    """One after another, with a pause, so that each finds an idle service."""
    times = []
    for _ in range(count):
        # From before the transaction that hands in, to when a reader sees the marks.
        begun = time.perf_counter()
        school.wait(school.submit())
        times.append(time.perf_counter() - begun)
        time.sleep(0.05)
    return times


def steady(school: School, rate: float, seconds: float) -> tuple[list[float], int]:
    """``rate`` a second for ``seconds``; times, and how many were never marked (0)."""
    keys = []
    begun = time.monotonic()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, begun + number / rate - time.monotonic()))
        keys.append(school.submit())
    times = [school.wait(key) for key in keys]
    return times, len(keys) - len(times)


def measure(arguments: argparse.Namespace, url: str) -> dict[str, Any]:
    records = open_records(url, migrate=True)
    school = School(records)
    found: dict[str, Any] = {"cores": os.cpu_count(), "database": records.engine.dialect.name}
    with Marker(allow_reduced=True) as marker:
        marker.warm_up()
        with GradingService(records, marker, workers=2):
            idle(school, 5)  # warm-up, not counted
            before = processor_s()
            times = idle(school, arguments.idle)
            found["processor_s"] = round((processor_s() - before) / len(times), 3)
            found["submit_to_mark_p50_s"] = share(times, 0.5)
            found["submit_to_mark_p95_s"] = share(times, 0.95)
            print(f"idle, {len(times)} submissions: {middle_and_tail(times)}")
            print(f"processor for one, of all processes: {found['processor_s']} s")
            if not arguments.idle_only:
                times, lost = steady(school, arguments.rate, arguments.seconds)
                found |= {
                    "load_p95_s": share(times, 0.95),
                    "load_lost": lost,
                    "rate": arguments.rate,
                }
                print(
                    f"{arguments.rate:g} a second for {arguments.seconds:g} s, "
                    f"{len(times)} submissions: "
                    f"{middle_and_tail(times)}, lost {lost}"
                )
                found["stored"] = {}
                for count in arguments.stored:
                    school.fill(count)
                    idle(school, 3)
                    times = idle(school, arguments.idle)
                    found["stored"][count] = share(times, 0.5)
                    print(f"with {count} stored: {middle_and_tail(times)}")
    records.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=60)
    parser.add_argument("--idle-only", action="store_true")
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--stored",
        type=lambda text: [int(one) for one in text.split(",")],
        default=[100, 10_000, 100_000],
    )
    parser.add_argument("--database", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcham-bench-") as folder:
        url = arguments.database or f"sqlite:///{folder}/bench.sqlite"
        print(json.dumps(measure(arguments, url)))


if __name__ == "__main__":
    main()
