"""Warm kernels, from the marking side: `WarmKernels` starts the parent, `Kernel` is one fork.

A `Kernel` belongs to the process that started it; `WarmKernels` may be inherited by forked workers,
each of which connects by itself.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from hmac import compare_digest
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import zmq
from jupyter_client.jsonutil import parse_date
from jupyter_client.session import Session

START_S = 60.0  # as nbclient's startup_timeout


class KernelDied(Exception):
    """The kernel's process is gone."""


class WarmKernels:
    """Owns the warm parent of kernels. A context manager; everything forked ends with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="motcham-kernels-")
        self._address = str(Path(self._folder.name) / "warm")
        self._owner = os.getpid()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(self._address)
        listener.listen(64)
        self._control, theirs = socket.socketpair()
        with listener, theirs:
            self._parent = subprocess.Popen(
                [
                    sys.executable,
                    "-Xfrozen_modules=off",  # as debugpy, which ipykernel loads, asks
                    "-m",
                    "graders.compatible.warm",
                    str(theirs.fileno()),
                    str(listener.fileno()),
                ],
                pass_fds=[theirs.fileno(), listener.fileno()],
                cwd=self._folder.name,
                env=_environment(),
                stdin=subprocess.DEVNULL,
            )
        self._requests: tuple[int, socket.socket] | None = None
        self._context: tuple[int, zmq.Context[zmq.Socket[bytes]]] | None = None

    def __enter__(self) -> WarmKernels:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the parent and all its forks. In a forked worker: only close its own connection."""
        if self._context is not None and self._context[0] == os.getpid():
            self._context[1].destroy(linger=0)
        if self._requests is not None:
            self._requests[1].close()
        self._control.close()
        if os.getpid() != self._owner:
            return
        self._parent.wait()
        self._folder.cleanup()

    def start(
        self, folder: Path, *, imports: Sequence[str] = (), shadows: Sequence[str] = ()
    ) -> Kernel:
        """A fresh kernel working in ``folder``, forked after ``imports``.

        Where ``imports`` cannot be prepared without a trace (see `graders.compatible.warm`), or a
        name of ``shadows`` would have changed them, the kernel is forked before them instead.
        """
        try:
            return self._start(folder, imports, shadows)
        except Refused:
            return self._start(folder, (), ())

    def _start(self, folder: Path, imports: Sequence[str], shadows: Sequence[str]) -> Kernel:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with listening(Path(self._folder.name)) as (paths, key, sockets):
            request = {
                "folder": str(folder),
                "environ": {"NBGRADER_EXECUTION": "autograde"},
                "imports": list(imports),
                "shadows": list(shadows),
                "key": key,
            }
            fds = [*(one.fileno() for one in sockets), theirs.fileno()]
            socket.send_fds(self._connection(), [json.dumps(request).encode()], fds)
            for one in (*sockets, theirs):
                one.close()
            return Kernel(self._zmq(), paths, ours, key)

    def _connection(self) -> socket.socket:
        if self._requests is None or self._requests[0] != os.getpid():
            requests = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            requests.connect(self._address)
            self._requests = (os.getpid(), requests)
        return self._requests[1]

    def _zmq(self) -> zmq.Context[zmq.Socket[bytes]]:
        if self._context is None or self._context[0] != os.getpid():
            self._context = (os.getpid(), zmq.Context())
        return self._context[1]


class Kernels(Protocol):
    """Where kernels come from: `WarmKernels`, or behind walls `walled.WalledKernels`."""

    def start(
        self, folder: Path, *, imports: Sequence[str] = (), shadows: Sequence[str] = ()
    ) -> Kernel:
        """A fresh kernel working in ``folder``."""


class Walls(Protocol):
    """The process that a walled kernel lives in."""

    pid: int

    def end(self) -> None:
        """Kill it and all it started."""


class Refused(Exception):
    """The template cannot serve this notebook."""


