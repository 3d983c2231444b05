"""Limits are for the learner's code: not for its neighbours, and the same every time."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from notebooks import answered, as_bytes, notebook, solution, test

from graders import Marker
from graders.strict.between.starvation import MOST, Starvation, allowance, is_short_of

HEAVY = notebook(
    solution("s1", "### BEGIN SOLUTION\ntong = 1\n### END SOLUTION"),
    test("t1", "assert tong == 1"),
    solution("s2", "### BEGIN SOLUTION\ndef f():\n    return 1\n### END SOLUTION"),
    test("t2", "assert f() == 1"),
)
WORK = "import time\nend = time.process_time() + 0.4\nwhile time.process_time() < end: pass\n"


@contextmanager
def others_at_work(each, *, apart):
    """``each`` processes a processor that want it for themselves; ``apart``: in sessions of their
    own, among which the kernel shares processors out as it does among people."""
    pids = []
    for _ in range(each * len(os.sched_getaffinity(0))):
        pid = os.fork()
        if pid == 0:
            if apart:
                os.setsid()
            while os.getppid() != 1:
                sum(range(100_000))
            os._exit(0)
        pids.append(pid)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


@pytest.fixture
def neighbours():
    with others_at_work(6, apart=False):
        yield


def _needs_the_kernels_word():
    if Starvation().seconds() == 0.0 and not Path("/proc/self/schedstat").exists():
        pytest.skip("the kernel does not tell how long a process waits for a processor")


def test_an_honest_notebook_does_not_fail_because_others_burn_the_processor(neighbours):
    """Less than half a second of work, two and a half allowed, and a small part of a processor."""
    _needs_the_kernels_word()
    with Marker(cell_s=2.5, notebook_s=60.0, allow_reduced=True) as marker:
        marker.warm_up()
        inner = "".join(f"    {line}\n" for line in WORK.splitlines())
        marks = marker.mark(
            HEAVY,
            as_bytes(answered(HEAVY, s1=WORK + "tong = 1", s2=f"def f():\n{inner}    return 1")),
        )
    assert marks.total == 2.0, [cell.feedback for cell in marks.cells]


def test_waiting_is_granted_but_not_without_end():
    assert allowance(10, 0) == 10
    assert allowance(10, 5) == 15
    assert allowance(10, 1e9) == 10 * MOST
    assert allowance(10, -3) == 10


def test_what_was_ended_without_its_time_is_told_from_what_had_it():
    assert is_short_of(2, spent=8, starved=6.5)
    assert not is_short_of(2, spent=8, starved=5.5), "it had its two seconds"
    assert not is_short_of(2, spent=0.1, starved=0), "it was not ended for its time at all"
    assert not is_short_of(2, spent=2.1, starved=0)


def test_a_cell_that_the_machine_gave_no_time_waits_for_a_person():
    """Half a second of work, a fifth allowed: among twelve, its grace is over before its fifth."""
    _needs_the_kernels_word()
    work = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass\n"
    with Marker(cell_s=0.2, notebook_s=60.0, allow_reduced=True) as marker:
        marker.warm_up()
        with others_at_work(12, apart=True):
            marks = marker.mark(HEAVY, as_bytes(answered(HEAVY, s1=f"{work}tong = 1", s2="f = 1")))
    waiting = marks.cells[0]
    assert (waiting.points, waiting.needs_review) == (0.0, True), waiting.feedback
    assert "một người sẽ xem" in waiting.feedback
    assert "Máy bận" in waiting.note


def test_a_process_that_only_sleeps_is_granted_nothing():
    _needs_the_kernels_word()
    with Marker(cell_s=1.0, notebook_s=20.0, allow_reduced=True) as marker:
        marks = marker.mark(HEAVY, as_bytes(answered(HEAVY, s1="import time\ntime.sleep(60)")))
    assert marks.total == 1.0
    assert "quá thời gian" in marks.cells[0].feedback


STUBBORN = {
    "s1": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "s2": "import os\ndef f():\n    os._exit(3)",
}


def test_fifty_runs_of_a_hostile_notebook_are_alike():
    """Time-outs, deaths and all."""
    content = as_bytes(answered(HEAVY, **STUBBORN))
    with (
        Marker(cell_s=0.2, notebook_s=60.0, allow_reduced=True) as marker,
        ThreadPoolExecutor(4) as many,
    ):
        marker.warm_up()
        found = set(many.map(lambda _: marker.mark(HEAVY, content), range(50)))
    # Those that the machine left no room for, a person looks at.
    found = {marks for marks in found if not any(cell.needs_review for cell in marks.cells)}
    (marks,) = found
    assert [cell.points for cell in marks.cells] == [0.0, 0.0]
    assert "quá thời gian" in marks.cells[0].feedback
    assert "tự thoát" in marks.cells[1].feedback
