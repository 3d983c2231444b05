"""Neighbours whom learners say they taught, by unit and by skill.

The numbers are the learners' own word. They stand beside the programme's figures and are never in
a sum with them, nor held against a target.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics.programme.places import path_of
from core.calendar import reporting_window, today_in_vietnam
from records import Session
from records.programme.counting import UnitNode, load_units_tree
from records.programme.reached import Reached, count_reached

SELF_REPORTED = "tự báo"  # in every line of a file: it may lie apart from its page
HEAD = ("ma_don_vi", "don_vi", "khoa_hoc", "thang", "so_nguoi", "so_buoi", "nguon")


@dataclass
class Sum:
    """How many people, in how many sessions; ``in_window``: people in the reporting window."""

    people: int = 0
    sessions: int = 0
    in_window: int = 0


@dataclass(frozen=True)
class ReachedFigures:
    """One unit with everything below it. ``children``: the units right below it, all of them;
    ``elsewhere``: on the nation's page, of learners whose unit leads nowhere."""

    unit: UnitNode
    path: tuple[UnitNode, ...]
    window: tuple[dt.date, dt.date]
    whole: Sum
    courses: Mapping[str, Sum]
    children: tuple[tuple[UnitNode, Sum], ...]
    elsewhere: Sum
    lines: Sequence[Reached]
    tree: Mapping[int, UnitNode]


def find_reached_figures(
    session: Session, unit_id: int, taught: Collection[str], *, at: dt.datetime
) -> ReachedFigures | None:
    """Count a unit and what lies below it; None for an unknown one. ``taught``: the courses that
    have a line also where nobody was taught."""
    tree = load_units_tree(session)
    if unit_id not in tree:
        return None
    window = reporting_window(today_in_vietnam(at))
    whole, elsewhere = Sum(), Sum()
    courses = {course: Sum() for course in sorted(taught)}
    children = defaultdict[int, Sum](Sum)
    lines = []
    for one in count_reached(session):
        way = _way(tree, one.unit_id)
        outside = tree[unit_id].kind == "nation" and unit_id not in way
        if not outside and unit_id not in way:
            continue
        lines.append(one)
        below = way[way.index(unit_id) + 1 :] if not outside else ()
        sums = [whole, courses.setdefault(one.course, Sum())]
        sums += [elsewhere] if outside else []
        sums += [children[below[0]]] if below else []
        for found in sums:
            _add(found, one, window)
    return ReachedFigures(
        unit=tree[unit_id],
        path=path_of(tree, unit_id),
        window=window,
        whole=whole,
        courses=courses,
        children=tuple((node, children[node.id]) for node in _right_below(tree, unit_id)),
        elsewhere=elsewhere,
        lines=lines,
        tree=tree,
    )


def as_rows(figures: ReachedFigures) -> Iterator[tuple[str | int, ...]]:
    """The same as a file: a head, then a line for each unit, course and month."""
    yield HEAD
    months = defaultdict[tuple[str, str, str, str], list[int]](lambda: [0, 0])
    for one in figures.lines:
        unit = figures.tree.get(one.unit_id or 0)
        code, name = (unit.code, unit.name) if unit else ("", "")
        sums = months[code, name, one.course, f"{one.day:%Y-%m}"]
        sums[0] += one.people
        sums[1] += one.sessions
    for key in sorted(months):
        yield (*key, *months[key], SELF_REPORTED)


def _way(tree: Mapping[int, UnitNode], unit_id: int | None) -> tuple[int, ...]:
    """Keys from the top down to the unit; none for nobody's."""
    if unit_id is None or unit_id not in tree:
        return ()
    return (*(node.id for node in path_of(tree, unit_id)), unit_id)


def _right_below(tree: Mapping[int, UnitNode], unit_id: int) -> list[UnitNode]:
    found = [
        node
        for node in tree.values()
        if (node.successor_id if node.successor_id is not None else node.parent_id) == unit_id
    ]
    return sorted(found, key=lambda node: (node.code, node.id))


def _add(to: Sum, one: Reached, window: tuple[dt.date, dt.date]) -> None:
    to.people += one.people
    to.sessions += one.sessions
    to.in_window += one.people if window[0] <= one.day <= window[1] else 0
