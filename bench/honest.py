"""Honest notebooks in both modes: how many agree, are explained by the check, or differ unsaid.

    python bench/honest.py [name …]

Marks every notebook of `tests/graders/honest/collection` (reference, half, wrong, empty) strictly
and as nbgrader does, asks the check where they differ, and prints a row for each. The last line is
JSON: ``{"notebooks", "equal", "explained", "silent"}``.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "graders"))

import honest_notebooks

from courses import check_notebook, read_notebook
from graders import Marker
from graders.both_modes import BothModes


def main(wanted: list[str]) -> None:
    logging.getLogger("motcham").addHandler(logging.NullHandler())
    counted = {"notebooks": 0, "equal": 0, "explained": 0, "silent": 0}
    with Marker(allow_reduced=True) as marker, BothModes(marker) as mark:
        for name in wanted or honest_notebooks.names():
            began = time.monotonic()
            try:
                verdict, details = judged(honest_notebooks.load(name), mark)
            except Exception as error:  # one notebook that breaks marking is a row, not the end
                verdict, details = "silent", f"{type(error).__name__}: {error}"
            counted["notebooks"] += 1
            counted[verdict] += 1
            spent = time.monotonic() - began
            print(f"{name:28} {verdict:10} {spent:6.1f} s  {details}", flush=True)
    print(json.dumps(counted))


def judged(honest: honest_notebooks.Honest, mark: BothModes) -> tuple[str, str]:
    """equal, explained or silent; and where the modes differ (strict/compatible)."""
    differing = honest_notebooks.differences(honest_notebooks.both(honest, mark))
    unequal = {one for cells in differing.values() for one in cells}
    details = "  ".join(
        f"{kind} {one} {mine:g}/{theirs:g}"
        for kind, cells in differing.items()
        for one, (mine, theirs) in cells.items()
    )
    if not unequal:
        return "equal", details
    problems = check_notebook(honest.name, read_notebook(honest.source), mark)
    named = honest_notebooks.named_by(problems, unequal)
    return ("explained" if unequal <= named or "*" in named else "silent"), details


if __name__ == "__main__":
    main(sys.argv[1:])
