"""From what a test did to points, by nbgrader's own rule.

A test cell's outputs are written down as nbgrader would find them and given to its
`determine_grade`: an error is 0, a number as last value is partial credit, anything else is full.
What a test prints on stderr costs nothing here (in stock nbgrader it does: see docs/marking.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import nbformat
from nbgrader.utils import determine_grade

_NEW: Any = nbformat.v4


def score(points: float, outcomes: Sequence[Mapping[str, Any]]) -> tuple[float, bool]:
    """Points of a test from its outcomes (``error``, ``result``), and whether to ask a person.

    The lowest outcome counts. A person must look where the test gave more than it is worth, which
    nbgrader refuses.
    """
    found: list[float] = []
    for outcome in outcomes:
        try:
            found.append(_score_one(points, outcome))
        except ValueError:
            return 0.0, True
    return (min(found) if found else 0.0), False


def _score_one(points: float, outcome: Mapping[str, Any]) -> float:
    if outcome.get("error") is not None:
        output = _NEW.new_output("error", ename="Error", evalue="", traceback=[])
    elif outcome.get("result"):
        data = {"text/plain": str(outcome["result"])}
        output = _NEW.new_output("execute_result", data=data)
    else:
        output = None
    cell = _NEW.new_code_cell("", outputs=[output] if output else [])
    cell.metadata["nbgrader"] = {
        "grade": True,
        "solution": False,
        "points": points,
        "grade_id": "cell",
    }
    earned, _ = determine_grade(cell)
    return float(earned or 0.0)
