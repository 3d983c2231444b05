"""Runs the reference solution of every lesson of a course with many sets of drawn numbers, as plain
Python. What ships is ours: no wall stands around it. Prints, as JSON, where it did not earn all.

    python drawn.py COURSE_FOLDER SETS
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from courses.course import load_course
from courses.handouts.variants import variant
from courses.notebooks import source_of


def points_of(notebook: dict[str, Any]) -> list[str]:
    """The tests that do not give all of their points, and why."""
    short: list[str] = []
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        told = io.StringIO()
        marking = cell["metadata"].get("nbgrader", {})
        try:
            with contextlib.redirect_stdout(told):
                value = run(source_of(cell), names)
        except Exception as error:
            short.append(f"{marking.get('grade_id')}: {type(error).__name__} {error}")
            continue
        earned = value if isinstance(value, int | float) else marking.get("points", 0)
        if marking.get("grade") and abs(earned - marking["points"]) > 1e-9:
            short.append(f"{marking['grade_id']}: {earned} {told.getvalue().strip()}")
    return short


def run(source: str, names: dict[str, Any]) -> object:
    """Runs a cell; the value of its last line, if that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return (
        None if last is None else eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    )


def main(folder: str, sets: str) -> None:
    lessons = load_course(Path(folder)).lessons
    os.chdir(tempfile.mkdtemp())
    found = {
        f"{lesson.slug} #{seed}": short
        for lesson in lessons
        for seed in range(1, int(sets) + 1)
        if (short := points_of(variant(lesson.source, seed)))
    }
    print(json.dumps({"tried": len(lessons) * int(sets), "short": found}, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
