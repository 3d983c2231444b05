"""Where a lesson's facts come from: can a reader find the place?

A lesson ends with a paragraph that begins with *Văn bản dùng trong bài* or *Nguồn* (*Sources*).
Each document in it has a number (``47/2020/NĐ-CP``) or is one of the drafts that have none
(`UNNUMBERED`), and stands beside a place in it: an article, a clause, an annex, a task. What the
paragraph itself says was not to hand (*ngoài tập tài liệu của khóa học*) needs no place. A document
of the course's own sources that the text refers to stands in the paragraph too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.folding import fold
from core.messages import Message
from courses.checks.problems import Problem, place
from courses.course import Lesson
from courses.notebooks import source_of

BEGINS = re.compile(r"\**(?:Văn bản dùng trong bài|Nguồn|Sources)\b[.:]?\**[.:]?\s*")
NUMBER = re.compile(
    r"(?<![\w/])(\d{1,5}(?:/\d{4})?/[A-ZĐ]{2}[\wĐ]*(?:-[A-ZĐ][\wĐ]*)*|\d+-[A-ZĐ]{2}/[A-ZĐ]{2,})"
)
# Drafts among the sources, which have no number; folded, as they are called.
UNNUMBERED = (
    "du thao ke hoach chuyen doi so quoc gia",
    "du thao nghi quyet ve chinh phu so",
    "du thao 1.0 de an chuyen doi so quoc gia",
    "du thao de an chuyen doi so quoc gia",
)
# What the source documents hold, by number: a lesson that refers to one of them names it.
KNOWN = frozenset(
    ("749/QĐ-TTg", "146/QĐ-TTg", "942/QĐ-TTg", "64/QĐ-BTTTT", "186/QĐ-BTTTT", "350/QĐ-BTTTT")
) | {
    *("1034/QĐ-BTTTT", "1970/QĐ-BTTTT", "47/2020/NĐ-CP", "797/BTTTT-THH", "793/BTTTT-THH"),
    *("639/BTTTT-THH", "781/BTTTT-QLDN", "2390/BTTTT-THH", "14/CT-TTg", "16-CV/BCSĐ"),
    "02/2025/TT-BGDĐT",
}
PLACES = re.compile(
    r"\b(?:điều|khoản|mục|điểm|phụ lục|phần|nhiệm vụ|nền tảng số|chương|bảng|bước|chú thích|trang"
    r"|dòng|miền|khung|article|clause|annex|section|point|task|lines?|pages?|table)s?\b",
    re.IGNORECASE,
)
NOT_TO_HAND = re.compile(r"ngoài tập tài liệu|nguồn công khai|ngoài các văn bản", re.IGNORECASE)
NEXT = re.compile(r"\.\s+(?=[“\"A-ZĐÀ-Ỹ])")

NO_SOURCES = Message(
    "bài chưa nói dùng văn bản nào; thêm ở cuối bài một đoạn bắt đầu bằng “Văn bản dùng trong bài:”"
)
NO_PLACE = Message("nguồn “{source}” chưa nói ở điều, khoản, mục hay phụ lục nào")
NO_DOCUMENT = Message(
    "nguồn “{source}” không có số hiệu và không phải tài liệu đã biết; ghi rõ văn bản nào"
)
NOT_NAMED = Message("bài dẫn văn bản {number} mà phần nguồn ở cuối bài không có")


def begins_sources(text: str) -> bool:
    """Does this paragraph name the sources?"""
    return bool(BEGINS.match(text.strip()))


def unresolvable(lesson: Lesson) -> Iterator[Problem]:
    """Each source of a lesson that a reader could not look up."""
    named = ""
    for number, cell in enumerate(lesson.source["cells"], start=1):
        paragraph = _sources_in(source_of(cell)) if cell["cell_type"] == "markdown" else ""
        for why in _faults_of(paragraph):
            yield Problem(place(lesson.file, number, cell), why, "warning")
        named += paragraph
    if not named:
        yield Problem(lesson.file, NO_SOURCES, "warning")
        return
    for cited in sorted(_cited(lesson) & KNOWN - set(NUMBER.findall(named))):
        yield Problem(lesson.file, Message(NOT_NAMED.template, {"number": cited}), "warning")


def _sources_in(source: str) -> str:
    """The paragraph that names the sources, on one line; "" where there is none."""
    for paragraph in re.split(r"\n\s*\n", source):
        if begins_sources(paragraph):
            return " ".join(paragraph.split())
    return ""


def _faults_of(paragraph: str) -> Iterator[Message]:
    for nth, sentence in enumerate(NEXT.split(BEGINS.sub("", paragraph))):
        if NOT_TO_HAND.search(sentence):
            continue
        for source in re.split(r";\s*", sentence):
            said = {"source": source.strip(" .")[:80]}
            if not said["source"]:
                continue
            if NUMBER.search(source) or any(one in fold(source) for one in UNNUMBERED):
                if not PLACES.search(source):
                    yield Message(NO_PLACE.template, said)
            elif nth == 0 and not PLACES.search(source):
                yield Message(NO_DOCUMENT.template, said)


def _cited(lesson: Lesson) -> set[str]:
    """The numbers of documents that the lesson's text refers to."""
    return {
        number
        for cell in lesson.source["cells"]
        if cell["cell_type"] == "markdown"
        for number in NUMBER.findall(source_of(cell))
    }
