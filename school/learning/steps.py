"""A lesson in steps: its notebook cut into units to read and exercises to do, one at a time.

Pure: the same notebook gives the same steps, and every block of it stands in exactly one.

- An exercise is a step: from its header to the place for its marks.
- What leads up to an exercise goes with it: text and data without a heading that follow the
  exercise before, or a few lines (`SHORT`), with or without a heading.
- A heading (of the first two levels) begins a step to read, a smaller one only where much
  (`LONG`) stands above it already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

import courses

SHORT = 400  # characters that are read on the way to an exercise
LONG = 2_500  # characters after which a small heading begins a new step as well
HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
LOOKED_AT = ("video", "figure")  # never only on the way


@dataclass(frozen=True)
class Step:
    """Blocks ``first`` to ``end`` (not with it) of a lesson, the ``number``th step from 1.

    ``grade_id``: the exercise's, "" of a step to read. ``title``: the exercise's, or the first
    heading's, "" where there is none. ``cells``: ids of the notebook's cells that it shows.
    ``kind``: what an exercise asks for first, a form's kind, ``code`` or ``written``; "" of what
    is only read.
    """

    number: int
    first: int
    end: int
    title: str
    grade_id: str
    cells: tuple[str, ...]
    kind: str = ""

    @property
    def is_exercise(self) -> bool:
        return bool(self.grade_id)


def steps_of(
    blocks: Sequence[courses.Block], shown: Sequence[courses.Block] = ()
) -> tuple[Step, ...]:
    """The steps of a lesson, in its order; none of an empty one. ``shown``: the same blocks in
    another language, which are cut in the same places and named in their own words."""
    said = shown if len(shown) == len(blocks) else blocks
    ends: list[int] = []  # where a step ends and the next begins
    doing = ""  # the exercise one is in
    for place, block in enumerate(blocks):
        first = ends[-1] if ends else 0
        if block.kind == "exercise":
            if doing or not _leads(blocks[first:place], after=blocks[:first]):
                ends.append(place)
            doing = block.grade_id
        elif doing:
            if block.kind == "marks" and block.grade_id == doing:
                ends.append(place + 1)
                doing = ""
        elif _begins(block, blocks[first:place]):
            ends.append(place)
    cuts = sorted({0, *ends, len(blocks)})
    return tuple(
        _step(number, first, end, said[first:end])
        for number, (first, end) in enumerate(pairwise(cuts), start=1)
    )


def step_with(steps: Sequence[Step], cell_id: str) -> Step | None:
    """The step that shows this cell."""
    return next((step for step in steps if cell_id in step.cells), None)


HAND_IN = "/hand-in"  # where one stands who was last at the end: no cell has such an id


def number_to_show(
    steps: Sequence[Step], *, asked: int | None, exercise: int | None, stands_at: str | None
) -> int:
    """Which step to show, from 1; after the last comes handing in. In this order: the one that was
    ``asked`` for, the one of the ``exercise`` with this number, where one was last, the first."""
    last = len(steps) + 1
    if asked is not None:
        return min(max(asked, 1), last)
    graded = [step for step in steps if step.is_exercise]
    if exercise is not None and 1 <= exercise <= len(graded):
        return graded[exercise - 1].number
    if stands_at == HAND_IN:
        return last
    there = step_with(steps, stands_at) if stands_at else None
    return there.number if there else 1


def step_of_exercise(steps: Sequence[Step], grade_id: str) -> Step | None:
    return next((step for step in steps if grade_id and step.grade_id == grade_id), None)


def numbers_by_exercise(steps: Sequence[Step]) -> Mapping[str, int]:
    """The step of each exercise, by its grade_id."""
    return {step.grade_id: step.number for step in steps if step.grade_id}


def read_before(steps: Sequence[Step], step: Step) -> Step | None:
    """What was read last before an exercise: it is often done with that beside it."""
    if not step.is_exercise:
        return None
    return next((one for one in reversed(steps[: step.number - 1]) if not one.is_exercise), None)


def _begins(block: courses.Block, above: Sequence[courses.Block]) -> bool:
    """Does this block, outside of exercises, begin a step of its own?"""
    levels = [int(level) for level, _ in HEADING.findall(block.html)]
    if not levels or not above:
        return False
    return min(levels) <= 2 or _characters(above) >= LONG


def _leads(lead: Sequence[courses.Block], *, after: Sequence[courses.Block]) -> bool:
    """Is this read on the way to the exercise that follows?"""
    if any(block.kind in LOOKED_AT for block in lead):
        return False
    if _characters(lead) <= SHORT:
        return True
    follows = bool(after) and after[-1].kind == "marks"
    headed = any(int(level) <= 2 for block in lead for level, _ in HEADING.findall(block.html))
    return follows and not headed and _characters(lead) < LONG


def _characters(blocks: Sequence[courses.Block]) -> int:
    return sum(len(_text(block.html)) for block in blocks)


def _text(html: str) -> str:
    return " ".join(unescape(TAG.sub("", html)).split())


def _step(number: int, first: int, end: int, blocks: Sequence[courses.Block]) -> Step:
    exercise = next((block for block in blocks if block.kind == "exercise"), None)
    headings = [_text(text) for block in blocks for _, text in HEADING.findall(block.html)]
    title = exercise.title if exercise else next(iter(headings), "")
    cells = tuple(dict.fromkeys(block.cell_id for block in blocks))
    kind = next(filter(None, map(_kind, blocks)), "") if exercise else ""
    return Step(number, first, end, title, exercise.grade_id if exercise else "", cells, kind)


def _kind(block: courses.Block) -> str:
    """What this block asks for; "" where it asks for nothing."""
    if block.form is not None:
        return block.form.kind
    return block.kind if block.kind in ("code", "written") else ""
