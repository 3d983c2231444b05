"""How a lesson's blocks lie on the page: numbered exercises, headings with anchors, a list of
contents. The same for the author's preview and for learners."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import courses
from school.learning import notebooks

HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Shown:
    """A block on the page. ``value`` is the learner's answer; ``number`` counts exercises,
    ``place`` code cells; ``exercise`` is the title of the one it stands in."""

    block: courses.Block
    anchor: str
    html: str = ""
    value: Any = None
    number: int = 0
    place: int = 0
    exercise: str = ""

    @property
    def kind(self) -> str:
        return self.block.kind


@dataclass(frozen=True)
class Entry:
    """A line of the contents list; exercises carry their grade_id, so that marks show there."""

    anchor: str
    text: str
    grade_id: str = ""


def arrange(
    blocks: list[courses.Block], answers: notebooks.Answers
) -> tuple[list[Shown], list[Entry]]:
    """Number the exercises, give headings their anchors, and list the contents; pure."""
    shown: list[Shown] = []
    contents: list[Entry] = []
    number = 0
    codes = 0
    exercise = task_of = ""
    for place, block in enumerate(blocks):
        anchor = f"p{place}"
        html = block.html
        if block.kind == "exercise":
            number += 1
            anchor = f"bai-{number}"
            contents.append(Entry(anchor, block.title, block.grade_id))
            exercise = task_of = block.title
        elif block.kind == "text":
            html, headings = _anchored(html, anchor, drop=task_of)
            contents += headings
            task_of = ""
        codes += block.kind == "code"
        value = answers.get(block.cell_id)
        shown.append(Shown(block, anchor, html, value, number, codes, exercise))
    return shown, contents


def _anchored(html: str, anchor: str, drop: str) -> tuple[str, list[Entry]]:
    """Headings of a text block with anchors; a task's own title is not said twice.

    The page's title is the one h1, sections are h2; a task's heading below its exercise is h3.
    """
    found: list[Entry] = []

    def replaced(match: re.Match[str]) -> str:
        level, text = max(2, int(match.group(1))), TAG.sub("", match.group(2)).strip()
        if drop and _same(_unescaped(text), drop):
            return ""
        if level == 2:
            found.append(Entry(f"{anchor}-{len(found)}", _unescaped(text)))
            return f'<h2 id="{found[-1].anchor}">{match.group(2)}</h2>'
        return f"<h{level}>{match.group(2)}</h{level}>"

    return HEADING.sub(replaced, html), found


def _same(text: str, other: str) -> bool:
    """Do two titles say the same? Punctuation does not count."""
    one, two = (re.sub(r"[\W_]+", " ", said).strip().casefold() for said in (text, other))
    return one == two


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
