"""The schema that migrations make is the schema that the tables declare, from every release on.

`schemas/` holds one dump per released schema, ``<revision>.sql``, for SQLite. Make the next one
when a release is cut: ``python tests/records/test_migrations.py > tests/records/schemas/….sql``.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from records import open_records
from records.engine import MIGRATIONS
from records.ordering import name_key
from records.requirements import requirements_of
from records.tables import Table

SCHEMAS = Path(__file__).parent / "schemas"


def _differences(records) -> list[object]:
    with records.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, Table.metadata))


def test_the_newest_schema_is_the_declared_one(records) -> None:
    assert _differences(records) == []
    with records.engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
    assert tables == {*Table.metadata.tables, "alembic_version"}


def test_the_comparison_would_notice_a_difference(records) -> None:
    with records.begin() as session:
        session.execute(text("DROP INDEX ix_submission_waiting"))
    assert _differences(records)


def test_the_checks_and_partial_indexes_are_there_too(records) -> None:
    # Alembic's comparison does not look at these.
    with records.engine.connect() as connection:
        found = inspect(connection)
        checks = {one["name"] for one in found.get_check_constraints("submission")}
        partial = {
            one["name"]: [str(value) for value in one["dialect_options"].values()]
            for table in ("role_grant", "target")
            for one in found.get_indexes(table)
            if "without_unit" in (one["name"] or "")
        }
    assert "ck_submission_state" in checks
    assert set(partial) == {"uq_role_grant_without_unit", "uq_target_without_unit"}
    assert all("unit_id IS NULL" in str(options) for options in partial.values())


def test_migrations_form_one_line() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_every_schema_has_its_dump_or_is_the_newest() -> None:
    revisions = {one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    dumped = {path.stem for path in SCHEMAS.glob("*.sql")}
    assert dumped
    assert dumped <= revisions


@pytest.mark.parametrize("dump", sorted(SCHEMAS.glob("*.sql")), ids=lambda path: path.stem)
def test_a_released_schema_upgrades(dump: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(dump.read_text(encoding="utf-8"))
    connection.close()
    records = open_records(f"sqlite:///{path}", migrate=True)
    try:
        assert _differences(records) == []
    finally:
        records.close()


def test_people_who_are_there_already_get_their_place_in_lists(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript((SCHEMAS / "0003.sql").read_text(encoding="utf-8"))
    connection.executemany(
        "INSERT INTO person (id, full_name, language, created_at) VALUES (?, ?, 'vi', ?)",
        [(number, f"Lê Thị {given}", "2026-03-02") for number, given in ((7, "Yên"), (9, "Ân"))],
    )
    connection.commit()
    connection.close()
    records = open_records(f"sqlite:///{path}", migrate=True)
    try:
        with records.read() as session:
            rows = session.execute(text("SELECT full_name, name_key FROM person ORDER BY name_key"))
            assert [tuple(row) for row in rows] == [
                (name, name_key(name)) for name in ("Lê Thị Ân", "Lê Thị Yên")
            ]
    finally:
        records.close()


def test_what_was_required_stays_required_and_names_are_found(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript((SCHEMAS / "0003.sql").read_text(encoding="utf-8"))
    connection.execute(
        "INSERT INTO person (id, full_name, language, created_at) "
        "VALUES (7, 'Đặng Thị Yên (mẫu)', 'vi', '2026-03-02')"
    )
    connection.executemany(
        "INSERT INTO release (programme, course, number, digest, manifest, published_at, "
        "published_by) VALUES ('p', ?, ?, ?, '{}', ?, 'x')",
        [
            ("mot", 1, "a", "2026-01-01 00:00:00.000000"),
            ("mot", 2, "b", "2026-02-01 00:00:00.000000"),
            ("hai", 1, "c", "2026-03-01 00:00:00.000000"),
        ],
    )
    connection.commit()
    connection.close()
    records = open_records(f"sqlite:///{path}", migrate=True)
    try:
        with records.read() as session:
            found = {one.course: one.from_at for one in requirements_of(session, "p")}
            folded = session.scalar(text("SELECT name_folded FROM person"))
    finally:
        records.close()
    assert {course: at.date().isoformat() for course, at in found.items()} == {
        "mot": "2026-01-01",
        "hai": "2026-03-01",
    }
    assert folded == "dang thi yen (mau)"


def test_a_schema_from_the_future_is_not_touched(records) -> None:
    from alembic.util import CommandError

    from records.engine import migrate_to

    with records.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CommandError):
        migrate_to(records.engine, "head")


def _dump() -> str:
    """The newest schema of an empty SQLite database, as SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.sqlite"
        open_records(f"sqlite:///{path}", migrate=True).close()
        connection = sqlite3.connect(path)
        lines = "\n".join(connection.iterdump())
        connection.close()
    return lines


if __name__ == "__main__":
    sys.stdout.write(_dump() + "\n")
