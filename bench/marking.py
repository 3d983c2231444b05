"""Stock ``nbgrader autograde`` beside ours, on the same submissions, in one call.

Two courses: (a) our own, every submission of which has as many notebooks as the course has lessons,
(b) one whose notebooks import numpy, pandas and matplotlib. Every course is marked by the stock
command, by compatible mode (the headline: the same command for the same folder) and by the strict
`Marker`; what they write is compared to the cell. ``python bench/marking.py --n 40``; the last line
is JSON: ``ratio_*`` are wall clock, ``processor_ratio_*`` seconds of processor, starts included;
``cells_share_*`` is the part of our workers' time in which learners' cells ran, which no way of
marking that executes them can save.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import courses

BIN = Path(sys.executable).parent
ENVIRON = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}  # nbgrader calls alembic
ROOT = Path(__file__).parents[1]
OWN = ROOT / "courses/content/nhan-thuc-chung"
ASSIGNMENT = "bai-1"
REPORTED = (
    "ratio",
    "processor_ratio",
    "cells_share",
    "notebooks",
    "strict_ratio",
    "strict_processor_ratio",
    "strict_differs",
)
NO_ANSWER = "# YOUR CODE HERE\nraise NotImplementedError()"
MARKS = """
select student_id, notebook.name, base_cell.name, auto_score, manual_score, extra_credit,
       needs_manual_grade, null
from grade join base_cell on base_cell.id = grade.cell_id
join submitted_notebook on submitted_notebook.id = grade.notebook_id
join notebook on notebook.id = submitted_notebook.notebook_id
join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
union all
select student_id, notebook.name, base_cell.name, null, null, null, null, auto_comment
from comment join base_cell on base_cell.id = comment.cell_id
join submitted_notebook on submitted_notebook.id = comment.notebook_id
join notebook on notebook.id = submitted_notebook.notebook_id
join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
order by 1, 2, 3, 8
"""


@dataclass(frozen=True)
class Exercise:
    """One task: the right answer, wrong ones, and the test."""

    answer: str
    wrong: tuple[str, ...]
    test: str


@dataclass(frozen=True)
class Lesson:
    """A notebook to be marked: ``source`` for nbgrader, and one answered notebook per learner."""

    name: str
    source: bytes
    submissions: dict[str, bytes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=40, help="submissions per course")
    parser.add_argument("--workers", type=int, help="default: the command's own")
    parser.add_argument("--only", choices=["own", "scientific"])
    parser.add_argument("--no-strict", action="store_true", help="leave out the strict Marker")
    options = parser.parse_args()
    makers: dict[str, Callable[[int], list[Lesson]]] = {
        "own": own_course,
        "scientific": scientific_course,
    }
    result: dict[str, Any] = {"n": options.n, "cores": os.cpu_count(), "identical": True}
    print(f"{'course':<12}{'marked by':<12}{'wall s':>8}{'s each':>8}{'ratio':>7}  marks as stock")
    with tempfile.TemporaryDirectory(prefix="motcham-bench-") as temporary:
        for name, make in makers.items():
            if options.only in (None, name):
                folder = Path(temporary) / name
                figures = compare(name, make(options.n), folder, options.workers)
                if not options.no_strict:
                    figures |= strict(name, make(options.n), figures, options.workers)
                result["identical"] &= figures["identical"]
                result |= {f"{key}_{name}": figures.get(key) for key in REPORTED}
    result["submit_to_mark_p95_s"] = submit_to_mark()
    print(json.dumps(result))


def compare(name: str, lessons: list[Lesson], folder: Path, workers: int | None) -> dict[str, Any]:
    """Mark with the stock command and with ours, each on its own copy of the course folder."""
    build(lessons, folder / "course")
    number = sum(len(lesson.submissions) for lesson in lessons)
    for contestant in ("stock", "ours"):
        shutil.copytree(folder / "course", folder / contestant)
    stock_s, stock_cpu = timed([str(BIN / "nbgrader"), "autograde", ASSIGNMENT], folder / "stock")
    command = [str(BIN / "motcham"), "autograde", ".", ASSIGNMENT]
    if workers is not None:
        command += ["--workers", str(workers)]
    ours_s, ours_cpu = timed(command, folder / "ours")
    stock, ours = marks(folder / "stock"), marks(folder / "ours")
    same = stock == ours and bool(stock)
    at_once = workers or (os.cpu_count() or 1) + 1
    own_work = cells_own_seconds(folder / "ours") / at_once / ours_s
    stock_work = cells_own_seconds(folder / "stock") / stock_s
    note = f"cells {stock_work:.0%} of the time; processor {stock_cpu / number:.2f} s each"
    show(name, "stock", stock_s, number, 1.0, note)
    note = f"{len(stock)} rows {'equal' if same else 'DIFFER'}; cells {own_work:.0%} of the time; "
    note += f"processor {ours_cpu / number:.2f} s each"
    show(name, "compatible", ours_s, number, stock_s / ours_s, note)
    return {
        "ratio": round(stock_s / ours_s, 2),
        "identical": same,
        "notebooks": number,
        "stock_s": stock_s,
        "stock_cpu": stock_cpu,
        "processor_ratio": round(stock_cpu / ours_cpu, 2),
        "cells_share": round(own_work, 3),
        "marks": stock,
    }


def strict(
    name: str, lessons: list[Lesson], figures: dict[str, Any], workers: int | None
) -> dict[str, Any]:
    """The same submissions by the strict Marker, start of its processes included."""
    from graders.marker import Marker

    jobs = [
        (learner, lesson, submitted)
        for lesson in lessons
        for learner, submitted in lesson.submissions.items()
    ]
    began, used = time.monotonic(), processor_s() + time.process_time()
    with (
        Marker(allow_reduced=True) as marker,
        ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool,
    ):
        marked = list(pool.map(lambda job: marker.mark(job[1].source, job[2]), jobs))
    took = time.monotonic() - began
    used = processor_s() + time.process_time() - used
    stock = {row[:3]: row[3] for row in figures["marks"] if row[3] is not None}
    ours = {
        (learner, lesson.name, cell.grade_id): cell.points
        for (learner, lesson, _), result in zip(jobs, marked, strict=True)
        for cell in result.cells
    }
    differ = sum(ours.get(key) != value for key, value in stock.items())
    note = f"{len(stock)} scores, {differ} differ; processor {used / len(jobs):.2f} s each"
    show(name, "strict", took, len(jobs), figures["stock_s"] / took, note)
    return {
        "strict_ratio": round(figures["stock_s"] / took, 2),
        "strict_processor_ratio": round(figures["stock_cpu"] / used, 2),
        "strict_differs": differ,
    }


def show(course: str, by: str, wall: float, number: int, ratio: float, note: str) -> None:
    print(f"{course:<12}{by:<12}{wall:>8.1f}{wall / number:>8.3f}{ratio:>7.1f}  {note}", flush=True)


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall and processor seconds of a command and of everything it waited for."""
    began, used = time.monotonic(), processor_s()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=ENVIRON)
    took = time.monotonic() - began
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stderr[-4000:]}")
    return took, processor_s() - used


