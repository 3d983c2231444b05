"""Between people: one learner's notebooks that never end leave a worker to the others."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import select

from graders import Marker
from graders.service.worker import GradingService
from records.learning import enrolments
from records.marking import queue
from records.people import persons
from records.tables.marking import Submission

COURSE = "khoa-mau"
ENDLESS = b"while True:\\n    pass\\n"


def _hand_in_three(classroom, notebooks: list[bytes]) -> list[int]:
    """Three of one person, as many as may wait."""
    at = dt.datetime.now(dt.UTC)
    with classroom.records.begin() as session:
        person = persons.add_person(session, username=None, full_name="Người xấu (mẫu)", at=at)
        enrolments.begin_course(session, person.id, COURSE, at=at)
        about = {"person_id": person.id, "release_id": classroom.release.id, "lesson": "bai-mot"}
        return [queue.submit(session, notebook=one, at=at, **about).id for one in notebooks]


def test_two_workers_are_never_both_with_one_person(classroom, quick) -> None:
    """Whoever comes later is marked while the first of the three still runs."""
    gate, seen = threading.Event(), []

    def stay(submitted: bytes) -> None:
        seen.append(submitted)
        if submitted.startswith(b"endless"):
            gate.wait(60)

    endless = _hand_in_three(classroom, [b"endless %d" % n for n in range(3)])
    with GradingService(classroom.records, quick(stay), workers=2):
        honest = classroom.submit_many(5, lambda n: b"%d" % n)
        classroom.wait(*honest)
        assert [one for one in seen if one.startswith(b"endless")] == [b"endless 0"]
        gate.set()
        classroom.wait(*endless)


def test_two_services_share_the_rule(classroom, quick) -> None:
    held: list[bytes] = []
    most: list[int] = []
    guard = threading.Lock()

    def stay(submitted: bytes) -> None:
        with guard:
            held.append(submitted)
            most.append(len(held))
        threading.Event().wait(0.05)
        with guard:
            held.remove(submitted)

    mine = _hand_in_three(classroom, [b"%d" % n for n in range(3)])
    with (
        GradingService(classroom.records, quick(stay), workers=2, name="a", poll_s=0.05),
        GradingService(classroom.records, quick(stay), workers=2, name="b", poll_s=0.05),
    ):
        classroom.wait(*mine)
    assert most == [1, 1, 1]


@pytest.mark.timeout(300)
def test_real_endless_notebooks_hold_up_nobody(classroom, right) -> None:
    """The case: three endless submissions of one learner held another's for 69 seconds."""
    endless = [right.replace(b"def gap", ENDLESS + b"def gap", 1) + b" " * n for n in range(3)]
    assert ENDLESS in endless[0]
    with Marker(allow_reduced=True, cell_s=3, notebook_s=4) as marker:
        marker.warm_up()
        with GradingService(classroom.records, marker, workers=2):
            _hand_in_three(classroom, endless)
            honest = classroom.submit(right)
            classroom.wait(honest, timeout_s=150)
            with classroom.records.read() as session:
                done = session.scalars(select(Submission.id).where(Submission.state == "marked"))
                assert len(done.all()) <= 2, "the honest one waited for one of them at most"
            assert classroom.find(honest).points == 2.0
