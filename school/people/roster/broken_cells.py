"""Cells that do not say what their author meant: spoiled by a sheet, an encoding, a keyboard."""

from __future__ import annotations

import re
import unicodedata

from core.messages import Message
from school.people.roster.columns import COLUMNS
from school.people.roster.old_encodings import SPOILED
from school.people.sheets.cells import Kind
from school.people.sheets.number_formats import has_lost_figures

LONGEST_CELL = 200
CODES = ("code", "unit", "vintage", "username")  # columns in which a number is a name
_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)|Err:\d{3}")
_LOST_LETTERS = re.compile(r"\w\?+\w|\w\?{2,}|\?{2,}\w|\b\?\w")

Trouble = tuple[Message, Message]


def trouble_of(key: str, text: str, kind: Kind) -> Trouble | None:
    """Why the ``text`` of column ``key`` cannot be taken, and the mend; None where it can."""
    return (
        _of_kind(key, text, kind)
        or _of_text(text)
        or ((Message("Thiếu"), Message("Điền ô này")) if not text and COLUMNS[key].must else None)
    )


def _of_kind(key: str, text: str, kind: Kind) -> Trouble | None:
    if kind == "error" or _ERROR.fullmatch(text):
        return (
            Message("Ô báo lỗi của bảng tính"),
            Message("Sửa công thức (thường là VLOOKUP không tìm thấy), rồi dán lại dạng giá trị"),
        )
    if kind == "formula" or text.startswith(("=", "@", "+")) or re.match(r"-.", text):
        return Message("Ô chứa công thức"), Message("Dán lại dưới dạng giá trị (Paste values)")
    if key in CODES and kind == "date":
        return (
            Message("Excel đã đổi ô này thành ngày tháng"),
            Message("Định dạng cột là Văn bản (Text) rồi gõ lại mã"),
        )
    if key in CODES and (kind == "truth" or (kind == "number" and has_lost_figures(text))):
        return (
            Message("Excel đã đổi mã này thành số nên mất chữ số"),
            Message("Định dạng cột là Văn bản (Text) rồi gõ lại mã"),
        )
    if key in ("full_name", "group") and kind in ("number", "date", "truth"):
        return (
            Message("Đây là số hoặc ngày tháng, không phải chữ"),
            Message("Kiểm tra xem cột có bị lệch không"),
        )
    return None


def _of_text(text: str) -> Trouble | None:
    if len(text) > LONGEST_CELL:
        return Message("Dài quá {n} ký tự", {"n": LONGEST_CELL}), Message("Rút gọn lại")
    if SPOILED.search(text):
        return (
            Message("Chữ bị hỏng do sai bảng mã"),
            Message("Lưu lại tệp kiểu UTF-8 rồi nhập lại"),
        )
    if _LOST_LETTERS.search(text):
        return (
            Message("Chữ có dấu đã bị thay bằng dấu hỏi"),
            Message("Lấy lại từ tệp gốc và lưu thành .xlsx hoặc CSV UTF-8; ở tệp này chữ đã mất"),
        )
    if text.isascii() and text.isprintable():
        return None  # most cells, and nothing below is about them
    if any(_unseen(before, char) for before, char in zip(" " + text, text, strict=False)):
        return (
            Message("Có dấu rời hoặc ký tự ẩn không ghép được vào chữ"),
            Message("Gõ lại ô này bằng bộ gõ Unicode"),
        )
    return None


def _unseen(before: str, char: str) -> bool:
    """Characters that nobody sees; and marks, but for the breve on ơ, ư, ê of Ê Đê and Gia Rai."""
    category = unicodedata.category(char)
    if category == "Mn":
        return not (char == "\u0306" and before.lower() in "aeêioôơuưy")
    return category in ("Cc", "Cf", "Co", "Cs")
