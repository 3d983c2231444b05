"""A child is a fresh copy behind walls, it ends when it should, and its end is told truly."""

# The bare calls are what matters here.
# ruff: noqa: PTH116, PTH208

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox import (
    Channel,
    ChannelClosed,
    ChannelTimeout,
    ForkServer,
    ForkServerLost,
    FrameTooLarge,
    Limits,
    wall_level,
)


def test_this_machine_gives_full_walls():
    assert wall_level().level == "full", wall_level().missing


def test_options_and_files_reach_the_child(start):
    _, channel = start("look", files={"bảng.csv": "tỉnh,số\n".encode(), "a.txt": b"x"})
    seen = channel.receive(10)
    assert seen["files"] == {"bảng.csv": "tỉnh,số\n", "a.txt": "x"}
    assert seen["folder"] == "/lab"


def test_a_child_is_process_one_of_an_empty_world(start):
    _, channel = start("look")
    seen = channel.receive(10)
    assert seen["pid"] == 1
    assert seen["processes"] == ["1"]
    assert seen["uid"] == 1000
    assert {int(seen["status"][c], 16) for c in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert seen["status"]["NoNewPrivs"] == "1"
    assert seen["status"]["Seccomp"] == "2"
    assert "MOTCHAM_TEST_BAIT" not in seen["environment"]
    # 0, 1, 2, the one channel, and the one that listing them opens
    assert len(seen["descriptors"]) == 5


def test_a_child_belongs_to_an_account_that_owns_nothing(start):
    child, channel = start("sleep")
    channel.receive(10)
    owner = os.stat(f"/proc/{child.pid}").st_uid
    assert owner != 0
    if os.getuid() == 0:
        assert owner >= 1_900_000_000


def test_a_child_that_may_speak_ip_reaches_itself_and_not_the_host():
    programs = {"reach": "walled_programs:reach"}
    with (
        socket.create_server(("127.0.0.1", 0)) as host,
        ForkServer(programs=programs, loopback=True) as server,
    ):
        ours, theirs = Channel.pair()
        port = host.getsockname()[1]
        with ours, server.fork("reach", channels=[theirs], options={"port": port}):
            assert ours.receive(10) == ["here", "ConnectionRefusedError"]


def test_modules_are_loaded_before_the_fork(start):
    _, channel = start("look")
    assert "numpy" in channel.receive(10)["modules"]


def test_each_child_draws_other_numbers_unless_a_seed_is_given(start):
    draws = [start("draw")[1].receive(10) for _ in range(2)]
    assert draws[0][0] != draws[1][0]
    assert draws[0][1] != draws[1][1]
    assert draws[0][2] == draws[1][2]
    seeded = [start("draw", options={"seed": 7})[1].receive(10) for _ in range(2)]
    assert seeded[0] == seeded[1]


def test_several_channels_arrive_in_order(server):
    pairs = [Channel.pair() for _ in range(3)]
    # echo takes one; the others are more than it wants, and that is its failure, not ours
    with server.fork("echo", channels=[theirs for _, theirs in pairs]) as child:
        end = child.wait(10)
    assert end.reason == "failed"
    assert "positional argument" in end.last_words
    for ours, _ in pairs:
        ours.close()


@pytest.mark.parametrize(
    ("program", "options", "reason", "status"),
    [
        ("silent", {}, "done", 0),
        ("raise_error", {}, "failed", 1),
        ("leave", {"status": 0}, "done", 0),
        ("leave", {"status": 7}, "failed", 7),
    ],
)
def test_an_end_is_told_truly(program, options, reason, status, server):
    with server.fork(program, options=options) as child:
        end = child.wait(10)
    assert (end.reason, end.status) == (reason, status)


def test_the_last_words_of_a_failed_child_are_kept(server):
    with server.fork("raise_error") as child:
        assert "không chia được" in child.wait(10).last_words


def test_a_child_that_is_killed_is_told_as_killed(start):
    child, channel = start("stubborn")
    channel.receive(10)
    child.kill()
    end = child.wait(10)
    assert (end.reason, end.status) == ("killed", -9)


def test_a_stopped_child_can_be_killed(start):
    child, channel = start("sleep")
    channel.receive(10)
    os.kill(child.pid, signal.SIGSTOP)
    child.kill()
    assert child.wait(10).reason == "killed"


def test_waiting_has_an_end(start):
    child, _ = start("sleep")
    with pytest.raises(TimeoutError):
        child.wait(0.05)
    assert child.poll() is None


def test_an_end_can_be_waited_for_by_descriptor(server):
    with server.fork("silent") as child:
        assert select.select([child], [], [], 10)[0]
        assert child.poll().reason == "done"


def test_asking_does_not_wait_for_another_thread_that_does(start):
    child, channel = start("sleep")
    channel.receive(10)
    waiting = threading.Thread(target=child.wait)
    waiting.start()
    assert child.poll() is None
    child.kill()
    waiting.join(10)
    assert not waiting.is_alive()
    assert child.poll().reason == "killed"


def test_leaving_the_context_kills(server):
    ours, theirs = Channel.pair()
    with ours:
        with server.fork("sleep", channels=[theirs]) as child:
            ours.receive(10)
            pid = child.pid
        assert not Path(f"/proc/{pid}").exists()
        assert child.wait(0).reason == "killed"


def test_twenty_threads_may_fork_at_once(server):
    ends = []

    def one(number):
        ours, theirs = Channel.pair()
        with ours, server.fork("echo", channels=[theirs], options={"n": number}):
            ends.append(ours.receive(30)["n"])

    threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == list(range(20))


def test_two_hundred_children_leave_nothing_behind(server):
    def held():
        groups = [
            entry
            for base in Path("/sys/fs/cgroup").glob("*")
            for entry in base.glob(f"**/motcham-{os.getpid()}-*")
        ]
        return len(os.listdir("/proc/self/fd")), groups

    with server.fork("silent") as child:
        child.wait(10)
    before = held()
    for _ in range(200):
        with server.fork("silent") as child:
            child.wait(10)
    assert held() == before


def test_files_must_be_names_not_paths(server):
    for name in ("../out", "/etc/x", "", ".."):
        with pytest.raises(ValueError, match="file name"):
            server.fork("silent", files={name: b""})


def test_files_of_many_megabytes_reach_the_child(start):
    _, channel = start("look", files={"large.txt": b"x" * (12 << 20)})
    assert len(channel.receive(30)["files"]["large.txt"]) == 12 << 20


def test_files_that_do_not_fit_fail_the_child_not_the_server(server, start):
    with server.fork("silent", files={"large": b"x" * (40 << 20)}) as child:
        assert child.wait(20).reason in ("failed", "memory", "crashed")
    assert start("echo", options={"a": 1})[1].receive(10) == {"a": 1}


@pytest.mark.parametrize(
    ("piece", "times", "error"),
    [
        ("ffffffff", 1, FrameTooLarge),
        ("00000003616263", 1, ChannelClosed),
        ("00000001" + "5b", 1, ChannelClosed),
        ("0000", 1, ChannelTimeout),
    ],
    ids=["a frame of four gigabytes", "letters", "half a list", "half a length"],
)
def test_a_malformed_frame_from_a_child_harms_nobody(piece, times, error, start):
    child, channel = start("raw", options={"piece": piece, "times": times})
    with pytest.raises(error):
        channel.receive(1)
    child.kill()
    assert child.wait(10).reason == "killed"


def test_a_child_that_never_reads_does_not_hold_its_owner(start):
    child, channel = start("deaf")
    assert channel.receive(10) == "deaf"
    with pytest.raises(ChannelTimeout):
        for _ in range(100):
            channel.send("x" * 500_000, timeout=0.2)
    child.kill()
    assert child.wait(10).reason == "killed"


def test_a_fork_server_that_dies_takes_its_children_along(programs):
    with ForkServer(programs=programs) as server:
        ours, theirs = Channel.pair()
        with ours, server.fork("stubborn", channels=[theirs]) as child:
            ours.receive(10)
            pid = child.pid
            for inner in _children_of(server.pid):
                os.kill(inner, signal.SIGKILL)
            assert child.wait(10).reason in ("lost", "killed")
            _await_end(pid)
        with pytest.raises(ForkServerLost):
            server.fork("silent")


def test_an_owner_that_is_killed_takes_everything_along(programs, tmp_path):
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent / "programs")!r})
from sandbox import ForkServer, Channel
server = ForkServer(programs={programs!r})
ours, theirs = Channel.pair()
child = server.fork("stubborn", channels=[theirs])
ours.receive(10)
print(server.pid, child.pid, flush=True)
sys.stdin.read()
"""
    owner = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pids = [int(word) for word in owner.stdout.readline().split()]
    assert len(pids) == 2
    owner.kill()
    owner.communicate()
    for pid in pids:
        _await_end(pid)


def test_a_module_that_cannot_be_loaded_is_named(programs):
    with pytest.raises(RuntimeError, match="no_such_module"):
        ForkServer(programs=programs, preload=["no_such_module"])


def test_the_fork_server_knows_nothing_of_its_owner_s_environment(programs, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "do-not-tell")
    with ForkServer(programs=programs) as server:
        for pid in (server.pid, *_children_of(server.pid)):
            assert b"do-not-tell" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_only_the_packages_a_program_needs_are_visible(programs):
    with ForkServer(programs=programs) as server:
        ours, theirs = Channel.pair()
        with ours, server.fork("echo", channels=[theirs]) as child:
            ours.receive(10)
            home = Path(__file__).parents[2]
            root = Path(f"/proc/{child.pid}/root")
            seen = {p.name for p in (root / str(home).lstrip("/")).iterdir()}
            tests = [p.name for p in (root / str(home).lstrip("/") / "tests/sandbox").iterdir()]
    assert {"sandbox", "core"} <= seen <= {"sandbox", "core", "tests"} | {Path(sys.prefix).name}
    assert tests == ["programs"]


def test_limits_must_be_positive():
    with pytest.raises(ValueError, match="memory_mb"):
        Limits(memory_mb=0)


def _children_of(pid):
    text = Path(f"/proc/{pid}/task/{pid}/children")
    if text.exists():
        return [int(word) for word in text.read_text().split()]
    found = []
    for entry in os.listdir("/proc"):
        try:
            if int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry))
        except (OSError, ValueError):
            continue
    return found


def _await_end(pid, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} still lives")
