"""The managed service ``grading``, wired: settings → records → marker → the queue's workers.

JupyterHub runs it (``python -m hub.platform.grading``) beside the portal; any number may run, also
on other machines with PostgreSQL. It works until SIGTERM, then finishes what it is marking. Logs
are one JSON object a line; the file ``grading-health.json`` in the data folder is rewritten every
few seconds, and an old one means that the service is gone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from analytics.certificates.issuing import issue_if_due
from core.marks import MarksNotebooks
from graders import Marker
from graders.service.looks import take_next
from graders.service.remark import try_next
from graders.service.worker import GradingService
from hub.mail.deadlines import write_of_deadlines
from hub.mail.sending import Postman
from hub.platform.audit.heads import DailyHeads
from hub.platform.erasing import Erasing, hub_from
from hub.platform.log_lines import speak
from hub.settings import Settings, load_settings
from records import Records, Session, open_records
from records.learning import enrolments
from records.marking.unsettled import count_unsettled
from records.programme.requirements import requirements_of
from records.wakeup import Bell
from school.assessment.item_bank import read_also, the_bank
from school.items import nightly
from school.learning import traces
from school.settling import settle_again, settle_submission

HEALTH_EVERY_S = 5.0
ASIDE_EVERY_S = 3.0
DEADLINES_EVERY = dt.timedelta(minutes=10)
logger = logging.getLogger("motcham.grading")


OVERLAP = dt.timedelta(minutes=1)  # a decision is seen a moment after the time that it names


def issue_what_was_missed(
    records: Records, settings: Settings, *, stopped: Callable[[], bool] = lambda: False
) -> int:
    """Certificates that were due while issuing was broken; safe to repeat. Returns how many.

    It takes long where thousands are between two courses: ``stopped`` is asked before each."""
    with records.read() as session:
        people = enrolments.completed_without_certificate(session, settings.programme)
    issued = 0
    for person_id in people:
        if stopped():
            break
        with records.begin() as session:
            at = dt.datetime.now(dt.UTC)
            share = settings.pass_share
            issued += bool(
                issue_if_due(session, person_id, settings.programme, at=at, pass_share=share)
            )
    return issued


def issue_after_decisions(
    records: Records, settings: Settings, *, since: dt.datetime, at: dt.datetime
) -> int:
    """Certificates that became due because a course ceased to be required after ``since``: nobody
    hands anything in that day. Safe to repeat."""
    with records.read() as session:
        requirements = requirements_of(session, settings.programme)
    if any(one.until_at is not None and since < one.until_at <= at for one in requirements):
        return issue_what_was_missed(records, settings)
    return 0


def forget_traces(records: Records, settings: Settings, *, at: dt.datetime) -> None:
    """Forget what is noted of how people learn in time. What breaks here ends no marking."""
    try:
        traces.forget(records, settings.trace_days, at=at)
    except Exception:
        logger.exception("traces were not forgotten")


def keep_mail_going(records: Records, postman: Postman, *, at: dt.datetime) -> None:
    """Write of deadlines, forget old letters. What breaks here must not end the marking."""
    try:
        write_of_deadlines(records, at=at)
        postman.tidy(at)
    except Exception:
        logger.exception("mail was not kept going")


@contextlib.contextmanager
def open_marker(settings: Settings) -> Iterator[tuple[MarksNotebooks, int]]:
    """The marker that the settings ask for, and how many notebooks it takes at once."""
    if not settings.dask:
        with Marker(allow_reduced=settings.allow_reduced_walls) as local:
            local.warm_up()  # without walls the service must not start, rather than fail each one
            yield local, settings.workers
        return
    from graders.service.cluster import ClusterMarker, DaskCluster

    cluster = DaskCluster(settings.dask)
    try:
        marker = ClusterMarker(
            cluster.executor, allow_reduced=settings.allow_reduced_walls, lost=cluster.lost
        )
        yield marker, max(settings.workers, cluster.slots())
    finally:
        cluster.close()


def write_health(path: Path, service: GradingService, records: Records) -> None:
    """Replace the health file in one step. ``unsettled``: what broke after marks, or after a class,
    and is tried again; more than a few, and the log says why."""
    health = service.health()
    at = dt.datetime.now(dt.UTC).isoformat()
    with records.read() as session:
        unsettled = count_unsettled(session)
    new = path.with_suffix(f".{os.getpid()}.new")
    told = {"at": at, "well": health.well, **dataclasses.asdict(health), "unsettled": unsettled}
    new.write_text(json.dumps(told), encoding="utf-8")
    new.replace(path)


class Aside:
    """Does what is due beside the marking, in a thread of its own, a little at a time: tries
    mended checks on past submissions, takes second looks.

    Each holds one marker place at most, so learners who hand in meanwhile hardly wait. ``step``
    says whether there was anything to do.
    """

    def __init__(self, name: str, step: Callable[[], bool]) -> None:
        self._step = step
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def __enter__(self) -> Aside:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(20)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                done = self._step()
            except Exception:
                logger.exception("failed aside", extra={"fields": {"aside": self._thread.name}})
                done = False
            if not done:
                self._stopping.wait(ASIDE_EVERY_S)


class Missed:
    """`issue_what_was_missed`, once, at the start."""

    def __init__(self, records: Records, settings: Settings, stop: Bell) -> None:
        self._records, self._settings, self._stop = records, settings, stop
        self._done = False

    def __call__(self) -> bool:
        if not self._done:
            issued = issue_what_was_missed(
                self._records, self._settings, stopped=lambda: self._stop.wait(0)
            )
            logger.info("missed certificates", extra={"fields": {"issued": issued}})
            self._done = True
        return False


def run(settings: Settings, stop: Bell) -> None:
    """Mark what comes in until ``stop`` is woken."""
    settings.data.mkdir(parents=True, exist_ok=True)
    health = settings.data / "grading-health.json"
    read_also(settings.items)
    records = open_records(settings.records_url, audit_key=settings.audit_key)
    try:
        with open_marker(settings) as (marker, workers):
            share = settings.pass_share

            def settle(session: Session, submission_id: int, at: dt.datetime) -> bool:
                return settle_submission(session, submission_id, pass_share=share, at=at)

            postman = Postman(records, settings)
            erasing = Erasing(settings, hub=hub_from(os.environ))
            with (
                GradingService(records, marker, workers=workers, settle=settle) as service,
                Aside("remarking", lambda: try_next(records, marker)),
                Aside("erasing", lambda: bool(erasing.work(records, at=dt.datetime.now(dt.UTC)))),
                Aside("missed certificates", Missed(records, settings, stop)),
                Aside(
                    "second looks",
                    lambda: take_next(records, marker, at=dt.datetime.now(dt.UTC), settle=settle),
                ),
                Aside("mail", lambda: postman.send_some(dt.datetime.now(dt.UTC))),
                Aside(
                    "settling again",
                    lambda: bool(
                        settle_again(records, pass_share=share, at=dt.datetime.now(dt.UTC))
                    ),
                ),
                Aside("items", lambda: nightly.step(records, the_bank, at=dt.datetime.now(dt.UTC))),
            ):
                logger.info("ready", extra={"fields": {"workers": workers}})
                heads = DailyHeads(records, settings)
                looked_at = reminded_at = dt.datetime.now(dt.UTC)
                while True:
                    write_health(health, service, records)
                    heads.keep(dt.datetime.now(dt.UTC))
                    if stop.wait(HEALTH_EVERY_S):
                        break
                    since, looked_at = looked_at - OVERLAP, dt.datetime.now(dt.UTC)
                    issue_after_decisions(records, settings, since=since, at=looked_at)
                    if looked_at >= reminded_at:
                        reminded_at = looked_at + DEADLINES_EVERY
                        keep_mail_going(records, postman, at=looked_at)
                        forget_traces(records, settings, at=looked_at)
    finally:
        records.close()
        health.unlink(missing_ok=True)


def main() -> None:
    settings = load_settings()
    speak(settings.log_format)
    stop = Bell()  # a pipe: unlike a lock, safe to touch in a signal handler

    def told(number: int, _frame: FrameType | None) -> None:
        stop.wake()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    run(settings, stop)


if __name__ == "__main__":
    main()
