"""Wakes the grading service as soon as a submission is committed.

PostgreSQL rings by ``NOTIFY``, which is delivered at the commit. With SQLite everything is on one
machine: each listener keeps a named pipe in a folder beside the database, and `Records.begin`
writes a byte into every one of them after its commit. A ring may get lost (a full pipe, a lost
connection), so listeners also look by themselves from time to time: the row is the truth, the
bell only saves waiting.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

RING = "ring the bell"  # key in Session.info: this transaction has put something into the queue
_CHANNEL = "motcham_queue"


class Bell:
    """What a listener waits on. `wake` may be called from another thread or a signal handler."""

    def __init__(self) -> None:
        self._wake_read, self._wake_write = os.pipe()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)

    def wait(self, timeout_s: float) -> bool:
        """Wait for a ring; False when ``timeout_s`` passed without one."""
        ready = select.select([self._wake_read, *self._sources()], [], [], timeout_s)[0]
        if self._wake_read in ready:
            _drain(self._wake_read)
        self._take(ready)
        return bool(ready)

    def wake(self) -> None:
        """End a `wait` now."""
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._wake_write, b"!")

    def close(self) -> None:
        for end in (self._wake_read, self._wake_write):
            os.close(end)

    def _sources(self) -> list[int]:
        return []

    def _take(self, ready: list[int]) -> None:
        """Empty those of our sources that are ready."""


class _PipeBell(Bell):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(mode=0o700, exist_ok=True)
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(4)}"
        os.mkfifo(self._path, 0o600)
        # Open for writing too, so that the pipe never reports the end of its writers.
        self._pipe = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._pipe)
        super().close()

    def _sources(self) -> list[int]:
        return [self._pipe]

    def _take(self, ready: list[int]) -> None:
        if self._pipe in ready:
            _drain(self._pipe)


class _NotifyBell(Bell):
    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._broken: type[Exception] = engine.dialect.loaded_dbapi.OperationalError
        self._connection: Any = None
        self._connect()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        super().close()

    def _connect(self) -> None:
        # A connection of its own, outside the pool; without it we only look from time to time.
        arguments, options = self._engine.dialect.create_connect_args(self._engine.url)
        self._connection = None
        with contextlib.suppress(self._broken):
            connection = self._engine.dialect.loaded_dbapi.connect(
                *arguments, autocommit=True, **options
            )
            connection.execute(f"LISTEN {_CHANNEL}")
            self._connection = connection

    def _sources(self) -> list[int]:
        if self._connection is None:
            self._connect()
        return [] if self._connection is None else [self._connection.fileno()]

    def _take(self, ready: list[int]) -> None:
        if self._connection is None or self._connection.fileno() not in ready:
            return
        try:
            for _ in self._connection.notifies(timeout=0):
                pass
        except self._broken:  # the server went away
            self._connection.close()
            self._connection = None


def listen(engine: Engine) -> Bell:
    """A bell that rings for this database; close it when done."""
    if engine.dialect.name == "postgresql":
        return _NotifyBell(engine)
    folder = _folder(engine)
    return Bell() if folder is None else _PipeBell(folder)


def ring_at_commit(session: Session) -> None:
    """Announce what the open transaction put into the queue, where the database does that."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"NOTIFY {_CHANNEL}"))


def ring(engine: Engine) -> None:
    """Wake every listener on this machine (SQLite); remove pipes nobody reads any more."""
    folder = _folder(engine)
    if folder is None or engine.dialect.name != "sqlite" or not folder.is_dir():
        return
    for path in folder.iterdir():
        try:
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:  # ENXIO: its reader was killed; or it has just gone
            path.unlink(missing_ok=True)
            continue
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(pipe, b"!")
        os.close(pipe)


def _folder(engine: Engine) -> Path | None:
    database = engine.url.database
    if not database or database == ":memory:":
        return None
    return Path(f"{database}.bells")


def _drain(pipe: int) -> None:
    with contextlib.suppress(BlockingIOError):
        while os.read(pipe, 4096):
            pass
