"""Runs grading services in child processes and kills them with SIGKILL at random moments.

``python dying_workers.py URL SEED MARKER``: two services at a time, each killed after a random
while and replaced, until standard input is closed; then the last two are left to finish and are
stopped politely. Prints the number of kills. MARKER: ``quick`` (a pause of some milliseconds, so
that what is tried hard is the queue; its random while is processor time that a service used, so
that a busy machine sees the same deaths as a quiet one, only later) or ``real`` (`graders.Marker`,
whose random while begins when it has begun to mark, however long its warming takes). Children are
forked from this warm process, so that hundreds of kills take seconds.
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

from core.marks import CellMarks, Marks
from graders.service.worker import GradingService
from records import Session, open_records
from records.marking.queue import Bounds
from records.platform import audit
from school.settling import settle_submission

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
        marker.warm_up()
        yield TellingMarker(marker)


class TellingMarker:
    """Says once, on the pipe that its parent reads, that it has begun to mark."""

    began: int | None = None  # the pipe's end, set where the service is forked

    def __init__(self, marker: Any) -> None:
        self._marker = marker

    def mark(self, *given: Any, **named: Any) -> Marks:
        if TellingMarker.began is not None:
            os.write(TellingMarker.began, b".")
            os.close(TellingMarker.began)
            TellingMarker.began = None
        marks: Marks = self._marker.mark(*given, **named)
        return marks


def note(session: Session, submission_id: int, at: dt.datetime) -> None:
    """Whatever follows from marks follows once: the log counts it."""
    assert settle_submission(session, submission_id, pass_share=None, at=at)
    audit.append(
        session,
        at=at,
        actor="service:grading",
        action="marked",
        subject=f"submission:{submission_id}",
        detail={},
    )


def serve(url: str, kind: str) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    lease = dt.timedelta(seconds=1)
    with (
        _marker(kind) as marker,
        GradingService(
            open_records(url), marker, workers=1, lease=lease, bounds=PATIENT, settle=note
        ),
    ):
        while not stop.wait(0.2):
            pass


def fork(url: str, kind: str, seed: int) -> tuple[int, int]:
    """The process, and a descriptor that is readable once it marks (or has ended)."""
    begins, TellingMarker.began = os.pipe()
    child = os.fork()
    if child:
        os.close(TellingMarker.began)
        return child, begins
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


def told_to_end(seconds: float) -> bool:
    """Whether input was closed within so many seconds."""
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def lives_out(running: list[tuple[int, int]], life_s: float) -> bool:
    """Wait until a service has used that much processor time; False when told to end before."""
    while max(used_s(child) for child, _begins in running) < life_s:
        if told_to_end(0.02):
            return False
    return not told_to_end(0)


def main() -> None:
    url, seed, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    quick = kind == "quick"
    lives, most = ((0.02, 1.2), 10**6) if quick else ((0.25, 2.0), 8)
    moments = random.Random(seed)
    running = [fork(url, kind, seed + n) for n in range(SERVICES)]
    kills = 0
    while True:
        life_s = moments.uniform(*lives)
        if not (lives_out(running, life_s) if quick else not told_to_end(life_s)):
            break
        at = moments.randrange(SERVICES)
        victim, begins = running[at]
        if kills >= most or not (quick or select.select([begins], [], [], 0)[0]):
            continue
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        os.close(begins)
        kills += 1
        running[at] = fork(url, kind, seed + SERVICES + kills)
    for child, _begins in running:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    print(kills)


if __name__ == "__main__":
    main()
