"""From what a test did to points, by nbgrader's own rule.

A test cell's outputs are written down as nbgrader would find them and given to its
`determine_grade`: an error is 0, a number as last value is partial credit, nothing is full.
Where nbgrader reads the text of the last value, and gives full points for every text that is no
number, strict mode looks at the value: numbers of all libraries are numbers, a truth value is all
or nothing, and a person looks where the test judges by nothing else and its value is none of these.
What a test prints on stderr costs nothing here (in stock nbgrader it does: see docs/marking.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import from_dict
from nbgrader.utils import determine_grade

from courses.endings import Ending


class _AskAPerson(ValueError):
    """The last value of the test says no number of points."""


def score(
    points: float, outcomes: Sequence[Mapping[str, Any]], ending: Ending | None = None
) -> tuple[float, bool]:
    """Points of a test from its outcomes (``error``, ``result``), and whether to ask a person.

    The lowest outcome counts. A person must look where the test gave more than it is worth, which
    nbgrader refuses, or less than nothing, or what is no number of points.
    """
    found: list[float] = []
    for outcome in outcomes:
        try:
            found.append(_score_one(points, outcome, ending or Ending()))
        except ValueError:
            return 0.0, True
    return (min(found) if found else 0.0), False


def _score_one(points: float, outcome: Mapping[str, Any], ending: Ending) -> float:
    outputs: list[dict[str, Any]] = []
    if outcome.get("error") is not None:
        outputs.append({"output_type": "error"})
    else:
        given = _given(points, outcome.get("result"), ending)
        if given is not None:
            data = {"text/plain": repr(given)}
            outputs.append({"output_type": "execute_result", "data": data})
    about = {"grade": True, "solution": False, "points": points, "grade_id": "cell"}
    # No `nbformat.v4.new_code_cell`: it looks over the whole cell by the schema, at two
    # milliseconds a time, and here we write it ourselves.
    cell = {"cell_type": "code", "source": "", "outputs": outputs, "metadata": {"nbgrader": about}}
    as_notebook: Any = from_dict
    earned, _ = determine_grade(as_notebook(cell))
    return float(earned or 0.0)


def _given(points: float, value: Mapping[str, Any] | None, ending: Ending) -> float | None:
    """The number that the last value (`graders.strict.between.last_value`) comes to; None where it
    says nothing.

    Raises `_AskAPerson`.
    """
    if value is None or ending.says_nothing:
        return None
    if not ending.own and "truth" in value:
        return float(points) if value["truth"] is True else 0.0
    if not ending.own and "number" in value:
        number = float(value["number"])
        if not math.isfinite(number) or number < 0:
            raise _AskAPerson
        return number
    if ending.checks:
        return None  # shown after its checks, as people do
    raise _AskAPerson
