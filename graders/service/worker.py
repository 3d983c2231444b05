"""The grading service: takes submissions from the queue, has them marked, stores the marks.

`GradingService` runs a few worker threads; each claims a submission with a lease, marks it and
stores the marks in one transaction (`records.marking.queue.store_marks`). A fourth hand renews the
leases while marking lasts. Kill it at any moment: the leases run out and another worker takes over;
what it was about to store is refused, because it no longer holds the claim. docs/queue.md.

It does not know how marking is done: ``marker`` is a `graders.Marker` or, on several machines, a
`graders.service.cluster.ClusterMarker`.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.marks import Marks, MarksNotebooks
from graders import second_look
from graders.service.sources import Sources
from records import Records, Session
from records.marking import queue
from records.marking.queue import BOUNDS, Bounds
from records.tables.marking import Submission

logger = logging.getLogger("motcham.grading")

Settle = Callable[[Session, int, dt.datetime], object]


class MarkingUnavailable(Exception):
    """Nobody can mark just now (the cluster is away); the submission is not to blame."""


@dataclass(frozen=True)
class Health:
    """How the service is. ``idle_s`` since a worker last finished something, in seconds."""

    alive: int
    workers: int  # threads: one for each place, and as many for those at a long notebook
    held: int
    stored: int
    failed: int
    idle_s: float

    @property
    def well(self) -> bool:
        return self.alive == self.workers


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _host() -> str:
    return socket.gethostname()[:40].replace(":", "-")


def _is_dead(worker: str) -> bool:
    """Whether a worker's name is of a process of this machine that is no more.

    Only ever too careful: a process id that is in use again just leaves the lease to run out.
    """
    host, _, rest = worker.partition(":")
    process = rest.partition(":")[0]
    if host != _host() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


class GradingService:
    """Marks what is in the queue until it is stopped. A context manager; `start` returns at once.

    ``workers``: how many notebooks are marked at once, those aside that turned out to be long:
    after ``short_s`` seconds a notebook gives its place to the next one and is marked beside, at
    most as many again. So notebooks that never end do not hold up whoever hands in short ones.
    ``lease``: how long a claim outlives its worker. ``poll_s``: how often to look although the
    bell did not ring. ``settle`` is called with a submission's key inside the transaction that
    stores its marks, and the time of it: what follows from marks is not this room's. When it
    raises, its own writes are undone and the marks stay.
    """

    def __init__(
        self,
        records: Records,
        marker: MarksNotebooks,
        *,
        workers: int = 2,
        short_s: float = 2.0,
        name: str | None = None,
        lease: dt.timedelta = dt.timedelta(seconds=30),
        poll_s: float = 0.5,
        bounds: Bounds = BOUNDS,
        settle: Settle | None = None,
        clock: Callable[[], dt.datetime] = _now,
    ) -> None:
        self._records = records
        self._marker = marker
        self._lease = lease
        self._poll_s = poll_s
        self._bounds = bounds
        self._settle = settle
        self._clock = clock
        # A name that no other incarnation has: a claim must not be mistaken for one's own.
        # Host and process come first, so that the next one here can tell who is dead.
        stem = f"{_host()}:{os.getpid()}:{name or 'grading'}:{secrets.token_hex(4)}"
        self._names = [f"{stem}:{n}" for n in range(2 * workers)]
        self._places = workers
        self._short_s = short_s
        self._sources = Sources(records)
        self._changed = threading.Condition()  # guards all below
        self._rings = 0
        self._worked = 0
        # Rings and notebooks done when somebody last looked and found nothing.
        self._in_vain: tuple[int, int] | None = None
        self._stopping = False
        self._held: dict[int, str] = {}
        self._begun: dict[str, float] = {}  # by worker: since when it has something to do
        self._stored = 0
        self._failed = 0
        self._last = time.monotonic()
        self._threads: list[threading.Thread] = []
        self._bell = records.listen()

    def start(self) -> None:
        """Begin to work, in threads of its own."""
        self._take_over_from_the_dead()
        jobs: list[tuple[str, Callable[[], None]]] = [
            (name, lambda name=name: self._work(name))  # type: ignore[misc]
            for name in self._names
        ]
        jobs += [("bell", self._listen), ("leases", self._renew_leases)]
        # Daemons: a marker that hangs must not keep a stopped service from ending.
        self._threads = [threading.Thread(target=job, name=name, daemon=True) for name, job in jobs]
        for thread in self._threads:
            thread.start()
        logger.info("started", extra={"fields": {"workers": self._places}})

    def stop(self, grace_s: float = 20.0) -> None:
        """Take nothing new, finish what is being marked, return what is not done in ``grace_s``."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._bell.wake()
        end = time.monotonic() + grace_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        for submission_id, worker in self._claims().items():
            with self._records.begin() as session:
                given = queue.give_back(session, submission_id, worker=worker)
            logger.info("returned", extra={"fields": {"submission": submission_id, "ok": given}})
        if not any(thread.name == "bell" and thread.is_alive() for thread in self._threads):
            self._bell.close()
        logger.info("stopped", extra={"fields": {"stored": self._stored}})

    def __enter__(self) -> GradingService:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def health(self) -> Health:
        """What a health page or file shows."""
        alive = sum(t.is_alive() for t in self._threads if t.name in self._names)
        with self._changed:
            return Health(
                alive=alive,
                workers=len(self._names),
                held=len(self._held),
                stored=self._stored,
                failed=self._failed,
                idle_s=round(time.monotonic() - self._last, 1),
            )

    # --- the threads --------------------------------------------------------------------------

    def _work(self, name: str) -> None:
        while not self._stopping:
            # Before looking: what comes in meanwhile is not slept through.
            heard, known = self._rings, (self._rings, self._worked)
            if not self._take_place(name, known):
                self._wait_for_ring(heard)
                continue
            try:
                worked = self._mark_next(name)
            except Exception:
                # The database went away, say. The lease returns what was claimed.
                logger.exception("worker stumbled", extra={"fields": {"worker": name}})
                self._leave_place(name)
                self._sleep(1.0)
                continue
            self._leave_place(name, worked=worked, in_vain=None if worked else known)

    def _take_place(self, name: str, known: tuple[int, int]) -> bool:
        """Is there room for one more, those left out that are at a long notebook, and a reason to
        look? One look is enough for all, until the bell rings or a notebook is done, after which
        the same person's next may be taken."""
        now = time.monotonic()
        with self._changed:
            short = sum(now - begun < self._short_s for begun in self._begun.values())
            if short >= self._places or self._in_vain == known:
                return False
            self._begun[name] = now
        return True

    def _leave_place(
        self, name: str, *, worked: bool = False, in_vain: tuple[int, int] | None = None
    ) -> None:
        with self._changed:
            del self._begun[name]
            self._worked += worked
            self._in_vain = in_vain or self._in_vain

    def _listen(self) -> None:
        while not self._stopping:
            try:
                # A lost ring, an expired lease and a due retry are found by looking.
                if self._bell.wait(self._poll_s) or self._anything_waits():
                    self._wake_workers()
            except Exception:
                logger.exception("looking failed")
                self._sleep(1.0)

    def _renew_leases(self) -> None:
        while not self._stopping or self._claims():
            self._sleep(self._lease.total_seconds() / 3, even_when_stopping=True)
            if self._stopping and not any(t.is_alive() for t in self._working()):
                return
            for submission_id, worker in self._claims().items():
                try:
                    with self._records.begin() as session:
                        queue.renew(
                            session,
                            submission_id,
                            worker=worker,
                            at=self._clock(),
                            lease=self._lease,
                        )
                except Exception:
                    logger.exception("lease not renewed")

    def _take_over_from_the_dead(self) -> None:
        """A restart after a crash need not wait for the leases of processes of this machine."""
        with self._records.read() as session:
            dead = [worker for worker in queue.busy_workers(session) if _is_dead(worker)]
        for worker in dead:
            with self._records.begin() as session:
                taken = queue.take_back_from(session, worker, bounds=self._bounds)
            logger.warning("took over", extra={"fields": {"from": worker, "submissions": taken}})

    # --- one submission -----------------------------------------------------------------------

    def _mark_next(self, worker: str) -> bool:
        with self._records.begin() as session:
            submission = queue.claim(
                session, worker=worker, at=self._clock(), lease=self._lease, bounds=self._bounds
            )
        if submission is None:
            return False
        with self._changed:
            self._held[submission.id] = worker
        try:
            self._mark(submission, worker)
        finally:
            with self._changed:
                del self._held[submission.id]
                self._last = time.monotonic()
        return True

    def _mark(self, submission: Submission, worker: str) -> None:
        began = time.perf_counter()
        fields: dict[str, Any] = {"submission": submission.id, "try": submission.tries}
        try:
            marks = self._sources.of(submission).mark(self._marker, submission)
            fields["marking_s"] = round(time.perf_counter() - began, 4)
            if marks.state == "failed":
                self._fail(submission, worker, str(marks.reason), fields)
                return
            stored = self._store(submission, marks, worker)
        except MarkingUnavailable as error:
            self._return(submission, worker, str(error), fields)
            return
        except Exception as error:
            logger.exception("marking broke", extra={"fields": fields})
            self._fail(submission, worker, f"{type(error).__name__}: {error}"[:500], fields)
            return
        waited = self._clock() - submission.submitted_at
        fields |= {"outcome": marks.state, "stored": stored, "waited_s": waited.total_seconds()}
        logger.info("marked", extra={"fields": fields})

    def _store(self, submission: Submission, marks: Marks, worker: str) -> bool:
        at = self._clock()
        with self._records.begin() as session:
            stored = queue.store_marks(
                session,
                submission.id,
                marks,
                worker=worker,
                at=at,
                look_again=bool(second_look.wanted(marks)),
            )
            if stored and self._settle is not None:
                self._let_follow(session, submission.id, at)
        with self._changed:
            self._stored += stored
        return stored

    def _let_follow(self, session: Session, submission_id: int, at: dt.datetime) -> None:
        assert self._settle is not None
        try:
            with session.begin_nested():
                self._settle(session, submission_id, at)
        except Exception:
            # What follows from marks can be done again later; the marks must not wait for it.
            logger.exception("settling broke", extra={"fields": {"submission": submission_id}})

    def _fail(self, submission: Submission, worker: str, why: str, fields: dict[str, Any]) -> None:
        with self._records.begin() as session:
            queue.fail(
                session,
                submission.id,
                worker=worker,
                at=self._clock(),
                why=" ".join(why.split()),
                bounds=self._bounds,
            )
        with self._changed:
            self._failed += 1
        logger.warning("failed", extra={"fields": fields | {"why": why}})

    def _return(
        self, submission: Submission, worker: str, why: str, fields: dict[str, Any]
    ) -> None:
        with self._records.begin() as session:
            queue.give_back(session, submission.id, worker=worker)
        logger.warning("nobody can mark", extra={"fields": fields | {"why": why}})
        self._sleep(1.0)

    # --- waiting ------------------------------------------------------------------------------

    def _anything_waits(self) -> bool:
        with self._records.read() as session:
            return queue.anything_waits(session, at=self._clock())

    def _wake_workers(self) -> None:
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def _wait_for_ring(self, heard: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._rings != heard)

    def _sleep(self, seconds: float, *, even_when_stopping: bool = False) -> None:
        if even_when_stopping and self._stopping:
            time.sleep(min(seconds, 0.2))
            return
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, timeout=seconds)

    def _claims(self) -> dict[int, str]:
        with self._changed:
            return dict(self._held)

    def _working(self) -> list[threading.Thread]:
        return [thread for thread in self._threads if thread.name in self._names]
