"""framework export, import, check, draft: frameworks of competences as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from core.messages import Message, Refused
from hub.commands.console import say

READ = click.Path(path_type=Path, exists=True, dir_okay=False)
WRITTEN = click.Path(path_type=Path, dir_okay=False)
MOST_BYTES = 20_000_000
TO = click.option("--to", "target", type=WRITTEN, required=True, help="Ghi vào tệp .json nào.")


@click.group()
def framework() -> None:
    """Khung năng lực: ghi ra và đọc vào theo CASE 1.1, kiểm tra, lấy khung còn trống."""


@framework.command("export")
@click.argument("name", default="vn-tt02-2025")
@TO
@click.option("--base", help="Địa chỉ công khai đứng trước mã của từng mục.")
def export_framework(name: str, target: Path, base: str | None) -> None:
    """Ghi khung NAME thành một gói CASE 1.1 (JSON)."""
    from hub.settings import load_settings
    from skills_framework.case import as_case
    from skills_framework.explained import find_explained
    from skills_framework.framework import load_framework

    found = load_framework(name)
    package = as_case(found, base=base or load_settings().address, explained=find_explained(name))
    target.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    say(Message("Đã ghi {path}.", {"path": target}))


@framework.command("import")
@click.argument("file", type=READ)
@click.option("--name", required=True, help="Tên của khung ở đây, ví dụ vn-757-2025.")
@TO
def import_framework(file: Path, name: str, target: Path) -> None:
    """Đọc gói CASE 1.1 FILE, ghi thành tệp khung năng lực của nền tảng."""
    from skills_framework.case import read_case
    from skills_framework.framework import framework_file

    found = read_case(_json_of(file), name=name)
    target.write_text(framework_file(found), encoding="utf-8")
    _say_what_it_has(file, found)


@framework.command("check")
@click.argument("file", type=READ)
def check_framework(file: Path) -> None:
    """Kiểm tra một tệp khung năng lực: còn thiếu gì, ở đâu."""
    from school.programme.frameworks import read_completed

    _say_what_it_has(file, read_completed(_content_of(file), file.name).framework)


@framework.command("draft")
@click.argument("name", default="vn-757-2025")
@TO
def draft_framework(name: str, target: Path) -> None:
    """Lấy khung NAME còn trống, để cơ quan có phụ lục điền bậc, miền và năng lực."""
    from skills_framework.framework import draft_file

    target.write_text(draft_file(name), encoding="utf-8")
    say(Message("Đã ghi {path}. Điền xong: motcham framework check {path}", {"path": target}))


def _say_what_it_has(file: Path, found: Any) -> None:
    facts = {
        "file": file.name,
        "domains": len(found.domains),
        "competences": len(found.competences),
        "levels": len(found.levels),
    }
    say(Message("{file}: {domains} miền, {competences} năng lực, {levels} bậc.", facts))


def _json_of(file: Path) -> Any:
    try:
        return json.loads(_content_of(file))
    except ValueError as error:
        facts = {"file": file.name, "error": str(error)}
        raise Refused(Message("{file}: không phải JSON hợp lệ ({error})", facts)) from None


def _content_of(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        raise Refused(Message("{file} lớn hơn 20 MB", {"file": file.name}))
    return file.read_bytes()
