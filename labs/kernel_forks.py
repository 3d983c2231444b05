"""Kernels forked on request: what process 1 of a lab does once it has forked the lab's server.

The server asks through a socket for a kernel or a signal to one; it is told of each that was forked
and of each that ended. Whoever does this stays single-threaded, so that every kernel is a copy of
the warm parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from typing import Any, NoReturn

from labs import kernels
from sandbox import linux
from sandbox.channel import Channel

_PACKET = 100_000
_PATIENCE_S = 6.0


def fork_kernels(ours: socket.socket) -> NoReturn:
    """Do for a server that is no lab's what process 1 does for one, until it closes its end."""
    leave(lambda: keep(0, None, ours))


def keep(server: int, talk: Channel | None, ours: socket.socket, tell_end: int = -1) -> int:
    """Fork kernels when asked, tell their ends, until the server has ended (or, where that is no
    child of this process, has closed its end). Closing ``tell_end`` tells it to."""
    woken, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiter = select.poll()
    asked = -1 if talk is None else talk.fileno()
    for fd in (woken, ours.fileno(), *([asked] if talk else [])):
        waiter.register(fd, select.POLLIN)
    forked: set[int] = set()
    ends_at: float | None = None
    while True:
        left = None if ends_at is None else max(0.0, ends_at - time.monotonic()) * 1000
        ready = {fd for fd, _ in waiter.poll(left)}
        if woken in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(woken, 4096)
            status = _reap(server, forked, ours)
            if status is not None:
                return status
        if ours.fileno() in ready and not _serve_kernel(ours, forked):
            if not server:
                return 0
            waiter.unregister(ours)
        if asked in ready and ends_at is None:
            # Asked to stop, or the keeper is gone.
            waiter.unregister(asked)
            os.close(tell_end)  # no signal: the server may have another account
            ends_at = time.monotonic() + _PATIENCE_S
        if ends_at is not None and time.monotonic() >= ends_at:
            return 0


def _reap(server: int, forked: set[int], ours: socket.socket) -> int | None:
    """Take note of every ended process; the server's status once it is among them."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return None
            code = os.waitstatus_to_exitcode(status)
            if pid == server:
                return code if code >= 0 else 128 - code
            if pid in forked:
                forked.discard(pid)
                with contextlib.suppress(OSError):
                    ours.send(json.dumps({"ended": pid, "status": code}).encode())
    return None


def _serve_kernel(ours: socket.socket, forked: set[int]) -> bool:
    """One request of the server's; False when it has closed its end."""
    packet, fds, _, _ = socket.recv_fds(ours, _PACKET, 1)
    if not packet:
        return False
    request = json.loads(packet)
    if "signal" in request:
        _signal_kernel(request, forked)
        return True
    pid = os.fork()
    if pid == 0:
        leave(lambda: _be_kernel(request, fds))
    forked.add(pid)
    for fd in fds:
        os.close(fd)
    with contextlib.suppress(OSError):
        ours.send(json.dumps({"forked": pid, "for": request["for"]}).encode())
    return True


def _signal_kernel(request: dict[str, Any], forked: set[int]) -> None:
    if request["to"] in forked:
        with contextlib.suppress(ProcessLookupError):
            send = os.killpg if request["group"] else os.kill
            send(request["to"], request["signal"])


def _be_kernel(request: dict[str, Any], fds: list[int]) -> None:
    linux.show_memory()  # its own; this process never held what the server was told
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    told = fds[0]
    os.closerange(3, told)
    os.closerange(told + 1, 4096)
    if request["command"]:
        os.write(told, b"!")  # whether it has bound its sockets is not to be known
        os.close(told)
        os.chdir(request["cwd"])
        os.execvpe(request["command"][0], request["command"], request["env"])  # noqa: S606
    kernels.run(request["connection_file"], request["cwd"], request["env"], told)


def leave(run: Any) -> NoReturn:
    """Run something in a forked process that must never come back here."""
    code = 1
    try:
        run()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code & 0xFF)