class Kernel:
    """One forked kernel and the two sockets to it. A context manager that kills it."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        paths: Sequence[str],
        life: socket.socket,
        key: str,
        *,
        walls: Walls | None = None,
    ) -> None:
        self._life = life
        self._walls = walls
        self.session = Session(key=key.encode(), username="motcham")
        self.shell = context.socket(zmq.DEALER)
        self.iopub = context.socket(zmq.SUB)
        self.iopub.subscribe(b"")
        for sock, path in zip((self.shell, self.iopub), paths, strict=True):
            sock.linger = 0
            sock.reconnect_ivl = -1
            sock.connect(f"ipc://{path}")
        self.pid = 0
        self.poller = zmq.Poller()
        for watched in (self.shell, self.iopub, life.fileno()):
            self.poller.register(watched, zmq.POLLIN)
        try:
            pid = self._hello()
            self.pid = self._walls.pid if self._walls else pid
            self.language_info = self._wait_until_ready()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Kernel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _hello(self) -> int:
        if not select.select([self._life], [], [], START_S)[0]:
            raise KernelDied("no kernel within the time it is given to start")
        data = self._life.recv(1024)
        if not data:
            raise KernelDied("the kernel died while starting")
        hello = json.loads(data)
        if hello.get("refused"):
            raise Refused
        return int(hello["pid"])

    def _wait_until_ready(self) -> dict[str, Any]:
        """Both channels have spoken. No flush is needed: messages are told apart by parent."""
        deadline = time.monotonic() + START_S
        request = self.send("kernel_info_request", {})
        info: dict[str, Any] | None = None
        heard = False
        while info is None or not heard:
            shell, iopub = self.poll(deadline - time.monotonic())
            if not shell and not iopub:
                raise KernelDied("no kernel within the time it is given to start")
            if iopub:
                heard = self.receive(self.iopub) is not None or heard
            if shell:
                reply = self.receive(self.shell)
                if reply and reply["parent_header"].get("msg_id") == request:
                    info = reply["content"]["language_info"]
        return info

    def send(self, kind: str, content: Mapping[str, Any]) -> str:
        """Send a request on the shell channel; returns its id."""
        message: Any = self.session.send(self.shell, kind, dict(content))
        return str(message["header"]["msg_id"])

    def poll(self, timeout_s: float) -> tuple[bool, bool]:
        """Whether shell and iopub have a message, waiting at most ``timeout_s`` seconds.

        Raises KernelDied when the kernel is gone.
        """
        ready = dict(self.poller.poll(math.ceil(max(0.0, timeout_s) * 1000)))
        if self._life.fileno() in ready:
            raise KernelDied("the kernel died")
        return self.shell in ready, self.iopub in ready

    def receive(self, sock: zmq.Socket[bytes]) -> dict[str, Any] | None:
        """The next message of a channel that has one; None for one that cannot be understood."""
        _, frames = self.session.feed_identities(sock.recv_multipart())
        try:
            return self._read(frames)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return None

    def _read(self, frames: Sequence[Any]) -> dict[str, Any]:
        """As ``Session.deserialize``, without looking for dates where nobody asks for them."""
        signature, *parts = frames[:5]
        if not compare_digest(signature, self.session.sign(parts)):
            raise ValueError("wrongly signed")
        header, parent, metadata, content = (json.loads(part) for part in parts)
        header["date"] = parse_date(header.get("date"))
        return {
            "header": header,
            "msg_id": header["msg_id"],
            "msg_type": header["msg_type"],
            "parent_header": parent,
            "metadata": metadata,
            "content": content,
            "buffers": [memoryview(one) for one in frames[5:]],
        }

    def interrupt(self) -> None:
        """As jupyter_client does: SIGINT to the kernel's process group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGINT)

    def close(self) -> None:
        """Kill the kernel and forget it. Safe to repeat."""
        if self._walls is not None:
            self._walls.end()
            self._life.close()
        elif self._life.fileno() != -1:
            if self.pid and not select.select([self._life], [], [], 0)[0]:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
            self._life.close()
        self.shell.close()
        self.iopub.close()


@contextlib.contextmanager
def listening(folder: Path) -> Iterator[tuple[list[str], str, list[socket.socket]]]:
    """Two fresh listening sockets for a kernel: their addresses, its key, the sockets."""
    key = secrets.token_hex(16)
    paths = [str(folder / f"{key}-{name}") for name in ("s", "i")]
    sockets: list[socket.socket] = []
    try:
        for path in paths:
            sockets.append(_listen(path))
        yield paths, key, sockets
    finally:
        for one in sockets:
            one.close()
        for path in paths:
            Path(path).unlink(missing_ok=True)


def _listen(path: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(path)
    sock.listen(8)
    sock.setblocking(False)
    return sock


def _environment() -> dict[str, str]:
    """What a kernel may see of ours: nothing of the platform's own, no token."""
    hidden = ("MOTCHAM_", "JUPYTERHUB_", "PYTEST_", "COVERAGE_")
    secret = ("TOKEN", "SECRET", "PASSWORD")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(hidden) and not any(word in name.upper() for word in secret)
    }
    return kept | {"PYTHONPATH": os.pathsep.join(_package_roots()), "PYDEVD_USE_FRAME_EVAL": "NO"}


def _package_roots() -> list[str]:
    root = str(Path(__file__).parents[2])
    return [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
