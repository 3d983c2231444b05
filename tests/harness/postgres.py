"""A PostgreSQL of the tests' own, and databases in it that are empty whenever a test gets one."""

from __future__ import annotations

import itertools

_numbers = itertools.count()

# Deletes every row that this schema's tables have, whoever refers to whom, and begins keys anew.
_EMPTY = """
SET session_replication_role = replica;
DO $$
DECLARE one text;
BEGIN
    FOR one IN SELECT tablename FROM pg_tables
               WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM public.%I', one);
    END LOOP;
END $$;
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL;
"""
_OTHERS_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_OURS = "nspname !~ '^pg_' AND nspname <> 'information_schema'"
# What a test may have changed beside rows: schemas, columns, indexes, constraints, triggers,
# functions, and which migration the tables say they are of.
_FORM = f"""
SELECT
    (SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE {_OURS}),
    (SELECT md5(string_agg(format('%s %s %s %s', relname, attname, atttypid, attnotnull), ';'
                           ORDER BY relname, attnum))
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE {_OURS}),
    (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),
    (SELECT count(*) FROM pg_proc), (SELECT string_agg(version_num, ' ') FROM alembic_version)
"""
_TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"


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
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, database: str) -> None:
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")


class Lending:
    """One migrated database, lent to test after test and emptied in between.

    Copying a database takes fifteen times as long as deleting what a test wrote. One that has
    another form than at first when it comes back is dropped, and the next test gets a new one.
    """

    def __init__(self, postgres: Postgres, template: str) -> None:
        self._postgres, self._template = postgres, template
        self._name: str | None = None
        self._form: object = None

    def lend(self) -> str:
        """The URL of a migrated database without a row."""
        if self._name is None:
            self._name = self._postgres.create(self._template)
            self._form = self._look()
        return self._postgres.url(self._name)

    def take_back(self) -> None:
        """Ends whatever is still connected, and empties it."""
        if self._look(first=_EMPTY) != self._form:
            self.end()

    def end(self) -> None:
        if self._name is not None:
            self._postgres.drop(self._name)
            self._name = None

    def _look(self, *, first: str = "") -> object:
        """The database's form, and which tables have rows: what a migration wrote stays."""
        import psycopg

        assert self._name is not None
        with psycopg.connect(self._postgres.url(self._name), autocommit=True) as connection:
            connection.execute(_OTHERS_OUT)
            if first:
                connection.execute(first)
            tables = [name for (name,) in connection.execute(_TABLES)]
            rows = ", ".join(f"EXISTS (SELECT FROM public.{name})" for name in tables)
            return connection.execute(_FORM).fetchone(), connection.execute(
                f"SELECT {rows}"
            ).fetchone()
