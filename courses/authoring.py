"""For authors: begin a course from the template, and see it as a learner would.

The only module here that writes, and only into the folder it is given.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from core.manifest import Manifest
from core.messages import Message, Refused
from courses.course import COURSE_FILE, Course
from courses.english.catalogue import SUFFIX, read_english, untranslated, updated
from courses.english.texts import texts_of
from courses.keys import LONGEST_SLUG, SLUG
from courses.manifest import media_of
from courses.release import lesson_for, make_release

TEMPLATE = Path(__file__).parent / "template"


def new_course(folder: Path, *, slug: str, title: str, frame: str = "4.1") -> Path:
    """Begin a course in ``folder/<slug>``: one lesson with every kind of form and a code exercise.

    It passes its own check as it stands. Gives back the new folder. Raises Refused for a slug
    that is no plain lower-case name, or where the folder already exists.
    """
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise Refused(
            Message(
                "mã khóa học “{slug}” chỉ gồm chữ thường không dấu, số, gạch nối", {"slug": slug}
            )
        )
    made = folder / slug
    if made.exists():
        raise Refused(Message("thư mục {folder} đã có", {"folder": str(made)}))
    shutil.copytree(TEMPLATE, made)
    text = (made / COURSE_FILE).read_text(encoding="utf-8")
    for key, value in (("slug", slug), ("title", title), ("title_en", title), ("frame", frame)):
        text = re.sub(rf'^{key} = ".*"$', _line(key, value), text, count=1, flags=re.M)
    (made / COURSE_FILE).write_text(text, encoding="utf-8")
    return made


def course_file(manifest: Manifest) -> str:
    """``course.toml`` of a published course, as its author would write it: to mend the course."""
    lines = [
        _toml("slug", manifest.course),
        _toml("title", manifest.title),
        _toml("title_en", manifest.title_en),
        _toml("programme", manifest.programme),
        _toml("frame", manifest.frame),
        _toml("summary", manifest.summary),
        _toml("summary_en", manifest.summary_en),
        _toml("framework", manifest.framework),
        _toml("pass_share", manifest.pass_share),
        *([_toml("open_reading", True)] if manifest.open_reading else []),
        *([_toml("licence", manifest.licence)] if manifest.licence else []),
        *([_toml("contributor", manifest.contributor)] if manifest.contributor else []),
    ]
    for lesson in manifest.lessons:
        lines += [
            *("", "[[lesson]]"),
            _toml("slug", lesson.slug),
            _toml("title", lesson.title),
            _toml("title_en", lesson.title_en),
            _toml("file", lesson.file),
            _toml("theory_minutes", lesson.theory_minutes),
            *([_toml("file_en", lesson.file_en)] if lesson.file_en else []),
            *([_toml("exam", True)] if lesson.exam else []),
            *([_toml("covers", list(lesson.covers))] if lesson.covers else []),
        ]
    return "\n".join(lines) + "\n"


def _toml(key: str, value: str | float | bool | list[str]) -> str:
    # JSON's strings, numbers, booleans and lists of them are TOML's.
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def preview(course: Course, folder: Path, *, seed: int = 0) -> list[Path]:
    """Write what a learner with ``seed`` receives into ``folder``; gives back the files written.

    Existing files of the same names are replaced, others stay.
    """
    release = make_release(course)
    written: list[Path] = []
    for lesson in course.lessons:
        own, files = lesson_for(release.source_files[lesson.file], seed)
        for path, content in {lesson.file: own, **_beside(lesson.file, files)}.items():
            written.append(_written(folder / path, content))
    return [*written, *(_written(folder / p, content) for p, content in media_of(course).items())]


def write_english(course: Course, folder: Path) -> dict[Path, tuple[int, int]]:
    """Bring the file of each lesson's English in ``folder`` up to its notebook, or begin it; what
    is translated stays. Gives back how many texts each has, and how many still lack English.

    The file lies beside the notebook and ends in ``.en.po``; ``file_en`` of the lesson is the
    author's to write. Raises Refused for a file that is none.
    """
    written: dict[Path, tuple[int, int]] = {}
    for lesson in course.lessons:
        path = folder / (lesson.file_en or str(Path(lesson.file).with_suffix(SUFFIX)))
        texts = texts_of(lesson.source)
        content = updated(path.read_bytes() if path.is_file() else None, texts)
        path.write_bytes(content)
        written[path] = len(texts), len(list(untranslated(read_english(content), texts)))
    return written


def _written(target: Path, content: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


def _beside(lesson_file: str, files: dict[str, bytes]) -> dict[str, bytes]:
    parent = Path(lesson_file).parent
    return {(parent / name).as_posix(): content for name, content in files.items()}


def _line(key: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    # A replacement text of re.sub reads backslashes once more.
    return f'{key} = "{quoted}"'.replace("\\", "\\\\")
