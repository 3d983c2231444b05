"""Real Dask: a scheduler and workers in processes of their own, one of them killed."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from graders.service.cluster import ClusterMarker, DaskCluster
from graders.service.worker import GradingService, MarkingUnavailable
from records.tables.marking import ExerciseMarks, Submission

ROOT = Path(__file__).parents[3]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def _dask(program: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()


@pytest.fixture
def scheduler() -> Iterator[str]:
    port = _free_port()
    with _dask("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"):
        yield f"tcp://127.0.0.1:{port}"


def _worker(scheduler: str, name: str, tmp_path: Path):
    return _dask(
        "dask_worker", scheduler, "--host", "127.0.0.1", "--nthreads", "1", "--name", name,
        "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path / name),
    )  # fmt: skip


@pytest.mark.timeout(240)
def test_a_killed_worker_of_the_cluster_costs_nobody_their_marks(
    classroom, right, wrong, scheduler: str, tmp_path: Path
) -> None:
    with (
        _worker(scheduler, "one", tmp_path) as first,
        _worker(scheduler, "two", tmp_path),
        contextlib.closing(DaskCluster(scheduler)) as cluster,
    ):
        end = time.monotonic() + 60
        while cluster.slots() < 2:
            assert time.monotonic() < end, "the workers did not come"
            time.sleep(0.1)
        marker = ClusterMarker(cluster.executor)
        submissions = classroom.submit_many(24, lambda n: right if n % 2 else wrong)
        with GradingService(classroom.records, marker, workers=4):
            classroom.wait(*submissions[:4], timeout_s=120)
            first.send_signal(signal.SIGKILL)
            classroom.wait(*submissions, timeout_s=120)
    with classroom.records.read() as session:
        points = session.scalars(select(Submission.points).order_by(Submission.id)).all()
        stored = session.scalar(select(func.count()).select_from(ExerciseMarks))
    assert points == [0.0, 2.0] * 12
    assert stored == 24


@pytest.mark.timeout(120)
def test_a_cluster_that_is_away_is_said_to_be_unavailable(scheduler: str, right: bytes) -> None:
    with contextlib.closing(DaskCluster(scheduler)) as cluster:
        executor = cluster.executor
    with pytest.raises(MarkingUnavailable):
        ClusterMarker(executor, lost=cluster.lost).mark(right, right)


_ASK = """
import contextlib, logging, sys
from graders.service.cluster import DaskCluster
logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", stream=sys.stdout)
with contextlib.suppress(OSError):
    DaskCluster("tcp://127.0.0.1:1", timeout_s=0.01)
assert "distributed" in sys.modules
logging.getLogger("tornado.access").info("200 GET /")
"""


def test_a_process_that_uses_a_cluster_still_logs_what_it_answers() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _ASK], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert said.returncode == 0, said.stderr
    assert "tornado.access: 200 GET /" in said.stdout
