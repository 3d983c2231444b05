"""From what a test did to points, by nbgrader's own rule for a test cell.

An error is 0, a number as last value is that many points, nothing is full marks: what nbgrader's
`determine_grade` makes of the cell's outputs, said here because loading nbgrader takes longer than
marking a notebook (a test holds the two together). Where nbgrader reads the text of the last value,
and gives full points for every text that is no number, strict mode looks at the value: numbers of
all libraries are numbers, a truth value is all or nothing, and a person looks where the test judges
by nothing else and its value is none of these. What a test prints on stderr costs nothing here (in
stock nbgrader it does: see docs/marking.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from courses.endings import Ending
from graders.strict.between.protocol import LastValue, Outcome


class _AskAPerson(ValueError):
    """The last value of the test says no number of points."""


def score(
    points: float, outcomes: Sequence[Mapping[str, Any]], ending: Ending | None = None
) -> tuple[float, bool]:
    """Points of a test from its outcomes (`Outcome`), and whether to ask a person.

    The lowest outcome counts. A person must look where the test gave more than it is worth, which
    nbgrader refuses, or less than nothing, or what is no number of points.
    """
    found: list[float] = []
    for outcome in outcomes:
        try:
            found.append(_score_one(points, outcome, ending or Ending()))
        except ValueError:  # also a number that is none
            return 0.0, True
    return (min(found) if found else 0.0), False


def _score_one(points: float, outcome: Mapping[str, Any], ending: Ending) -> float:
    if outcome.get(Outcome.ERROR) is not None:
        return 0.0
    given = _given(points, outcome.get(Outcome.RESULT), ending)
    if given is None:
        return float(points)
    if given > points:
        raise _AskAPerson
    return given


def _given(points: float, value: Mapping[str, Any] | None, ending: Ending) -> float | None:
    """The number that the last value (`graders.strict.between.last_value`) comes to; None where it
    says nothing.

    Raises `_AskAPerson`.
    """
    if value is None or ending.says_nothing:
        return None
    if not ending.own and LastValue.TRUTH in value:
        return float(points) if value[LastValue.TRUTH] is True else 0.0
    if not ending.own and LastValue.NUMBER in value:
        number = float(value[LastValue.NUMBER])
        if not math.isfinite(number) or number < 0:
            raise _AskAPerson
        return number
    if ending.checks:
        return None  # shown after its checks, as people do
    raise _AskAPerson
