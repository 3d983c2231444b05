"""init: what a data folder is, and who administers it first."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import Message, Refused
from hub.commands.console import say, speaker
from hub.commands.opening import DATA

if TYPE_CHECKING:
    from hub.settings import Settings
    from records import Records


@click.command()
@click.option("--demo/--real", "demonstration", default=None, help="Dùng thử, hay dùng thật.")
@click.option("--username", default="", help="Tên đăng nhập của người quản trị đầu tiên.")
@click.option("--name", "full_name", default="", help="Họ tên của người ấy.")
@click.option("--code", default="", help="Mã cán bộ của người ấy, nếu có.")
@DATA
def init(
    demonstration: bool | None, username: str, full_name: str, code: str, data: Path | None
) -> None:
    """Quyết định một lần thư mục dữ liệu là để dùng thử hay dùng thật.

    Ở màn hình, lệnh hỏi bằng lời; trong kịch bản, ghi đủ các tùy chọn. Dùng thật thì có luôn người
    quản trị đầu tiên, với cách đăng nhập in ra một lần.
    """
    from hub.platform.first_start import kind_so_far
    from hub.settings import load_settings

    settings = load_settings(data=data)
    if demonstration is not None:
        settings = settings.with_kind(demonstration=demonstration)
    new = kind_so_far(settings) is None
    if new and settings.demo is None:
        settings = settings.with_kind(demonstration=_ask_kind())
    if new and not settings.demonstration:  # asked before anything is made
        username, full_name = _ask_who(username, full_name)
    settings = _decide(settings, new=new)
    if not settings.demonstration and not _is_administered(settings):
        _begin(settings, *_ask_who(username, full_name), code)
    _say_what_it_is(settings)
    command = "motcham up" if data is None else f"motcham up --data {data}"
    about = {"command": command}
    say(Message("Tiếp theo: {command}. Hướng dẫn từng bước: docs/operators.md.", about))


def _decide(settings: Settings, *, new: bool) -> Settings:
    """The settings with what the records are: as was decided, else as the settings say."""
    from hub.platform.first_start import lay_ground, settle_kind
    from hub.platform.up import claim

    at = dt.datetime.now(dt.UTC)
    if new:
        with claim(settings):
            lay_ground(settings, tell=say).close()
    records = _open(settings)
    try:
        return settle_kind(settings, records, at=at, by="motcham init")
    finally:
        records.close()


def _say_what_it_is(settings: Settings) -> None:
    """Said when all is done: before, there is no administrator yet."""
    from hub.platform.first_start import describe

    records = _open(settings)
    try:
        with records.read() as session:
            for line in describe(settings, session, at=dt.datetime.now(dt.UTC)):
                say(line)
    finally:
        records.close()


def _open(settings: Settings) -> Records:
    from records import open_records

    return open_records(settings.records_url, migrate=True, audit_key=settings.audit_key)


def _ask_kind() -> bool:
    if not somebody_is_there():
        raise Refused(Message("Hãy ghi rõ --demo (dùng thử) hoặc --real (dùng thật)."))
    say(
        Message(
            "Thư mục này để làm gì?\n"
            "  1  dùng thử: khóa học có sẵn, người và số liệu không có thật\n"
            "  2  dùng thật: chỉ có những gì anh/chị đưa vào\n"
            "Điều này chỉ quyết định một lần."
        )
    )
    return str(click.prompt(_words(Message("Chọn 1 hoặc 2")), type=click.Choice(["1", "2"]))) == "1"


def _begin(settings: Settings, username: str, full_name: str, code: str) -> None:
    """Make the first administrator, and say how they log in."""
    from hub.platform.first_start import open_first_account
    from school.access import operator
    from school.people import acts

    told: list[Message] = []
    at = dt.datetime.now(dt.UTC)
    records = _open(settings)
    try:
        with records.begin() as session:
            acts.begin_administration(
                session,
                operator("motcham init"),
                username,
                full_name,
                code,
                lambda: told.append(open_first_account(settings, session, username, at=at)),
                at=at,
            )
    finally:
        records.close()
    for message in told:
        say(message)


def _is_administered(settings: Settings) -> bool:
    from core.calendar import today_in_vietnam
    from records.people import holders
    from school.access import ADMINISTRATOR

    records = _open(settings)
    try:
        with records.read() as session:
            today = today_in_vietnam(dt.datetime.now(dt.UTC))
            return holders.is_held(session, ADMINISTRATOR, on=today)
    finally:
        records.close()


def _ask_who(username: str, full_name: str) -> tuple[str, str]:
    """Login name and full name of the first administrator, where the flags do not say."""
    username = username or _ask(Message("Tên đăng nhập của người quản trị đầu tiên"), "--username")
    return username, full_name or _ask(Message("Họ tên của người ấy"), "--name")


def somebody_is_there() -> bool:
    """Whether questions reach a person."""
    return sys.stdin.isatty()


def _ask(question: Message, flag: str) -> str:
    if not somebody_is_there():
        raise Refused(Message("Chưa có người quản trị: hãy ghi {flag}.", {"flag": flag}))
    return str(click.prompt(_words(question))).strip()


def _words(message: Message) -> str:
    return speaker().message(message)
