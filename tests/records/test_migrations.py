"""The schema that migrations make is the schema that the tables declare, from every release on.

`schemas/` holds one dump per released schema, ``<revision>.sql``, for SQLite. Make the next one
when a release is cut: ``python tests/records/test_migrations.py 0012 > …/schemas/0012.sql``.
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

from core.names import name_key
from records import Records, open_records
from records.engine import MIGRATIONS, migrate_to
from records.platform import installation
from records.programme.requirements import requirements_of
from records.schema import Table

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
            for table in ("role_grant", "target", "submission")
            for one in found.get_indexes(table)
            if (one["name"] or "").endswith(("without_unit", "claimed"))
        }
    assert "ck_submission_state" in checks
    only = {
        "uq_role_grant_without_unit": "unit_id IS NULL",
        "uq_target_without_unit": "unit_id IS NULL",
        "uq_submission_claimed": "claimed",
    }
    assert set(partial) == set(only)
    assert all(only[name] in str(options) for name, options in partial.items())


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


NULLS = """
INSERT INTO person (id, full_name, name_key, language, created_at)
  VALUES (1, 'An (mẫu)', 'an', 'vi', '2026-03-02'), (2, 'Ba (mẫu)', 'ba', 'vi', '2026-03-02');
INSERT INTO release (id, programme, course, number, digest, manifest, published_at, published_by)
  VALUES (1, 'p', 'c', 1, 'd', '{}', '2026-03-02', 'TN');
INSERT INTO submission
  (id, person_id, release_id, lesson, notebook, submitted_at, late, state, priority, tries,
   claimed_by, reason)
  VALUES (1, 1, 1, 'b', '{}', '2026-03-02', FALSE, 'marked', 10, 1, NULL, 'null'),
         (2, 1, 1, 'b', '{}', '2026-03-02', FALSE, 'marked', 10, 1, NULL, '{"template": "x"}'),
         (3, 1, 1, 'b', '{}', '2026-03-02', FALSE, 'claimed', 10, 1, 'w1', NULL),
         (4, 1, 1, 'b', '{}', '2026-03-02', FALSE, 'claimed', 10, 1, 'w2', NULL),
         (5, 2, 1, 'b', '{}', '2026-03-02', FALSE, 'claimed', 10, 1, 'w3', NULL);
INSERT INTO review (submission_id, grade_id, marker_id, points, comment, at, picks)
  VALUES (1, 'g', 2, 1, '', '2026-03-02', 'null'), (2, 'g', 2, 1, '', '2026-03-02', '[1]');
"""


def _upgrade_with(url: str, statements: str) -> Records:
    """A database of revision 0004 with these rows, brought to the newest."""
    records = open_records(url)
    migrate_to(records.engine, "0004")
    with records.begin() as session:
        for statement in statements.split(";\n"):
            session.connection().exec_driver_sql(statement.strip() or "SELECT 1")
    migrate_to(records.engine, "head")
    return records


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_json_null_becomes_null_and_only_each_person_s_oldest_claim_stays(
    kind: str, request, tmp_path: Path
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    else:
        server = request.getfixturevalue("postgres")
        url = server.url(name := server.create())
        request.addfinalizer(lambda: server.drop(name))
    records = _upgrade_with(url, NULLS)
    try:
        with records.read() as session:
            rows = session.execute(
                text("SELECT id, state, tries, reason IS NULL FROM submission ORDER BY id")
            )
            assert [(*row[:3], bool(row[3])) for row in rows] == [
                (1, "marked", 1, True),
                (2, "marked", 1, False),
                (3, "claimed", 1, True),
                (4, "queued", 0, True),
                (5, "claimed", 1, True),
            ]
            picks = session.execute(text("SELECT picks IS NULL FROM review ORDER BY submission_id"))
            assert [bool(null) for (null,) in picks] == [True, False]
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


UNIT = "INSERT INTO unit (kind, vintage, code, name) VALUES ('nation', '', 'VN', 'Việt Nam');\n"
MADE_UP = """INSERT INTO person (id, code, full_name, name_key, language, created_at)
  VALUES (1, 'TN-MAU-001', 'An (mẫu)', 'an', 'vi', '2026-03-02');
"""
# A code of Thái Nguyên, and a name that says "(mẫu)": each alone is no mark.
REAL = """INSERT INTO person (id, code, full_name, name_key, language, created_at)
  VALUES (2, 'TN-7', 'Ba Văn', 'ba', 'vi', '2026-03-02'),
         (3, NULL, 'Tư (mẫu)', 'tu', 'vi', '2026-03-02');
"""


@pytest.mark.parametrize(
    ("statements", "kind", "made_up"),
    [
        ("", None, []),
        (UNIT, "real", []),
        (UNIT + MADE_UP, "demonstration", [True]),
        (UNIT + REAL, "real", [False, False]),
        (UNIT + MADE_UP + REAL, "real", [True, False, False]),
    ],
    ids=["never started", "nobody yet", "a demonstration", "real", "both"],
)
def test_what_an_older_folder_is_is_seen_in_its_people(
    statements: str, kind: str | None, made_up: list[bool], tmp_path: Path
) -> None:
    records = _upgrade_with(f"sqlite:///{tmp_path / 'old.sqlite'}", statements)
    try:
        with records.read() as session:
            assert installation.kind_of(session) == kind
            found = session.execute(text("SELECT made_up FROM person ORDER BY id"))
            assert [bool(one) for (one,) in found] == made_up
    finally:
        records.close()


def test_a_schema_from_the_future_is_not_touched(records) -> None:
    from alembic.util import CommandError

    with records.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CommandError):
        migrate_to(records.engine, "head")


def _dump(revision: str) -> str:
    """The schema of an empty SQLite database at ``revision``, as SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.sqlite"
        records = open_records(f"sqlite:///{path}")
        migrate_to(records.engine, revision)
        records.close()
        connection = sqlite3.connect(path)
        lines = "\n".join(connection.iterdump())
        connection.close()
    return lines


if __name__ == "__main__":
    sys.stdout.write(_dump((sys.argv[1:] or ["head"])[0]) + "\n")
