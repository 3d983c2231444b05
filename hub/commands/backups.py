"""backup, restore, drill, move."""

from __future__ import annotations

import datetime as dt
import getpass
import sys
from pathlib import Path

import click

from core.messages import Message, Refused
from hub.commands.console import say, tell
from hub.commands.opening import DATA, opened

PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Tệp có cụm mật khẩu ở dòng đầu; mặc định MOTCHAM_BACKUP_PASSPHRASE_FILE, hoặc hỏi.",
)
LABS = click.option("--labs", is_flag=True, help="Kèm tệp của học viên trong phòng thực hành.")


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@PASSPHRASE
@LABS
@DATA
def backup(target: Path, passphrase_file: Path | None, labs: bool, data: Path | None) -> None:
    """Sao lưu vào TARGET (tệp mới hoặc thư mục), cả khi hệ thống đang chạy."""
    from hub.platform.backup.making import make_backup
    from school.access import operator
    from school.platform import acts

    at = dt.datetime.now(dt.UTC)
    with opened(data) as (settings, records):
        passphrase = _passphrase(passphrase_file, settings.backup_passphrase_file, new=True)
        made = make_backup(settings, target, passphrase, labs=labs, at=at, tell=tell)
        with records.begin() as session:
            acts.note_backup(
                session, operator("motcham backup"), made.path.name, made.size, made.sha256, at=at
            )
    say(
        Message(
            "Đã sao lưu {rows} dòng và {files} tệp vào {path} ({size} MB).",
            {
                "rows": made.rows,
                "files": len(made.contents.files),
                "path": made.path,
                "size": round(made.size / 1e6, 1),
            },
        )
    )
    if made.skipped:
        say(Message("Bỏ qua {n} liên kết hoặc tệp đặc biệt.", {"n": made.skipped}))
    say(Message("SHA-256: {sha256}", {"sha256": made.sha256}))


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@PASSPHRASE
@DATA
def restore(file: Path, passphrase_file: Path | None, data: Path | None) -> None:
    """Khôi phục FILE vào thư mục dữ liệu còn trống (và cơ sở dữ liệu còn trống, nếu có đặt)."""
    from hub.platform.backup.restoring import restore_backup
    from hub.settings import load_settings

    settings = load_settings(data=data)
    passphrase = _passphrase(passphrase_file, settings.backup_passphrase_file)
    done = restore_backup(file, passphrase, settings, tell=tell)
    rows = sum(rows for one in done.contents.tables.values() for rows, _digest in one.values())
    say(
        Message(
            "Đã khôi phục bản sao lúc {at}: {rows} dòng, {files} tệp, vào {path}.",
            {
                "at": done.about.made_at,
                "rows": rows,
                "files": len(done.contents.files),
                "path": settings.data,
            },
        )
    )
    if done.replaced:
        say(Message("Đã thay {n} ký tự mà cơ sở dữ liệu này không giữ.", {"n": done.replaced}))


@click.command()
@LABS
@click.option(
    "--in",
    "place",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Nơi làm thử; mặc định thư mục tạm của máy.",
)
@DATA
def drill(labs: bool, place: Path | None, data: Path | None) -> None:
    """Diễn tập: sao lưu, khôi phục ở nơi tạm, đối chiếu từng dòng, tệp và một chứng nhận."""
    from hub.platform.backup.drill import rehearse
    from school.access import operator
    from school.platform import acts

    at = dt.datetime.now(dt.UTC)
    with opened(data) as (settings, records):
        done = rehearse(settings, labs=labs, place=place, at=at, tell=tell)
        with records.begin() as session:
            acts.note_drill(session, operator("motcham drill"), done.made.rows, at=at)
    facts = {
        "rows": done.made.rows,
        "files": len(done.made.contents.files),
        "making": round(done.making_s, 1),
        "restoring": round(done.restoring_s, 1),
        "entries": done.audit_entries,
    }
    say(
        Message(
            "Diễn tập đạt: {rows} dòng và {files} tệp khôi phục y nguyên (sao {making} giây, khôi "
            "phục {restoring} giây); nhật ký liền mạch {entries} dòng.",
            facts,
        )
    )
    say(
        Message("Chứng nhận {number} kiểm tra được.", {"number": done.certificate})
        if done.certificate
        else Message("Chưa có chứng nhận nào để kiểm tra.")
    )


@click.command()
@DATA
def move(data: Path | None) -> None:
    """Chuyển từ SQLite sang PostgreSQL đặt ở MOTCHAM_DATABASE_URL. Hãy dừng hệ thống trước."""
    from hub.platform.backup.moving import MOVED, move_databases
    from hub.platform.up import claim
    from hub.settings import load_settings

    settings = load_settings(data=data)
    if not settings.data.is_dir():
        raise Refused(Message("Không có thư mục {path}", {"path": settings.data}))
    with claim(settings):
        rows = move_databases(settings)
    say(
        Message(
            "Đã chuyển {rows} dòng và đối chiếu xong. Tệp SQLite cũ được giữ với đuôi {ending}.",
            {"rows": rows, "ending": MOVED},
        )
    )


def _passphrase(file: Path | None, by_setting: Path | None, *, new: bool = False) -> str:
    """From a file, or asked at the terminal; never from the command line, which others can see."""
    source = file or by_setting
    if source is not None:
        try:
            lines = source.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            raise Refused(Message("Không đọc được tệp {path}", {"path": source})) from None
        return lines[0].strip() if lines else ""
    if not sys.stdin.isatty():
        raise Refused(Message("Hãy cho cụm mật khẩu bằng --passphrase-file."))
    tell(Message("Cụm mật khẩu của bản sao (mất cụm này thì không mở được bản sao):"))
    passphrase = getpass.getpass("")
    if new:
        tell(Message("Nhập lại:"))
        if getpass.getpass("") != passphrase:
            raise Refused(Message("Hai lần nhập không giống nhau."))
    return passphrase
