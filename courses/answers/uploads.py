"""A learner's file, looked into when it is chosen: is it what its name says, and can it be read?

`look_into` refuses what a marker could not open, in words that say how to mend it, and gives back
what was found. Nothing is parsed: a workbook is a zip archive whose parts are unpacked piece by
piece up to a bound, and rows are counted by their tags.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.messages import Message, Refused
from courses.answers.notation import LARGEST_FILE

MOST_UNPACKED = 60 * 1024 * 1024  # bytes of all parts of one document
MOST_PARTS = 2000
PIECE = 64 * 1024
KILO = 1024
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "EncryptedPackage".encode("utf-16-le")
PART_OF = {
    ".xlsx": "xl/workbook.xml",
    ".docx": "word/document.xml",
    ".pptx": "ppt/presentation.xml",
}
PROGRAM_OF = {".xlsx": "Excel", ".docx": "Word", ".pptx": "PowerPoint"}
BEGINS = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".zip": (b"PK\x03\x04",),
}
TEXTS = (".csv", ".txt", ".tsv", ".md", ".json", ".py", ".ipynb")
UNFINISHED = (".download", ".crdownload", ".part", ".partial", ".tmp", ".opdownload")
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
ROW_OR_VALUE = re.compile(rb"<(?:\w{1,20}:)?(row|v|is|f)[\s/>]")
NO_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


@dataclass(frozen=True)
class Seen:
    """What a good file holds. ``sheets`` and ``rows`` are 0 where it has none to count."""

    name: str
    size: int
    sheets: int = 0
    rows: int = 0

    @property
    def message(self) -> Message:
        facts = {"name": self.name, "size": said_size(self.size)}
        if self.sheets:
            return Message(
                "{name} · {size} · {sheets} trang tính, {rows} dòng có dữ liệu",
                {**facts, "sheets": self.sheets, "rows": self.rows},
            )
        if self.rows:
            return Message("{name} · {size} · {rows} dòng", {**facts, "rows": self.rows})
        return Message("{name} · {size}", facts)


def said_size(size: int) -> Message:
    if size < KILO:
        return Message("{size} byte", {"size": size})
    if size < KILO * KILO:
        return Message("{size} KB", {"size": round(size / KILO)})
    return Message("{size} MB", {"size": round(size / KILO / KILO, 1)})


def look_into(name: str, content: bytes, accept: Sequence[str] = ()) -> Seen:
    """What the file holds; raises Refused where it could not be opened when marked."""
    name = PurePosixPath(name.replace("\\", "/")).name
    suffix = PurePosixPath(name).suffix.lower()
    _check_name(name, suffix, content, accept)
    if not content:
        raise Refused(
            Message("Tệp “{name}” rỗng (0 byte): hãy mở, lưu lại rồi chọn lại.", {"name": name})
        )
    if len(content) > LARGEST_FILE:
        raise Refused(
            Message(
                "Tệp lớn hơn {most} MB ({size}) nên không gửi được: hãy bỏ bớt hình và các trang "
                "không cần rồi chọn lại.",
                {"most": LARGEST_FILE // KILO // KILO, "size": said_size(len(content))},
            )
        )
    if suffix in PART_OF:
        return _office(name, suffix, content)
    if suffix in BEGINS and not content.startswith(BEGINS[suffix]):
        raise _not_what_it_says(name, suffix)
    if suffix in TEXTS:
        return Seen(name, len(content), rows=_lines(name, content))
    return Seen(name, len(content))


def _check_name(name: str, suffix: str, content: bytes, accept: Sequence[str]) -> None:
    if name.startswith(("~$", ".~lock.")):
        raise Refused(
            Message(
                "“{name}” là tệp tạm do Word hoặc Excel tạo khi tài liệu đang mở. Hãy đóng tài "
                "liệu rồi chọn tệp cùng tên không có “~$” ở đầu.",
                {"name": name},
            )
        )
    if suffix in UNFINISHED:
        raise Refused(
            Message(
                "Tệp “{name}” chưa tải về xong: hãy đợi tải xong, hoặc tải lại, rồi chọn tệp "
                "không có đuôi “{suffix}”.",
                {"name": name, "suffix": suffix},
            )
        )
    wanted = [one.lower() for one in accept]
    if not wanted or suffix in wanted:
        return
    listed = ", ".join(wanted)
    if not suffix:
        raise Refused(
            Message(
                "Tên tệp “{name}” không có đuôi. Hãy đổi tên cho có đuôi đúng loại, ô này nhận: "
                "{accept}.",
                {"name": name, "accept": listed},
            )
        )
    if suffix in (".xls", ".doc", ".ppt"):
        raise _old_format(name, f"{suffix}x")
    raise Refused(
        Message(
            "Ô này nhận tệp {accept}, không nhận “{suffix}”. Hãy lưu tài liệu theo loại ấy (Lưu "
            "thành…) rồi chọn lại.",
            {"accept": listed, "suffix": suffix},
        )
    )


def _office(name: str, suffix: str, content: bytes) -> Seen:
    if content.startswith(OLD_OFFICE):
        if LOCKED in content:
            raise Refused(
                Message(
                    "Tệp “{name}” có mật khẩu mở nên không đọc được. Hãy bỏ mật khẩu (Tệp → Thông "
                    "tin → Bảo vệ → Mã hóa bằng mật khẩu, xóa trống), lưu rồi chọn lại.",
                    {"name": name},
                )
            )
        raise _old_format(name, suffix)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(name, suffix, archive, len(content))
    except RuntimeError:  # a part of the archive asks for a password
        raise _damaged(name) from None
    except NO_ZIP:
        damaged = content.startswith(b"PK")
        raise (_damaged(name) if damaged else _not_what_it_says(name, suffix)) from None


def _unpacked(name: str, suffix: str, archive: zipfile.ZipFile, size: int) -> Seen:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _too_much(name)
    if PART_OF[suffix] not in {part.filename for part in parts}:
        raise _not_what_it_says(name, suffix)
    left, sheets, rows = MOST_UNPACKED, 0, 0
    for part in parts:
        tags = _Rows()
        for piece in _pieces(archive, part):
            left -= len(piece)
            if left < 0:  # its directory lied
                raise _too_much(name)
            tags.feed(piece)
        if suffix == ".xlsx" and SHEET.fullmatch(part.filename):
            sheets, rows = sheets + 1, rows + tags.filled
    if suffix == ".xlsx" and not rows:
        raise Refused(
            Message("Tệp “{name}” không có ô nào có dữ liệu: hãy xem lại tệp.", {"name": name})
        )
    return Seen(name, size, sheets, rows)


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as unpacked:
        while piece := unpacked.read(PIECE):
            yield piece


class _Rows:
    """Counts rows of a sheet that hold a value, from pieces of its text."""

    def __init__(self) -> None:
        self.filled = 0
        self._rest = b""
        self._open = False

    def feed(self, piece: bytes) -> None:
        text = self._rest + piece
        end = 0
        for tag in ROW_OR_VALUE.finditer(text):
            end = tag.end()
            if tag[1] == b"row":
                self._open = True
            elif self._open:
                self.filled += 1
                self._open = False
        self._rest = text[max(end, len(text) - 32) :]  # a tag may lie across two pieces


def _lines(name: str, content: bytes) -> int:
    if content.startswith((b"PK\x03\x04", OLD_OFFICE)) or (
        b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        raise _not_what_it_says(name, PurePosixPath(name).suffix.lower())
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if wide else "utf-8", "replace")
    filled = sum(1 for line in text.splitlines() if line.strip("\ufeff \t,;"))
    if not filled:
        raise Refused(Message("Tệp “{name}” chỉ có dòng trống: hãy xem lại tệp.", {"name": name}))
    return filled


def _old_format(name: str, suffix: str) -> Refused:
    return Refused(
        Message(
            "“{name}” là tệp {program} kiểu cũ. Hãy mở bằng {program}, chọn Lưu thành và loại "
            "“{suffix}”, rồi chọn tệp mới; đổi đuôi trong tên là chưa đủ.",
            {"name": name, "program": PROGRAM_OF[suffix], "suffix": suffix},
        )
    )


def _not_what_it_says(name: str, suffix: str) -> Refused:
    return Refused(
        Message(
            "Bên trong “{name}” không phải là tệp “{suffix}”; có lẽ tên đã được đổi đuôi. Hãy mở "
            "bằng đúng phần mềm, chọn Lưu thành loại “{suffix}”, rồi chọn lại.",
            {"name": name, "suffix": suffix},
        )
    )


def _damaged(name: str) -> Refused:
    return Refused(
        Message(
            "Tệp “{name}” bị hỏng hoặc chưa chép xong. Hãy mở thử trên máy, lưu lại rồi chọn lại.",
            {"name": name},
        )
    )


def _too_much(name: str) -> Refused:
    return Refused(
        Message(
            "Tệp “{name}” khi mở ra quá lớn nên không nhận. Hãy chép phần cần nộp sang một tệp "
            "mới.",
            {"name": name},
        )
    )
