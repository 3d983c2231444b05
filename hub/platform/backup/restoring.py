"""Puts a backup back: into a folder that is empty, or databases that are."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.messages import Message, Refused
from hub.login.accounts import open_accounts
from hub.login.hub_database import make_ready
from hub.platform.backup.making import Tell, say_nothing
from hub.platform.private_files import make_private_folder
from hub.settings import Settings
from records import open_records
from records.backup import archive
from records.backup.archive import About, Contents
from records.platform.copying import Digest, Filling, filling, is_empty, make_tables, snapshot

SQLITE_FILES = {"records": "motcham.sqlite", "hub": "jupyterhub.sqlite"}


@dataclass(frozen=True)
class Restored:
    """What was put back. ``replaced``: letters that the database does not keep (NUL)."""

    about: About
    contents: Contents
    replaced: int


def restore_backup(
    path: Path, passphrase: str, settings: Settings, *, tell: Tell = say_nothing
) -> Restored:
    """Put a backup into the data folder and the databases that ``settings`` name.

    All of the archive is read and checked first, then all is put back or nothing is. Raises
    `Refused` where the folder or a database is not empty, or the archive is not whole.
    """
    tell(Message("[1/4] Đọc và kiểm tra cả bản sao"))
    about, contents = archive.check(path, passphrase)
    tell(
        Message(
            "[2/4] Ghi lại {tables} bảng, {files} tệp",
            {
                "tables": sum(len(one) for one in contents.tables.values()),
                "files": len(contents.files),
            },
        )
    )
    with _new_folder(settings.data) as folder:
        urls = database_urls(settings, folder)
        for url in urls.values():
            if not url.startswith("sqlite") and not is_empty(url):
                raise Refused(
                    Message("Cơ sở dữ liệu đích không trống; khôi phục không ghi đè lên gì.")
                )
        make_empty(urls, about)
        with ExitStack() as stack:
            fillings = {name: stack.enter_context(filling(url)) for name, url in urls.items()}
            _put_back(path, passphrase, fillings, folder)
        tell(Message("[3/4] Đối chiếu từng bảng với bản sao"))
        for name, filled in fillings.items():
            _same_as_promised(filled, contents.tables.get(name, {}))
        compare(urls, {name: filled.written for name, filled in fillings.items()})
        tell(Message("[4/4] Đưa cơ sở dữ liệu lên cấu trúc mới nhất"))
        open_records(urls["records"], migrate=True).close()
    replaced = sum(filled.replaced for filled in fillings.values())
    return Restored(about, contents, replaced)


def database_urls(settings: Settings, folder: Path) -> dict[str, str]:
    """Where the databases go: into ``folder``, or where the settings say."""
    found = {name: f"sqlite:///{folder / file}" for name, file in SQLITE_FILES.items()}
    if settings.database_url:
        found["records"] = settings.records_url
    if not settings.hub_database_url.startswith("sqlite"):
        found["hub"] = settings.hub_database_url
    return found


def make_empty(urls: Mapping[str, str], about: About) -> None:
    """These databases with their tables and nothing in them."""
    if "records" in urls:
        make_tables(urls["records"], about.records_revision)
    if "hub" not in urls:
        return
    make_ready(urls["hub"])
    with open_accounts(urls["hub"]):
        pass
    with snapshot(urls["hub"]) as hub:
        if hub.revision != about.hub_revision:
            raise Refused(
                Message(
                    "Bản sao của một phiên bản JupyterHub khác. Hãy khôi phục bằng Một Chạm "
                    "{version}, rồi nâng cấp.",
                    {"version": about.version},
                )
            )


def compare(urls: Mapping[str, str], written: Mapping[str, Mapping[str, Digest]]) -> None:
    """Read back what was written. Raises `Refused` where a table differs."""
    for name, url in urls.items():
        with snapshot(url) as found:
            there = found.digests()
        for table, digest in written[name].items():
            if there.get(table) != digest.as_pair():
                raise Refused(Message("Bảng {table} đọc lại không giống", {"table": table}))


def _same_as_promised(filled: Filling, promised: Mapping[str, tuple[int, str]]) -> None:
    if filled.replaced:  # then they differ by what was replaced, and counts remain
        same = {name: one.rows for name, one in filled.written.items()} == {
            name: rows for name, (rows, _digest) in promised.items()
        }
    else:
        same = {name: one.as_pair() for name, one in filled.written.items()} == promised
    if not same:
        raise Refused(Message("Bản khôi phục không giống bản sao."))


def _put_back(path: Path, passphrase: str, fillings: Mapping[str, Filling], folder: Path) -> None:
    with archive.members(path, passphrase) as found:
        for name, content, info in found:
            if name in (archive.ABOUT, archive.MANIFEST):
                continue
            if name.startswith(archive.FILES):
                target = folder / archive.safe_name(name)
                _write_file(folder, target, content, info.mode)
                if target.relative_to(folder).parts[0] == "labs" and os.geteuid() == 0:
                    os.chown(target, info.uid, info.gid)  # a learner's own, as it was
            else:
                part = archive.read_part(name, content)
                fillings[part.database].fill(part.table, part.columns, part.rows)


def _write_file(folder: Path, target: Path, content: IO[bytes], mode: int) -> None:
    if target.relative_to(folder).parts[0] in SQLITE_FILES.values():
        raise archive.not_ours(target.name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(
        target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600 | (mode & 0o100)
    )
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)


@contextlib.contextmanager
def _new_folder(data: Path) -> Iterator[Path]:
    """A folder to fill that takes the name ``data`` when all went well, and is gone otherwise."""
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise Refused(
            Message("{path} không trống; hãy chọn một thư mục mới bằng --data.", {"path": data})
        )
    fresh = data.with_name(f".{data.name}.{os.getpid()}.half")
    try:
        make_private_folder(fresh)
        yield fresh
        if data.exists():
            data.rmdir()
        fresh.rename(data)
    except OSError as error:
        facts = {"path": data, "reason": error.strerror or type(error).__name__}
        raise Refused(Message("Không ghi được {path}: {reason}", facts)) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
