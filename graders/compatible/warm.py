"""The warm parent of kernels: a small process that has imported ipykernel and little else.

It runs on its own (``python -m graders.compatible.warm``), holds no database handle, no secret, no
thread and no ZeroMQ context, and forks one kernel per notebook. A kernel must not know that it was
forked, so nothing is loaded here that a cold kernel would not hold before its first cell. To spare
the seconds that a notebook's own imports take, a *template* is forked first: it executes exactly
the import statements that the notebook begins with (`graders.compatible.imports` says which), and
the kernel is forked from it. A template whose imports print, warn or start a thread is not used.

Sockets are bound before anybody connects: the marking side makes the two listening Unix sockets
and hands them over, so no reconnect interval is ever paid and no address is shared.
"""

from __future__ import annotations

import contextlib
import faulthandler  # noqa: F401 - and what else a kernel loads while it starts
import gc
import importlib
import json
import logging
import os
import pdb  # noqa: F401
import selectors
import signal
import socket
import sqlite3  # noqa: F401
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import ipykernel.control
import ipykernel.debugger
import ipykernel.displayhook
import ipykernel.heartbeat
import ipykernel.iostream
import ipykernel.ipkernel
import ipykernel.kernelapp
import ipykernel.subshell_manager
import ipykernel.zmqshell
import IPython.core.completerlib
import IPython.core.debugger
import IPython.core.logger
import IPython.core.oinspect
import IPython.extensions.storemagic
import IPython.utils.wildcard  # noqa: F401
import psutil  # noqa: F401 - ipykernel loads it when a kernel starts
import zmq
from traitlets.config import Config

from graders.compatible import cells, tracebacks

TEMPLATES = 4  # kept at once; a class uses one or two
FRAME = 1 << 20
INLINE = "module://matplotlib_inline.backend_inline"
OUR_ROOT = str(Path(__file__).parents[2])


def main(control_fd: int, listener_fd: int) -> None:
    """Serve until the other end of ``control_fd`` closes. Requests come in over ``listener_fd``."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # ipykernel sets this before the first cell; matplotlib reads it when it is imported.
    os.environ.setdefault("MPLBACKEND", INLINE)
    cells.prepare()
    tracebacks.prepare()
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=control_fd)
    listener = socket.socket(fileno=listener_fd)
    templates: OrderedDict[tuple[str, ...], socket.socket] = OrderedDict()
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is control:
                    return
                if key.fileobj is listener:
                    selector.register(listener.accept()[0], selectors.EVENT_READ)
                    continue
                client = key.fileobj
                assert isinstance(client, socket.socket)
                data, fds = _receive(client)
                if not data:
                    selector.unregister(client)
                    client.close()
                    continue
                imports = tuple(json.loads(data)["imports"])
                _template(templates, imports, selector, fds)
                socket.send_fds(templates[imports], [data], fds)
                for fd in fds:
                    os.close(fd)


def _receive(sock: socket.socket) -> tuple[bytes, list[int]]:
    data, fds, _, _ = socket.recv_fds(sock, FRAME, 3)
    return data, fds


def _template(
    templates: OrderedDict[tuple[str, ...], socket.socket],
    imports: tuple[str, ...],
    selector: selectors.BaseSelector,
    fds: list[int],
) -> None:
    """See that there is a template for ``imports``, the most recently used one last.

    It inherits nothing of ours: while it held a copy of ``fds``, nobody would see a kernel die.
    """
    if imports in templates:
        templates.move_to_end(imports)
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        held = [key.fileobj for key in selector.get_map().values()]
        for fileobj in [*held, *templates.values(), ours]:
            assert isinstance(fileobj, socket.socket)
            fileobj.close()
        for fd in fds:
            os.close(fd)
        try:
            _serve_template(theirs, imports)
        finally:
            os._exit(0)
    theirs.close()
    templates[imports] = ours
    while len(templates) > TEMPLATES:
        templates.popitem(last=False)[1].close()


def _serve_template(inbox: socket.socket, imports: Sequence[str]) -> None:
    names, clean = do_imports(imports)
    tracebacks.find_modules()
    gc.collect()
    gc.freeze()
    while True:
        data, fds = _receive(inbox)
        if not data:
            return
        request = json.loads(data)
        usable = clean and not (set(request["shadows"]) & names)
        if not usable and imports:
            with socket.socket(fileno=fds[2]) as life:
                life.send(json.dumps({"refused": True}).encode())
            for fd in fds[:2]:
                os.close(fd)
            continue
        if os.fork() == 0:
            inbox.close()
            run_kernel(request, *fds)
        for fd in fds:
            os.close(fd)


class _Asked:
    """Last on ``sys.meta_path``: remembers the names that were looked for and not found."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> None:
        self.names.add(name.partition(".")[0])


