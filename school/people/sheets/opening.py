"""Which kind of file this is, whatever it is called; each that cannot be read is named with its
mend."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from xml.parsers.expat import ExpatError

from core.messages import Message, Refused
from school.people.sheets import ods, xml2003
from school.people.sheets.cells import Book
from school.people.sheets.delimited import read_delimited
from school.people.sheets.xlsx import read_xlsx

LARGEST_FILE_MB = 10
LARGEST_UNPACKED_MB = 100
MOST_PARTS = 2_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_BROKEN = Message("Không đọc được tệp này: tệp hỏng. Hãy mở bằng Excel rồi lưu lại thành .xlsx")


Opener = Callable[[bytes], Book]


def open_book(
    content: bytes, knows: Callable[[str], bool], *, opener: Opener | None = None
) -> Book:
    """What the file says. ``knows``: whether a text names a column of the list that is sought.
    ``opener``: what takes sheets apart in place of `open_sheets`, behind walls say.

    Raises `Refused` with the kind of file and what to do, for one that cannot be read.
    """
    if len(content) > LARGEST_FILE_MB * 1_000_000:
        raise Refused(Message("Tệp lớn hơn {n} MB", {"n": LARGEST_FILE_MB}))
    if not content.strip():
        raise Refused(Message("Tệp rỗng"))
    if content.startswith(_OLD_OFFICE):
        raise Refused(_old_office(content))
    if content.startswith(b"%PDF"):
        raise Refused(Message("Đây là tệp PDF. Hãy gửi tệp Excel hoặc CSV mà nó được in ra"))
    if content.startswith(b"PK") or xml2003.MARK in content[:4_000]:
        return (opener or open_sheets)(content)
    if content.lstrip()[:1] == b"<":
        raise Refused(
            Message(
                "Đây là trang web (HTML) mang tên tệp Excel. Hãy mở bằng Excel rồi lưu lại thành "
                ".xlsx"
            )
        )
    return read_delimited(content, knows)


def open_sheets(content: bytes) -> Book:
    """A file of sheets taken apart: work that its size says nothing of."""
    if content.startswith(b"PK"):
        return _open_archive(content)
    return _whole(lambda: xml2003.read_xml2003(content))


def _open_archive(content: bytes) -> Book:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refused(_BROKEN) from error
    with archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > LARGEST_UNPACKED_MB * 1_000_000 or len(entries) > MOST_PARTS:
            raise Refused(Message("Tệp khi giải nén lớn hơn {n} MB", {"n": LARGEST_UNPACKED_MB}))
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused(Message("Tệp nén này có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại"))
        names = {entry.filename.lower() for entry in entries}
        if "xl/workbook.xml" in names:
            return _whole(lambda: read_xlsx(archive))
        if "mimetype" in names and _mimetype(archive) == ods.TYPE:
            return _whole(lambda: ods.read_ods(archive))
        raise Refused(_other_archive([entry.filename for entry in entries]))


def _mimetype(archive: zipfile.ZipFile) -> bytes:
    try:
        with archive.open("mimetype") as part:
            return part.read(200).strip()
    except (KeyError, zipfile.BadZipFile, OSError):
        return b""


def _other_archive(names: list[str]) -> Message:
    lower = [name.lower() for name in names]
    if "xl/workbook.bin" in lower:
        return Message("Đây là tệp Excel nhị phân (.xlsb). Hãy lưu lại thành .xlsx")
    if any(name.startswith("word/") for name in lower):
        return Message("Đây là tệp Word. Hãy chép bảng sang Excel rồi lưu thành .xlsx")
    inside = [
        name for name in names if name.lower().endswith((".xlsx", ".xls", ".ods", ".csv", ".txt"))
    ]
    if inside:
        return Message(
            "Đây là tệp nén (zip). Hãy giải nén rồi gửi tệp “{name}” ở bên trong",
            {"name": inside[0].rpartition("/")[2][:80]},
        )
    return Message("Đây là tệp nén (zip), không phải danh sách. Hãy gửi tệp .xlsx hoặc CSV")


def _old_office(content: bytes) -> Message:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Message(
            "Tệp có mật khẩu. Hãy mở bằng Excel, vào Tệp → Thông tin → Bảo vệ, xóa mật khẩu rồi "
            "lưu lại"
        )
    if "WordDocument".encode("utf-16-le") in content:
        return Message("Đây là tệp Word. Hãy chép bảng sang Excel rồi lưu thành .xlsx")
    return Message("Đây là tệp Excel đời cũ (.xls). Hãy lưu lại thành .xlsx")


def _whole(read: Callable[[], Book]) -> Book:
    try:
        return read()
    except (
        *(ExpatError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError),
        *(KeyError, ValueError, IndexError, OSError, EOFError),
    ) as error:
        raise Refused(_BROKEN) from error
