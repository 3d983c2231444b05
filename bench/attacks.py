"""Every trick of tests/graders/attacks against our marker and against stock nbgrader.

    python bench/attacks.py [--ours] [--only WORD]

Prints a line for each trick and, last, JSON: for both sides how many were attempted, how many
succeeded (earned more than the honest mark), how many lost honest marks by it, and how many ended
without any mark stored (those lost them all). Stock runs behind
our walls, where it can harm nothing (tests/graders/attacks/stock.py), so it is given every file.
"""

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "tests" / "graders"
sys.path[:0] = [str(HERE), str(HERE / "attacks")]

from leaning import LEANING  # noqa: E402 - needs the path set above
from stock import SourceRefused, Stock  # noqa: E402 - needs the path set above
from tricks import TRICKS, Trick  # noqa: E402 - needs the path set above
from two_worlds import TWO_WORLDS  # noqa: E402 - needs the path set above

from graders import Marker  # noqa: E402 - needs the path set above


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", action="store_true", help="leave stock nbgrader out")
    parser.add_argument("--only", default="", help="tricks whose name holds this")
    asked = parser.parse_args()
    tricks = [trick for trick in (*TRICKS, *LEANING, *TWO_WORLDS) if asked.only in trick.name]
    sides = ["ours"] if asked.ours else ["ours", "stock"]
    found = {side: {"attempted": 0, "succeeded": 0, "lost": 0, "no_mark": 0} for side in sides}
    with ExitStack() as stack:
        marker = stack.enter_context(Marker(cell_s=4.0, notebook_s=40.0, allow_reduced=True))
        stock: Stock | None = None
        if not asked.ours:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="motcham-attacks-"))
            stock = stack.enter_context(Stock(Path(folder)))
        for trick in tricks:
            began = time.perf_counter()
            ours = marker.mark(trick.source, trick.content).total
            seconds = time.perf_counter() - began
            _count(found["ours"], trick, ours)
            shown = "  –"
            if stock is not None:
                with suppress(SourceRefused):
                    theirs = stock.total(trick)
                    _count(found["stock"], trick, theirs)
                    shown = " no" if theirs is None else f"{theirs:3g}"
            print(
                f"honest {trick.honest:3g}  ours {ours:3g}  stock {shown}  "
                f"{seconds:5.2f} s  {trick.name}",
                flush=True,
            )
    print(json.dumps(found))


def _count(tally: dict[str, int], trick: Trick, points: float | None) -> None:
    tally["attempted"] += 1
    tally["no_mark"] += points is None
    tally["succeeded"] += (points or 0.0) > trick.honest
    tally["lost"] += (points or 0.0) < trick.honest


if __name__ == "__main__":
    main()
