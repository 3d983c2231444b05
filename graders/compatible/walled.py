"""Kernels behind the walls of `sandbox`: no network, no course folder, no gradebook, no neighbour.

`WalledKernels` keeps one fork server for each of the beginnings that many notebooks share, and one
that has imported nothing. A kernel works in a copy of the autograded folder; what it wrote there
comes back when the notebook is done, as it would have stayed under stock nbgrader.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import stat
import tarfile
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import zmq

from graders.commands import ENVIRONMENT
from graders.compatible.kernels import Kernel, Refused, listening
from sandbox import WORK, Child, ForkServer, Limits, wall_level

# nbgrader sets no bounds but a time per cell: these only stop what would harm the machine.
LIMITS = Limits(
    cpu_s=3600, wall_s=3600, memory_mb=4096, processes=256, file_mb=512, frame_mb=1, output_mb=8
)
PROGRAM = "kernel"
QUIET_DEBUGGER = "PYDEVD_DISABLE_FILE_VALIDATION"  # debugpy, which ipykernel loads, remarks
PACKED = ".motcham-folder.tar"  # as in `template`, which only kernels import


class WalledKernels:
    """A context manager. ``beginnings``: import statements worth a fork server of their own.

    Without ``()`` among them, the fork server that has imported nothing is started only when it is
    needed. Make it before workers are forked; they share its fork servers. ``early``: servers that
    may be starting already. Raises `sandbox.WallsMissing`.
    """

    def __init__(
        self,
        beginnings: Iterable[tuple[str, ...]] = ((),),
        *,
        allow_reduced: bool = False,
        early: EarlyServers | None = None,
    ) -> None:
        self._owner = os.getpid()
        self._allow_reduced = allow_reduced
        self._late: list[tuple[int, ForkServer]] = []  # and which process started it, for itself
        self._folder = tempfile.TemporaryDirectory(prefix="motcham-kernels-")
        self._context: tuple[int, zmq.Context[zmq.Socket[bytes]]] | None = None
        self._servers: dict[tuple[str, ...], ForkServer] = {}
        with contextlib.ExitStack() as started:
            started.callback(self._folder.cleanup)
            wanted = list(dict.fromkeys(beginnings)) or [()]
            ready = {imports: early.take(imports) for imports in wanted} if early else {}
            with ThreadPoolExecutor(len(wanted)) as pool:
                made = [
                    ready.get(imports) or pool.submit(_fork_server, imports, allow_reduced)
                    for imports in wanted
                ]
            for imports, server in zip(wanted, made, strict=True):
                self._servers[imports] = started.enter_context(server.result())
            self._started = started.pop_all()

    def __enter__(self) -> WalledKernels:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the fork servers and all their kernels; in a forked worker, those that it started."""
        if self._context is not None and self._context[0] == os.getpid():
            self._context[1].destroy(linger=0)
        for owner, server in self._late:
            if os.getpid() == owner:
                server.close()
        if os.getpid() == self._owner:
            self._started.close()

    def start(
        self, folder: Path, *, imports: Sequence[str] = (), shadows: Sequence[str] = ()
    ) -> Kernel:
        """As `WarmKernels.start`."""
        if tuple(imports) in self._servers:
            with contextlib.suppress(Refused):
                return self._start(folder, tuple(imports), shadows)
        return self._start(folder, (), ())

    def _start(self, folder: Path, imports: tuple[str, ...], shadows: Sequence[str]) -> Kernel:
        if imports not in self._servers:
            self._servers[imports] = _fork_server(imports, self._allow_reduced)
            self._late.append((os.getpid(), self._servers[imports]))
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with listening(Path(self._folder.name)) as (paths, key, sockets):
            child = self._servers[imports].fork(
                PROGRAM,
                channels=[*sockets, theirs],
                files={PACKED: _pack(folder)},
                options={"key": key, "shadows": list(shadows), "environ": _environ()},
            )
            return Kernel(self._zmq(), paths, ours, key, walls=_Walls(child, folder))

    def _zmq(self) -> zmq.Context[zmq.Socket[bytes]]:
        if self._context is None or self._context[0] != os.getpid():
            self._context = (os.getpid(), zmq.Context())
        return self._context[1]


