"""How long commands take that do next to nothing, beside ``nbgrader --version`` on this machine.

``motcham --help``; ``motcham mark`` of a notebook of two lines that is right; of one that is wrong,
which is then marked a second time as nbgrader does. Each in turn, several times over; the last line
is JSON with the medians: seconds of wall clock, seconds of processor (children included), and both
as multiples of ``nbgrader --version``. ``python bench/commands.py --times 5``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook, writes

BIN = Path(sys.executable).parent
STOCK = "nbgrader --version"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory(prefix="motcham-commands-") as folder:
        commands = commands_on(Path(folder))
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(times):
            for name, command in commands.items():
                found[name].append(timed(command))
    medians = {name: tuple(map(statistics.median, zip(*runs, strict=True)))
               for name, runs in found.items()}  # fmt: skip
    wall, cpu = medians[STOCK]
    print(f"{'command':<28}{'wall s':>9}{'cpu s':>9}{'wall ×':>9}{'cpu ×':>9}")
    for name, (w, c) in medians.items():
        print(f"{name:<28}{w:>9.2f}{c:>9.2f}{w / wall:>9.2f}{c / cpu:>9.2f}")
    print(json.dumps({name: [round(one, 3) for one in pair] for name, pair in medians.items()}))


def commands_on(folder: Path) -> dict[str, list[str]]:
    source = notebook("### BEGIN SOLUTION\ntong = 3\n### END SOLUTION")
    places = {}
    for name, text in (("source", source), ("right", notebook("tong = 3")),
                       ("wrong", notebook("tong = 4"))):  # fmt: skip
        places[name] = folder / f"{name}.ipynb"
        places[name].write_text(text, encoding="utf-8")
    mark = [str(BIN / "motcham"), "mark", str(places["source"])]
    return {
        STOCK: [str(BIN / "nbgrader"), "--version"],
        "motcham --help": [str(BIN / "motcham"), "--help"],
        "motcham mark, all points": [*mark, str(places["right"])],
        "motcham mark, points lost": [*mark, str(places["wrong"])],
    }


def notebook(answer: str) -> str:
    cells = []
    for text, grade in ((answer, False), ("assert tong == 3", True)):
        about = {"grade": grade, "solution": not grade, "locked": grade, "task": False,
                 "schema_version": 3, "grade_id": f"o-{grade}"}  # fmt: skip
        about |= {"points": 1} if grade else {}
        cells.append(new_code_cell(text, metadata={"nbgrader": about}))
    text: str = writes(new_notebook(cells=cells))
    return text


def timed(command: list[str]) -> tuple[float, float]:
    began, used = time.monotonic(), processor_s()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stderr[-2000:]}")
    return time.monotonic() - began, processor_s() - used


def processor_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
