"""Text of the template that an author has not replaced: no learner should ever meet it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.folding import fold
from core.messages import Message
from courses.checks.problems import Problem
from courses.course import COURSE_FILE, Course, Lesson
from courses.notebooks import read_notebook, source_of

TEMPLATE = Path(__file__).parents[1] / "template"
# What people and programs write where a title is still to come, folded.
UNTITLED = re.compile(
    r"(ten|tieu de) (khoa hoc|khoa|bai hoc|bai)( (moi|o day|cua anh.?chi|\d+))?|"
    r"(khoa|khoa hoc|bai|bai hoc) (mau|moi)( \d+)?|"
    r"(template|sample|untitled|new|my) ?(course|lesson)?( \d+)?|(course|lesson) title|"
    r"title|todo.*|tbd|xxx+|lorem ipsum.*|chua co ten|chua dat ten|khong ten|test"
)
UNWRITTEN = re.compile(r".*(\blorem ipsum\b|\btodo\b|\[(viet|dien|ghi) [^\]]*\]|<(viet|dien) ).*")
MOST_KEPT = 2  # text cells of the template that a lesson may still have word for word
SHORT = 25  # letters; shorter texts may well be the same


@dataclass(frozen=True)
class _Given:
    """What the template says, folded."""

    titles: frozenset[str]
    summaries: frozenset[str]
    texts: frozenset[str]


def placeholders_in(course: Course) -> Iterator[Problem]:
    """Each placeholder that is still there, and how to replace it."""
    given = _template()
    for key, text in (("title", course.title), ("title_en", course.title_en)):
        if _is_untitled(text, given) or text.strip() == course.slug:
            yield _unreplaced(COURSE_FILE, key, text)
    for key, text in (("summary", course.summary), ("summary_en", course.summary_en)):
        if fold(text) in given.summaries or UNWRITTEN.fullmatch(fold(text)):
            yield _unreplaced(COURSE_FILE, key, text)
    for lesson in course.lessons:
        for key, text in (("title", lesson.title), ("title_en", lesson.title_en)):
            if _is_untitled(text, given):
                yield _unreplaced(COURSE_FILE, f"lesson.{key}", text)
        yield from _kept_texts(lesson, given)


def _is_untitled(text: str, given: _Given) -> bool:
    folded = fold(text).strip(" .:…-–_<>[](){}\"'“”")
    return not folded or folded in given.titles or bool(UNTITLED.fullmatch(folded))


def _unreplaced(where: str, key: str, text: str) -> Problem:
    return Problem(
        where,
        Message(
            "khóa “{key}” còn là chữ của bài mẫu: “{text}”. Hãy viết của khóa học này.",
            {"key": key, "text": text[:80]},
        ),
    )


def _kept_texts(lesson: Lesson, given: _Given) -> Iterator[Problem]:
    """A lesson may keep a sentence or two of the template; not the template."""
    kept = [
        number
        for number, cell in enumerate(lesson.source["cells"], start=1)
        if cell["cell_type"] == "markdown" and fold(source_of(cell)) in given.texts
    ]
    if len(kept) > MOST_KEPT:
        yield Problem(
            lesson.file,
            Message(
                "{n} ô văn bản còn nguyên như bài mẫu (ô số {cells}). Hãy viết lại hoặc xóa.",
                {"n": len(kept), "cells": ", ".join(map(str, kept[:10]))},
            ),
        )


@cache
def _template() -> _Given:
    about = tomllib.loads((TEMPLATE / COURSE_FILE).read_text(encoding="utf-8"))
    texts: set[str] = set()
    for path in TEMPLATE.glob("lessons/*.ipynb"):
        for cell in read_notebook(path.read_bytes())["cells"]:
            if cell["cell_type"] == "markdown" and len(fold(source_of(cell))) >= SHORT:
                texts.add(fold(source_of(cell)))
    titled = (about, *about["lesson"])
    return _Given(
        frozenset(fold(one[key]) for one in titled for key in ("title", "title_en")),
        frozenset({fold(about["summary"])}),
        frozenset(texts),
    )
