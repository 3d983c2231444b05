"""report, certificate verify, demo load."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from hub.commands.opening import DATA, opened
from hub.console import say
from skills_framework.messages import Message, Refused


@click.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--provinces",
    type=click.Choice(["63", "34"]),
    default="34",
    help="Theo 63 tỉnh, thành phố (đến 30/6/2025) hay 34 (từ 01/7/2025).",
)
@DATA
def report(target: Path, provinces: str, data: Path | None) -> None:
    """Ghi tiến độ so với chỉ tiêu vào tệp TARGET (xlsx): đúng các số của trang toàn quốc."""
    from analytics.report import write_report

    if target.suffix != ".xlsx":
        raise Refused(Message("Tên tệp báo cáo phải có đuôi .xlsx: {path}", {"path": target}))
    if not target.absolute().parent.is_dir():
        raise Refused(Message("Không có thư mục {path}", {"path": target.absolute().parent}))
    with opened(data) as (settings, records), records.read() as session:
        figures = write_report(
            session,
            target,
            at=dt.datetime.now(dt.UTC),
            vintage="2008" if provinces == "63" else "2025",
            programme=settings.programme,
            sample=settings.demo,
        )
    facts = {"path": target, "done": figures.total.certified, "of": figures.total.planned}
    say(Message("Đã ghi {path}: {done} người đã có chứng nhận, chỉ tiêu {of}.", facts))


@click.group()
def certificate() -> None:
    """Chứng nhận đã cấp."""


@certificate.command()
@click.argument("what")
@DATA
def verify(what: str, data: Path | None) -> int:
    """Kiểm tra chứng nhận: WHAT là số chứng nhận, hoặc tệp PDF."""
    from analytics.signing import load_or_make_signer
    from analytics.verification import judge_file, judge_number

    with opened(data) as (settings, records), records.read() as session:
        if Path(what).is_file():
            at = dt.datetime.now(dt.UTC)
            signer = load_or_make_signer(settings.secrets, authority=settings.ministry, at=at)
            verdict = judge_file(session, Path(what).read_bytes(), signer.certificate)
        else:
            verdict = judge_number(session, what)
    for message in verdict.messages:
        say(message)
    return 0 if verdict.good else 1
