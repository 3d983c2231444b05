"""Workers are killed with SIGKILL at any moment; nothing is lost and nothing counted twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from graders import Marker
from graders.service.worker import GradingService
from graders.strict.warm import Warm
from records.platform import audit
from records.tables.assessment import Evidence
from records.tables.learning import Enrolment, Progress
from records.tables.marking import ExerciseMarks, Submission
from records.tables.platform import AuditEntry
from sandbox import Limits

PROGRAM = Path(__file__).parent / "dying_workers.py"
ROOT = Path(__file__).parents[3]


def _mark_while_killing(url: str, classroom, submissions: list[int], marker: str) -> int:
    """Returns how often a service was killed meanwhile."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), url, "64", marker],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        text=True,
    ) as workers:
        try:
            classroom.wait(*submissions, timeout_s=240)
        finally:
            printed, _ = workers.communicate(timeout=60)
    return int(printed)


def _assert_each_counted_once(classroom, submissions: list[int]) -> None:
    count = len(submissions)
    with classroom.records.read() as session:
        states = dict(
            session.execute(select(Submission.state, func.count()).group_by(Submission.state)).all()
        )
        rows = {
            table.__tablename__: session.scalar(select(func.count()).select_from(table))
            for table in (ExerciseMarks, Evidence, Progress, AuditEntry)
        }
        completed = session.scalar(select(func.count(Enrolment.completed_at)))
        followed = session.scalar(select(func.count(AuditEntry.subject.distinct())))
        chain = audit.verify(session)
    assert states == {"marked": count}
    assert rows == dict.fromkeys(rows, count)
    assert (completed, followed) == (count, count)
    assert chain.sound


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("kind", "count"),
    [("sqlite", 1000), pytest.param("postgres", 700, marks=pytest.mark.postgres)],
)
def test_a_thousand_submissions_survive_the_killing_of_workers(
    request, opened, make_classroom, kind: str, count: int
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    classroom = make_classroom(opened(url))
    submissions = classroom.submit_many(count, lambda n: b"%d" % n)
    kills = _mark_while_killing(url, classroom, submissions, "quick")
    print(kills, "kills")
    assert kills >= 10
    _assert_each_counted_once(classroom, submissions)


@pytest.mark.timeout(400)
def test_real_marking_survives_the_killing_of_services(
    sqlite_url, opened, make_classroom, right, wrong
) -> None:
    classroom = make_classroom(opened(sqlite_url))
    submissions = classroom.submit_many(60, lambda n: (right, wrong)[n % 2])
    kills = _mark_while_killing(sqlite_url, classroom, submissions, "real")
    print(kills, "kills")
    assert kills >= 3
    _assert_each_counted_once(classroom, submissions)
    found = [classroom.find(one).points for one in submissions]
    assert found == [2.0, 0.0] * 30


class WatchedWarm(Warm):
    """Remembers what it forked, so that a test can kill it."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits, allow_reduced=True, science=True)
        self.forked: list[tuple[str, int]] = []

    def fork(self, program, *given, **named):
        child = super().fork(program, *given, **named)
        self.forked.append((program, child.pid))
        return child


def _newest(warm: WatchedWarm, victim: str) -> int:
    if victim == "server":
        server = warm._server
        return -1 if server is None else server.pid
    return next((pid for program, pid in reversed(warm.forked) if program == victim), -1)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("victim", ["server", "examiner", "learner"])
def test_nobody_loses_a_mark_when_the_machine_kills_a(classroom, right, victim: str) -> None:
    """Not the learner's doing, so not the learner's loss: the notebook is marked again."""
    marker = Marker(allow_reduced=True)
    warm = marker._warm = WatchedWarm(marker.limits)
    submissions = classroom.submit_many(12, lambda _: right)
    stop, killed = threading.Event(), set()

    def kill() -> None:
        while not stop.wait(0.01) and len(killed) < 6:
            pid = _newest(warm, victim)
            if pid > 0 and pid not in killed:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:  # done before we came
                    continue
                killed.add(pid)
                stop.wait(0.2)  # let some be marked in between

    killer = threading.Thread(target=kill)
    with marker:
        marker.warm_up()
        with GradingService(classroom.records, marker, workers=1):
            killer.start()
            try:
                classroom.wait(*submissions, timeout_s=200)
            finally:
                stop.set()
                killer.join()
    assert killed
    assert {classroom.find(one).points for one in submissions} == {2.0}
