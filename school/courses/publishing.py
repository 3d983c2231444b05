"""From a course's files to a release: read from a zip or a lab, checked, published.

Files come from people: names, numbers and sizes are bounded before anything is unpacked, and only
into a folder that is thrown away.
"""

from __future__ import annotations

import datetime as dt
import io
import lzma
import re
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import courses
from analytics.certificates.requirements import in_force
from core.manifest import LessonEntry, Manifest
from core.messages import Message, Refused
from graders import Marker
from graders.both_modes import BothModes
from records import Session
from records.courses import releases
from records.programme.requirements import requirements_of
from skills_framework.framework import load_framework

MOST_FILES, MOST_MB = 300, 50  # of an uploaded course, unpacked
ENCRYPTED = 0x1  # a member's flag
# What Python's zipfile says of a file that is none, or is damaged, or meant to break its reader.
NO_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError),
)


# Archives by other programs, by their first bytes; each is sent now and then as "….zip".
OTHER_ARCHIVES = {
    b"Rar!\x1a\x07": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "gzip (.tar.gz)",
    b"BZh": "bzip2 (.tar.bz2)",
    b"\xfd7zXZ\x00": "xz (.tar.xz)",
    b"\x28\xb5\x2f\xfd": "zstd (.tar.zst)",
}
TAR_AT, TAR = 257, b"ustar"
NOT_OURS = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")  # what systems add by themselves


def read_course_archive(content: bytes) -> courses.Course:
    """A course folder from a zip file. Raises `Refused` naming what is wrong with it."""
    return load_files(read_archive(content))


def read_archive(content: bytes) -> dict[str, bytes]:
    """The files of the course folder in a zip file, by their path in it. Raises `Refused`.

    Nothing is unpacked outside a folder of its own: names that climb out, links, too many files
    or too much when unpacked are refused; nothing is read beyond the sizes that were looked at.
    """
    _refuse_other_archives(content)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = _members(archive)
        files = {name: archive.read(member) for name, member in members.items()}
    except NO_ZIP:
        raise Refused(
            Message("Tệp không phải là một tệp zip đọc được. Hãy nén thư mục khóa học thành .zip.")
        ) from None
    top = _refuse_without_course(files)
    return {
        PurePosixPath(name).relative_to(top).as_posix(): held
        for name, held in files.items()
        if PurePosixPath(name).is_relative_to(top)
    }


def check(course: courses.Course, marker: Marker) -> list[courses.Problem]:
    """Everything to mend, errors first. Raises `Refused` for an unknown framework."""
    with BothModes(marker) as mark:
        found = courses.check_course(course, load_framework(course.framework), mark)
    return sorted(found, key=lambda problem: problem.severity)


def check_one(course: courses.Course, slug: str, marker: Marker) -> list[courses.Problem]:
    """The same for one lesson, by itself; what is about the course's other files is in it too."""
    own = tuple(lesson for lesson in course.lessons if lesson.slug == slug)
    return check(replace(course, lessons=own), marker)


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
    media = {medium.path: shown[medium.path] for medium in release.manifest.media}
    card = release.manifest.teaching_card
    beside = {courses.CARD_FILE: courses.card_file(card).encode()} if card else {}
    return {
        "course.toml": courses.course_file(release.manifest).encode(),
        **beside,
        **files,
        **media,
    }


def without_lesson(manifest: Manifest, files: Mapping[str, bytes], lesson: str) -> dict[str, bytes]:
    """The files of a published course without one of its lessons."""
    kept = tuple(one for one in manifest.lessons if one.slug != lesson)
    gone = set(_files_of(manifest.lessons)) - set(_files_of(kept))
    left = {path: content for path, content in files.items() if path not in gone}
    return {**left, "course.toml": courses.course_file(replace(manifest, lessons=kept)).encode()}


def _files_of(lessons: Iterable[LessonEntry]) -> Iterator[str]:
    return (path for one in lessons for path in (one.file, one.file_en) if path)


def is_required(session: Session, slug: str, programme: str, *, at: dt.datetime) -> bool:
    """Whether the programme's certificate asks for the course of those who begin now."""
    return slug in in_force(requirements_of(session, programme), at)


def _refuse_other_archives(content: bytes) -> None:
    kind = next((name for first, name in OTHER_ARCHIVES.items() if content.startswith(first)), "")
    if content[TAR_AT:].startswith(TAR):
        kind = "tar"
    if kind:
        raise Refused(
            Message(
                "Đây là tệp nén kiểu {kind}, không phải zip. Hãy giải nén rồi nén lại thư mục khóa "
                "học thành .zip (trong Windows: bấm chuột phải, Send to, Compressed folder).",
                {"kind": kind},
            )
        )


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of the archive by their path, as every system means it."""
    listed = archive.infolist()
    if len(listed) > 10 * MOST_FILES:
        raise _too_large()
    members = [
        one
        for one in listed
        if not (one.is_dir() or one.filename.endswith("\\"))
        and not set(PurePosixPath(_path_of(one)).parts) & set(NOT_OURS)
    ]
    _refuse_unsafe(members)
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise Refused(Message("Tệp zip có mật khẩu. Hãy nén lại mà không đặt mật khẩu."))
    found: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        name = _path_of(member)
        if name in found:
            raise Refused(Message("Tệp zip có hai tệp cùng tên: {name}", {"name": name[:200]}))
        found[name] = member
    return found


def _path_of(member: zipfile.ZipInfo) -> str:
    """Some programs of Windows write backslashes, those of macOS decomposed letters."""
    return unicodedata.normalize("NFC", member.filename.replace("\\", "/"))


def _refuse_without_course(files: Mapping[str, bytes]) -> PurePosixPath:
    """Where the one course is that there must be: at the top, in a folder, or deeper still."""
    found = [path for path in map(PurePosixPath, files) if path.name == courses.course.COURSE_FILE]
    if not found:
        raise Refused(
            Message(
                "Trong tệp zip không có course.toml. Hãy nén cả thư mục khóa học: thư mục có "
                "course.toml và lessons/ (đang thấy: {names}).",
                {"names": ", ".join(sorted(files)[:3]) or "–"},
            )
        )
    depth = min(len(path.parts) for path in found)
    top = sorted(str(path.parent) for path in found if len(path.parts) == depth)
    if len(top) > 1:
        raise Refused(
            Message(
                "Tệp zip có nhiều khóa học ({names}). Hãy nén riêng từng khóa.",
                {"names": ", ".join(top[:5])},
            )
        )
    return PurePosixPath(top[0])


def _too_large() -> Refused:
    return Refused(
        Message(
            "Khóa học quá lớn: tối đa {files} tệp và {size} MB sau khi giải nén.",
            {"files": MOST_FILES, "size": MOST_MB},
        )
    )


def _refuse_unsafe(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES or sum(m.file_size for m in members) > MOST_MB * 1_000_000:
        raise _too_large()
    for member in members:
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        if is_link or not _stays_below(_path_of(member)):
            raise _bad_name(member.filename)


def _stays_below(name: str) -> bool:
    """Whether the path leads to a file below the folder it is put into."""
    path = PurePosixPath(name)
    return bool(path.parts) and not (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or "\0" in name
        or re.match("[A-Za-z]:", name)  # a drive of Windows
    )


def _bad_name(name: str) -> Refused:
    return Refused(Message("Tên tệp không hợp lệ: {name}", {"name": name[:200]}))


def _course_folder(folder: Path) -> Path:
    """Where course.toml stands: at the top, or in the one folder that was packed."""
    found = sorted(folder.rglob(courses.course.COURSE_FILE), key=lambda path: len(path.parts))
    return found[0].parent if found else folder
