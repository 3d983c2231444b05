"""Rubrics: what a person who marks looks at, criterion by criterion, each with its levels.

An author writes one among an exercise's options, a title for each criterion and below it the
points of each level with what earns them::

    #| rubric:
    #|   Đủ ý:
    #|     2: Nêu đủ việc phải làm, thời hạn và nơi liên hệ.
    #|     1: Thiếu một ý.
    #|     0: Thiếu từ hai ý.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from core.manifest import Criterion, Level
from core.messages import Message, Refused


def read_rubric(found: Any, points: float) -> tuple[Criterion, ...]:
    """Read the ``rubric`` option of an exercise worth ``points``; () where there is none.

    Raises Refused with one message per fault: a criterion without two levels, points that are no
    number, criteria that do not add up to the exercise's points.
    """
    if found is None:
        return ()
    if not isinstance(found, dict) or not found:
        raise Refused(Message("thang chấm phải gồm các dòng “tiêu chí:”, dưới mỗi dòng là các mức"))
    faults: list[Message] = []
    criteria = tuple(_criterion(str(title), levels, faults) for title, levels in found.items())
    if faults:
        raise Refused(*faults)
    total = sum(criterion.max_points for criterion in criteria)
    if abs(total - points) > 1e-9:
        raise Refused(
            Message(
                "các tiêu chí cộng lại được {total:g} điểm, bài tập ghi {points:g} điểm",
                {"total": total, "points": points},
            )
        )
    return criteria


@dataclass(frozen=True)
class Picked:
    """What markers chose of one criterion: mean points, and the text of each level chosen."""

    title: str
    points: float
    max_points: float
    texts: tuple[str, ...]


def picked(rubric: Sequence[Criterion], picks: Sequence[Sequence[float]]) -> tuple[Picked, ...]:
    """What one or more markers chose, criterion by criterion; () where nobody used the rubric.

    ``picks``: for each marker the points of each criterion, in the rubric's order.
    """
    fitting = [one for one in picks if len(one) == len(rubric)]
    if not fitting:
        return ()
    return tuple(
        Picked(
            criterion.title,
            mean(one[place] for one in fitting),
            criterion.max_points,
            tuple(
                dict.fromkeys(
                    level.text
                    for one in fitting
                    if (level := criterion.find_level(one[place])) is not None
                )
            ),
        )
        for place, criterion in enumerate(rubric)
    )


def check_picks(rubric: Sequence[Criterion], picks: Sequence[float | None]) -> list[float]:
    """The points picked, one of its levels for each criterion. Raises Refused naming the others."""
    faults = {
        f"pick-{number}": Message(
            "Hãy chọn một mức cho tiêu chí “{title}”.", {"title": criterion.title}
        )
        for number, (criterion, points) in enumerate(zip(rubric, picks, strict=True))
        if points is None or criterion.find_level(points) is None
    }
    if faults:
        raise Refused.at_fields(faults)
    return [points for points in picks if points is not None]


def _criterion(title: str, found: Any, faults: list[Message]) -> Criterion:
    if not isinstance(found, dict) or len(found) < 2:
        faults.append(
            Message(
                "tiêu chí “{title}”: phải có ít nhất hai mức, mỗi mức một dòng “điểm: mô tả”",
                {"title": title},
            )
        )
        return Criterion(title, (Level(0.0, ""),))
    levels = []
    for points, text in found.items():
        if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
            faults.append(
                Message(
                    "tiêu chí “{title}”: điểm “{points}” phải là số từ 0, viết như 1 hoặc 1.5",
                    {"title": title, "points": str(points)},
                )
            )
            continue
        levels.append(Level(float(points), str(text or "")))
    levels.sort(key=lambda level: -level.points)
    return Criterion(title, tuple(levels) or (Level(0.0, ""),))
