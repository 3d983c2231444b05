"""What stands in a backup, under which names, and how it is read by one who does not trust it.

A tar of small members in a fixed order: `ABOUT` first, then the rows of each table of each
database in parts, then files, and `MANIFEST` last, which names every table with its rows and
digest and every file with its hash. Whatever is not of this form is refused.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core.messages import Message, Refused
from records.backup.envelope import Opening, Sealing
from records.platform.copying import Digest, Row, write_line

ABOUT, MANIFEST, FILES = "about.json", "manifest.json", "files/"
DATABASES = ("records", "hub")
FORMAT = 1
PART_BYTES = 4 << 20  # rows of a table in one member, unless a single row is larger
LARGEST_MEMBER = 512 << 20
LARGEST_FILE = 64 << 30
_PART = re.compile(r"(records|hub)/([a-z][a-z0-9_]{0,62})/(\d{6})\.jsonl")
_SPOOLED = 8 << 20

NOT_OURS = Message("Bản sao không đúng dạng của motcham backup: {what}")


@dataclass(frozen=True)
class About:
    """Whose copy it is, and of what form."""

    made_at: str
    version: str
    records_revision: str
    hub_revision: str
    labs: bool
    format: int = FORMAT


@dataclass
class Contents:
    """All that the archive holds: {database: {table: (rows, digest)}} and {file: SHA-256}."""

    tables: dict[str, dict[str, tuple[int, str]]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


def not_ours(what: str) -> Refused:
    return Refused(Message(NOT_OURS.template, {"what": what[:120]}))


class Writer:
    """Puts members into a sealed archive; `contents` grows with them."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        self._sealing = Sealing(target, passphrase)
        self._gzip = gzip.GzipFile(fileobj=self._sealing, mode="wb", compresslevel=1, mtime=0)
        self._tar = tarfile.open(  # noqa: SIM115 - closed by `close`
            fileobj=self._gzip, mode="w|", format=tarfile.PAX_FORMAT
        )
        self.contents = Contents()

    def about(self, about: About) -> None:
        self._add(ABOUT, json.dumps(asdict(about)).encode())

    def table(self, database: str, name: str, columns: list[str], rows: Iterable[Row]) -> None:
        """Every row of a table; its first part is there also where there are none."""
        digest, number = Digest(), 0
        head = write_line(columns) + b"\n"
        part = bytearray(head)
        for row in rows:
            line = write_line(row)
            digest.add(line)
            part += line + b"\n"
            if len(part) >= PART_BYTES:
                self._add(f"{database}/{name}/{number:06}.jsonl", bytes(part))
                number, part = number + 1, bytearray(head)
        if number == 0 or len(part) > len(head):
            self._add(f"{database}/{name}/{number:06}.jsonl", bytes(part))
        self.contents.tables.setdefault(database, {})[name] = digest.as_pair()

    def file(self, name: str, path: Path) -> None:
        """A file as it is now; it may grow meanwhile."""
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(_SPOOLED) as kept:
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
                    kept.write(piece)
                    size += len(piece)
            kept.seek(0)
            info = tarfile.TarInfo(FILES + name)
            status = path.stat()
            info.size, info.mode = size, status.st_mode & 0o700
            info.uid, info.gid, info.mtime = status.st_uid, status.st_gid, int(status.st_mtime)
            self._tar.addfile(info, kept)
        self.contents.files[name] = digest.hexdigest()

    def close(self) -> None:
        """The manifest, and the end; only after all went well."""
        self._add(MANIFEST, self.contents.as_bytes())
        self._tar.close()
        self._gzip.close()
        self._sealing.close()

    def _add(self, name: str, content: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), 0o600
        self._tar.addfile(info, io.BytesIO(content))


# --- reading ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """Some rows of a table."""

    database: str
    table: str
    columns: list[str]
    rows: list[Row]