def processor_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def marks(folder: Path) -> list[tuple[Any, ...]]:
    """Every score, flag and comment in the gradebook."""
    with sqlite3.connect(folder / "gradebook.db") as database:
        return list(database.execute(MARKS))


def cells_own_seconds(folder: Path) -> float:
    """What the learners' cells themselves took, from busy to idle."""
    total = 0.0
    for path in (folder / "autograded").rglob("*.ipynb"):
        for cell in json.loads(path.read_text())["cells"]:
            times = cell["metadata"].get("execution", {})
            if "iopub.status.idle" in times:
                busy, idle = (
                    datetime.fromisoformat(times[f"iopub.status.{state}"])
                    for state in ("busy", "idle")
                )
                total += (idle - busy).total_seconds()
    return total


def build(lessons: list[Lesson], folder: Path) -> None:
    """A stock course folder with the assignment generated and the submissions in place."""
    source = folder / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")
    for lesson in lessons:
        (source / f"{lesson.name}.ipynb").write_bytes(lesson.source)
    timed([str(BIN / "nbgrader"), "generate_assignment", ASSIGNMENT, "--create"], folder)
    for lesson in lessons:
        for learner, notebook in lesson.submissions.items():
            handed_in = folder / "submitted" / learner / ASSIGNMENT
            handed_in.mkdir(parents=True, exist_ok=True)
            (handed_in / f"{lesson.name}.ipynb").write_bytes(notebook)


def submit_to_mark() -> float | None:
    """p95 in seconds from handing in to stored marks, idle; as bench/submissions.py has it."""
    program = Path(__file__).with_name("submissions.py")
    done = subprocess.run(
        [sys.executable, str(program), "--idle-only"], capture_output=True, text=True
    )
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return None
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said.get("submit_to_mark_p95_s")


def own_course(number: int) -> list[Lesson]:
    """Every lesson of our own course, handed in by ``number`` learners."""
    return [own_lesson(Path(lesson.file), number) for lesson in courses.load_course(OWN).lessons]


