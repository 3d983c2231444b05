"""audit check, audit head."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from core.messages import Message, Refused
from hub.commands.console import say
from hub.commands.opening import DATA, opened


@click.group()
def audit() -> None:
    """Nhật ký: ai đã làm gì, và chuỗi có còn liền."""


@audit.command()
@DATA
def head(data: Path | None) -> None:
    """Ký đầu chuỗi lúc này, lưu lại và in ra một dòng để giữ ở nơi khác."""
    from hub.platform.audit_heads import keep_head

    with opened(data) as (settings, records):
        click.echo(keep_head(records, settings, at=dt.datetime.now(dt.UTC)))


@audit.command()
@click.option(
    "--heads",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Tệp các đầu chuỗi đã giữ ở nơi khác; mặc định tệp trong thư mục dữ liệu.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Khóa công khai đã giữ cùng tệp ấy; mặc định khóa trong thư mục dữ liệu.",
)
@DATA
def check(heads: Path | None, key: Path | None, data: Path | None) -> int:
    """Đi hết chuỗi và đối chiếu với các đầu chuỗi đã ký; mã thoát 1 khi có chỗ không khớp."""
    from hub.platform.audit_heads import HEADS, PUBLIC_KEY, folder_of, load_public_key, read_lines
    from records.platform import audit as log

    with opened(data) as (settings, records):
        folder = folder_of(settings)
        file = heads or folder / HEADS
        if not file.exists():
            raise Refused(Message("Chưa có đầu chuỗi nào trong {path}", {"path": file}))
        lines = file.read_text(encoding="utf-8").splitlines()
        kept, bad = read_lines(lines, load_public_key(key or folder / PUBLIC_KEY))
        with records.read() as session:
            chain, missing = log.check_heads(session, {one.entries: one.head for one in kept})
    for number in bad:
        say(Message("Dòng {number} của tệp đầu chuỗi không mang chữ ký đúng.", {"number": number}))
    for entries in missing:
        say(Message("Nhật ký không còn đúng {n} dòng đầu đã ký.", {"n": entries}))
    if chain.broken_at is not None:
        say(Message("Chuỗi đứt ở dòng {id}.", {"id": chain.broken_at}))
    if bad or missing or not chain.sound:
        return 1
    facts = {"n": chain.entries, "heads": len(kept)}
    say(Message("Chuỗi liền mạch: {n} dòng, khớp {heads} đầu chuỗi đã ký.", facts))
    return 0
