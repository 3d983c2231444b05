"""From a file as people save it to rows of text with known columns."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from hub.translate import plain
from records import people
from skills_framework.messages import Message, Refused

LARGEST_FILE_MB = 10
LARGEST_UNPACKED_MB = 100
MOST_ROWS = 50_000
MOST_COLUMNS = 60

# Each column: its name in the template, whether it must be there, and other heads people use.
COLUMNS: dict[str, tuple[str, bool, tuple[str, ...]]] = {
    "code": ("Mã cán bộ", True, ("ma", "ma cong chuc", "ma cbcc", "ma nhan su")),
    "full_name": ("Họ tên", True, ("ho va ten", "ho ten day du", "ten")),
    "position": ("Chức vụ", False, ("chuc danh", "vi tri")),
    "group": ("Nhóm đối tượng", True, ("nhom", "doi tuong")),
    "kind": ("Loại đơn vị", False, ("loai", "cap don vi")),
    "vintage": ("Danh mục", False, ("danh muc tinh", "nam danh muc", "phien ban")),
    "unit": ("Mã đơn vị", True, ("ma tinh", "don vi", "ma co quan")),
    "email": ("Email", False, ("thu dien tu", "e-mail", "mail")),
    "username": ("Tài khoản", False, ("ten dang nhap", "username")),
}


@dataclass(frozen=True)
class Row:
    """A row of the file: its line (1 is the head) and the text of each known column."""

    line: int
    cells: Mapping[str, str]


def read_table(name: str, content: bytes) -> list[Row]:
    """The rows of an xlsx or CSV file; raises `Refused` for a file that cannot be used at all."""
    if len(content) > LARGEST_FILE_MB * 1_000_000:
        raise Refused(Message("Tệp lớn hơn {n} MB", {"n": LARGEST_FILE_MB}))
    if not content.strip():
        raise Refused(Message("Tệp rỗng"))
    if content.startswith(b"PK"):
        lines = _read_xlsx(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(Message("Đây là tệp Excel đời cũ (.xls). Hãy lưu lại thành .xlsx"))
    else:
        lines = _read_csv(content)
    return _name_columns(lines)


def _read_xlsx(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > LARGEST_UNPACKED_MB * 1_000_000:
            raise Refused(
                Message("Tệp xlsx khi giải nén lớn hơn {n} MB", {"n": LARGEST_UNPACKED_MB})
            )
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Refused(Message("Không đọc được tệp xlsx này: tệp hỏng hoặc có mật khẩu")) from error
    try:
        sheet = book.worksheets[0]
        found = []
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            _bound(number)
            found.append((number, [_cell_text(cell) for cell in row]))
        return found
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise Refused(Message("Không đọc được tệp xlsx này: tệp hỏng hoặc có mật khẩu")) from error
    finally:
        book.close()


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if getattr(cell, "data_type", "") == "f":
        return f"={str(value).lstrip('=')}"  # refused by `check_rows`, with its place
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%d/%m/%Y")
    return str(value)


def _read_csv(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            Message("Tệp không phải UTF-8. Trong Excel hãy chọn lưu kiểu “CSV UTF-8” hoặc .xlsx")
        ) from error
    if "\0" in text:
        raise Refused(Message("Đây không phải tệp xlsx hay CSV"))
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    found: list[tuple[int, list[str]]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for row in reader:
            _bound(len(found))
            found.append((reader.line_num, row[:MOST_COLUMNS]))
    except csv.Error as error:
        raise Refused(
            Message(
                "CSV sai dạng ở dòng {line}: {reason}",
                {"line": reader.line_num, "reason": str(error)},
            )
        ) from error
    return found


def _bound(number: int) -> None:
    if number > MOST_ROWS + 1:
        raise Refused(Message("Tệp có hơn {n} dòng. Hãy chia nhỏ", {"n": MOST_ROWS}))


def _name_columns(lines: Sequence[tuple[int, list[str]]]) -> list[Row]:
    """Find the head (first line with text) and name the cells below it; empty rows fall away."""
    filled = [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]
    if not filled:
        raise Refused(Message("Tệp rỗng"))
    known = {
        spelled: key
        for key, (title, _must, others) in COLUMNS.items()
        for spelled in (plain(title), *others)
    }
    _line, heads = filled[0]
    columns: dict[int, str] = {}
    for position, head in enumerate(heads):
        key = known.get(plain(people.clean(head)).rstrip(" *:"))
        if key in columns.values():
            raise Refused(Message("Cột “{column}” có hai lần", {"column": head.strip()}))
        if key is not None:
            columns[position] = key
    missing = [
        title for key, (title, must, _) in COLUMNS.items() if must and key not in columns.values()
    ]
    if missing:
        raise Refused(
            Message(
                "Thiếu cột: {columns}. Dòng đầu phải là tên cột như trong tệp mẫu",
                {"columns": ", ".join(missing)},
            )
        )
    return [
        Row(line, {key: cells[at] if at < len(cells) else "" for at, key in columns.items()})
        for line, cells in filled[1:]
    ]
