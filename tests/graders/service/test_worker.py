from __future__ import annotations

import datetime as dt
import os
import socket
import subprocess
import threading
import time

import pytest
from sqlalchemy import func, select

from graders.service.worker import GradingService, MarkingUnavailable
from records.marking import queue
from records.marking.queue import EXAM, Bounds
from records.tables.marking import ExerciseMarks, Submission
from records.tables.people import Person

SOON = Bounds(tries=3, retry_after=dt.timedelta(milliseconds=50))


def test_a_submission_is_marked_and_stored(classroom, quick) -> None:
    with GradingService(classroom.records, quick()) as service:
        submission = classroom.submit()
        classroom.wait(submission)
    assert (classroom.find(submission).points, service.health().stored) == (2.0, 1)


def test_what_waited_before_the_start_is_marked_too(classroom, quick) -> None:
    submissions = classroom.submit_many(20, lambda n: b"%d" % n)
    with GradingService(classroom.records, quick()):
        classroom.wait(*submissions)


def test_a_new_submission_wakes_the_service_at_once(classroom, quick) -> None:
    # It looks by itself only once an hour here, so only the bell can have woken it.
    with GradingService(classroom.records, quick(), poll_s=3600):
        for _ in range(3):
            classroom.wait(classroom.submit())


def test_without_the_bell_it_is_found_by_looking(classroom, quick, monkeypatch) -> None:
    monkeypatch.setattr("records.wakeup.ring", lambda engine: None)
    monkeypatch.setattr("records.wakeup.ring_at_commit", lambda session: None)
    with GradingService(classroom.records, quick(), poll_s=0.05):
        time.sleep(0.2)
        classroom.wait(classroom.submit())


def test_exams_are_marked_before_practice(classroom, quick) -> None:
    seen: list[bytes] = []
    practice = classroom.submit_many(3, lambda n: b"practice")
    exam = classroom.submit(b"exam", priority=EXAM)
    with GradingService(classroom.records, quick(seen.append), workers=1):
        classroom.wait(exam, *practice)
    assert seen == [b"exam", b"practice", b"practice", b"practice"]


def test_a_marker_that_breaks_once_is_tried_again(classroom, quick) -> None:
    seen: list[bytes] = []

    def break_once(submitted: bytes) -> None:
        seen.append(submitted)
        if len(seen) == 1:
            raise RuntimeError("the fork server is gone")

    with GradingService(classroom.records, quick(break_once), bounds=SOON) as service:
        submission = classroom.submit()
        classroom.wait(submission)
    assert (classroom.find(submission).tries, service.health().failed) == (2, 1)


def test_what_breaks_every_time_is_laid_aside_and_the_others_go_on(classroom, quick) -> None:
    def choke(submitted: bytes) -> None:
        if submitted == b"poison":
            raise MemoryError("no\nmemory")

    with GradingService(classroom.records, quick(choke), bounds=SOON):
        poison = classroom.submit(b"poison")
        others = classroom.submit_many(5, lambda n: b"good")
        classroom.wait(*others)
        classroom.wait(poison, state="dead")
    dead = classroom.find(poison)
    assert (dead.tries, dead.failure) == (3, "MemoryError: no memory")


def test_marks_that_say_marking_failed_are_not_stored_as_marks(classroom, quick) -> None:
    with GradingService(classroom.records, quick(state="failed"), bounds=SOON):
        submission = classroom.submit()
        classroom.wait(submission, state="dead")
    assert classroom.find(submission).points is None


def test_when_nobody_can_mark_a_submission_waits_and_loses_no_try(classroom, quick) -> None:
    seen: list[bytes] = []

    def away_twice(submitted: bytes) -> None:
        seen.append(submitted)
        if len(seen) < 3:
            raise MarkingUnavailable("no scheduler")

    with GradingService(classroom.records, quick(away_twice), workers=1, bounds=SOON):
        submission = classroom.submit()
        classroom.wait(submission)
    assert classroom.find(submission).tries == 1


def test_a_lease_is_renewed_while_marking_lasts(classroom, quick) -> None:
    lease = dt.timedelta(seconds=0.6)
    slow = quick(lambda submitted: time.sleep(2))
    with (
        GradingService(classroom.records, slow, workers=1, lease=lease),
        GradingService(classroom.records, slow, workers=1, lease=lease),
    ):
        submission = classroom.submit()
        classroom.wait(submission)
    assert classroom.find(submission).tries == 1


def test_stopping_finishes_what_is_being_marked(classroom, quick) -> None:
    begun = threading.Event()

    def slowly(submitted: bytes) -> None:
        begun.set()
        time.sleep(0.5)

    service = GradingService(classroom.records, quick(slowly), workers=1)
    service.start()
    first, second = classroom.submit_many(2, lambda n: b"%d" % n)
    assert begun.wait(10)
    service.stop()
    assert [classroom.find(one).state for one in (first, second)] == ["marked", "queued"]


