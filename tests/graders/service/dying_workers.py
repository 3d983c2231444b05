"""Runs grading services in child processes and kills them with SIGKILL at random moments.

``python dying_workers.py URL SEED MARKER``: two services at a time, each killed after a random
while and replaced, until standard input is closed; then the last two are left to finish and are
stopped politely. A while is processor time that the services used, so that a busy machine sees
the same deaths as a quiet one, only later. Prints the number of kills. MARKER: ``quick`` (a pause
of some milliseconds, so that what is tried hard is the queue) or ``real``. Children are forked
from this warm process, so that hundreds of kills take seconds.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graders.marks import CellMarks, Marks
from graders.service import GradingService
from records import Session, audit, open_records
from records.queue import Bounds
from records.tables import Submission

SERVICES = 2
TICKS = os.sysconf("SC_CLK_TCK")
PATIENT = Bounds(tries=50)  # an innocent submission may be hit more often than in a century


class PausingMarker:
    def mark(self, source: bytes, submitted: bytes, **_given: Any) -> Marks:
        time.sleep(random.uniform(0, 0.02))
        return Marks("marked", 2.0, 2.0, (CellMarks("kiem-tra", 2.0, 2.0),))


@contextlib.contextmanager
def _marker(kind: str) -> Iterator[Any]:
    if kind == "quick":
        yield PausingMarker()
        return
    from graders import Marker

    with Marker(allow_reduced=True) as marker:
        yield marker


def note(session: Session, submission: Submission) -> None:
    """Whatever follows from marks follows once: the log counts it."""
    audit.append(
        session,
        at=dt.datetime.now(dt.UTC),
        actor="service:grading",
        action="marked",
        subject=f"submission:{submission.id}",
        detail={},
    )


def serve(url: str, kind: str) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    lease = dt.timedelta(seconds=1)
    with (
        _marker(kind) as marker,
        GradingService(
            open_records(url), marker, workers=1, lease=lease, bounds=PATIENT, on_marked=note
        ),
    ):
        while not stop.wait(0.2):
            pass


def fork(url: str, kind: str, seed: int) -> int:
    child = os.fork()
    if child:
        return child
    os.setpgid(0, 0)  # what the service starts goes down with it
    random.seed(seed)
    try:
        serve(url, kind)
    finally:
        os._exit(0)


def used_s(group: int) -> float:
    """Processor seconds of the processes that run in a process group."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # gone meanwhile
            after_name = stat.read_text().rpartition(")")[2].split()
            if int(after_name[2]) == group:
                ticks += int(after_name[11]) + int(after_name[12])
    return ticks / TICKS


def told_to_end(running: list[int], life_s: float) -> bool:
    """Wait until one of the services has used that much; True when input was closed before."""
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        if max(used_s(child) for child in running) >= life_s:
            return False
    return True


def main() -> None:
    url, seed, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    lives = (0.02, 0.5) if kind == "quick" else (2.0, 8.0)
    moments = random.Random(seed)
    running = [fork(url, kind, seed + n) for n in range(SERVICES)]
    kills = 0
    while not told_to_end(running, moments.uniform(*lives)):
        victim = running.pop(moments.randrange(SERVICES))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        kills += 1
        running.append(fork(url, kind, seed + SERVICES + kills))
    for child in running:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    print(kills)


if __name__ == "__main__":
    main()