class EarlyServers:
    """Fork servers that start aside while their owner does something else. A context manager.

    One that nobody has taken when it closes is ended; one that could not be started is not there.
    """

    def __init__(self, beginnings: Sequence[tuple[str, ...]]) -> None:
        self._pool = ThreadPoolExecutor(max(1, len(beginnings)))
        self._starting = {}
        # Asked here, since it forks, which is better done where no other thread runs.
        if beginnings and wall_level().level == "full":
            for imports in beginnings:
                self._starting[imports] = self._pool.submit(_fork_server, imports, False)

    def take(self, imports: tuple[str, ...]) -> Future[ForkServer] | None:
        """The one for ``imports``, which is the caller's from now on. Waits until it is ready."""
        found = self._starting.get(imports)
        if found is None or found.exception() is not None:
            return None
        return self._starting.pop(imports)

    def __enter__(self) -> EarlyServers:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        for server in self._starting.values():
            if server.exception() is None:
                server.result().close()
        self._starting.clear()


class _Walls:
    """What a `Kernel` does with the child it lives in."""

    def __init__(self, child: Child, folder: Path) -> None:
        self.child = child
        self.folder = folder
        self.pid = child.pid

    def end(self) -> None:
        """Bring back what was written, then kill."""
        try:
            with contextlib.suppress(OSError):
                bring_back(Path(f"/proc/{self.pid}/root") / WORK.lstrip("/"), self.folder)
        finally:
            self.child.close()


def bring_back(source: Path, target: Path, *, most_bytes: int = 512 << 20) -> None:
    """Copy plain files from a child's folder that are new or differ; notebooks stay as they are.

    The child may still run and is not trusted: no link is followed, on either side, nothing but
    plain files and folders is looked at, and no more than ``most_bytes`` are taken.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    here, there = os.open(source, flags), os.open(target, flags)
    try:
        _bring_folder(here, there, [most_bytes], depth=0)
    finally:
        os.close(here)
        os.close(there)


def _bring_folder(here: int, there: int, left: list[int], *, depth: int) -> None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    for name in sorted(os.listdir(here))[:10_000]:
        with contextlib.suppress(OSError):
            found = os.open(name, flags, dir_fd=here)
            try:
                kind = os.fstat(found)
                if stat.S_ISDIR(kind.st_mode) and depth < 16:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(name, dir_fd=there)
                    inner = os.open(name, flags | os.O_DIRECTORY, dir_fd=there)
                    try:
                        _bring_folder(found, inner, left, depth=depth + 1)
                    finally:
                        os.close(inner)
                elif stat.S_ISREG(kind.st_mode) and not name.endswith((".ipynb", PACKED)):
                    _bring_file(found, kind.st_size, name, there, left)
            finally:
                os.close(found)


def _bring_file(found: int, size: int, name: str, there: int, left: list[int]) -> None:
    if size > left[0]:
        return
    content = b"".join(iter(lambda: os.read(found, 1 << 20), b""))[: left[0]]
    with contextlib.suppress(FileNotFoundError):
        kept = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=there)
        with os.fdopen(kept, "rb") as file:
            if file.read(len(content) + 1) == content:
                return
        os.unlink(name, dir_fd=there)
    left[0] -= len(content)
    made = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=there)
    with os.fdopen(made, "wb") as file:
        file.write(content)


def _pack(folder: Path) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(folder, arcname=".", filter=_plain)
    return packed.getvalue()


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Files and folders; a link would lead nowhere. All of it the learner's, as under nbgrader."""
    if not (entry.isfile() or entry.isdir()):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode |= 0o600
    return entry


def _fork_server(imports: tuple[str, ...], allow_reduced: bool) -> ForkServer:
    return ForkServer(
        programs={PROGRAM: "graders.compatible.template:become_kernel"},
        preload=["graders.compatible.template"],
        limits=LIMITS,
        allow_reduced=allow_reduced,
        environment={
            "MOTCHAM_IMPORTS": json.dumps(imports),
            QUIET_DEBUGGER: "1",
            **ENVIRONMENT,
        },
        tools=True,  # notebooks call the shell
        loopback=True,  # ipykernel gathers what forked children print over 127.0.0.1
    )


def _environ() -> Mapping[str, str | None]:
    """What a notebook would have found in its environment under stock nbgrader."""
    kept = {name: os.environ.get(name) for name in ("LANG", "LC_ALL", "TZ", QUIET_DEBUGGER)}
    return kept | {"NBGRADER_EXECUTION": "autograde", "HOME": "/tmp"}  # noqa: S108 - the child's
