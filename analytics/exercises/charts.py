"""Draws what an instructor looks at: how exercises behave, and where learners stop.

SVG as in `analytics.programme.charts`: classes for the style sheet, numbers for the shapes, words
from the caller. The page has the same figures in a table beside each picture, in the same order, so
numbers stand for the names here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from analytics.exercises.item_analysis import ENOUGH_LEARNERS, ExerciseInsight, Step

WIDTH = 320
LEFT, RIGHT, TOP, BOTTOM = 30, 12, 14, 34  # room for the axes around the map
MAP_HEIGHT = 230
ROW, BAR = 46, 9  # of the way through a course: a lesson, and each of its three bars
DOT = 9  # radius


@dataclass(frozen=True)
class MapWords:
    """The words of the map of exercises."""

    title: str
    hard: str
    easy: str
    tells_apart: str
    misleads: str
    describe: Callable[[int, ExerciseInsight], str]
    number: Callable[[float], str]


def draw_map(exercises: Sequence[ExerciseInsight], *, words: MapWords) -> str | None:
    """Exercises by mean share (left to right) and discrimination (bottom to top), numbered from 1.

    Those without a discrimination yet are left out; None where that leaves nothing to draw.
    """
    placed = [
        (number, one)
        for number, one in enumerate(exercises, start=1)
        if one.discrimination is not None and one.learners >= ENOUGH_LEARNERS
    ]
    if not placed:
        return None
    lowest = min(-0.4, *(one.discrimination or 0.0 for _number, one in placed)) - 0.05

    def x_of(share: float) -> float:
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y_of(value: float) -> float:
        return TOP + (1 - value) / (1 - lowest) * MAP_HEIGHT

    height = TOP + MAP_HEIGHT + BOTTOM
    inner = WIDTH - LEFT - RIGHT
    parts = [
        f'<svg class="map" viewBox="0 0 {WIDTH} {height}" role="img" '
        f"aria-label={quoteattr(words.title)}>",
        f'<rect class="fine" x="{LEFT}" y="{TOP}" width="{inner}" height="{MAP_HEIGHT}"/>',
        _band("weak", y_of(0.2), y_of(0.0), inner),
        _band("misleads", y_of(0.0), TOP + MAP_HEIGHT, inner),
        *(_level(words.number(value), y_of(value)) for value in (1.0, 0.5, 0.2, 0.0)),
        f'<text class="zone" x="{LEFT + 6}" y="{TOP + 16}">{escape(words.tells_apart)}</text>',
        f'<text class="zone" x="{LEFT + 6}" y="{TOP + MAP_HEIGHT - 7}">'
        f"{escape(words.misleads)}</text>",
        f'<text class="axis" x="{LEFT}" y="{height - 12}">{escape(words.hard)}</text>',
        f'<text class="axis end" x="{WIDTH - RIGHT}" y="{height - 12}">{escape(words.easy)}</text>',
    ]
    for number, one in placed:
        at = (x_of(one.difficulty), y_of(one.discrimination or 0.0))
        parts.append(_dot(number, at, words.describe(number, one), one.verdict))
    return "".join([*parts, "</svg>"])


def _band(kind: str, top: float, bottom: float, width: float) -> str:
    return (
        f'<rect class="{kind}" x="{LEFT}" y="{top:.1f}" width="{width}" '
        f'height="{bottom - top:.1f}"/>'
    )


def _level(value: str, y: float) -> str:
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="axis end" x="{LEFT - 5}" y="{y + 4:.1f}">{escape(value)}</text>'
    )


def _dot(number: int, at: tuple[float, float], description: str, verdict: str) -> str:
    x, y = at
    return (
        f'<g class="dot {verdict}"><title>{escape(description)}</title>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{DOT}"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}">{number}</text></g>'
    )


@dataclass(frozen=True)
class WayWords:
    """The words of the way through a course. ``lesson`` names the n-th one shortly."""

    title: str
    lesson: Callable[[int], str]
    began: Callable[[int], str]
    submitted: Callable[[int], str]
    passed: Callable[[int], str]


def draw_way(steps: Sequence[Step], *, words: WayWords) -> str | None:
    """For each lesson how many opened it, handed it in and passed; None where nobody did."""
    most = max((max(step.began, step.submitted, step.passed) for step in steps), default=0)
    if not most:
        return None
    left, room = 60, WIDTH - 60 - 90
    height = len(steps) * ROW
    parts = [
        f'<svg class="way" viewBox="0 0 {WIDTH} {height}" role="img" '
        f"aria-label={quoteattr(words.title)}>"
    ]
    for number, step in enumerate(steps, start=1):
        top = (number - 1) * ROW + 4
        parts.append(
            f'<text class="name" x="0" y="{top + 22}">{escape(words.lesson(number))}</text>'
        )
        bars = (
            ("began", step.began, words.began),
            ("submitted", step.submitted, words.submitted),
            ("passed", step.passed, words.passed),
        )
        for place, (kind, count, say) in enumerate(bars):
            y, long = top + place * (BAR + 3), max(room * count / most, 1.0)
            parts.append(
                f'<rect class="{kind}" x="{left}" y="{y}" width="{long:.1f}" height="{BAR}"/>'
                f'<text class="figure" x="{left + long + 5:.1f}" y="{y + BAR - 0.5}">'
                f"{escape(say(count))}</text>"
            )
    return "".join([*parts, "</svg>"])
