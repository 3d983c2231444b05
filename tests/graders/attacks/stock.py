"""The same files given to stock nbgrader, in a course folder of its own each time."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from notebooks import as_bytes
from tricks import SOURCE, Trick

CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'x'\nc.ExecutePreprocessor.timeout = 20\n"


def make_course(folder: Path) -> Path:
    """A course with the exercise released; made once, copied for each trick."""
    source = folder / "source" / "ps" / "bai.ipynb"
    source.parent.mkdir(parents=True)
    source.write_bytes(as_bytes(SOURCE | {"metadata": {"kernelspec": _KERNEL}}))
    (folder / "nbgrader_config.py").write_text(CONFIG)
    done = _nbgrader(folder, "generate_assignment", "ps")
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return folder


def stock_total(course: Path, work: Path, trick: Trick) -> float:
    """Points that stock nbgrader gives; 0 when it gives up."""
    mine = work / "course"
    shutil.rmtree(mine, ignore_errors=True)
    shutil.copytree(course, mine)
    submitted = mine / "submitted" / "hv" / "ps" / "bai.ipynb"
    submitted.parent.mkdir(parents=True)
    notebook = {"metadata": {"kernelspec": _KERNEL}} | trick.notebook
    notebook["metadata"] = {"kernelspec": _KERNEL} | trick.notebook["metadata"]
    submitted.write_bytes(as_bytes(notebook))
    _nbgrader(mine, "autograde", "ps", "--student=hv")
    with closing(sqlite3.connect(mine / "gradebook.db")) as database:
        rows = database.execute(
            "select coalesce(manual_score, auto_score, 0) + coalesce(extra_credit, 0) from grade"
        ).fetchall()
    return float(sum(score for (score,) in rows))


_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def _nbgrader(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    here = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{here}:{os.environ['PATH']}", "JUPYTER_NO_CONFIG": "1"}
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
