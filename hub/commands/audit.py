"""audit verify (also: check), head, export."""

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
    from hub.platform.audit.heads import keep_head

    with opened(data) as (settings, records):
        click.echo(keep_head(records, settings, at=dt.datetime.now(dt.UTC)))


@audit.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@DATA
def export(file: Path, data: Path | None) -> None:
    """Ghi cả nhật ký cùng chuỗi vào FILE mới: .jsonl hoặc .csv."""
    from hub.platform.audit.files import MAKERS
    from records.platform import audit as log
    from school.access import operator
    from school.platform import acts

    make = MAKERS.get(file.suffix.removeprefix("."))
    if make is None:
        raise Refused(Message("Tên tệp cần có đuôi .jsonl hoặc .csv: {path}", {"path": file}))
    with opened(data) as (_settings, records):
        with records.begin() as session:
            by = operator("motcham audit export")
            acts.note_audit_export(session, by, at=dt.datetime.now(dt.UTC))
        with records.read() as session:
            try:
                with file.open("xb") as target:
                    target.writelines(make(log.every_entry(session)))
            except OSError as error:
                facts = {"path": file, "reason": error.strerror or type(error).__name__}
                raise Refused(Message("Không ghi được {path}: {reason}", facts)) from None
    say(Message("Đã ghi {path}.", {"path": file}))


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
def verify(heads: Path | None, key: Path | None, data: Path | None) -> int:
    """Đi hết chuỗi, đối chiếu các đầu chuỗi đã ký và niêm phong của các lượt thi; mã thoát 1
    khi có chỗ không khớp."""
    from hub.platform.audit.heads import HEADS, PUBLIC_KEY, folder_of, load_public_key, read_lines
    from records.platform import audit as log
    from school.examination.seal import WORDS
    from school.examination.sealing import check_seals

    with opened(data) as (settings, records):
        folder = folder_of(settings)
        file = heads or folder / HEADS
        if not file.exists():
            raise Refused(Message("Chưa có đầu chuỗi nào trong {path}", {"path": file}))
        lines = file.read_text(encoding="utf-8").splitlines()
        kept, bad = read_lines(lines, load_public_key(key or folder / PUBLIC_KEY))
        with records.read() as session:
            chain, missing = log.check_heads(session, {one.entries: one.head for one in kept})
            seals = list(check_seals(session))
    for number in bad:
        say(Message("Dòng {number} của tệp đầu chuỗi không mang chữ ký đúng.", {"number": number}))
    for entries in missing:
        say(Message("Nhật ký không còn đúng {n} dòng đầu đã ký.", {"n": entries}))
    if chain.broken_at is not None:
        say(Message("Chuỗi đứt ở dòng {id}.", {"id": chain.broken_at}))
    broken = [one for one in seals if not one.sound]
    for one in broken:
        say(Message("Niêm phong của lượt thi {id} không còn đúng:", {"id": one.sitting_id}))
        say(WORDS[one.state])
        click.echo("\n".join(f"  {place}" for place in one.where), nl=bool(one.where))
    if bad or missing or broken or not chain.sound:
        return 1
    facts = {"n": chain.entries, "heads": len(kept)}
    say(Message("Chuỗi liền mạch: {n} dòng, khớp {heads} đầu chuỗi đã ký.", facts))
    if seals:
        say(Message("Niêm phong: {n} lượt thi, đều còn nguyên.", {"n": len(seals)}))
    return 0


audit.add_command(verify, "check")  # as it was called at first
