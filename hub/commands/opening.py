"""Opens the platform's database for a command."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import Message, Refused

if TYPE_CHECKING:
    from hub.settings import Settings
    from records import Records

DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Thư mục dữ liệu; mặc định .data.",
)


@contextlib.contextmanager
def opened(data: Path | None) -> Iterator[tuple[Settings, Records]]:
    """Settings and records, also while the platform runs; `Refused` before its first start.

    What the records are (a demonstration or real) is in the settings that are handed out.
    """
    from hub.settings import load_settings
    from records import open_records
    from records.platform import installation
    from records.platform.reaching import reach

    settings = load_settings(data=data)
    if not settings.database_url and not (settings.data / "motcham.sqlite").exists():
        raise Refused(
            Message(
                "Chưa có dữ liệu trong {path}; hãy chạy motcham init hoặc motcham up trước.",
                {"path": settings.data},
            )
        )
    reach(settings.records_url)
    records = open_records(settings.records_url, migrate=True, audit_key=settings.audit_key)
    try:
        with records.read() as session:
            demonstration = installation.kind_of(session) == installation.DEMONSTRATION
        yield settings.with_kind(demonstration=demonstration), records
    finally:
        records.close()
