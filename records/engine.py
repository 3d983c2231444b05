"""Opens the database: SQLite beside the data by default, PostgreSQL by URL."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from core.messages import Message, Refused
from records import wakeup

T = TypeVar("T")
NOT_A_URL = Message(
    "MOTCHAM_DATABASE_URL không phải địa chỉ cơ sở dữ liệu; ví dụ: "
    "postgresql://tên:mật-khẩu@máy:5432/motcham"
)
HUB_SCHEMA = "hub"  # of JupyterHub's own tables where both are in one PostgreSQL database
AUDIT_KEY = "audit_key"  # in a session's ``info``
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Records:
    """An opened database. Make one per process with `open_records`."""

    engine: Engine
    sessions: sessionmaker[Session]

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction that writes: commits at the end, rolls back on any exception."""
        with self.sessions.begin() as session:
            if self.engine.dialect.name == "sqlite":
                # Take the write lock now: a reader that becomes a writer half-way can be
                # refused at once (SQLITE_BUSY_SNAPSHOT), however long the busy timeout is.
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield session
            rings = session.info.pop(wakeup.RING, False)
            if rings:
                wakeup.ring_at_commit(session)
        if rings:
            wakeup.ring(self.engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads; whatever it changed is rolled back."""
        with self.sessions() as session:
            if self.engine.dialect.name == "sqlite":
                session.connection().exec_driver_sql("BEGIN")  # all reads see one moment
            yield session

    def note(self, ask: Callable[[Session], T]) -> T:
        """What ``ask`` finds in a transaction that reads, perhaps for long, and writes a little at
        its end. It may be run twice."""
        if self.engine.dialect.name == "sqlite":
            # Nobody waits for what is only read; where somebody wrote meanwhile, SQLite refuses
            # what was read before that as the ground of a write, and all is asked again.
            with contextlib.suppress(OperationalError), self.sessions.begin() as session:
                session.connection().exec_driver_sql("BEGIN")
                return ask(session)
        with self.begin() as session:
            return ask(session)

    @contextmanager
    def preview(self) -> Iterator[Session]:
        """A transaction that writes, and is undone at its end whatever happens."""
        with self.sessions() as session:
            if self.engine.dialect.name == "sqlite":
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield session

    def listen(self) -> wakeup.Bell:
        """A bell that rings when something was put into the queue; close it when done."""
        return wakeup.listen(self.engine)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def open_records(url: str, *, migrate: bool = False, audit_key: bytes = b"") -> Records:
    """Open the database at ``url`` (``sqlite:///…`` or ``postgresql://…``).

    ``audit_key``: without it entries of the audit log can neither be made nor judged that were
    chained with it (see `records.platform.audit`).

    ``migrate=True`` first brings the schema to the newest version; with a newer schema than this
    code knows it raises `alembic.util.CommandError`, so an old program never writes to it.
    """
    engine = open_engine(url)
    if migrate:
        migrate_to(engine, "head")
    known = {AUDIT_KEY: audit_key} if audit_key else None
    return Records(engine, sessionmaker(engine, expire_on_commit=False, info=known))


def open_engine(url: str) -> Engine:
    """An engine for the database at ``url``, which is not asked yet. Raises `Refused` for a URL
    that is none of ours."""
    try:
        kind = make_url(url).get_backend_name()
    except ArgumentError:
        raise Refused(NOT_A_URL) from None
    if kind == "sqlite":
        return _sqlite_engine(url)
    if kind == "postgresql":
        return _postgres_engine(with_driver(url))
    raise Refused(
        Message(
            "Không dùng được loại cơ sở dữ liệu {kind}; có sqlite và postgresql", {"kind": kind}
        )
    )


def with_driver(url: str) -> str:
    """The URL as SQLAlchemy takes it, with the driver that is installed."""
    for short in ("postgresql://", "postgres://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def in_schema(url: str, schema: str) -> str:
    """A PostgreSQL URL whose tables are those of a schema (a name of ours)."""
    made = make_url(with_driver(url))
    given = made.query.get("options", "")
    given = given if isinstance(given, str) else " ".join(given)
    options = f"{given} -csearch_path={schema}".strip()
    return made.update_query_dict({"options": options}).render_as_string(hide_password=False)


def migrate_to(engine: Engine, revision: str) -> None:
    """Move the schema to ``revision`` (an Alembic id, or ``head``): all of the way, or nothing."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection, _made_anew(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@contextmanager
def _made_anew(connection: Connection) -> Iterator[None]:
    """One transaction in which SQLite may make tables anew (its way to alter one): others refer to
    them meanwhile, and that is looked at once, at the end."""
    if connection.dialect.name != "sqlite":
        with connection.begin():
            yield
        return
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise RuntimeError(f"a row of {broken[0]} refers to nothing")
        connection.commit()
    finally:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def keep_private(path: Path) -> None:
    """Make a SQLite file that only its owner may read, or tighten the one there is, with the log
    beside it; the log of a new one gets the rights of the file."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for one in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        with contextlib.suppress(FileNotFoundError, PermissionError):
            if one.stat().st_mode & 0o077:
                one.chmod(0o600)


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:" and Path(path).parent.is_dir():
        keep_private(Path(path))
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # WAL: pages are read while the grading service writes. NORMAL: a power cut may lose
        # the last moments but never corrupts; a killed process loses nothing.
        connection.isolation_level = None  # we say BEGIN ourselves (see Records.begin)
        # SQLite's own knows ASCII only: “đặng” would not be found in “Đặng”.
        connection.create_function("lower", 1, _lower, deterministic=True)
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute(f"PRAGMA journal_size_limit={64 << 20}")  # the log shrinks after a storm
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.close()

    return engine


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _postgres_engine(url: str) -> Engine:
    # pre_ping: a connection that died with the server's restart is replaced, not an error page.
    # The server has ten seconds to answer: one that does not is told, not waited for.
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
