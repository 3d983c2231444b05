"""Workers are killed with SIGKILL at any moment; nothing is lost and nothing counted twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from records import audit
from records.tables import AuditEntry, Enrolment, Evidence, ExerciseMarks, Progress, Submission

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
    [("sqlite", 1000), pytest.param("postgres", 300, marks=pytest.mark.postgres)],
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
