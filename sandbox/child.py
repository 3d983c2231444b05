"""One walled process as the trusted side holds it: how to end it, and how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any, Self

from sandbox.cgroups import Cgroup
from sandbox.life import gift_pieces
from sandbox.limits import Exit

PACKET = 60_000
LAST = 19  # the niceness behind which there is none


class Child:
    """One walled process and all it started. A context manager that kills.

    ``short_s`` as in `Limits`.
    """

    def __init__(
        self,
        pidfd: int,
        status: socket.socket,
        cgroup: Cgroup | None,
        folder: str | None,
        early: dict[str, Any] | None,
        *,
        short_s: float | None = None,
    ) -> None:
        self.pid = _pid_of(pidfd)
        self._pidfd = pidfd
        self._status = status
        self._cgroup = cgroup
        self._folder = folder
        self._killed = False
        self._lock = threading.Lock()
        self._exit: Exit | None = None
        self._short_s = short_s
        self._looking: threading.Timer | None = None
        if early is not None:
            self._finish(early)

    def begin(self, gift: bytes) -> None:
        """Put the waiting child inside its bounds, then give it what it waits for."""
        if self._exit is not None:
            return
        if self._cgroup is not None and self.pid > 0:
            with contextlib.suppress(ProcessLookupError):
                self._cgroup.add(self.pid)
        try:
            for piece in gift_pieces(gift):
                self._status.send(piece)
        except OSError:
            self.kill()  # it died or hangs while setting up; wait() tells
            return
        if self._short_s is not None:
            self._look_again_in(self._short_s)

    def _look_again_in(self, seconds: float) -> None:
        self._looking = threading.Timer(seconds, self._look)
        self._looking.daemon = True
        self._looking.start()

    def _look(self) -> None:
        """Has it had the time of short work? One that only waited for a processor has not."""
        used = _cpu_s(self.pid)
        if used is None or self._short_s is None or self._exit is not None:
            return
        if used >= self._short_s:
            self.stand_back()
        else:
            self._look_again_in(max(0.2, self._short_s - used))

    def stand_back(self) -> None:
        """From now on it has what everything else leaves of the processor. Work that turns out to
        be long goes behind short work, as in a scheduler of several queues (Corbató and others,
        1962): a notebook without end then costs those who wait for their marks next to nothing."""
        if self._exit is not None or self._killed or self.pid <= 0:
            return
        with contextlib.suppress(OSError):  # a kernel that does not group by session
            Path(f"/proc/{self.pid}/autogroup").write_text(str(LAST))
        with contextlib.suppress(OSError):  # it ended meanwhile, or belongs to another account
            os.setpriority(os.PRIO_PGRP, self.pid, LAST)
        if self._cgroup is not None:
            self._cgroup.stand_back()

    def kill(self) -> None:
        """End it and all it started, now. Safe to repeat, and after its end."""
        if self._pidfd >= 0 and self._exit is None:
            self._killed = True
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> Exit:
        """How it ended; waits ``timeout`` seconds for that. Raises TimeoutError."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            return self._await_end(deadline)

    def poll(self) -> Exit | None:
        """How it ended, None while it runs. Never waits, not even for another thread's `wait`."""
        if not self._lock.acquire(blocking=False):
            return self._exit
        try:
            return self._await_end(time.monotonic())
        except TimeoutError:
            return None
        finally:
            self._lock.release()

    def _await_end(self, deadline: float | None) -> Exit:
        while self._exit is None:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            waiter = select.poll()
            waiter.register(self._status, select.POLLIN)
            if not waiter.poll(None if left is None else left * 1000):
                raise TimeoutError(f"child {self.pid} still runs")
            self._hear()
        return self._exit

    def fileno(self) -> int:
        """Readable once the child has ended."""
        return self._status.fileno()

    def _hear(self) -> None:
        try:
            packet = self._status.recv(PACKET)
        except OSError:
            packet = b""
        self._finish(json.loads(packet) if packet else {"reason": "lost", "status": -9})

    def _finish(self, said: dict[str, Any]) -> None:
        if self._cgroup is not None and self._cgroup.ran_out():
            said["reason"] = "memory"
        elif self._killed and said["reason"] in ("crashed", "lost"):
            said["reason"] = "killed"
        self._exit = Exit(**said)
        if self._looking is not None:
            self._looking.cancel()
        self._status.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        clear(self._cgroup, self._folder)

    def close(self) -> None:
        """Kill it if it runs, and wait for its end. Safe to repeat."""
        self.kill()
        if self._exit is None:
            with contextlib.suppress(TimeoutError):
                self.wait(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def clear(cgroup: Cgroup | None, folder: str | None) -> None:
    """Remove what a child had outside its walls."""
    if cgroup is not None:
        cgroup.remove()
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _pid_of(pidfd: int) -> int:
    """The process number as this namespace sees it; -1 when it is gone."""
    if pidfd < 0:
        return -1
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    return -1


def _cpu_s(pid: int) -> float | None:
    """Seconds of processor that it and what it waited for have had; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # proc(5): utime … cstime
