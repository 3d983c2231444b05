"""From what a test did to points, by nbgrader's own rule.

A test cell's outputs are written down as nbgrader would find them and given to its
`determine_grade`: an error is 0, a number as last value is partial credit, anything else is full.
What a test prints on stderr costs nothing here (in stock nbgrader it does: see docs/marking.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import from_dict
from nbgrader.utils import determine_grade


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
    outputs: list[dict[str, Any]] = []
    if outcome.get("error") is not None:
        outputs.append({"output_type": "error"})
    elif outcome.get("result"):
        data = {"text/plain": str(outcome["result"])}
        outputs.append({"output_type": "execute_result", "data": data})
    about = {"grade": True, "solution": False, "points": points, "grade_id": "cell"}
    # No `nbformat.v4.new_code_cell`: it looks over the whole cell by the schema, at two
    # milliseconds a time, and here we write it ourselves.
    cell = {"cell_type": "code", "source": "", "outputs": outputs, "metadata": {"nbgrader": about}}
    as_notebook: Any = from_dict
    earned, _ = determine_grade(as_notebook(cell))
    return float(earned or 0.0)
