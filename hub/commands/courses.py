"""course check, new, preview, english, publish, export, import, map."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import Message, Refused
from hub.commands.console import report, say, tell
from hub.commands.opening import DATA, opened

if TYPE_CHECKING:
    from courses import Course, Problem
    from graders.both_modes import BothModes
    from hub.settings import Settings

LARGEST_FILE = 20_000_000  # bytes, as pages take them
CONTENT = Path(__file__).parents[2] / "courses" / "content"
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group()
def course() -> None:
    """Soạn, kiểm tra và công bố khóa học."""


@course.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
def check(path: Path) -> int:
    """Kiểm tra khóa học trong thư mục PATH; chấm thử lời giải mẫu, bài một nửa và bài để trống.

    PATH cũng có thể là một sổ nguồn của nbgrader (.ipynb).
    """
    from courses import check_notebook, load_course, read_notebook
    from hub.settings import load_settings

    settings = load_settings()
    if path.is_dir():
        return report(_check(load_course(path), settings))
    with _marking(settings) as mark:
        return report(check_notebook(path.name, read_notebook(path.read_bytes()), mark))


@course.command()
@click.argument("slug")
@click.option("--title", help="Tên khóa học; mặc định như mã.")
@click.option("--frame", default="4.1", help="Khung nội dung: 4.1, 4.2, 4.3 hoặc 4.4.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="Đặt thư mục khóa học vào đâu; mặc định nơi đang đứng.",
)
def new(slug: str, title: str | None, frame: str, folder: Path) -> None:
    """Bắt đầu khóa học SLUG từ bài mẫu có đủ các dạng câu hỏi."""
    from courses.authoring import new_course

    made = new_course(folder, slug=slug, title=title or slug, frame=frame)
    say(Message("Đã tạo {path}. Kiểm tra: motcham course check {path}", {"path": made}))


@course.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Thư mục nhận các tệp.",
)
@click.option("--seed", type=click.IntRange(0), default=0, help="Số gieo của người học.")
def preview(folder: Path, target: Path, seed: int) -> None:
    """Ghi ra đúng những gì một học viên sẽ nhận, không có lời giải và phép thử ẩn."""
    from courses import load_course
    from courses.authoring import preview as write

    for path in write(load_course(folder), target, seed=seed):
        say(Message("{path}", {"path": path}))


@course.command()
@click.argument("folder", type=FOLDER)
def english(folder: Path) -> int:
    """Ghi hoặc cập nhật tệp bản dịch tiếng Anh (.en.po) của từng bài, rồi nói còn thiếu gì."""
    from courses import load_course
    from courses.authoring import write_english
    from courses.checks.in_english import faults_in_english

    for path, (count, missing) in write_english(load_course(folder), folder).items():
        facts = {"path": path, "n": count, "missing": missing}
        say(Message("Đã ghi {path}: {n} câu chữ, còn {missing} chưa có tiếng Anh.", facts))
    found = [fault for one in load_course(folder).lessons for fault in faults_in_english(one)]
    return report(found)


@course.command()
@click.argument("folder", type=FOLDER)
@click.option("--by", default="motcham course publish", help="Ai công bố; ghi vào nhật ký.")
@DATA
def publish(folder: Path, by: str, data: Path | None) -> int:
    """Kiểm tra rồi công bố; bản đã công bố không đổi được nữa."""
    from courses import load_course
    from school.access import operator
    from school.courses import acts

    loaded = load_course(folder)
    with opened(data) as (settings, records):
        if failed := report(_check(loaded, settings)):
            return failed
        at = dt.datetime.now(dt.UTC)
        with records.begin() as session:
            stored, is_new = acts.publish(session, operator(by), loaded, at=at)
        facts = {"title": loaded.title, "number": stored.number}
        if not is_new:
            say(Message("{title}: bản {number} đã công bố từ trước, không có gì đổi.", facts))
            return 0
    say(Message("Đã công bố {title}, bản {number}.", facts))
    return 0


@course.command("export")
@click.argument("slug")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Ghi vào tệp .zip nào.",
)
@DATA
def export(slug: str, target: Path | None, data: Path | None) -> None:
    """Xuất khóa học SLUG đã công bố thành một tệp để mang đi nơi khác."""
    from school.access import operator
    from school.courses import offer_acts
    from school.refusals import NotAllowed

    at, by = dt.datetime.now(dt.UTC), operator("motcham course export")
    with opened(data) as (_settings, records), records.begin() as session:
        try:
            content = offer_acts.export_course(session, by, slug, at=at)
        except NotAllowed:
            raise Refused(Message("Không có khóa học {course}", {"course": slug})) from None
    file = target or Path(f"{slug}.zip")
    file.write_bytes(content)
    say(Message("Đã ghi {path}.", {"path": file}))


@course.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không lưu gì.")
@DATA
def import_(file: Path, dry_run: bool, data: Path | None) -> int:
    """Kiểm tra tệp khóa học FILE rồi giữ lại chờ người công bố; không bao giờ tự công bố."""
    from school.access import operator
    from school.courses import offer_acts, packages

    if file.stat().st_size > LARGEST_FILE:
        raise Refused(Message("Tệp lớn hơn {size} MB.", {"size": LARGEST_FILE // 1_000_000}))
    package = packages.unpack(file.read_bytes())
    if not package.signed:
        say(Message("Tệp không kèm danh sách tệp của nơi xuất ra."))
    with opened(data) as (settings, records):
        if (failed := report(_check(package.course, settings))) or dry_run:
            return failed
        at, by = dt.datetime.now(dt.UTC), operator("motcham course import")
        with records.begin() as session:
            key = offer_acts.offer_course(
                session, by, package.course, package.files, way="import", at=at
            )
    say(Message("Đã giữ lại, bản gửi số {n}; chưa có gì được công bố.", {"n": key}))
    return 0


@course.command("map")
@click.argument("folder", type=FOLDER, default=CONTENT)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("docs") / "curriculum.md",
    help="Ghi vào tệp nào; mặc định docs/curriculum.md.",
)
def map_(folder: Path, target: Path) -> None:
    """Viết bản đồ chương trình của các khóa học trong FOLDER: bài nào luyện năng lực nào."""
    target.write_text(curriculum_of(folder), encoding="utf-8")
    say(Message("Đã ghi {path}.", {"path": target}))


def curriculum_of(folder: Path) -> str:
    """docs/curriculum.md of the courses whose folders lie in this one."""
    from core.content_frame import FRAMES, ITEMS
    from courses import load_course
    from courses.manifest import manifest_of
    from hub.locale.translate import load_translators
    from school.programme import curriculum, curriculum_document
    from skills_framework.framework import load_framework

    loaded = [load_course(path.parent) for path in sorted(folder.glob("*/course.toml"))]
    made = curriculum.make_curriculum(load_framework(), map(manifest_of, loaded))
    english = load_translators()["en"]
    frames = {code: english.message(title) for code, title in FRAMES.items()}
    items = {code: english.message(title) for code, title in ITEMS.items()}
    return curriculum_document.as_markdown(made, frames, items, content="../courses/content")


def _check(loaded: Course, settings: Settings) -> list[Problem]:
    from courses import check_course
    from skills_framework.framework import load_framework

    with _marking(settings) as mark:
        return check_course(loaded, load_framework(loaded.framework), mark, _progress)


@contextmanager
def _marking(settings: Settings) -> Iterator[BothModes]:
    from graders import Marker
    from graders.both_modes import BothModes

    # What nbgrader warns about while it marks, the check says itself, with its place.
    logging.getLogger("motcham.marking").addHandler(logging.NullHandler())
    allow_reduced = settings.allow_reduced_walls
    with Marker(allow_reduced=allow_reduced, beforehand=False) as marker, BothModes(marker) as mark:
        yield mark


def _progress(file: str, number: int, count: int) -> None:
    facts = {"number": number, "count": count, "file": file}
    tell(Message("Đang kiểm tra bài {number}/{count}: {file}", facts))
