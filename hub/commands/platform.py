"""up, test, doctor."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from hub.commands.console import say, tell
from hub.commands.opening import DATA


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Cổng mạng; mặc định 8000.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Thư mục dữ liệu; mặc định .data.",
)
@click.option("--bind", help="Địa chỉ lắng nghe; mặc định chỉ máy này (127.0.0.1).")
def up(port: int | None, data: Path | None, bind: str | None) -> int:
    """Khởi động hệ thống; Ctrl-C để dừng. Mọi thiết lập khác: docs/operators.md."""
    from hub.platform.up import run
    from hub.settings import load_settings

    settings = load_settings(port=port, data=data, bind=bind)
    return run(settings, tell=say, progress=tell, at=dt.datetime.now(dt.UTC))


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--fast", is_flag=True, help="Chỉ phần không cần hub, trình duyệt hay nbgrader gốc.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...], fast: bool) -> int:
    """Kiểm tra mã nguồn rồi chạy mọi kiểm thử, kể cả bằng trình duyệt.

    Đối số thêm (nếu có) được chuyển cho pytest, ví dụ: motcham test tests/records -k queue
    """
    from hub.platform.run_tests import prove

    return prove(arguments, fast=fast, tell=tell)


@click.command()
@DATA
def doctor(data: Path | None) -> int:
    """Xem máy này có đủ những gì hệ thống cần; thiếu gì thì nói cách bổ sung."""
    from hub.platform.doctor import examine
    from hub.settings import load_settings

    findings = examine(load_settings(data=data))
    for finding in findings:
        say(finding.as_line())
    return 1 if any(finding.state == "missing" for finding in findings) else 0
