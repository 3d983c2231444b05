"""A course as one file: packed to be carried elsewhere, and unpacked from who knows where.

The file is a zip of the course folder as its author has it, with ``motcham.json`` beside
``course.toml``: what the course is, who made it, under which licence, and the digest of every file.
What stands there is checked against the files, so that a file that changed on the way is told.
Pure; bounds and refusals of hostile archives are `school.courses.publishing.read_archive`'s.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import courses
from core.messages import Message, Refused
from school.courses import publishing

ABOUT, FORMAT, VERSION = "motcham.json", "motcham-course", 1
LONGEST_ABOUT = 1_000_000  # bytes
NAMED = 5  # files of one complaint
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same course is the same file, whenever it was packed


@dataclass(frozen=True)
class Package:
    """A course that was unpacked. ``signed``: it said which files it should have, and has them."""

    course: courses.Course
    files: Mapping[str, bytes]
    signed: bool


def pack(course: courses.Course, files: Mapping[str, bytes], *, number: int | None = None) -> bytes:
    """The course's files in one; ``number``: of the release that they are."""
    about = {
        "format": FORMAT,
        "version": VERSION,
        "course": course.slug,
        "title": course.title,
        "programme": course.programme,
        "licence": course.licence,
        "contributor": course.contributor,
        **({"release": number} if number is not None else {}),
        "files": {path: _digest(files[path]) for path in sorted(files)},
    }
    whole = {ABOUT: json.dumps(about, ensure_ascii=False, indent=1).encode(), **files}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(whole):
            member = zipfile.ZipInfo(f"{course.slug}/{path}", EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, whole[path])
    return content.getvalue()


def unpack(content: bytes) -> Package:
    """The course in a file that somebody sent. `Refused` for what is no course, is hostile, or is
    not what it says it is. A plain folder without ``motcham.json`` is taken too."""
    files = publishing.read_archive(content)
    about = files.pop(ABOUT, None)
    if about is not None:
        _check(_read(about), files)
    return Package(publishing.load_files(files), files, about is not None)


def _read(content: bytes) -> Mapping[str, Any]:
    broken = Refused(Message("{file} trong tệp không đọc được.", {"file": ABOUT}))
    if len(content) > LONGEST_ABOUT:
        raise broken
    try:
        about = json.loads(content)
    except (ValueError, RecursionError):
        raise broken from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise broken
    version = about.get("version")
    if version != VERSION:
        raise Refused(
            Message(
                "Tệp khóa học viết theo bản {version}; hệ thống này đọc bản {known}. Hãy nâng cấp "
                "hệ thống, hoặc xuất lại từ nơi gửi.",
                {"version": str(version)[:20], "known": VERSION},
            )
        )
    return about


def _check(about: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    listed = about.get("files")
    listed = listed if isinstance(listed, dict) else {}
    extra = sorted(files.keys() - listed.keys())
    changed = sorted(
        path for path in files if path in listed and listed[path] != _digest(files[path])
    )
    missing = sorted(map(str, listed.keys() - files.keys()))
    faults = [
        *([Message("thiếu tệp: {names}", _named(missing))] if missing else []),
        *([Message("thừa tệp: {names}", _named(extra))] if extra else []),
        *([Message("tệp đã đổi: {names}", _named(changed))] if changed else []),
    ]
    if faults:
        raise Refused(
            Message(
                "Tệp khóa học không còn như lúc xuất ra. Hãy lấy lại từ nơi gửi, hoặc bỏ {file} "
                "nếu anh/chị cố ý sửa.",
                {"file": ABOUT},
            ),
            *faults,
        )


def _named(names: list[str]) -> dict[str, str]:
    return {"names": ", ".join(names[:NAMED])[:300]}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
