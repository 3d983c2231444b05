"""person erase, person merge."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from core.messages import Message, Refused
from hub.commands.console import say
from hub.commands.opening import DATA, opened

REASON = click.option("--reason", required=True, help="Lý do, được lưu lại.")


@click.group()
def person() -> None:
    """Một người trong danh sách, gọi bằng mã cán bộ hoặc tên đăng nhập."""


@person.command()
@click.argument("who")
@REASON
@DATA
def erase(who: str, reason: str, data: Path | None) -> None:
    """Xóa dữ liệu cá nhân của WHO; không lấy lại được. Điểm và số liệu giữ lại, không có tên."""
    from school.access import operator
    from school.people import life

    at = dt.datetime.now(dt.UTC)
    with opened(data) as (_settings, records), records.begin() as session:
        key = _key_of(session, who)
        life.erase(session, operator("motcham person erase"), key, reason=reason, at=at)
    say(
        Message(
            "Đã xóa. Tài khoản và thư mục phòng thực hành được xóa trong ít giây nếu hệ thống đang "
            "chạy, không thì ở lần khởi động tới."
        )
    )


@person.command()
@click.argument("who")
@click.argument("other")
@REASON
@DATA
def merge(who: str, other: str, reason: str, data: Path | None) -> None:
    """Gộp người mang mã OTHER vào WHO: bài nộp, điểm và chứng nhận chuyển sang WHO."""
    from school.access import operator
    from school.people import life

    at = dt.datetime.now(dt.UTC)
    with opened(data) as (_settings, records), records.begin() as session:
        key = _key_of(session, who)
        life.merge_people(
            session, operator("motcham person merge"), key, other, reason=reason, at=at
        )
    say(Message("Đã gộp {other} vào {who}.", {"other": other, "who": who}))


def _key_of(session: object, who: str) -> int:
    from records import Session
    from records.people import persons

    assert isinstance(session, Session)
    found = persons.find_person_by_code(session, who) or persons.find_person(session, who)
    if found is None:
        raise Refused(Message("Không có ai mang mã hoặc tên đăng nhập {who}.", {"who": who}))
    return found.id
