"""The process that forks: clean, single-threaded, with modules loaded, inside walls of its own.

Started afresh (never forked from its owner) with an empty environment. It reads one JSON
configuration, enters the minimal root, preloads, freezes its objects, then answers fork requests:
one packet each, the child's descriptors beside it. It never reads a byte that a child wrote except
what falls out of the pipe of stdout and stderr, of which it keeps the tail.

The conversation, on sequenced packets:

- owner to warm: ``{"program", "limits", "uid", …}`` with the descriptors ``[status, channel, …]``
- warm to owner, on status: ``{"pid"}`` with a pidfd: the child exists and waits for its gift
- owner to child, on status: the gift's length, then options and files in pieces
- warm to owner, on status: ``{"reason", "status", …}``: the child has ended
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from sandbox import linux
from sandbox.filter import make_filter
from sandbox.life import live
from sandbox.limits import Limits

PACKET = 60_000
MOST_FDS = 32
NAMESPACES = linux.CLONE_NEWNS | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWNET
_TAIL = 8_192
_WATCH_S = 0.1


@dataclass
class _Running:
    """One living child, as its fork server sees it."""

    pid: int
    pidfd: int
    status: socket.socket
    output: int
    limits: Limits
    ends_at: float
    tail: bytearray = field(default_factory=bytearray)
    written: int = 0
    stopped_for: str | None = None
    floor_kb: int = 0


def main(control_fd: int) -> NoReturn:
    """Serve until the owner's end of ``control_fd`` closes."""
    control = socket.socket(fileno=control_fd)
    try:
        configuration = json.loads(control.recv(PACKET))
        if configuration["namespaces"]:
            _enter_walls(configuration)
        server = _WarmServer(control, configuration)
    except BaseException as error:
        said = {"failed": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        control.send(json.dumps(said).encode()[:PACKET])
        os._exit(1)
    control.send(json.dumps({"ready": True}).encode())
    server.serve()


def _enter_walls(configuration: dict[str, Any]) -> None:
    """Leave the host's namespaces. This process stays behind as a guard; its child goes on."""
    if not configuration["privileged"]:
        uid, gid = os.geteuid(), os.getegid()
        linux.unshare(linux.CLONE_NEWUSER)
        linux.map_ids((0, uid), (0, gid))
    linux.unshare(NAMESPACES | linux.CLONE_NEWPID)
    guarded = os.fork()
    if guarded:
        # It holds nothing: when the owner is gone the control socket closes, process 1 of the
        # namespace ends, everything in it with that, and then this one.
        linux.close_from(0)
        _, status = os.waitpid(guarded, 0)
        os._exit(0 if status == 0 else 1)
    linux.die_with_parent()
    from sandbox.rooms import enter_root

    enter_root(
        configuration["readable"],
        configuration["hidden"],
        homes=configuration["homes"],
        tools=configuration["tools"],
    )


class _WarmServer:
    def __init__(self, control: socket.socket, configuration: dict[str, Any]) -> None:
        self.control = control
        self.configuration = configuration
        self.walled: bool = configuration["namespaces"]
        self.watches: bool = configuration["watch_memory"]
        self.running: dict[int, _Running] = {}
        self.by_fd: dict[int, _Running] = {}
        self.poll = select.poll()
        os.environ["HOME"] = "/tmp"  # noqa: S108 - in a mount namespace of its own
        for module in configuration["preload"]:
            importlib.import_module(module)
        if "numpy" in sys.modules:
            importlib.import_module("numpy.random")  # loaded late by numpy; a child reseeds it
        self.programs = {
            name: find_function(place) for name, place in configuration["programs"].items()
        }
        for place, options in configuration["prepare"].items():
            find_function(place)(**options)
        _check_single_threaded()
        if self.walled:
            self.pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        else:
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        self.address_space = _kb_of("self", "VmSize") * 1024
        self.filter = make_filter(
            linux.machine(), loopback=configuration["loopback"] and self.walled, unix=self.walled
        )
        gc.collect()
        linux.give_back_memory()
        gc.freeze()

    def serve(self) -> NoReturn:
        """Answer requests, drain outputs, bury the dead, stop the late, until the owner goes."""
        self.poll.register(self.control, select.POLLIN)
        while True:
            for fd, events in self.poll.poll(self._patience_ms()):
                child = self.by_fd.get(fd)
                if fd == self.control.fileno():
                    self._answer()
                elif child is None:
                    continue
                elif fd == child.pidfd:
                    self._bury(child)
                else:
                    self._drain(child, events)
            self._stop_late()
            if self.watches:
                self._stop_fat()

    def _patience_ms(self) -> float | None:
        if not self.running:
            return None
        if self.watches:
            return max(_WATCH_S, 0.02 * len(self.running)) * 1000
        soonest = min(child.ends_at for child in self.running.values())
        return max(0.0, soonest - time.monotonic()) * 1000 + 1

    def _answer(self) -> None:
        try:
            packet, fds, _, _ = socket.recv_fds(self.control, PACKET, MOST_FDS)
        except OSError:
            packet, fds = b"", []
        if not packet:
            self._end()
        status = socket.socket(fileno=fds[0])
        try:
            self._fork(json.loads(packet), status, fds[1:])
        except OSError as error:
            _tell(status, {"reason": "failed", "status": 1, "last_words": f"fork: {error}"})
            status.close()
        finally:
            for fd in fds[1:]:
                os.close(fd)

    def _fork(self, request: dict[str, Any], status: socket.socket, fds: list[int]) -> None:
        limits = Limits(**request["limits"])
        program = self.programs[request["program"]]
        read, write = os.pipe2(os.O_CLOEXEC)
        if self.walled:
            linux.unshare(linux.CLONE_NEWPID)
        try:
            pid = os.fork()
            if pid == 0:
                live(
                    self.configuration | request,
                    limits,
                    program,
                    status=status.detach(),
                    output=write,
                    channels=fds,
                    address_space=self.address_space,
                    syscall_filter=self.filter,
                )
        except OSError:
            os.close(read)
            raise
        finally:
            os.close(write)
            if self.walled:
                linux.setns(self.pid_namespace, linux.CLONE_NEWPID)
        os.set_blocking(read, False)
        pidfd = os.pidfd_open(pid)
        ends_at = time.monotonic() + limits.wall_s
        child = _Running(pid, pidfd, status, read, limits, ends_at)
        if self.watches:
            child.floor_kb = _held_kb(str(pid))
        self.running[pid] = self.by_fd[read] = self.by_fd[pidfd] = child
        self.poll.register(read, select.POLLIN)
        self.poll.register(pidfd, select.POLLIN)
        _tell(status, {"pid": pid}, [pidfd])

    def _drain(self, child: _Running, events: int) -> None:
        """Take what the child printed and keep its end; above the bound nobody listens any more."""
        try:
            piece = os.read(child.output, 65_536) if events & select.POLLIN else b""
        except BlockingIOError:
            return
        child.written += len(piece)
        child.tail += piece
        del child.tail[:-_TAIL]
        if not piece or child.written > child.limits.output_mb * (1 << 20):
            self._stop_listening(child)

    def _stop_listening(self, child: _Running) -> None:
        if child.output >= 0:
            self.poll.unregister(child.output)
            del self.by_fd[child.output]
            os.close(child.output)
            child.output = -1

    def _bury(self, child: _Running) -> None:
        _, status, usage = os.wait4(child.pid, 0)
        if child.output >= 0:
            self._drain(child, select.POLLIN)
        self._stop_listening(child)
        self.poll.unregister(child.pidfd)
        del self.by_fd[child.pidfd], self.running[child.pid]
        os.close(child.pidfd)
        if not self.walled:
            _kill_strays(set(self.running))
        cpu_s = usage.ru_utime + usage.ru_stime
        code = os.waitstatus_to_exitcode(status)
        _tell(
            child.status,
            {
                "reason": child.stopped_for or judge_end(code, cpu_s, child.limits.cpu_s),
                "status": code,
                "cpu_s": cpu_s,
                "peak_mb": usage.ru_maxrss / 1024,
                "last_words": bytes(child.tail).decode("utf-8", "replace"),
            },
        )
        child.status.close()

    def _stop_late(self) -> None:
        now = time.monotonic()
        for child in self.running.values():
            if now >= child.ends_at and child.stopped_for is None:
                self._stop(child, "time")

    def _stop_fat(self) -> None:
        """Without cgroups: add up what each child's processes hold, stop one above its bound."""
        # Not by their namespaces: one that hides its memory does not show those either.
        below = _children() if self.walled else {}
        for child in self.running.values():
            pids = list(map(str, _below(child.pid, below)))
            bound = child.floor_kb + 1024 * child.limits.most_memory_mb
            # The cheap sum counts a page once for each process that shares it, so ask again.
            too_much = sum(map(_held_kb, pids)) > bound and sum(map(_share_kb, pids)) > bound
            if too_much and child.stopped_for is None:
                self._stop(child, "memory")

    def _stop(self, child: _Running, reason: str) -> None:
        child.stopped_for = reason
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)

    def _end(self) -> NoReturn:
        for child in self.running.values():
            self._stop(child, "killed")
        if not self.walled:
            _kill_strays(set())
        os._exit(0)


