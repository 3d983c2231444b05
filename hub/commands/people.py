"""roster import, account password."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from core.messages import Message, Refused
from hub.commands.console import say
from hub.commands.opening import DATA, opened


@click.group()
def roster() -> None:
    """Danh sách học viên."""


@roster.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
@DATA
def import_(file: Path, dry_run: bool, data: Path | None) -> int:
    """Nhập FILE (xlsx hoặc CSV UTF-8): cả danh sách, hoặc không dòng nào."""
    from school.people.roster import import_roster

    content, at = file.read_bytes(), dt.datetime.now(dt.UTC)
    with opened(data) as (_settings, records), records.begin() as session:
        outcome = import_roster(
            session, file.name, content, at=at, actor="motcham roster import", dry_run=dry_run
        )
    for fault in outcome.faults:
        say(
            Message(
                "Dòng {line}, cột {column}, “{value}”: {reason}. Cách sửa: {mend}",
                {
                    "line": fault.line,
                    "column": fault.column,
                    "value": fault.value,
                    "reason": fault.reason,
                    "mend": fault.mend,
                },
            )
        )
    if outcome.faults:
        say(Message("Chưa nhập gì: có {n} chỗ cần sửa.", {"n": len(outcome.faults)}))
        return 1
    facts = {"added": outcome.added, "changed": outcome.changed, "unchanged": outcome.unchanged}
    if dry_run:
        say(
            Message(
                "Không có lỗi. Sẽ thêm {added}, thay đổi {changed}, giữ nguyên {unchanged}.", facts
            )
        )
    else:
        say(Message("Thêm {added}, thay đổi {changed}, giữ nguyên {unchanged}.", facts))
    return 0


@click.group()
def account() -> None:
    """Tài khoản đăng nhập bằng mật khẩu."""


@account.command()
@click.argument("username")
@DATA
def password(username: str, data: Path | None) -> None:
    """Cấp mật khẩu mới cho USERNAME và in ra một lần. Chạy được khi hệ thống đang chạy."""
    from hub.login import accounts
    from records.people import persons

    with opened(data) as (settings, records), records.read() as session:
        person = persons.find_person(session, username)
        if person is None or person.erased_at is not None:
            raise Refused(
                Message("Không có ai mang tên đăng nhập {username}.", {"username": username})
            )
    fresh = accounts.new_password()
    with accounts.open_accounts(settings.hub_database_url) as session:
        accounts.set_password(session, username, fresh)
    say(Message("{username}: {password}", {"username": username, "password": fresh}))


@account.command()
@click.argument("username")
@DATA
def unbind(username: str, data: Path | None) -> int:
    """Gỡ USERNAME khỏi người ở máy chủ định danh; ai đăng nhập tên này kế tiếp sẽ được gắn vào."""
    from records.people import logins, persons
    from records.platform import audit

    with opened(data) as (_settings, records), records.begin() as session:
        person = persons.find_person(session, username)
        if person is None or not logins.unbind(session, username):
            say(Message("{username} chưa gắn với ai ở máy chủ định danh.", {"username": username}))
            return 1
        audit.append(
            session,
            at=dt.datetime.now(dt.UTC),
            actor="motcham account unbind",
            action="account.unbind",
            subject=f"person:{person.id}",
            detail={},
        )
    say(Message("Đã gỡ {username}.", {"username": username}))
    return 0