def own_lesson(file: Path, number: int) -> Lesson:
    source = courses.read_notebook((OWN / file).read_bytes())
    solved, blank = courses.solved_notebook(source), courses.learner_notebook(source)
    submissions = {}
    for learner in range(number):
        answered = copy.deepcopy(solved)
        for place, cell in enumerate(answered["cells"]):
            if learner % 10 == 9 or (learner * 7 + place * 3) % 11 == 0:
                cell["source"] = blank["cells"][place]["source"]
        submissions[f"TN{learner:04}"] = courses.write_notebook(answered)
    return Lesson(file.stem, (OWN / file).read_bytes(), submissions)


def scientific_course(number: int) -> list[Lesson]:
    """A lesson of an ordinary data-analysis course."""
    imports = "import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt"
    first = [imports + "\n%matplotlib inline"]
    exercises = [
        Exercise("x = np.linspace(0, 1, 101)", ("x = np.arange(101)",), "assert x[-1] == 1"),
        Exercise(
            "bang = pd.DataFrame({'tinh': list('abc') * 40, 'so': np.arange(120)})",
            ("bang = pd.DataFrame()",),
            "assert list(bang.columns) == ['tinh', 'so']\nassert len(bang) == 120",
        ),
        Exercise(
            "tong = bang.groupby('tinh')['so'].sum()",
            ("tong = bang", NO_ANSWER),
            "assert tong['a'] == 2340\npd.testing.assert_series_equal(tong, tong.copy())",
        ),
        Exercise(
            "fig, ax = plt.subplots()\nax.plot(x, x ** 2)\nax.set_xlabel('x')",
            ("fig = None", "plt.plot(x)"),
            # A figure is looked at where it was drawn (docs/marking.md); to stock a comment.
            "#| shared: true\nassert fig.axes[0].get_xlabel() == 'x'\n"
            "assert len(fig.axes[0].lines) == 1",
        ),
        Exercise("tb = float(np.mean(x))", ("tb = 0",), "assert abs(tb - 0.5) < 1e-9\n0.75"),
        Exercise(
            "xoay = bang.pivot_table(index='tinh', values='so', aggfunc='mean')",
            ("xoay = None",),
            "assert xoay.loc['b', 'so'] == 59.5",
        ),
        Exercise("bang.head()\ncao = bang['so'].max()", ("cao = '119'",), "assert cao == 119"),
        Exercise("lech = np.std([1, 2, 3, 4])", ("lech = 1",), "assert round(lech, 3) == 1.118"),
    ]
    return [lesson("phan-tich", first, exercises, number)]


def lesson(name: str, first: list[str], exercises: list[Exercise], number: int) -> Lesson:
    source = notebook(first, [exercise.answer for exercise in exercises], exercises, source=True)
    submissions = {
        f"TN{learner:04}": notebook(first, answers(exercises, learner), exercises, source=False)
        for learner in range(number)
    }
    return Lesson(name, source, submissions)


def answers(exercises: list[Exercise], learner: int) -> list[str]:
    """Most are right; every learner errs somewhere else, every tenth hands in an empty notebook."""
    if learner % 10 == 9:
        return [NO_ANSWER] * len(exercises)
    return [
        exercise.wrong[(learner + place) % len(exercise.wrong)]
        if (learner * 7 + place * 3) % 5 == 0
        else exercise.answer
        for place, exercise in enumerate(exercises)
    ]


def notebook(
    first: list[str], written: list[str], exercises: list[Exercise], *, source: bool
) -> bytes:
    cells = [new_markdown_cell("Đọc rồi làm."), *(new_code_cell(text) for text in first)]
    for place, (exercise, text) in enumerate(zip(exercises, written, strict=True)):
        cells.append(new_markdown_cell(f"Bài {place + 1}"))
        body = f"### BEGIN SOLUTION\n{text}\n### END SOLUTION" if source else text
        cells.append(graded(body, f"lam-{place}", solution=True))
        cells.append(graded(exercise.test, f"kiem-{place}", points=2))
    for place, cell in enumerate(cells):
        cell["id"] = f"o-{place}"
    book = new_notebook(cells=cells)
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.writes(book).encode()


def graded(source: str, grade_id: str, *, solution: bool = False, points: int = 0) -> Any:
    data: dict[str, Any] = {
        "grade_id": grade_id,
        "solution": solution,
        "grade": bool(points),
        "locked": bool(points),
        "task": False,
        "schema_version": 3,
    }
    if points:
        data["points"] = points
    return new_code_cell(source, metadata={"nbgrader": data})


if __name__ == "__main__":
    main()