def test_stopping_returns_what_can_not_be_finished(classroom, quick) -> None:
    begun, over = threading.Event(), threading.Event()

    def hang(submitted: bytes) -> None:
        begun.set()
        over.wait()

    service = GradingService(classroom.records, quick(hang), workers=1)
    service.start()
    submission = classroom.submit()
    assert begun.wait(10)
    service.stop(grace_s=0.2)
    returned = classroom.find(submission)
    assert (returned.state, returned.tries) == ("queued", 0)
    over.set()  # what the late worker now brings must not be stored
    for thread in service._threads:
        thread.join(10)
    assert classroom.find(submission).state == "queued"


class TestSettling:
    def test_writes_in_the_same_transaction_as_the_marks(self, classroom, quick) -> None:
        def rename(session, submission_id, at) -> None:
            submission = session.get_one(Submission, submission_id)
            assert (submission.state, submission.marked_at) == ("marked", at)
            session.get_one(Person, submission.person_id).position = "đã chấm"

        with GradingService(classroom.records, quick(), settle=rename):
            submission = classroom.submit()
            classroom.wait(submission)
            with classroom.records.read() as session:
                person = session.get_one(Person, classroom.find(submission).person_id)
        assert person.position == "đã chấm"

    def test_that_breaks_loses_its_own_writes_and_not_the_marks(self, classroom, quick) -> None:
        def break_down(session, submission_id, _at) -> None:
            submission = session.get_one(Submission, submission_id)
            session.get_one(Person, submission.person_id).position = "nửa chừng"
            session.flush()
            raise ZeroDivisionError

        with GradingService(classroom.records, quick(), settle=break_down):
            submission = classroom.submit()
            classroom.wait(submission)
        with classroom.records.read() as session:
            assert session.get_one(Person, classroom.find(submission).person_id).position is None
            marks = session.scalar(select(func.count()).select_from(ExerciseMarks))
        assert marks == 1


def test_a_service_nobody_started_has_no_workers_alive(classroom, quick) -> None:
    service = GradingService(classroom.records, quick())
    assert not service.health().well
    service.start()
    assert service.health().well
    service.stop()


def test_a_notebook_without_end_gives_its_place_to_the_next(classroom, quick) -> None:
    released = threading.Event()

    def endless(submitted: bytes) -> None:
        if submitted == b"endless":
            released.wait(30)

    long_one = classroom.submit(b"endless")
    service = GradingService(classroom.records, quick(endless), workers=1, short_s=0.2, poll_s=0.05)
    with service:
        short_ones = classroom.submit_many(5, lambda n: b"%d" % n)
        classroom.wait(*short_ones, timeout_s=10)
        assert classroom.find(long_one).state == "claimed"
        released.set()
        classroom.wait(long_one)


def test_short_notebooks_never_have_more_than_their_places(classroom, quick) -> None:
    at_once, most, counting = 0, 0, threading.Lock()

    def count(submitted: bytes) -> None:
        nonlocal at_once, most
        with counting:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with counting:
            at_once -= 1

    submissions = classroom.submit_many(20, lambda n: b"%d" % n)
    with GradingService(classroom.records, quick(count), workers=2):
        classroom.wait(*submissions)
    assert most == 2


@pytest.mark.parametrize("workers", [1, 4])
def test_every_submission_is_stored_once(classroom, quick, workers: int) -> None:
    submissions = classroom.submit_many(60, lambda n: b"%d" % n)
    with GradingService(classroom.records, quick(), workers=workers) as service:
        classroom.wait(*submissions)
    assert service.health().stored == 60
    with classroom.records.read() as session:
        assert queue.line(session).queued == 0
        assert session.scalar(select(func.count()).select_from(ExerciseMarks)) == 60


def test_a_restart_takes_over_at_once_what_a_dead_process_of_this_machine_held(
    classroom, quick
) -> None:
    long, now = dt.timedelta(hours=1), dt.datetime.now(dt.UTC)
    with subprocess.Popen(["true"]) as gone:
        pass
    host = socket.gethostname()[:40]
    held = classroom.submit_many(3, lambda n: b"%d" % n)
    owners = [f"{host}:{gone.pid}:grading:x:0", f"{host}:{os.getpid()}:y:0", "elsewhere:1:z:0"]
    for owner in owners:
        with classroom.records.begin() as session:
            queue.claim(session, worker=owner, at=now, lease=long)
    with GradingService(classroom.records, quick()):
        classroom.wait(held[0])
    assert [classroom.find(one).claimed_by for one in held] == [None, *owners[1:]]
