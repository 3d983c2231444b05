"""Every trick of tests/graders/attacks against our marker and, where it may, against stock.

    python bench/attacks.py [--ours] [--only WORD]

Prints a line for each trick and, last, JSON: attempted and succeeded for both. Stock nbgrader is
not given the tricks that would harm the machine (fork bombs, memory, killing processes).
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "tests" / "graders"
sys.path[:0] = [str(HERE), str(HERE / "attacks")]

from stock import make_course, stock_total  # noqa: E402 - needs the path set above
from tricks import SOURCE, TRICKS  # noqa: E402 - needs the path set above

from graders import Marker  # noqa: E402 - needs the path set above


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", action="store_true", help="leave stock nbgrader out")
    parser.add_argument("--only", default="", help="tricks whose name holds this")
    asked = parser.parse_args()
    tricks = [trick for trick in TRICKS if asked.only in trick.name]
    found = {"ours": [0, 0], "stock": [0, 0]}
    with (
        Marker(cell_s=4.0, notebook_s=40.0, allow_reduced=True) as marker,
        tempfile.TemporaryDirectory(prefix="motcham-attacks-") as folder,
    ):
        course = None if asked.ours else make_course(Path(folder, "made"))
        for trick in tricks:
            began = time.perf_counter()
            ours = marker.mark(SOURCE, trick.content).total
            seconds = time.perf_counter() - began
            _count(found["ours"], ours > trick.honest)
            theirs = None
            if course is not None and trick.stock:
                theirs = stock_total(course, Path(folder), trick)
                _count(found["stock"], theirs > trick.honest)
            shown = "  –" if theirs is None else f"{theirs:3g}"
            print(
                f"honest {trick.honest:3g}  ours {ours:3g}  stock {shown}  "
                f"{seconds:5.2f} s  {trick.name}",
                flush=True,
            )
    print(json.dumps({side: {"attempted": a, "succeeded": s} for side, (a, s) in found.items()}))


def _count(tally: list[int], succeeded: bool) -> None:
    tally[0] += 1
    tally[1] += succeeded


if __name__ == "__main__":
    main()
