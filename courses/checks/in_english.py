"""Is a lesson's English whole: every text there, nothing left in Vietnamese, the same gaps, shape
and links; and does a question whose answer is Vietnamese say so?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.messages import Message, Refused
from courses.answers.notation import read_form
from courses.checks.problems import Problem
from courses.course import Lesson
from courses.english.catalogue import English, read_english
from courses.english.texts import WORD, Text, is_vietnamese, prose_of, texts_of
from courses.notebooks import SOLUTION, Cell, is_form, region, source_of

GAP = re.compile(r"\{\{\s*(\w+)\s*\}\}")
EXPRESSION = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)")
HEADING = re.compile(r"^(#{1,6}) ", re.MULTILINE)
TABLE_ROW = re.compile(r"^\|", re.MULTILINE)
ANSWERED_IN = "Vietnamese"
POINT = "đ"  # of a law: “point đ”

NONE_YET = Message("chưa có bản tiếng Anh của {kind}: “{text}”")
NOT_SAID = Message(
    "“{text}” không còn trong bài; chạy “motcham course english” để cập nhật tệp bản dịch"
)
LEFT = Message(
    "bản tiếng Anh còn tiếng Việt ({words}): “{text}”; nếu cố ý giữ, ghi “# kept: lý do” ở trên mục"
)
OTHER_GAPS = Message("bản tiếng Anh phải có đúng các chỗ trống {gaps}: “{text}”")
OTHER_SHAPE = Message(
    "bản tiếng Anh phải có cùng tiêu đề, số dòng bảng và liên kết như bản tiếng Việt: “{text}”"
)
UNSAID_LANGUAGE = Message(
    "câu trả lời được chấm bằng tiếng Việt: bản tiếng Anh phải nói viết bằng tiếng Việt (có từ "
    "“Vietnamese”) ở nhãn, ghi chú hoặc đề bài"
)


def faults_in_english(lesson: Lesson) -> Iterator[Problem]:
    """Everything wrong with the English of a lesson that has one."""
    if not lesson.file_en:
        return
    try:
        english = read_english(lesson.english)
    except Refused as refused:
        yield from (Problem(lesson.file_en, why) for why in refused.messages)
        return
    texts = texts_of(lesson.source)
    for text in texts:
        where = f"{lesson.file_en} ({text.cell})"
        yield from (Problem(where, why) for why in _faults_of(text, english))
    said = {(text.cell, text.vi) for text in texts}
    for ident, vi in sorted(english.names - said):
        why = Message(NOT_SAID.template, {"text": _short(vi)})
        yield Problem(f"{lesson.file_en} ({ident})", why, "warning")
    for cell in _without_language(lesson, english):
        yield Problem(f"{lesson.file_en} ({cell['id']})", UNSAID_LANGUAGE)


def _faults_of(text: Text, english: English) -> Iterator[Message]:
    name, short = (text.cell, text.vi), _short(text.vi)
    said = english.texts.get(name)
    if said is None:
        yield Message(NONE_YET.template, {"kind": text.kind, "text": short})
        return
    left = _left_in_vietnamese(text, said)
    if left and name not in english.kept:
        yield Message(LEFT.template, {"words": ", ".join(left[:5]), "text": _short(said)})
    gaps = _gaps(text, text.vi)
    if _gaps(text, said) != gaps:
        shown = ", ".join(sorted(gaps)) or "–"
        yield Message(OTHER_GAPS.template, {"gaps": shown, "text": _short(said)})
    if text.kind == "prose" and _shape(said) != _shape(text.vi):
        yield Message(OTHER_SHAPE.template, {"text": short})


def _left_in_vietnamese(text: Text, said: str) -> list[str]:
    """Words that only Vietnamese has; names, which begin with a capital, are none."""
    if said == text.vi and is_vietnamese(said):
        return [_short(said)]
    words = WORD.findall(CODE.sub(" ", EXPRESSION.sub(" ", GAP.sub(" ", said))))
    return [word for word in words if word[0].islower() and is_vietnamese(word) and word != POINT]


def _gaps(text: Text, said: str) -> frozenset[str]:
    if text.kind == "feedback":
        return frozenset("{" + one + "}" for one in EXPRESSION.findall(said))
    return frozenset("{{" + one + "}}" for one in GAP.findall(said))


def _shape(said: str) -> tuple[list[str], int, list[str]]:
    return HEADING.findall(said), len(TABLE_ROW.findall(said)), LINK.findall(said)


def _without_language(lesson: Lesson, english: English) -> Iterator[Cell]:
    """Text forms answered in Vietnamese whose English does not say so."""
    above = ""
    for cell in lesson.source["cells"]:
        ident = str(cell.get("id", ""))
        if prose := prose_of(cell):
            above = english.said(ident, prose)
        if not is_form(cell):
            continue
        form = read_form(source_of(cell))
        solution = "\n".join(region(source_of(cell), SOLUTION))
        if form is None or form.kind != "text" or not is_vietnamese(solution):
            continue
        told = [english.said(ident, form.label), english.said(ident, form.note), above]
        if not any(ANSWERED_IN in one for one in told):
            yield cell


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:60].rsplit(" ", 1)[0] + "…"
