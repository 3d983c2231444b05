"""What a lesson announces at its beginning, beside what it has: minutes to read, minutes to do,
exercises, units. Learners plan their evening by it.

An announcement stands before the first exercise: rows of a table, whose first cell begins with
*Đọc* or *Làm* (*Read*, *Do*) and whose last says the minutes, where the row of *Làm* may count the
exercises, in figures or in words; or a sentence such as ``đọc 14 phút, làm bảy bài tập 42 phút``.
Units are lines such as ``- Chặng 2, ba tỷ lệ: 9 phút``, or numbered rows that end in minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from core.messages import Message
from courses.checks.problems import Problem
from courses.course import Lesson
from courses.notebooks import is_solution, source_of

LONGEST_UNIT = 10  # minutes: a unit is done between two meetings
READING = Message("phần mở đầu báo {announced} phút đọc, bài có {has}")
DOING = Message("phần mở đầu báo {announced} phút làm, bài có {has}")
EXERCISES = Message("phần mở đầu báo {announced} bài tập, bài có {has}")
UNITS = Message("các chặng cộng lại {announced} phút, bài có {has}")
TOO_LONG = Message("{unit} dài {minutes} phút; một chặng nên xong trong {most} phút")
ROW = re.compile(r"^\|\s*(Đọc|Làm|Read|Do)\b[^|]*\|(.*)\|\s*(\d+) (?:phút|minutes?)\s*\|\s*$", re.M)
SENTENCE = re.compile(r"\bđọc (\d+) phút, làm (.+?) (\d+) phút")
UNIT = re.compile(r"^[-*]\s*((?:Chặng|Unit) \d+)\b.*?(\d+) (?:phút|minutes?)\.?\s*$", re.M)
UNIT_ROW = re.compile(r"^\|\s*(\d+)\s*\|.*\|\s*(\d+) (?:phút|minutes?)\s*\|\s*$", re.M)
COUNT = re.compile(r"(\w+(?: \w+)?) (?:bài tập|exercises?)", re.IGNORECASE)
ONES = ("", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
NUMBERS = {
    **{word: number for number, word in enumerate(ONES) if word},
    "mười": 10,
    **{f"mười {word}": 10 + number for number, word in enumerate(ONES) if word},
    "mười lăm": 15,
    "hai mươi": 20,
}


def untrue_announcements(lesson: Lesson) -> Iterator[Problem]:
    """Each number that the lesson announces and does not keep; nothing where it announces none."""
    text = opening(lesson)
    for whose, words, minutes in parts(text):
        if whose == "read":
            yield from _untrue_minutes(lesson, minutes, lesson.theory_minutes, READING)
        else:
            yield from _untrue_minutes(lesson, minutes, lesson.practice_minutes, DOING)
            yield from _untrue_minutes(lesson, _counted(words), len(lesson.exercises), EXERCISES)
    units = [(name, int(minutes)) for name, minutes in UNIT.findall(text)] or [
        (f"Phần {name}", int(minutes)) for name, minutes in UNIT_ROW.findall(text)
    ]
    if units:
        whole = lesson.theory_minutes + lesson.practice_minutes
        yield from _untrue_minutes(lesson, sum(each for _, each in units), whole, UNITS)
    for name, each in units:
        if each > LONGEST_UNIT:
            said = {"unit": name, "minutes": each, "most": LONGEST_UNIT}
            yield Problem(lesson.file, replace(TOO_LONG, params=said), "warning")


def parts(text: str) -> list[tuple[str, str, int]]:
    """What is announced of reading ("read") and of doing ("do"): which, its words, its minutes."""
    found = [
        ("read" if whose in ("Đọc", "Read") else "do", words, int(minutes))
        for whose, words, minutes in ROW.findall(text)
    ]
    for read, words, do in SENTENCE.findall(text):
        found += [("read", "", int(read)), ("do", words, int(do))]
    return found


def _untrue_minutes(
    lesson: Lesson, announced: int | None, has: float, words: Message
) -> Iterator[Problem]:
    """One number announced, or None, beside what the lesson has."""
    if announced is not None and announced != has:
        said = {"announced": announced, "has": f"{has:g}"}
        yield Problem(lesson.file, replace(words, params=said), "warning")


def opening(lesson: Lesson) -> str:
    """The text before the first cell to answer in."""
    texts: list[str] = []
    for cell in lesson.source["cells"]:
        if is_solution(cell):
            break
        if cell["cell_type"] == "markdown":
            texts.append(source_of(cell))
    return "\n\n".join(texts)


def _counted(words: str) -> int | None:
    """The first number of exercises in a row, such as 7 of "Bảy bài tập, chấm ngay khi nộp"."""
    found = COUNT.search(words)
    if found is None:
        return None
    said = found[1].lower().split()
    for number in (" ".join(said), said[-1]):
        if number.isdigit():
            return int(number)
        if number in NUMBERS:
            return NUMBERS[number]
    return None
