"""``teaching-card.toml`` beside ``course.toml``: read, bounded to one printed page, written back.

The page is A4 in large print. What fits on it is told by counting lines, so that an author hears
which key to shorten before anything is printed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.messages import Message
from core.teaching_card import CardStep, CardText, TeachingCard
from courses.keys import Keys, read_toml

CARD_FILE = "teaching-card.toml"
STEPS, CAREFUL, SOURCES = (3, 5), (2, 3), (1, 4)
LONGEST_TITLE, LONGEST_SOURCES = 64, 280  # characters
# Of the paragraphs, in the smallest print; tried by `tests/school/programme/test_cards.py`.
MOST_LINES = 32
_WIDEST = {"title": 38, "do": 57, "say": 62}  # characters of a line; others take the whole width
_WIDE = 68
_BEFORE = {"goal": 15, "say": 7, "done_when": 12}  # characters that the page itself puts before it
_NAMED = 3  # of the longest paragraphs
_LANGUAGES = {"": Message("bản tiếng Việt"), "_en": Message("bản tiếng Anh")}


def load_card(folder: Path, faults: list[Message]) -> TeachingCard | None:
    """The card of a course folder; None where there is none. What is wrong joins ``faults``."""
    path = folder / CARD_FILE
    if not path.is_file():
        return None
    data = read_toml(path, faults)
    before = len(faults)
    keys = Keys(CARD_FILE, data, faults)
    parts = (keys.few_tables("step", *STEPS), keys.table("exercise"))
    vi, en = (_text(keys, *parts, ending) for ending in _LANGUAGES)
    sources = keys.texts("sources", *SOURCES)
    if sum(map(len, sources)) > LONGEST_SOURCES:
        keys.fault("sources", Message("cả thảy không quá {n} ký tự", {"n": LONGEST_SOURCES}))
    if len(faults) > before:
        return None
    for text, name in zip((vi, en), _LANGUAGES.values(), strict=True):
        faults += _too_long(text, name)
    return TeachingCard(vi, en, sources)


def card_file(card: TeachingCard) -> str:
    """``teaching-card.toml`` of a published card, as its author would write it."""
    vi, en = card.vi, card.en
    lines = [
        *_both("title", vi.title, en.title),
        *_both("goal", vi.goal, en.goal),
        *_both("careful", vi.careful, en.careful),
        _toml("sources", card.sources),
    ]
    for one, other in zip(vi.steps, en.steps, strict=True):
        lines += ["", "[[step]]", *_both("do", one.do, other.do), *_both("say", one.say, other.say)]
    lines += ["", "[exercise]", *_both("task", vi.task, en.task)]
    return "\n".join([*lines, *_both("done_when", vi.done_when, en.done_when)]) + "\n"


def _text(keys: Keys, steps: list[Keys], exercise: Keys, ending: str) -> CardText:
    """The card in one language: its keys end in ``ending``."""
    return CardText(
        title=keys.short_text(f"title{ending}", LONGEST_TITLE, needed=True),
        goal=keys.line(f"goal{ending}"),
        steps=tuple(CardStep(one.line(f"do{ending}"), one.line(f"say{ending}")) for one in steps),
        careful=keys.texts(f"careful{ending}", *CAREFUL),
        task=exercise.line(f"task{ending}"),
        done_when=exercise.line(f"done_when{ending}"),
    )


def _too_long(text: CardText, language: Message) -> Iterator[Message]:
    lines = {key: _lines_of(key, said) for key, said in text.paragraphs()}
    if sum(lines.values()) <= MOST_LINES:
        return
    longest = sorted(lines, key=lambda key: -lines[key])[:_NAMED]
    yield Message(
        "{file}: {language}: dài chừng {n} dòng chữ lớn, một trang A4 chỉ đủ {most} dòng. Hãy rút "
        "ngắn, trước hết: {keys}",
        {
            "file": CARD_FILE,
            "language": language,
            "n": sum(lines.values()),
            "most": MOST_LINES,
            "keys": ", ".join(f"“{key}” ({lines[key]})" for key in longest),
        },
    )


def _lines_of(key: str, said: str) -> int:
    """How many lines of the page a paragraph takes; capitals are wider, the title is larger."""
    name = key.rpartition(": ")[2]
    width = _BEFORE.get(name, 0) + len(said) + sum(map(str.isupper, said)) / 2
    lines = math.ceil(width / _WIDEST.get(name, _WIDE))
    return 2 * lines if name == "title" else lines


def _both(key: str, vi: Any, en: Any) -> tuple[str, str]:
    return _toml(key, vi), _toml(f"{key}_en", en)


def _toml(key: str, value: str | tuple[str, ...]) -> str:
    # JSON's strings and lists of them are TOML's.
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
