"""The first process of a lab: forks its server, then its kernels, and does nothing else.

It is process 1 of the lab's PID namespace, forked from the warm parent, and stays as clean as it
was born: single-threaded, nothing started, so that every kernel is a copy of the warm parent too
and shares its pages. When the server ends, so does this, and with it all that the learner started.

Runs behind the walls; what the server asks of it, the learner may ask too. It gives nothing that
the learner does not have.

What the learner runs must not become the server, whose pages run in the learner's browser. So
neither this process nor the server can be looked into or traced, not even by its own account; where
the machine gives accounts the server has one of its own (files it reads and writes as the
learner's); and the hub's token comes by a socket that only the server reads.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from functools import partial
from typing import Any, NoReturn

from labs import kernels
from labs import server as serving
from sandbox import linux
from sandbox.channel import Channel
from sandbox.rooms import APART_UID, INNER_UID

_PACKET = 100_000
_PATIENCE_S = 6.0


def main(
    talk: Channel,
    listener: socket.socket,
    secrets: socket.socket,
    *,
    environment: dict[str, str],
    configuration: dict[str, dict[str, Any]],
    arguments: list[str],
) -> None:
    """Run a lab until its server ends; that status is this process's.

    ``secrets``: more of the environment as JSON, for the server alone.
    """
    linux.hide_memory()
    os.environ.clear()
    os.environ.update(environment)
    os.umask(0o077)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    told, tell_end = os.pipe()
    server = os.fork()
    if server == 0:
        ours.close()
        os.close(tell_end)
        _leave(lambda: _be_server(talk, listener, secrets, theirs, told, configuration, arguments))
    linux.drop_all_capabilities()
    for held in (listener, secrets, theirs):
        held.close()
    os.close(told)
    raise SystemExit(_keep(server, talk, ours, tell_end))


def fork_kernels(ours: socket.socket) -> NoReturn:
    """Do for a server that is no lab's what process 1 does for one, until it closes its end."""
    _leave(lambda: _keep(0, None, ours))


def _be_server(
    talk: Channel,
    listener: socket.socket,
    secrets: socket.socket,
    theirs: socket.socket,
    told: int,
    configuration: dict[str, dict[str, Any]],
    arguments: list[str],
) -> None:
    _go_apart()
    os.setsid()
    with secrets, secrets.makefile("rb") as read:
        os.environ.update(json.load(read))
    os.set_inheritable(theirs.fileno(), False)
    os.environ["MOTCHAM_LAB_FD"] = str(theirs.detach())
    serving.serve(listener, lambda: talk.send({"ready": True}), configuration, arguments, told=told)


def _go_apart() -> None:
    """Change to the server's own account where this lab has two, and hide."""
    if linux.effective_capabilities() >> linux.CAP_SETUID & 1:
        linux.become(APART_UID, files_as=INNER_UID)
        linux.drop_all_capabilities()
        linux.die_with_parent()  # changing user forgets it
        # The C library asks about the account, not about whom files are read as.
        os.access = partial(os.access, effective_ids=True)
    linux.hide_memory()


def _keep(server: int, talk: Channel | None, ours: socket.socket, tell_end: int = -1) -> int:
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
        _leave(lambda: _be_kernel(request, fds))
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


def _leave(run: Any) -> NoReturn:
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