def do_imports(imports: Sequence[str]) -> tuple[set[str], bool]:
    """Execute import statements as a notebook's first cell would.

    Returns the top-level names that were asked for, found or not (a file of that name beside a
    notebook would have been taken instead), and whether it went without output, warning or thread.
    """
    asked = _Asked()
    sys.meta_path.append(asked)
    before = set(sys.modules)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        with _printed() as printed:
            for statement in imports:
                exec(statement, namespace)  # noqa: S102 - an import statement, made by imports.py
        clean = not printed
    except BaseException:
        clean = False
    finally:
        sys.meta_path.remove(asked)
    new = {name.partition(".")[0] for name in set(sys.modules) - before}
    return asked.names | new, clean and threading.active_count() == 1


@contextlib.contextmanager
def _printed() -> Iterator[list[str]]:
    """Yields a list that is empty afterwards unless something was written to stdout or stderr.

    Below Python's streams, not by replacing them: a logging handler made by an import keeps the
    stream it found, and later writes through it where the kernel listens.
    """
    printed: list[str] = []
    kept = [os.dup(1), os.dup(2)]
    catcher = os.memfd_create("printed")
    os.dup2(catcher, 1)
    os.dup2(catcher, 2)
    try:
        yield printed
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if os.fstat(catcher).st_size:
            printed.append("something")
        for fd, number in zip(kept, (1, 2), strict=True):
            os.dup2(fd, number)
            os.close(fd)
        os.close(catcher)


class _KernelApp(ipykernel.kernelapp.IPKernelApp):
    """ipykernel's application on sockets that were made for it; the rest is ipykernel's own."""

    listening: dict[str, int]
    key: bytes

    def parse_command_line(self, argv: Any = None) -> None:
        """What nbclient would have passed as arguments."""
        self.update_config(Config({"HistoryManager": {"hist_file": ":memory:"}}))
        self.parent_handle = 1  # nobody's child: no poller, no advice for a terminal

    def init_path(self) -> None:
        """As IPython's: '' before the first site-packages, though the warm parent had no ''."""
        names = [os.path.basename(entry) for entry in sys.path]  # noqa: PTH119
        libraries = [
            names.index(name) for name in ("site-packages", "dist-packages") if name in names
        ]
        sys.path.insert(min(libraries, default=len(sys.path)), "")

    def init_connection_file(self) -> None:
        self.connection_file = "kernel.json"
        self.session.key = self.key
        self._unbound = iter(("shell", "stdin", "control", "iopub"))

    def write_connection_file(self, **kwargs: Any) -> None:
        """Nobody else connects."""

    def init_heartbeat(self) -> None:
        """The marking side sees a kernel die without one."""
        self.heartbeat = None
        self.hb_port = 0

    def _bind_socket(self, s: Any, port: int) -> int:
        name = next(self._unbound)
        if name in self.listening:
            s.setsockopt(zmq.USE_FD, self.listening[name])
            s.bind(f"ipc:///nonexistent/{name}")
        else:
            s.bind(f"inproc://{name}")
        return port

    def _apply_curve_client_options(self, socket: Any) -> None:
        # Only the debugger's inner socket comes here; it finds no address behind the walls.
        socket.reconnect_ivl = -1


def run_kernel(request: dict[str, Any], shell: int, iopub: int, life: int) -> None:
    """Become a kernel. Never returns."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.close(null)
        os.chdir(request["folder"])
        os.environ.update(request["environ"])
        become_kernel(shell, iopub, life, request["key"])
    finally:
        os._exit(1)


def become_kernel(shell: int, iopub: int, life: int, key: str) -> None:
    """Serve one notebook on the two listening sockets until ``life`` closes."""
    _reseed()
    _leave_no_trace()
    os.write(life, json.dumps({"pid": os.getpid()}).encode())
    threading.Thread(target=_end_with, args=(life,), daemon=True).start()
    sys.argv = ["ipykernel_launcher.py", "-f", "kernel.json"]
    app: Any = _KernelApp.instance()
    app.listening = {"shell": shell, "iopub": iopub}
    app.key = key.encode()
    app.initialize()
    # Its only handler begins at warnings, and nothing goes on from it: five a cell are for nobody.
    app.log.setLevel(logging.WARNING)
    app.start()


def _end_with(life: int) -> None:
    """The marking side holds the other end: when it is gone, so is the kernel."""
    with contextlib.suppress(OSError):
        os.read(life, 1)
    os.kill(0, signal.SIGKILL)


def _leave_no_trace() -> None:
    """A learner's own ``graders.py`` must be found, not ours."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("graders", "core", "sandbox", "tarfile", "grp"):
            del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if entry not in ("", OUR_ROOT)]
    os.environ.pop("PYTHONPATH", None)


def _reseed() -> None:
    """Forks of one parent must not draw the same numbers. (The standard library sees to itself.)"""
    if "numpy.random" in sys.modules:
        importlib.import_module("numpy.random").seed()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
