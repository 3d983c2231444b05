"""From SQLite in the data folder to PostgreSQL, by the rows; the files stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from core.messages import Message, Refused
from hub.login.accounts import open_accounts
from hub.platform.backup.restoring import SQLITE_FILES, compare, make_empty
from hub.settings import Settings
from records import open_records
from records.backup.archive import About
from records.platform.copying import filling, is_empty, snapshot

MOVED = ".moved"  # what the SQLite files are called afterwards


def move_databases(settings: Settings) -> int:
    """Copy the SQLite databases of the data folder to where ``settings`` name PostgreSQL, look
    whether all is there, and put the old files aside. Returns how many rows.

    Nothing may run on the data folder meanwhile. Raises `Refused` where there is nothing to move,
    nowhere to move it, or something there already.
    """
    if not settings.database_url or settings.records_url.startswith("sqlite"):
        raise Refused(
            Message(
                "Hãy đặt MOTCHAM_DATABASE_URL=postgresql://… là nơi chuyển đến, rồi chạy lại lệnh "
                "này."
            )
        )
    files = {name: settings.data / file for name, file in SQLITE_FILES.items()}
    targets = {"records": settings.records_url, "hub": settings.hub_database_url}
    if not files["records"].exists():
        raise Refused(Message("Không có {path} để chuyển.", {"path": files["records"]}))
    if targets["hub"].startswith("sqlite") or not files["hub"].exists():
        del targets["hub"]
    rows = _copy({name: f"sqlite:///{files[name]}" for name in targets}, targets)
    open_records(targets["records"], migrate=True).close()
    for name in targets:
        put_aside(files[name])
    return rows


def move_hub(settings: Settings) -> bool:
    """The hub's SQLite file into PostgreSQL where only the records were there so far; False where
    there is nothing to do. Safe to repeat."""
    old, url = settings.data / SQLITE_FILES["hub"], settings.hub_database_url
    if url.startswith("sqlite") or not old.exists():
        return False
    _copy({"hub": f"sqlite:///{old}"}, {"hub": url})
    put_aside(old)
    return True


def _copy(sources: Mapping[str, str], targets: Mapping[str, str]) -> int:
    if "hub" in sources:
        with open_accounts(sources["hub"]):  # of the newest schema, as the copy is
            pass
    with ExitStack() as stack:
        found = {name: stack.enter_context(snapshot(url)) for name, url in sources.items()}
        revisions = {name: one.revision for name, one in found.items()}
        for url in targets.values():
            if not is_empty(url):
                raise Refused(
                    Message("Cơ sở dữ liệu đích không trống; khôi phục không ghi đè lên gì.")
                )
        about = About("", "", revisions.get("records", ""), revisions.get("hub", ""), labs=False)
        make_empty(targets, about)
        with ExitStack() as writing:
            fillings = {name: writing.enter_context(filling(url)) for name, url in targets.items()}
            for name, one in found.items():
                for table in one.tables:
                    fillings[name].fill(table.name, one.columns(table), one.rows(table))
    written = {name: filled.written for name, filled in fillings.items()}
    compare(targets, written)
    return sum(digest.rows for one in written.values() for digest in one.values())


def put_aside(file: Path) -> None:
    """Keep the SQLite file under another name, with what stood beside it, so that nobody goes on
    with it by mistake."""
    for end in ("", "-wal", "-shm"):
        part = file.with_name(file.name + end)
        if part.exists():
            part.rename(part.with_name(f"{file.name}{MOVED}{end}"))
