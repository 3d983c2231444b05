"""report, certificate verify, demo load."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from hub.console import say

DATA = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Thư mục dữ liệu."
)


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
    from hub.settings import load_settings
    from records import open_records

    settings = load_settings(data=data)
    records = open_records(settings.records_url, migrate=True)
    try:
        with records.read() as session:
            if Path(what).is_file():
                signer = load_or_make_signer(
                    settings.secrets, authority=settings.ministry, at=dt.datetime.now(dt.UTC)
                )
                verdict = judge_file(session, Path(what).read_bytes(), signer.certificate)
            else:
                verdict = judge_number(session, what)
    finally:
        records.close()
    for message in verdict.messages:
        say(message)
    return 0 if verdict.good else 1
