"""Draws figures as SVG: classes for the style sheet, numbers for the shapes, nothing inline.

Every picture has a title for those who hear it, and a table beside it on the page; the words come
from the caller, in the reader's language.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from analytics.programme.figures import Line
from analytics.programme.places import Vintage

STEPS = (0.25, 0.5, 0.75, 1.0)  # bounds of the five colours, shares of the plan
TILE, GAP = 46, 3


def step_of(line: Line) -> str:
    """The colour of a line: ``none`` without a plan, ``0`` … ``4``; a plan of 0 is fulfilled."""
    if line.planned is None:
        return "none"
    if line.share is None:
        return str(len(STEPS))
    return str(sum(line.share >= bound for bound in STEPS))


def draw_tiles(
    provinces: Sequence[Line],
    vintage: Vintage,
    *,
    title: str,
    describe: Callable[[Line], str],
    percent: Callable[[float], str],
    number: Callable[[int], str],
    address: Callable[[Line], str] | None = None,
) -> str:
    """A tile for each province, roughly where it lies; ``address`` makes the tiles links."""
    places = tile_places()[vintage]
    columns = max(column for column, _row in places.values()) + 1
    rows = max(row for _column, row in places.values()) + 1
    width = columns * (TILE + GAP) - GAP
    height = rows * (TILE + GAP) - GAP
    # A picture for the eye: whoever hears the page gets the table, which says the same.
    role = 'role="group"' if address else 'role="img"'
    parts = [
        f'<svg class="tiles c{columns}" viewBox="0 0 {width} {height}" {role} '
        f"aria-label={quoteattr(title)}>"
    ]
    for line in sorted(provinces, key=lambda line: places[line.code][::-1]):
        column, row = places[line.code]
        figure = number(line.certified) if line.share is None else percent(line.share)
        tile = _tile(column * (TILE + GAP), row * (TILE + GAP), line, figure, describe(line))
        parts.append(f"<a href={quoteattr(address(line))}>{tile}</a>" if address else tile)
    return "".join([*parts, "</svg>"])


def _tile(x: int, y: int, line: Line, figure: str, description: str) -> str:
    middle = x + TILE // 2
    first, second = _two_lines(str(line.name))
    names = "".join(
        f'<text class="name" x="{middle}" y="{y + height}">{escape(words)}</text>'
        for words, height in ((first, 13 if second else 19), (second, 25))
        if words
    )
    return (
        f'<g class="tile s{step_of(line)}"><title>{escape(description)}</title>'
        f'<rect x="{x}" y="{y}" width="{TILE}" height="{TILE}" rx="4"/>{names}'
        f'<text class="figure" x="{middle}" y="{y + 40}">{escape(figure)}</text></g>'
    )


@cache
def tile_places() -> dict[str, dict[str, tuple[int, int]]]:
    """Column and row of each province's tile, by vintage and code."""
    data = _tile_data()
    return {
        vintage: {code: (place[0], place[1]) for code, place in data[vintage].items()}
        for vintage in ("2008", "2025")
    }


@cache
def _tile_data() -> dict[str, Any]:
    return tomllib.loads((files("analytics.programme") / "data" / "tiles.toml").read_text("utf-8"))


def _two_lines(name: str) -> tuple[str, str]:
    """The name on a tile; our provinces' names have two words, or are shortened to that."""
    short: Mapping[str, str] = _tile_data()["short"]
    first, _space, rest = short.get(name, name).partition(" ")
    return first, rest


def draw_bar(line: Line, *, title: str) -> str:
    """Certified against planned, with a mark where an even pace would stand today."""
    share = 1.0 if line.reached else line.share or 0.0
    parts = [
        f'<svg class="bar" viewBox="0 0 1000 34" preserveAspectRatio="none" role="img" '
        f"aria-label={quoteattr(title)}>",
        '<rect class="back" x="0" y="6" width="1000" height="22"/>',
        f'<rect class="is{" behind" if line.behind else ""}" x="0" y="6" '
        f'width="{1000 * share:.1f}" height="22"/>',
    ]
    if line.expected is not None and line.planned:
        at = 1000 * min(line.expected / line.planned, 1.0)
        parts.append(f'<rect class="pace" x="{min(at, 994):.1f}" y="0" width="6" height="34"/>')
    return "".join([*parts, "</svg>"])


