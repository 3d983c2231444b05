"""mark, autograde."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import Message, Refused
from hub.commands.console import say, tell

if TYPE_CHECKING:
    from core.marks import Mode

MOST_FILES, MOST_BYTES = 100, 8 << 20  # as the two processes exchange


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("submitted", type=click.Path(path_type=Path))
@click.option(
    "--mode",
    type=click.Choice(["strict", "compatible"]),
    default="strict",
    help="strict: hai tiến trình, không giả mạo được; compatible: đúng như nbgrader.",
)
@click.option("--seed", type=click.IntRange(0), default=0, help="Số gieo cho đề riêng từng người.")
@click.option(
    "--files",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Thư mục tệp đặt cạnh sổ (dữ liệu, mô-đun của giảng viên).",
)
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def mark(
    source: Path, submitted: Path, mode: Mode, seed: int, folder: Path | None, as_json: bool
) -> None:
    """Chấm SUBMITTED theo SOURCE (sổ tay của giảng viên, có lời giải và phép thử).

    Bài mất điểm ở chế độ nghiêm ngặt được chấm thêm như nbgrader; nơi hai kết quả khác nhau
    thì cần một người xem.
    """
    from graders import Marker, second_look
    from graders.strict.feedback import read_feedback
    from hub.settings import load_settings

    notebooks = _read(source), _read(submitted)
    files = _read_folder(folder) if folder else {}
    allow_reduced = load_settings().allow_reduced_walls
    with Marker(allow_reduced=allow_reduced, beforehand=False) as marker:
        marks = marker.mark(*notebooks, mode=mode, seed=seed, files=files)
        marks = second_look.take(marker, *notebooks, marks, seed=seed, files=files)
    if as_json:
        click.echo(json.dumps(marks.as_dict(), ensure_ascii=False))
        return
    if marks.reason:
        say(marks.reason)
    for cell in marks.cells:
        say(
            Message(
                "{grade_id}: {points}/{max} {feedback}",
                {
                    "grade_id": cell.grade_id,
                    "points": f"{cell.points:g}",
                    "max": f"{cell.max:g}",
                    "feedback": read_feedback(cell.feedback),
                },
            )
        )
        if cell.note:
            say(Message("    cần một người xem: {note}", {"note": read_feedback(cell.note)}))
        if cell.other is not None:
            say(
                Message(
                    "    nghiêm ngặt: {points}/{max}; như nbgrader: {other}/{max}",
                    {
                        "points": f"{cell.points:g}",
                        "other": f"{cell.other:g}",
                        "max": f"{cell.max:g}",
                    },
                )
            )
    say(Message("Tổng: {total}/{max}", {"total": f"{marks.total:g}", "max": f"{marks.max:g}"}))


@click.command()
@click.argument("course_dir", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("assignment")
@click.option("--workers", type=click.IntRange(1, 256), help="Số bài chấm cùng lúc.")
@click.option("--student", "students", multiple=True, help="Chỉ chấm người này; lặp lại được.")
@click.option("--force", is_flag=True, help="Chấm lại cả bài đã chấm.")
def autograde(
    course_dir: Path, assignment: str, workers: int | None, students: tuple[str, ...], force: bool
) -> int:
    """Chấm ASSIGNMENT trong thư mục lớp nbgrader COURSE_DIR, thay cho nbgrader autograde."""
    from graders.compatible import autograde as run

    done = run(course_dir, assignment, workers=workers, students=students or None, force=force)
    if not done:
        tell(Message("Có bài không chấm được; lý do ở phía trên."))
    return 0 if done else 1


def _read_folder(folder: Path) -> dict[str, bytes]:
    """The plain files of a folder; nothing hidden, no notebooks, no links, none from below it."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".") or path.suffix == ".ipynb"
        if hidden or path.is_symlink() or not path.is_file():
            continue
        found[path.name] = _read(path)
        if len(found) > MOST_FILES or sum(map(len, found.values())) > MOST_BYTES:
            raise Refused(
                Message(
                    "Thư mục {folder} quá lớn: tối đa {files} tệp, {size} MB.",
                    {"folder": folder, "files": MOST_FILES, "size": MOST_BYTES >> 20},
                )
            )
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(
            Message("Không đọc được {path}: {reason}", {"path": path, "reason": error.strerror})
        ) from None
