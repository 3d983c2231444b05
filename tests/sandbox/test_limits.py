"""Whatever a child wants too much of, it alone pays for, and it ends when its time is up."""

# The bare calls are what matters here.
# ruff: noqa: PTH115

import dataclasses
import os
import time
from pathlib import Path

import pytest

from sandbox import Channel, ForkServer, Limits
from sandbox.child import LAST

LIMITS = Limits(cpu_s=10, wall_s=15, memory_mb=128, processes=24, file_mb=8)


@pytest.fixture(scope="module", params=["with cgroups", "without cgroups"])
def bombs(request):
    import walled_bombs

    names = [n for n, f in vars(walled_bombs).items() if callable(f) and n[0].islower()]
    with ForkServer(
        programs={name: f"walled_bombs:{name}" for name in names},
        limits=LIMITS,
        cgroups=request.param == "with cgroups",
    ) as server:
        yield server


def run(server, program, **limits):
    """The child, and our end of its one channel."""
    ours, theirs = Channel.pair()
    return server.fork(
        program, channels=[theirs], limits=dataclasses.replace(LIMITS, **limits)
    ), ours


def processes_inside(child):
    """Processes that share the child's PID namespace, seen from outside."""
    space = os.readlink(f"/proc/{child.pid}/ns/pid")
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "ns/pid") == space:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_a_fork_bomb_stays_within_its_number_and_ends_at_once_when_killed(bombs):
    child, channel = run(bombs, "fork_bomb")
    with channel, child:
        channel.receive(10)
        time.sleep(1)
        inside = processes_inside(child)
        assert 2 <= len(inside) <= LIMITS.processes
        child.kill()
        assert child.wait(10).reason == "killed"
    assert not [pid for pid in inside if Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize("program", ["memory_bomb", "mapped_memory_bomb"])
def test_processes_that_together_hold_too_much_are_ended(program, bombs):
    child, channel = run(bombs, program, wall_s=30)
    with channel, child:
        channel.receive(10)
        # with a kernel that kills single processes the first may live on: the sum is what counts
        largest = 0
        until = time.monotonic() + 4
        while time.monotonic() < until and child.poll() is None:
            largest = max(largest, _held_mb(child))
            time.sleep(0.05)
        child.kill()
        end = child.wait(10)
    bound = LIMITS.memory_mb + 2 * LIMITS.file_mb + 64
    # the supervisor that stands in for cgroups looks ten times a second
    assert largest <= bound + 400
    assert end.reason == "memory"


def _held_mb(child):
    total = 0
    try:
        for pid in processes_inside(child):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    except OSError:
        return 0
    return total // 1024


def test_endless_output_costs_nobody_else_anything(bombs):
    child, channel = run(bombs, "print_for_ever", wall_s=3)
    with channel, child:
        channel.receive(10)
        end = child.wait(15)
    assert end.reason in ("failed", "crashed", "time")
    assert len(end.last_words) <= 8192


def test_endless_frames_wait_until_they_are_read(bombs):
    child, channel = run(bombs, "send_for_ever", wall_s=2)
    with channel, child:
        assert len(channel.receive(10)) == 100_000
        assert child.wait(15).reason == "time"


@pytest.mark.parametrize("seconds", [0.1, 60], ids=["its parent left", "its parent stays"])
def test_a_daemon_ends_with_the_child_it_came_from(seconds, bombs):
    ours, theirs = Channel.pair()
    with ours, bombs.fork("daemonise", channels=[theirs], options={"seconds": seconds}) as child:
        assert {ours.receive(10), ours.receive(10)} == {"daemon", "parent leaves"}
        inside = processes_inside(child) if seconds > 1 else []
        if seconds > 1:
            assert len(inside) == 2
            child.kill()
        child.wait(10)
    until = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in inside) and time.monotonic() < until:
        time.sleep(0.01)
    assert not [pid for pid in inside if Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize("program", ["spin_in_c", "sleep_ignoring_everything"])
def test_what_cannot_be_interrupted_ends_with_its_wall_time(program, bombs):
    child, channel = run(bombs, program, wall_s=1.5)
    with channel, child:
        assert child.wait(10).reason == "time"


def test_processor_time_is_bounded(bombs):
    child, channel = run(bombs, "spin_in_c", cpu_s=1)
    with channel, child:
        end = child.wait(14)
    assert end.reason == "time"
    assert 0.4 <= end.cpu_s <= 3


@pytest.mark.parametrize("program", ["deep_recursion", "null_pointer"])
def test_a_crash_is_told_as_a_crash(program, bombs):
    child, channel = run(bombs, program)
    with channel, child:
        assert child.wait(14).reason in ("crashed", "failed", "memory")


def test_leaving_at_once_is_told_with_its_status(bombs):
    child, channel = run(bombs, "leave_at_once")
    with channel, child:
        end = child.wait(10)
    assert (end.reason, end.status) == ("failed", 3)


def test_closing_every_descriptor_harms_only_the_child(bombs):
    child, channel = run(bombs, "close_everything")
    with channel, child:
        assert child.wait(10).reason in ("done", "failed")
    child, channel = run(bombs, "leave_at_once")
    with channel, child:
        assert child.wait(10).status == 3


def test_a_child_stands_back_where_the_processor_is_short(bombs):
    child, channel = run(bombs, "spin_in_c")
    with channel, child:
        end = time.monotonic() + 10  # it does so before anything of the learner's runs
        while os.getpriority(os.PRIO_PROCESS, child.pid) == 0 and time.monotonic() < end:
            time.sleep(0.01)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == LIMITS.nice > 0
        try:
            group = Path(f"/proc/{child.pid}/autogroup").read_text()
        except OSError:
            return  # this kernel does not group by session: niceness is all there is
        assert f"nice {LIMITS.nice}" in group
        child.kill()


def test_work_that_turns_out_to_be_long_goes_behind_all_other(bombs):
    child, channel = run(bombs, "spin_in_c", short_s=0.3)
    with channel, child:
        end = time.monotonic() + 10
        while os.getpriority(os.PRIO_PROCESS, child.pid) < LAST and time.monotonic() < end:
            time.sleep(0.01)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == LAST
        child.kill()
