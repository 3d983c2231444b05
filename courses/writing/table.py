"""A table to fill in, as an author types it: a line for each row, cells parted by ``|``.

::

    Đơn vị | Tỷ lệ (%) | Đạt? (chọn: Đạt, Chưa đạt)
    Xã Mẫu Một | [58,3] | [Chưa đạt]
    Xã Mẫu Hai | [tong / 8] | [Đạt] // Lấy số trên mạng chia cho tổng.

The first line names the columns. What stands in square brackets is the right answer, which learners
fill in; all else is given. Behind ``//``: what who missed the row reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.messages import Message, Refused
from courses.answers.notation import as_literal
from courses.writing.formula import read_formula

MOST_COLUMNS, MOST_LINES = 8, 30
CHOICE = re.compile(r"(.*)\(\s*chọn\s*:(.*)\)\s*", re.IGNORECASE)
ASKED = re.compile(r"\[(.*)\]")


@dataclass(frozen=True)
class MadeTable:
    """``columns`` and ``rows`` as a form cell has them; ``solution`` and ``expected`` as Python:
    the whole table, and for each row what is said of it and what its cells are to hold."""

    columns: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    solution: str
    expected: str


@dataclass(frozen=True)
class _Column:
    key: str
    label: str
    choices: Mapping[str, str]  # by their text


def made_of_table(typed: str, names: Sequence[str]) -> MadeTable:
    """Raises Refused at the field ``body``, naming the line."""
    lines = [line.strip() for line in typed.split("\n") if line.strip()]
    if not 2 <= len(lines) <= MOST_LINES:
        raise _refused(
            Message("Bảng cần một dòng tên cột và từ 1 đến {n} dòng.", {"n": MOST_LINES - 1})
        )
    columns = [_column(n, text) for n, text in enumerate(_cells(lines[0]), start=1)]
    if len(columns) > MOST_COLUMNS:
        raise _refused(Message("Bảng có nhiều nhất {n} cột.", {"n": MOST_COLUMNS}))
    answers = [_answers(n, line, columns, names) for n, line in enumerate(lines[1:], start=2)]
    kinds = {one.key: _kind(one, [row.asked for row in answers]) for one in columns}
    return MadeTable(
        {one.key: _described(one, kinds[one.key]) for one in columns},
        [row.given for row in answers],
        "[\n" + "".join(f"    {_as_dict(row.given, row.asked)},\n" for row in answers) + "]",
        "[\n"
        + "".join(f"    ({as_literal(row.said)}, {_as_dict({}, row.asked)}),\n" for row in answers)
        + "]",
    )


@dataclass(frozen=True)
class _Line:
    given: Mapping[str, str]
    asked: Mapping[str, str]  # Python, by column
    said: str


def _answers(number: int, line: str, columns: Sequence[_Column], names: Sequence[str]) -> _Line:
    line, _, said = line.partition("//")
    cells = _cells(line)
    if len(cells) != len(columns):
        about = {"line": number, "n": len(cells), "columns": len(columns)}
        raise _refused(Message("Dòng {line} có {n} ô, phải có {columns} ô như dòng đầu.", about))
    given: dict[str, str] = {}
    asked: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=True):
        found = ASKED.fullmatch(cell)
        if found:
            asked[column.key] = _answer(number, column, found[1].strip(), names)
        else:
            given[column.key] = column.choices.get(cell, cell)
    if not asked:
        raise _refused(
            Message("Dòng {line} chưa có ô nào để điền: đặt đáp án trong [ ].", {"line": number})
        )
    name = next((text for text in given.values() if text), "")
    return _Line(given, asked, said.strip() or f"{name or f'Dòng {number - 1}'}: chưa đúng.")


def _answer(number: int, column: _Column, text: str, names: Sequence[str]) -> str:
    if not text:
        raise _refused(Message("Dòng {line} có ô [ ] chưa có đáp án.", {"line": number}))
    if column.choices:
        if text not in column.choices:
            about = {"line": number, "text": text, "choices": ", ".join(column.choices)}
            raise _refused(
                Message("Dòng {line}: “{text}” không có trong danh sách chọn: {choices}.", about)
            )
        return as_literal(column.choices[text])
    try:
        return read_formula(text, names)
    except Refused:
        return as_literal(" ".join(text.split()))


def _column(number: int, text: str) -> _Column:
    found = CHOICE.fullmatch(text)
    choices = [one.strip() for one in found[2].split(",") if one.strip()] if found else []
    label = (found[1] if found else text).strip()
    if not label:
        raise _refused(Message("Cột thứ {n} chưa có tên.", {"n": number}))
    if found and len(choices) < 2:
        raise _refused(Message("Cột “{name}” cần ít nhất hai lựa chọn.", {"name": label}))
    return _Column(f"c{number}", label, {one: f"a{n}" for n, one in enumerate(choices, start=1)})


def _kind(column: _Column, asked: Sequence[Mapping[str, str]]) -> str:
    if column.choices:
        return "choice"
    answers = [row[column.key] for row in asked if column.key in row]
    words = [one for one in answers if one[0] in "'\""]
    if words and len(words) < len(answers):
        raise _refused(
            Message("Cột “{name}” lẫn chữ và số: hãy tách thành hai cột.", {"name": column.label})
        )
    return "text" if words or not answers else "number"


def _described(column: _Column, kind: str) -> Mapping[str, Any]:
    described: dict[str, Any] = {"label": column.label, "kind": kind}
    if column.choices:
        described["options"] = {key: text for text, key in column.choices.items()}
    return described


def _as_dict(given: Mapping[str, str], asked: Mapping[str, str]) -> str:
    parts = {key: as_literal(text) for key, text in given.items()} | dict(asked)
    return "{" + ", ".join(f"{key!r}: {parts[key]}" for key in sorted(parts)) + "}"


def _cells(line: str) -> list[str]:
    line = line.strip()
    if line.startswith("|"):  # as Markdown has it
        line = line.strip("|")
    return [cell.strip() for cell in line.split("|")]


def _refused(why: Message) -> Refused:
    return Refused(why, field="body")
