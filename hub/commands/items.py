"""items check, show, try, review, list, calibrate, watch: the bank of questions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import Message, Refused
from hub.commands.console import report, say, speaker, tell
from hub.commands.opening import DATA, opened

if TYPE_CHECKING:
    from courses.bank.item import Item
    from courses.checks.problems import Problem
    from graders.both_modes import BothModes

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
SEED = click.option(
    "--seed", type=click.IntRange(0), help="Biến thể; không ghi gì thì biến thể đầu."
)


@click.group()
def items() -> None:
    """Ngân hàng câu hỏi: kiểm tra, làm thử, duyệt, liệt kê, hiệu chỉnh, theo dõi."""


@items.command()
@click.argument("folders", type=FOLDER, nargs=-1)
def check(folders: tuple[Path, ...]) -> int:
    """Kiểm tra câu hỏi trong các thư mục FOLDERS; không ghi gì thì cả ngân hàng.

    Mỗi biến thể được chấm với đáp án mẫu, bài để trống và từng câu trả lời sai.
    """
    from courses.bank.bank import BANK, item_folders, load_all
    from courses.bank.checks.whole import problems_of_bank

    wanted = [one.resolve() for folder in folders or (BANK,) for one in item_folders(folder)]
    inside = all(BANK in one.parents for one in wanted)
    chosen, faults = load_all(sorted(set(wanted)))
    for fault in faults:
        say(Message("lỗi: {what}", {"what": fault}))
    everything = load_all(item_folders(BANK))[0] if inside else chosen
    places = {one.slug for one in chosen}
    if len(chosen) > 1:  # of a competence as a whole nothing is said to who asks about one item
        places |= {one.competence for one in chosen}
    found = [*_tried(chosen), *(p for p in problems_of_bank(everything) if p.where in places)]
    failed = report(found)
    tell(Message("Đã kiểm tra {n} câu.", {"n": len(chosen)}))
    return 1 if faults else failed


@items.command()
@click.argument("folder", type=FOLDER)
@SEED
@click.option("--order", type=click.IntRange(0), default=0, help="Thứ tự lựa chọn; 0 như đã viết.")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    help="Ghi các tệp phát ra vào thư mục này.",
)
def show(folder: Path, seed: int | None, order: int, target: Path | None) -> None:
    """Xem câu hỏi như người làm thấy, không có đáp án và phép thử."""
    from courses import downloads
    from courses.bank.item import load_item
    from courses.bank.offering import as_text, offered

    item = load_item(folder.resolve())
    drawn = _variant_of(item, seed)
    say(Message("{text}", {"text": as_text(item, drawn, order)}))
    for name, content in downloads(offered(item, drawn, order)).items():
        if target:
            target.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
        say(Message("Tệp: {path}", {"path": target / name if target else name}))


def _variant_of(item: Item, seed: int | None) -> int:
    """The variant asked for, the first where none is. Raises Refused: nobody is given that one."""
    if seed is None:
        return item.seeds[0]
    if seed not in item.seeds:
        known = ", ".join(map(str, item.seeds))
        raise Refused(Message("Câu này chỉ có các biến thể: {known}.", {"known": known}))
    return seed


@items.command("try")
@click.argument("folder", type=FOLDER)
@click.argument("answer")
@SEED
def try_(folder: Path, answer: str, seed: int | None) -> int:
    """Chấm câu trả lời ANSWER, viết bằng Python như “cach = 'a'”, cho câu hỏi trong FOLDER."""
    from courses.bank.checks.check import solve
    from courses.bank.item import load_item

    item = load_item(folder.resolve())
    with _marking() as mark:
        outcome = solve(item, _variant_of(item, seed), answer, mark)
    facts = {"points": round(outcome.share * item.points, 2), "max": item.points}
    say(Message("{points}/{max} điểm", facts))
    if outcome.feedback:
        say(Message("{feedback}", {"feedback": outcome.feedback}))
    return 0 if outcome.share > 1 - 1e-9 else 1


@items.command()
@click.argument("folder", type=FOLDER)
@click.option("--by", required=True, help="Người duyệt; phải khác người viết.")
@click.option("--said", required=True, help="Nhận xét sau khi đã tự làm câu hỏi.")
def review(folder: Path, by: str, said: str) -> int:
    """Ghi nhận đã duyệt câu hỏi trong thư mục FOLDER, nếu câu hỏi không có lỗi."""
    from courses.bank.item import ITEM_FILE, load_item
    from courses.bank.reviewing import with_review

    item, path = load_item(folder.resolve()), folder / ITEM_FILE
    text = path.read_text(encoding="utf-8-sig")
    on = dt.datetime.now(dt.UTC).date()
    reviewed = with_review(text, item, by=by, on=on, said=said)
    if failed := report(_tried((replace(item, state="written", review=None),))):
        return failed
    path.write_text(reviewed, encoding="utf-8")
    say(Message("Đã duyệt {item}.", {"item": item.slug}))
    return 0


@items.command("list")
@click.argument("folder", type=FOLDER, required=False)
def list_(folder: Path | None) -> None:
    """Bảng số câu hỏi theo năng lực, bậc và dạng, và chỗ còn thiếu."""
    from courses.bank.bank import BANK, count, gaps, item_folders, load_all
    from courses.bank.item import LEVELS
    from skills_framework.framework import load_framework

    loaded, faults = load_all(item_folders((folder or BANK).resolve()))
    for fault in faults:
        tell(Message("lỗi: {what}", {"what": fault}))
    say(
        Message(
            "Năng lực   bậc {levels}   vật thật   dạng", {"levels": "  ".join(map(str, LEVELS))}
        )
    )
    for row in count(loaded, load_framework()):
        facts = {
            "code": f"{row.competence:8}",
            "items": f"{row.items:3}",
            "levels": " ".join(f"{row.levels[level]:2}" for level in LEVELS),
            "performance": f"{row.performance:2}",
            "kinds": ", ".join(f"{kind} {n}" for kind, n in sorted(row.kinds.items())),
        }
        say(Message("{code} {items}  {levels}  {performance}  {kinds}", facts))
        if lacking := gaps(row):
            said = [speaker().message(one) for one in lacking]
            say(Message("         {gaps}", {"gaps": "; ".join(said)}))
    states = Counter(item.state for item in loaded)
    each = ", ".join(f"{state} {number}" for state, number in sorted(states.items()))
    say(Message("Tất cả {n} câu: {states}.", {"n": len(loaded), "states": each}))


@items.command()
@DATA
def calibrate(data: Path | None) -> int:
    """Học lại tham số câu hỏi từ câu trả lời đã lưu; người có thẩm quyền quyết định có dùng."""
    from school.assessment.item_bank import read_also, the_bank
    from school.items import nightly

    with opened(data) as (settings, records):
        read_also(settings.items)
        key = nightly.calibrate(records, the_bank(), at=dt.datetime.now(dt.UTC))
    if key is None:
        say(Message("Chưa câu nào có đủ câu trả lời mới để học lại."))
    else:
        say(
            Message(
                "Đã lập bộ tham số {key}, chờ quyết định ở trang Theo dõi câu hỏi.", {"key": key}
            )
        )
    return 0


@items.command()
@DATA
def watch(data: Path | None) -> int:
    """Tìm dấu hiệu câu hỏi bị lộ trong câu trả lời ba tháng qua."""
    from school.assessment.item_bank import read_also, the_bank
    from school.items import nightly

    with opened(data) as (settings, records):
        read_also(settings.items)
        found, retired = nightly.watch(records, the_bank(), at=dt.datetime.now(dt.UTC))
    for name, one in found.items.items():
        if one.signs:
            say(Message("{item}: {signs}", {"item": name, "signs": ", ".join(one.signs)}))
    for item, variant in retired:
        say(
            Message("{item}: biến thể {n} đã ngừng dùng theo quy tắc", {"item": item, "n": variant})
        )
    facts = {"n": len(found.items), "sittings": found.sittings, "pairs": len(found.pairs)}
    say(Message("Đã xem {n} câu trong {sittings} lượt; {pairs} cặp bài cần người xem.", facts))
    return 0


def _tried(chosen: tuple[Item, ...]) -> list[Problem]:
    from courses.bank.checks.check import check_item
    from skills_framework.framework import load_framework

    framework = load_framework()
    # One after another: ast.parse in several threads at once fails now and then in Python 3.11.
    with _marking() as mark:
        return [problem for item in chosen for problem in check_item(item, framework, mark)]


@contextmanager
def _marking() -> Iterator[BothModes]:
    from graders import Marker
    from graders.both_modes import BothModes
    from hub.settings import load_settings

    allowed = load_settings().allow_reduced_walls
    with Marker(allow_reduced=allowed, beforehand=False) as marker, BothModes(marker) as mark:
        yield mark
