"""From a course's files to a release: read from a zip or a lab, checked, published.

Files come from people: names, numbers and sizes are bounded before anything is unpacked, and only
into a folder that is thrown away.
"""

from __future__ import annotations

import datetime as dt
import io
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import courses
from graders import Marker
from graders.both_modes import BothModes
from records import Session, audit, releases
from skills_framework.framework import load_framework
from skills_framework.messages import Message, Refused

MOST_FILES, MOST_MB = 300, 50  # of an uploaded course, unpacked
# What Python's zipfile says of a file that is none, or is damaged, or meant to break its reader.
NO_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError),
)


def read_course_archive(content: bytes) -> courses.Course:
    """A course folder from a zip file. Raises `Refused` naming what is wrong with it.

    Nothing is unpacked outside a folder of its own: names that climb out, links, too many files
    or too much when unpacked are refused.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [member for member in archive.infolist() if not member.is_dir()]
        _refuse_unsafe(members)
        files = {member.filename: archive.read(member) for member in members}
    except NO_ZIP:
        raise Refused(
            Message("Tệp không phải là một tệp zip đọc được. Hãy nén thư mục khóa học thành .zip.")
        ) from None
    return load_files(files)


def check(course: courses.Course, marker: Marker) -> list[courses.Problem]:
    """Everything to mend, errors first. Raises `Refused` for an unknown framework."""
    with BothModes(marker) as mark:
        found = courses.check_course(course, load_framework(course.framework), mark)
    return sorted(found, key=lambda problem: problem.severity)


def load_files(files: Mapping[str, bytes]) -> courses.Course:
    """A course from its files by path (`LabDoor.read_course`). Raises `Refused` as it loads, and
    for names that would lead elsewhere: a lab says what its author makes it say."""
    with tempfile.TemporaryDirectory(prefix="motcham-course-") as folder:
        for name, content in files.items():
            if not _stays_below(name):
                raise _bad_name(name)
            target = Path(folder) / name
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            except (OSError, ValueError):  # too long, a file where a folder is needed, no text
                raise _bad_name(name) from None
        return courses.load_course(_course_folder(Path(folder)))


def template_files(slug: str, title: str, frame: str) -> dict[str, bytes]:
    """The files of a new course. Raises `Refused` for a slug that is no plain lower-case name."""
    with tempfile.TemporaryDirectory(prefix="motcham-course-") as folder:
        made = courses.new_course(Path(folder), slug=slug, title=title, frame=frame)
        return {
            path.relative_to(made).as_posix(): path.read_bytes()
            for path in made.rglob("*")
            if path.is_file()
        }


def published_files(session: Session, slug: str) -> dict[str, bytes] | None:
    """The files of a published course as its author had them; None where there is none."""
    release = releases.current_release(session, slug)
    if release is None:
        return None
    files = dict(releases.release_files(session, release.id, "source"))
    files.pop("manifest.json", None)
    shown = releases.release_files(session, release.id, "learner")  # media are kept once, there
    media = {path: shown[path] for path in release.manifest.get("media", {})}
    return {"course.toml": courses.course_file(release.manifest).encode(), **files, **media}


def record_release(
    session: Session, course: courses.Course, *, by: str, at: dt.datetime
) -> tuple[Any, bool]:
    """Publish a checked course; the release in force, and whether it is a new one."""
    before = releases.current_release(session, course.slug)
    stored = releases.publish(session, courses.make_release(course), at=at, by=by)
    if before is not None and before.id == stored.id:
        return stored, False
    audit.append(
        session,
        at=at,
        actor=by,
        action="publish",
        subject=f"course:{course.slug}",
        detail={"number": stored.number, "digest": stored.digest},
    )
    return stored, True


def _refuse_unsafe(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES or sum(m.file_size for m in members) > MOST_MB * 1_000_000:
        raise Refused(
            Message(
                "Khóa học quá lớn: tối đa {files} tệp và {size} MB sau khi giải nén.",
                {"files": MOST_FILES, "size": MOST_MB},
            )
        )
    for member in members:
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        if is_link or not _stays_below(member.filename):
            raise _bad_name(member.filename)


def _stays_below(name: str) -> bool:
    """Whether the path leads to a file below the folder it is put into."""
    path = PurePosixPath(name)
    return bool(path.parts) and not (
        path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name
    )


def _bad_name(name: str) -> Refused:
    return Refused(Message("Tên tệp không hợp lệ: {name}", {"name": name[:200]}))


def _course_folder(folder: Path) -> Path:
    """Where course.toml stands: at the top, or in the one folder that was packed."""
    found = sorted(folder.rglob(courses.course.COURSE_FILE), key=lambda path: len(path.parts))
    return found[0].parent if found else folder