def find_function(place: str) -> Callable[..., None]:
    """The function behind ``package.module:function``."""
    module, _, name = place.partition(":")
    function = getattr(importlib.import_module(module), name)
    if not callable(function):
        raise TypeError(f"{place} cannot be called")
    return function  # type: ignore[no-any-return]


def judge_end(code: int, cpu_s: float, cpu_limit_s: float) -> str:
    """Why a child that nobody stopped ended. ``code`` as os.waitstatus_to_exitcode gives it."""
    if code >= 0:
        return "done" if code == 0 else "failed"
    # The kernel's clock for the limit and the one reported differ by some ticks.
    if -code == signal.SIGXCPU or (-code == signal.SIGKILL and cpu_s >= cpu_limit_s * 0.5):
        return "time"
    return "crashed"


def _tell(status: socket.socket, said: dict[str, Any], fds: list[int] | None = None) -> None:
    # An owner that stopped listening must not stop everybody else's fork server.
    with contextlib.suppress(OSError):
        packet = json.dumps(said).encode()
        socket.send_fds(status, [packet], fds or [], socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT)


def _check_single_threaded() -> None:
    try:
        threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return
    if threads != 1:
        raise RuntimeError(f"preloaded modules started threads ({threads}): forks would be broken")


def _process_numbers() -> list[str]:
    return [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _kb_of(pid: str, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def _held_kb(pid: str) -> int:
    try:
        return _kb_of(pid, "RssAnon") + _kb_of(pid, "RssShmem")
    except OSError:
        return 0


def _share_kb(pid: str) -> int:
    """The same with each shared page divided by those who share it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return _held_kb(pid)
    wanted = ("Pss_Anon:", "Pss_Shmem:")
    return sum(int(line.split()[1]) for line in lines if line.startswith(wanted))


def _kill_strays(running: set[int]) -> None:
    """Without a PID namespace: end what ended children left behind (it is ours, as subreaper)."""
    for _ in range(100):
        strays = [pid for pid in _children_of(os.getpid()) if pid not in running]
        if not strays:
            return
        for pid in strays:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _children_of(parent: int) -> list[int]:
    return _children().get(parent, [])


def _children() -> dict[int, list[int]]:
    """Every process that is to be seen, by its parent."""
    found: dict[int, list[int]] = {}
    for entry in _process_numbers():
        with contextlib.suppress(OSError):
            after_name = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            found.setdefault(int(after_name[1]), []).append(int(entry))
    return found


def _below(pid: int, children: dict[int, list[int]]) -> list[int]:
    """``pid`` and all it started; orphans are its own, as process 1 of its namespace."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
