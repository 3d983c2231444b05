"""unit import and list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import Message, Refused
from hub.commands.console import say, say_faults, speaker
from hub.commands.opening import DATA, opened

if TYPE_CHECKING:
    from school.people.roster.old_encodings import Encoding
    from school.people.units.judging import Judged

OLD_ENCODING = Message(
    "Chưa nhập gì cả: danh sách viết bằng bảng mã cũ. Nếu cột bên phải dưới đây đúng, hãy chạy "
    "lại với --from-encoding {encoding}."
)
MARKS = {"new": Message("mới"), "changed": Message("thay đổi")}


@click.group()
def unit() -> None:
    """Đơn vị: bộ, tỉnh, xã, báo, doanh nghiệp, trường."""


@unit.command(name="import")
@click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False
)
@click.option("--central-2025", is_flag=True, help="Danh sách có sẵn: 14 bộ, 3 cơ quan ngang bộ.")
@click.option(
    "--from-encoding",
    "encoding",
    type=click.Choice(["tcvn3", "vni"]),
    help="Chuyển sang Unicode từ bảng mã cũ này, sau khi đã xem.",
)
@click.option("--dry-run", is_flag=True, help="Chỉ xem cây đơn vị sẽ thành, không ghi gì.")
@DATA
def import_(
    file: Path | None,
    central_2025: bool,
    encoding: Encoding | None,
    dry_run: bool,
    data: Path | None,
) -> int:
    """Nhập FILE (xlsx, ods hoặc CSV): cả danh sách, hoặc không dòng nào."""
    from school.access import operator
    from school.people import unit_acts
    from school.people.units.reading import CENTRAL_2025, in_unicode, read_units

    chosen = CENTRAL_2025 if central_2025 else file
    if chosen is None or (central_2025 and file):
        raise Refused(Message("Hãy nêu một tệp, hoặc --central-2025."))
    table = in_unicode(read_units(chosen.read_bytes()), encoding)
    if table.conversion:
        say(Message(OLD_ENCODING.template, {"encoding": table.conversion.encoding}))
        for before, after in table.conversion.samples:
            click.echo(f"  {before}  →  {after}")
        return 1
    with opened(data) as (_settings, records):
        if dry_run:
            with records.read() as session:
                judged = unit_acts.check_units(session, table)
        else:
            with records.begin() as session:
                by = operator("motcham unit import")
                judged = unit_acts.import_units(session, by, table, at=dt.datetime.now(dt.UTC))
    return _tell(judged, dry_run=dry_run)


def _tell(judged: Judged, *, dry_run: bool) -> int:
    if judged.faults:
        say_faults(judged.faults)
        return 1
    for one in judged.tree:
        mark = f" [{speaker().message(MARKS[one.mark])}]" if one.mark else ""
        click.echo(f"{'  ' * one.depth}{one.name} ({one.key}){mark}")
    facts = {
        "added": len(judged.new),
        "changed": len(judged.changed),
        "unchanged": judged.unchanged,
    }
    if dry_run:
        say(
            Message(
                "Không có lỗi. Sẽ thêm {added}, thay đổi {changed}, giữ nguyên {unchanged}.", facts
            )
        )
    else:
        say(Message("Thêm {added}, thay đổi {changed}, giữ nguyên {unchanged}.", facts))
    return 0


@unit.command(name="list")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@DATA
def list_(target: Path, data: Path | None) -> None:
    """Ghi mọi đơn vị vào TARGET (xlsx hoặc csv), theo đúng các cột mà lệnh import đọc."""
    from analytics.programme.report import write_rows
    from courses.handouts.csv_cells import safe_cell
    from records.programme.counting import load_units_tree
    from school.people.units.code_lists import as_list
    from school.people.units.reading import TITLES, write_list

    if target.suffix not in (".xlsx", ".csv"):
        raise Refused(Message("Tên tệp phải có đuôi .xlsx hoặc .csv: {path}", {"path": target}))
    with opened(data) as (_settings, records), records.read() as session:
        tree = load_units_tree(session)
    rows = as_list(tree.values(), tree)
    if target.suffix == ".xlsx":
        target.write_bytes(write_rows([list(TITLES.values()), *rows], sheet="Đơn vị"))
    else:
        target.write_bytes(
            write_list([[safe_cell(cell, keep_text=False) for cell in row] for row in rows])
        )
    say(Message("Đã ghi {n} đơn vị vào {path}.", {"n": len(rows), "path": target}))
