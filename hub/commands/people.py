"""roster import, account password."""

from __future__ import annotations

from pathlib import Path

import click

from hub.commands.opening import DATA, opened
from hub.console import say
from skills_framework.messages import Message, Refused


@click.group()
def account() -> None:
    """Tài khoản đăng nhập bằng mật khẩu."""


@account.command()
@click.argument("username")
@DATA
def password(username: str, data: Path | None) -> None:
    """Cấp mật khẩu mới cho USERNAME và in ra một lần. Chạy được khi hệ thống đang chạy."""
    from hub import accounts
    from records import people

    with opened(data) as (settings, records), records.read() as session:
        person = people.find_person(session, username)
        if person is None or person.erased_at is not None:
            raise Refused(
                Message("Không có ai mang tên đăng nhập {username}.", {"username": username})
            )
    fresh = accounts.new_password()
    with accounts.open_accounts(settings.hub_database_url) as session:
        accounts.set_password(session, username, fresh)
    say(Message("{username}: {password}", {"username": username, "password": fresh}))
