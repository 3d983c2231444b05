"""Text with separators, as programs save it: which encoding, which separator, which line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from core.messages import Message, Refused
from school.people.sheets.cells import LONGEST_TEXT, Book, Cell, Rows, Sheet

_LOOKED_AT = 30  # lines that tell the separator
_SEPARATORS = (";", ",", "\t", "|")


def read_delimited(content: bytes, knows: Callable[[str], bool]) -> Book:
    """One sheet. ``knows`` says of a text whether it names a column: that tells the separator.

    Raises `Refused` for what is no such text.
    """
    text = _decode(content)
    if "\0" in text:
        raise Refused(Message("Đây không phải tệp xlsx hay CSV"))
    announced, text, skipped = _announced_separator(text)
    rows = Rows()
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=announced or _separator(text, knows),
        strict=True,
    )
    begins = 1 + skipped
    try:
        for row in reader:
            rows.add(begins, {at: Cell(cell[:LONGEST_TEXT]) for at, cell in enumerate(row)})
            begins = reader.line_num + 1 + skipped  # a cell may hold line breaks
    except csv.Error as error:
        raise Refused(
            Message(
                "CSV sai dạng ở dòng {line}: {reason}",
                {"line": reader.line_num + skipped, "reason": str(error)},
            )
        ) from error
    return Book((Sheet("", rows.found),))


def _decode(content: bytes) -> str:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return _decoded(content, encoding)
    return _decoded(content, _without_mark(content))


def _without_mark(content: bytes) -> str:
    """UTF-16 without its mark has a zero beside nearly every Latin letter."""
    sample = content[:2000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 < len(sample) // 2:
        return "utf-8"
    return "utf-16-le" if odd > even else "utf-16-be"


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(
            Message("Tệp không phải UTF-8. Trong Excel hãy chọn lưu kiểu “CSV UTF-8” hoặc .xlsx")
        ) from error


def _announced_separator(text: str) -> tuple[str, str, int]:
    """Excel's own first line “sep=;”: the separator, the rest, and how many lines that took."""
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"').lower()
    if told.startswith("sep=") and len(told) == 5:
        return told[4], rest, 1
    if told == "sep=":  # a tab, which strip took
        return "\t", rest, 1
    return "", text, 0


def _separator(text: str, knows: Callable[[str], bool]) -> str:
    """The separator under which a line names most columns; of equals, the one that stands most."""
    lines = text.splitlines()[:_LOOKED_AT]

    def worth(separator: str) -> tuple[int, int]:
        named = [sum(knows(cell.strip(' "')) for cell in line.split(separator)) for line in lines]
        return max(named, default=0), max((line.count(separator) for line in lines), default=0)

    return max(_SEPARATORS, key=worth)
