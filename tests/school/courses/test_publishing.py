"""Zips as every system writes them, and what is wrong with the others, by name."""

from __future__ import annotations

import io
import struct
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest

from core.messages import Refused
from school.courses.publishing import MOST_FILES, MOST_MB, read_course_archive

ZIPS = Path(__file__).parent / "zips"
TEMPLATE = Path(__file__).parents[3] / "courses" / "template"
FILES = {p.relative_to(TEMPLATE).as_posix(): p for p in TEMPLATE.rglob("*") if p.is_file()}


def zipped(*prefixes: str, change=lambda name: name, **more: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for prefix in prefixes:
            for name, path in FILES.items():
                archive.writestr(change(prefix + name), path.read_bytes())
        for name, data in more.items():
            archive.writestr(name, data)
    return content.getvalue()


@pytest.mark.parametrize(
    "name", ["course-toml-co-bom.zip", "dau-gach-nguoc.zip", "ten-co-dau-nfd-nhu-macos.zip"]
)
def test_zips_of_every_system_are_read(name: str) -> None:
    course = read_course_archive((ZIPS / name).read_bytes())
    assert course.slug == "khoa-mau"
    assert [lesson.slug for lesson in course.lessons] == ["bai-mau"]


@pytest.mark.parametrize("prefix", ["", "khoa/", "tai-ve/khoa/", "a/b/c/khoa/"])
def test_the_course_may_lie_in_folders(prefix: str) -> None:
    assert read_course_archive(zipped(prefix)).slug == "khoa-mau"


def test_what_systems_add_by_themselves_is_left_aside() -> None:
    added = {
        "__MACOSX/khoa/._course.toml": b"\0",
        "khoa/.DS_Store": b"\0\1",
        "khoa/Thumbs.db": b"x",
    }
    assert read_course_archive(zipped("khoa/", **added)).slug == "khoa-mau"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((ZIPS / "rar-doi-ten.zip").read_bytes(), "kiểu RAR"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 50, "kiểu 7z"),
        (b"\x1f\x8b\x08" + b"\0" * 50, "gzip"),
        (b"BZh9" + b"\0" * 50, "bzip2"),
        (b"\xfd7zXZ\0" + b"\0" * 50, "kiểu xz"),
        ((ZIPS / "khong-co-khoa-hoc.zip").read_bytes(), "không có course.toml"),
        (zipped(), "không có course.toml"),
        (zipped("mot/", "hai/"), "nhiều khóa học"),
        (zipped("..\\..\\"), "Tên tệp không hợp lệ"),
        (zipped("C:\\khoa\\"), "Tên tệp không hợp lệ"),
        (zipped("\\\\may\\khoa\\"), "Tên tệp không hợp lệ"),
        (b"", "không phải là một tệp zip"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_mend(content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_course_archive(content)


def test_a_tar_is_named() -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.add(TEMPLATE, "khoa")
    with pytest.raises(Refused, match="kiểu tar"):
        read_course_archive(content.getvalue())


def test_two_names_that_are_one_on_disk_are_refused() -> None:
    same = {"khoa/ấ.txt": b"1", unicodedata.normalize("NFD", "khoa/ấ.txt"): b"2"}
    with pytest.raises(Refused, match="cùng tên"):
        read_course_archive(zipped("khoa/", **same))


def test_a_locked_zip_is_named() -> None:
    content = bytearray(zipped("khoa/"))
    at = content.find(b"PK\x01\x02")
    while at >= 0:  # the flag "encrypted" of each member, in the central directory
        flags = struct.unpack_from("<H", content, at + 8)[0]
        struct.pack_into("<H", content, at + 8, flags | 1)
        at = content.find(b"PK\x01\x02", at + 4)
    with pytest.raises(Refused, match="mật khẩu"):
        read_course_archive(bytes(content))


def test_bombs_are_told_by_their_sizes_and_never_unpacked() -> None:
    large = zipped("khoa/", **{"khoa/a.bin": b"\0" * (MOST_MB * 1_000_000 + 1)})
    assert len(large) < 1_000_000
    many = zipped("khoa/", **{f"khoa/{n}": b"" for n in range(MOST_FILES)})
    folders = zipped("khoa/", **{f"khoa/{n}/": b"" for n in range(10 * MOST_FILES)})
    for content in (large, many, folders):
        with pytest.raises(Refused, match="quá lớn"):
            read_course_archive(content)


def test_a_member_that_says_less_than_it_holds_is_not_read_beyond_it() -> None:
    content = bytearray(zipped("khoa/", **{"khoa/z.bin": b"\0" * 10_000_000}))
    at = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 10)  # its size when unpacked, they say
    with pytest.raises(Refused, match="không phải là một tệp zip đọc được"):
        read_course_archive(bytes(content))
