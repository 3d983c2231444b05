"""A whole database as plain rows, out of it and into another of either kind.

What a backup, a restore and the way from SQLite to PostgreSQL share. Tables are taken as the
database itself describes them, so that a copy of an older schema can be read, and JupyterHub's own
tables are copied by the same functions. A row is a list of plain JSON values in the order of
`Snapshot.columns`; times are UTC, bytes are base64.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import SQLAlchemyError

from core.messages import Message, Refused
from records.engine import migrate_to, open_engine

Row = list[Any]

VERSION_TABLE = "alembic_version"
ALL = 1 << 256
_AT_ONCE = 200  # rows in memory
_BYTES_AT_ONCE = 8 << 20


class Digest:
    """Stands for the rows of a table, in whatever order they come."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, line: bytes) -> None:
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % ALL

    @property
    def hexadecimal(self) -> str:
        return f"{self._sum:064x}"

    def as_pair(self) -> tuple[int, str]:
        return self.rows, self.hexadecimal


def write_line(row: Row) -> bytes:
    """The row as one line, the same on every kind of database."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(
        "utf-8", errors="surrogatepass"
    )


@dataclass(frozen=True)
class Snapshot:
    """A database at one moment, however much is written meanwhile."""

    revision: str
    connection: Connection
    tables: Sequence[SqlTable]  # those that others refer to first

    def columns(self, table: SqlTable) -> list[str]:
        return [column.name for column in table.columns]

    def rows(self, table: SqlTable) -> Iterator[Row]:
        """Every row of a table; few of them are in memory at a time."""
        found = self.connection.execute(
            select(table), execution_options={"yield_per": _AT_ONCE, "stream_results": True}
        )
        columns = list(table.columns)
        for row in found:
            yield [_plain(value, column) for value, column in zip(row, columns, strict=True)]

    def digests(self) -> dict[str, tuple[int, str]]:
        """(rows, digest) of every table."""
        found = {}
        for table in self.tables:
            digest = Digest()
            for row in self.rows(table):
                digest.add(write_line(row))
            found[table.name] = digest.as_pair()
        return found


@contextlib.contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """All that is in a database, as of now. Raises `Refused` where it cannot be opened."""
    engine = open_engine(url)
    try:
        connection = _connect(engine, repeatable=True)
        try:
            tables = _reflect(connection)
            yield Snapshot(_revision(connection), connection, tables)
        finally:
            connection.rollback()
            connection.close()
    finally:
        engine.dispose()


class Filling:
    """Writes rows into an empty database, all in one transaction (`filling`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = {table.name: table for table in _reflect(connection)}
        self._later: list[tuple[SqlTable, dict[str, Any]]] = []
        self.replaced = 0  # NUL in a text, which PostgreSQL does not keep
        self.written: dict[str, Digest] = {}
        for table in reversed(_reflect(connection)):
            connection.execute(table.delete())  # what its migrations put there

    def fill(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows to a table. Raises `Refused` for a table, a column or a value that does not
        fit."""
        table = self._tables.get(name)
        if table is None or not {*columns} <= {*table.columns.keys()}:
            raise Refused(Message("Bản sao có bảng lạ: {table}", {"table": name[:80]}))
        digest = self.written.setdefault(name, Digest())
        waiting: list[dict[str, Any]] = []
        size = 0
        for row in rows:
            values, line = self._values(table, columns, row)
            digest.add(line)
            waiting.append(values)
            size += len(line)
            if len(waiting) >= _AT_ONCE or size >= _BYTES_AT_ONCE:
                self._insert(table, waiting)
                waiting, size = [], 0
        if waiting:
            self._insert(table, waiting)

    def finish(self) -> None:
        """What can be said only when every row is there."""
        for table, values in self._later:
            key = [column == values.pop(f"key_{column.name}") for column in table.primary_key]
            self._connection.execute(update(table).where(*key).values(values))
        if self._connection.dialect.name == "postgresql":
            for table in self._tables.values():
                self._catch_up(table)

    def _values(
        self, table: SqlTable, columns: Sequence[str], row: Row
    ) -> tuple[dict[str, Any], bytes]:
        if not isinstance(row, list) or len(row) != len(columns):
            raise Refused(Message("Bản sao có dòng hỏng ở bảng {table}", {"table": table.name}))
        if self._connection.dialect.name == "postgresql":
            row = [self._without_nul(value) for value in row]
        try:
            values = {
                name: _typed(value, table.columns[name])
                for name, value in zip(columns, row, strict=True)
            }
        except (TypeError, ValueError):
            raise Refused(
                Message("Bản sao có dòng hỏng ở bảng {table}", {"table": table.name})
            ) from None
        own = {
            column.name
            for column in table.columns
            for key in column.foreign_keys
            if key.column.table is table
        }
        linked = {name: values[name] for name in own & values.keys() if values[name] is not None}
        if linked:  # to a row that may come later
            keys = {f"key_{column.name}": values[column.name] for column in table.primary_key}
            self._later.append((table, linked | keys))
            values |= dict.fromkeys(linked)
        return values, write_line(row)

    def _without_nul(self, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            self.replaced += 1
            return value.replace("\0", "�")
        return value

    def _insert(self, table: SqlTable, rows: list[dict[str, Any]]) -> None:
        try:
            self._connection.execute(insert(table), rows)
        except SQLAlchemyError as error:
            facts = {"table": table.name, "reason": first_line(error)}
            raise Refused(Message("Không ghi được bảng {table}: {reason}", facts)) from None

    def _catch_up(self, table: SqlTable) -> None:
        """Keys came with the rows; the next one that is given must be free."""
        for column in table.primary_key:
            if not isinstance(column.type, Integer):
                continue
            sequence = self._connection.scalar(
                select(func.pg_get_serial_sequence(f'"{table.name}"', column.name))
            )
            if sequence:
                last = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
                self._connection.execute(select(func.setval(sequence, last, False)))


@contextlib.contextmanager
def filling(url: str) -> Iterator[Filling]:
    """Fill the database at ``url``, whose tables are there and are emptied first: all of it is
    there at the end, or nothing. Ask `is_empty` before."""
    engine = open_engine(url)
    try:
        connection = _connect(engine)
        try:
            target = Filling(connection)
            yield target
            target.finish()
            connection.commit()
        finally:
            connection.rollback()
            connection.close()
    finally:
        engine.dispose()


def is_empty(url: str) -> bool:
    """Whether nothing is in the database at ``url``: no tables, or people in none of them."""
    engine = open_engine(url)
    try:
        connection = _connect(engine)
        try:
            tables = [one for one in _reflect(connection) if one.name in ("person", "users")]
            return not any(
                connection.scalar(select(func.count()).select_from(one)) for one in tables
            )
        finally:
            connection.rollback()
            connection.close()
    finally:
        engine.dispose()


def make_tables(url: str, revision: str) -> None:
    """Make the tables of the records as a revision had them. `Refused` for one that this program
    does not know, and for a database of another one."""
    engine = open_engine(url)
    try:
        with contextlib.closing(_connect(engine)) as connection:
            there = _revision(connection)
        if there and there != revision:
            facts = {"there": there, "wanted": revision}
            raise Refused(
                Message("Cơ sở dữ liệu đích đã có bảng của bản {there}, cần {wanted}", facts)
            )
        migrate_to(engine, revision)
    except Refused:
        raise
    except Exception as error:
        facts = {"revision": revision[:40], "reason": first_line(error)}
        raise Refused(
            Message("Bản sao của phiên bản {revision} không dùng được ở đây: {reason}", facts)
        ) from None
    finally:
        engine.dispose()


def make_schema(url: str, name: str) -> None:
    """Make a schema (a name of ours) in the PostgreSQL database at ``url`` unless it is there."""
    engine = open_engine(url)
    try:
        with contextlib.closing(_connect(engine)) as connection:
            # Asked first: an account may use a schema that it may not make.
            if name not in inspect(connection).get_schema_names():
                connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{name}"'))
                connection.commit()
    finally:
        engine.dispose()


def _connect(engine: Engine, *, repeatable: bool = False) -> Connection:
    connection = engine.connect()
    if engine.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if repeatable else "BEGIN IMMEDIATE")
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # the moment is now
    elif repeatable:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.exec_driver_sql("SELECT 1")
    return connection


def _reflect(connection: Connection) -> list[SqlTable]:
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True
    return [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]


def _revision(connection: Connection) -> str:
    if VERSION_TABLE not in inspect(connection).get_table_names():
        return ""
    asked = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608 - a name of our own
    found = connection.exec_driver_sql(asked).first()
    return str(found[0]) if found else ""


def _plain(value: Any, column: Column[Any]) -> Any:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        content = value.encode() if isinstance(value, str) else bytes(value)
        return base64.b64encode(content).decode()
    if isinstance(value, dt.datetime):
        utc = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        return utc.isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _typed(value: Any, column: Column[Any]) -> Any:
    if value is None:
        return None
    kind = column.type
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(kind, DateTime):
        at = dt.datetime.fromisoformat(value)
        return at.replace(tzinfo=dt.UTC) if kind.timezone else at
    if isinstance(kind, Date):
        return dt.date.fromisoformat(value)
    if isinstance(kind, String) and not isinstance(value, str):
        raise TypeError(value)
    return value


def first_line(error: BaseException) -> str:
    """What went wrong, without the statement and its values: these may be personal."""
    original = getattr(error, "orig", None) or error
    return (str(original).strip().splitlines() or [type(error).__name__])[0][:300]