@dataclass(frozen=True)
class LineWords:
    """The words of the line chart."""

    title: str
    goal: str
    number: Callable[[int], str]


def draw_months(
    months: Sequence[tuple[str, int]],
    *,
    goal: int,
    begins_on: dt.date,
    deadline_on: dt.date,
    today: dt.date,
    words: LineWords,
) -> str:
    """Certified people month by month, the goal, and the even pace from beginning to deadline."""
    width, height, left, right, top, bottom = 720, 320, 58, 14, 34, 34
    first = min([begins_on, *(_month_start(month) for month, _count in months[:1])])
    last = max(deadline_on, today)
    days = max((last - first).days, 1)
    most = max([goal, *(count for _month, count in months), 1]) * 1.04

    def x(day: dt.date) -> float:
        return left + (width - left - right) * (day - first).days / days

    def y(count: float) -> float:
        return top + (height - top - bottom) * (1 - count / most)

    parts = [
        f'<svg class="months" viewBox="0 0 {width} {height}" role="img" '
        f"aria-label={quoteattr(words.title)}>"
    ]
    for count in _round_steps(goal):
        parts.append(
            f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y(count):.1f}" '
            f'y2="{y(count):.1f}"/><text class="tick" x="{left - 8}" y="{y(count) + 4:.1f}" '
            f'text-anchor="end">{escape(words.number(count))}</text>'
        )
    for month in _month_ticks(first, last):
        parts.append(
            f'<text class="tick" x="{x(month):.1f}" y="{height - 10}" text-anchor="middle">'
            f"{month.month}/{month:%y}</text>"
        )
    parts.append(
        f'<line class="goal" x1="{left}" x2="{width - right}" y1="{y(goal):.1f}" '
        f'y2="{y(goal):.1f}"/><text class="label" x="{left + 6}" y="{y(goal) - 8:.1f}">'
        f"{escape(words.goal)}</text>"
    )
    parts.append(
        f'<line class="pace" x1="{x(begins_on):.1f}" y1="{y(0):.1f}" '
        f'x2="{x(deadline_on):.1f}" y2="{y(goal):.1f}"/>'
    )
    if months:
        points = [(x(max(_month_start(months[0][0]), first)), y(0))]
        points += [(x(min(_month_end(month), today)), y(count)) for month, count in months]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        end_x, end_y = points[-1]
        parts.append(
            f'<polyline class="is" points="{path}"/>'
            f'<circle class="now" cx="{end_x:.1f}" cy="{end_y:.1f}" r="5"/>'
            f'<text class="value" x="{end_x - 9:.1f}" y="{end_y - 9:.1f}" text-anchor="end">'
            f"{escape(words.number(months[-1][1]))}</text>"
        )
    return "".join([*parts, "</svg>"])


def _month_start(month: str) -> dt.date:
    return dt.date.fromisoformat(f"{month}-01")


def _month_end(month: str) -> dt.date:
    return (_month_start(month) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def _month_ticks(first: dt.date, last: dt.date) -> list[dt.date]:
    """At most seven month beginnings, evenly apart."""
    months = []
    month = (first + dt.timedelta(days=31)).replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return months[:: max(1, -(-len(months) // 7))]


def _round_steps(most: int) -> list[int]:
    """0 and three to five round numbers up to ``most``."""
    if most <= 0:
        return [0]
    size = 10 ** (len(str(most)) - 1)
    step = next(s for s in (size // 5, size // 2, size, size * 2) if s and most / s <= 5)
    return list(range(0, most + 1, step))