@dataclass(frozen=True)
class StoredFile:
    """A file of the archive; ``content`` can be read until the next member is asked for."""

    name: str
    mode: int
    owner: tuple[int, int]
    content: IO[bytes]


@contextlib.contextmanager
def members(path: Path, passphrase: str) -> Iterator[Iterator[tuple[str, IO[bytes], Any]]]:
    """(name, content, tar header) of each member, in order. Raises `Refused` for what is none of
    ours, was changed or is cut off."""
    try:
        with (
            path.open("rb") as file,
            gzip.GzipFile(fileobj=io.BufferedReader(Opening(file, passphrase))) as plain,
            tarfile.open(fileobj=plain, mode="r|") as tar,
        ):
            yield _named(tar)
            while plain.read(1 << 20):  # to its end: what was cut off shows there
                pass
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise not_ours(type(error).__name__) from None
    except OSError as error:
        facts = {"path": path, "reason": error.strerror or type(error).__name__}
        raise Refused(Message("Không đọc được {path}: {reason}", facts)) from None


def _named(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes], Any]]:
    for info in tar:
        largest = LARGEST_FILE if info.name.startswith(FILES) else LARGEST_MEMBER
        if not info.isreg() or not 0 <= info.size <= largest:
            raise not_ours(info.name)
        content = tar.extractfile(info)
        assert content is not None
        yield info.name, content, info


def read_about(content: IO[bytes]) -> About:
    try:
        about = About(**json.loads(content.read(1 << 16)))
    except (ValueError, TypeError):
        raise not_ours(ABOUT) from None
    if about.format != FORMAT:
        raise Refused(
            Message("Bản sao do phiên bản mới hơn làm ra ({version})", {"version": about.version})
        )
    return about


def read_part(name: str, content: IO[bytes]) -> Part:
    """Rows of a table; `Refused` for a member of another form."""
    found = _PART.fullmatch(name)
    if found is None:
        raise not_ours(name)
    try:
        columns, *rows = [json.loads(line) for line in content.read().splitlines()]
    except ValueError:
        raise not_ours(name) from None
    if not isinstance(columns, list) or not all(isinstance(one, str) for one in columns):
        raise not_ours(name)
    return Part(found[1], found[2], columns, rows)


def safe_name(name: str) -> str:
    """The name of a file below the data folder; `Refused` for one that leads elsewhere."""
    inside = name.removeprefix(FILES)
    parts = PurePosixPath(inside).parts
    plain = "/".join(parts) == inside and not inside.startswith("/")
    odd = {"", ".", ".."} & set(parts) or any(ord(letter) < 32 for letter in inside)
    if not parts or odd or not plain or len(inside.encode("utf-8", "surrogateescape")) > 4000:
        raise not_ours(name)
    return inside


def _hash(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := content.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def check(path: Path, passphrase: str) -> tuple[About, Contents]:
    """Read all of an archive without keeping anything: whether it is whole, and what is in it.

    Raises `Refused` unless every table and file is as its manifest says.
    """
    about: About | None = None
    digests: dict[tuple[str, str], Digest] = {}
    seen, promised = Contents(), None
    with members(path, passphrase) as found:
        for name, content, _info in found:
            if promised is not None or (about is None) != (name == ABOUT):
                raise not_ours(name)
            if name == ABOUT:
                about = read_about(content)
            elif name == MANIFEST:
                promised = content.read()
            elif name.startswith(FILES):
                inside = safe_name(name)
                if inside in seen.files:
                    raise not_ours(name)
                seen.files[inside] = _hash(content)
            else:
                part = read_part(name, content)
                digest = digests.setdefault((part.database, part.table), Digest())
                for row in part.rows:
                    digest.add(write_line(row))
    for (database, table), digest in digests.items():
        seen.tables.setdefault(database, {})[table] = digest.as_pair()
    if about is None or promised != seen.as_bytes():
        raise not_ours(MANIFEST)
    return about, seen
