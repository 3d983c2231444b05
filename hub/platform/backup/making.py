"""Makes a backup while the platform runs: both databases as of one moment, then the files."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from core.messages import Message, Refused
from hub.settings import Settings
from records.backup.archive import About, Contents, Writer
from records.backup.envelope import check_passphrase
from records.platform.copying import Snapshot, snapshot

ENDING = ".motcham"
EVERY_TABLES, EVERY_FILES = 20, 1000  # a word about how far it is
# What is made anew, or is in the archive row by row.
_NOT_KEPT = {"logs", "cache", "up.lock", "proxy.pid", "grading-health.json"}
_DATABASE_FILES = ("motcham.sqlite", "jupyterhub.sqlite")


Tell = Callable[[Message], None]


def say_nothing(_message: Message) -> None:
    """For whoever does not want to hear how far it is."""


@dataclass(frozen=True)
class Made:
    """A backup that is there, whole."""

    path: Path
    size: int
    sha256: str
    about: About
    contents: Contents
    skipped: int  # what is no plain file: links, sockets

    @property
    def rows(self) -> int:
        return sum(rows for one in self.contents.tables.values() for rows, _digest in one.values())


def make_backup(
    settings: Settings,
    target: Path,
    passphrase: str,
    *,
    labs: bool = False,
    at: dt.datetime,
    tell: Tell = say_nothing,
) -> Made:
    """Write a backup to ``target``, a new file, or a file of the day's name in a folder.

    ``labs``: with the files of learners' labs; ``tell`` hears how far it is. Raises `Refused` where
    there is such a file already, the passphrase is short, or something cannot be read or written.
    What is half-written is removed.
    """
    check_passphrase(passphrase)
    path = target / file_name(at) if target.is_dir() else target
    if path.exists():
        raise Refused(Message("Đã có tệp {path}; bản sao không ghi đè lên gì.", {"path": path}))
    half = path.with_name(f".{path.name}.{os.getpid()}.half")
    try:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            writer = Writer(file, passphrase)
            about, skipped = _write(writer, settings, labs=labs, at=at, tell=tell)
            file.flush()
            os.fsync(file.fileno())
        with half.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.link(half, path)  # unlike a rename, never over a file that has come meanwhile
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refused(
            Message("Không ghi được {path}: {reason}", {"path": path, "reason": reason})
        ) from None
    finally:
        half.unlink(missing_ok=True)
    return Made(path, path.stat().st_size, digest, about, writer.contents, skipped)


def file_name(at: dt.datetime) -> str:
    """Names of backups sort by their time."""
    return f"motcham-{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}{ENDING}"


def _write(
    writer: Writer, settings: Settings, *, labs: bool, at: dt.datetime, tell: Tell
) -> tuple[About, int]:
    with ExitStack() as stack:
        records = stack.enter_context(snapshot(settings.records_url))
        hub = stack.enter_context(snapshot(settings.hub_database_url))
        about = About(
            made_at=at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            version=version("motcham"),
            records_revision=records.revision,
            hub_revision=hub.revision,
            labs=labs,
        )
        writer.about(about)
        _tables(writer, "records", records, tell)
        _tables(writer, "hub", hub, tell)
    skipped = 0
    files = list(_files(settings.data, labs=labs))
    for number, file in enumerate(files):
        if number % EVERY_FILES == 0:
            facts = {"done": number, "of": len(files)}
            tell(Message("Chép tệp: {done}/{of}", facts))
        if file.is_symlink() or not file.is_file():
            skipped += 1
            continue
        try:
            writer.file(file.relative_to(settings.data).as_posix(), file)
        except FileNotFoundError:  # gone meanwhile
            skipped += 1
    writer.close()
    return about, skipped


def _tables(writer: Writer, database: str, found: Snapshot, tell: Tell) -> None:
    for number, table in enumerate(found.tables):
        if number % EVERY_TABLES == 0:
            facts = {"database": database, "done": number, "of": len(found.tables)}
            tell(Message("Chép bảng của {database}: {done}/{of}", facts))
        writer.table(database, table.name, found.columns(table), found.rows(table))


def _files(data: Path, *, labs: bool) -> Iterator[Path]:
    """Everything in the data folder that is no folder and not of `_NOT_KEPT`."""
    without = _NOT_KEPT | (set() if labs else {"labs"})
    for one in sorted(data.iterdir()) if data.is_dir() else ():
        if one.name in without or one.name.startswith(_DATABASE_FILES) or one.suffix == ENDING:
            continue
        if one.name.startswith(".") or not one.is_dir() or one.is_symlink():
            if not one.name.startswith("."):
                yield one
            continue
        for folder, _below, names in os.walk(one):
            for name in sorted(names):
                yield Path(folder) / name
