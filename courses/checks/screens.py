"""How far one scrolls on a phone before there is something to do.

Reckoned for a phone 360 pixels wide that shows 640 of a page's height: 35 characters to a line of
27 pixels, as the lesson page sets them (17 pixels, line height 1.6), with gaps between paragraphs;
rows of a table by their text; a picture by its shape over the whole width. It was fitted to what
Chromium measures of the shipped lessons and is meant to be right to a fifth, not to the pixel.

Something to do is a cell to answer in. Text that leads to it counts, and text behind the last one
(what to take home, the sources); data tables and code of setup cells do not: one works with them.
Nor does what a lesson announces at its beginning (`announced`): its table of minutes and its list
of units are looked at, not read through.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from core.messages import Message
from courses.checks.announced import ROW as MINUTES
from courses.checks.announced import UNIT, UNIT_ROW
from courses.checks.problems import Problem, place
from courses.course import Lesson
from courses.media import IMAGES, path_of, picture_size, pictures_in
from courses.notebooks import Cell, is_marked, is_solution, source_of

SCREENS = 3
SCREEN = 640  # pixels of a page that a phone shows beneath its bars
WIDTH = 328  # pixels of text
LINE, CHARACTERS, GAP = 27, 35, 17
HEADING_GAP, HEADING_CHARACTERS = 40, 27
ROW, ROW_LINE, ROW_CHARACTERS = 15, 24, 32
ANNOUNCED = re.compile(
    rf"(?m)^\|[^\n]*\|\n\|[-| :]+\|\n(?=(?:{UNIT_ROW.pattern}|{MINUTES.pattern}))"
)
PICTURE = 220  # where its shape is not known
FENCE = re.compile(r"^\s*(```|~~~)")
ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
MARKS = re.compile(r"\*\*|`|<[^>]+>|!\[[^\]]*\]\([^)]*\)|\[(?P<text>[^\]]*)\]\([^)]*\)")
LONG = Message(
    "khoảng {lines} dòng trên điện thoại chỉ để đọc, chưa có gì để làm (tối đa {most} dòng, là"
    " {screens} màn hình): chia ra, rút gọn, hoặc chen một bài tập"
)


def far_from_doing(lesson: Lesson, media: Mapping[str, bytes]) -> Iterator[Problem]:
    """Each stretch of text longer than `SCREENS` screens, named by the cell it begins with."""
    begins: tuple[int, Cell] | None = None
    height = 0.0
    for number, cell in enumerate(lesson.source["cells"], start=1):
        if is_solution(cell) or is_marked(cell):
            yield from _too_long(lesson, begins, height)
            begins, height = None, 0.0
        elif cell["cell_type"] == "markdown":
            begins = begins or (number, cell)
            height += height_of(cell, media)
    yield from _too_long(lesson, begins, height)


def _too_long(lesson: Lesson, begins: tuple[int, Cell] | None, height: float) -> Iterator[Problem]:
    if begins is not None and height > SCREENS * SCREEN:
        most = SCREENS * SCREEN // LINE
        said = {"lines": round(height / LINE), "most": most, "screens": SCREENS}
        yield Problem(place(lesson.file, *begins), Message(LONG.template, said), "warning")


def height_of(cell: Cell, media: Mapping[str, bytes]) -> float:
    """About how many pixels of a phone's page a text cell takes."""
    text = re.sub(r"<!--.*?-->", "", source_of(cell), flags=re.S)
    text = re.sub(r"\{\{[^}]*\}\}", "1.234", text)  # a number of one's own
    for announced in (ANNOUNCED, MINUTES, UNIT, UNIT_ROW):
        text = announced.sub("", text)
    return _text_height(text) + sum(_picture(named, media) for _alt, named in pictures_in(cell))


def _text_height(text: str) -> float:
    height, paragraph, fenced = 0.0, "", False
    for line in [*text.split("\n"), ""]:
        if FENCE.match(line):
            fenced = not fenced
            continue
        kind = _kind(line, fenced=fenced)
        if kind != "text" or ITEM.match(line):
            height += _paragraph(paragraph)
            paragraph = ""
        if kind == "text":
            paragraph += " " + line.strip()
        elif kind == "heading":
            height += HEADING_GAP + LINE * _lines(line.lstrip("# "), HEADING_CHARACTERS)
        elif kind == "row":
            height += ROW + ROW_LINE * _lines(line.replace("|", " "), ROW_CHARACTERS)
        elif kind == "code":
            height += ROW_LINE
    return height


def _kind(line: str, *, fenced: bool) -> str:
    plain = line.strip()
    if fenced:
        return "code"
    if not plain or re.fullmatch(r"[-=*|: ]+", plain):
        return "rule"
    if plain.startswith("#"):
        return "heading"
    return "row" if plain.startswith("|") else "text"


def _paragraph(text: str) -> float:
    if not MARKS.sub("", text).strip():
        return 0.0
    item = bool(ITEM.match(text))
    plain = ITEM.sub("", text)
    return LINE * _lines(plain, CHARACTERS - 3 * item) + (GAP / 3 if item else GAP)


def _lines(text: str, characters: int) -> int:
    plain = MARKS.sub(lambda found: found["text"] or "", text)
    return max(1, math.ceil(len(" ".join(plain.split())) / characters))


def _picture(named: str, media: Mapping[str, bytes]) -> float:
    path = path_of(named)
    content = media.get(path) if path and Path(path).suffix in IMAGES else None
    width, height = (picture_size(content) if content else None) or (0, 0)
    return GAP + (WIDTH * height / width if width else PICTURE)
