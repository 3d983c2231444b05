"""A lesson of ours in an unchanged nbgrader: released, marked and exported by its own commands."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from courses import learner_notebook, load_course, solved_notebook, variant, write_notebook

CONTENT = Path(__file__).parents[2] / "courses" / "content"


@pytest.fixture
def nbgrader(tmp_path):
    """Runs an nbgrader command in a fresh course folder."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it calls alembic
    nowhere = str(tmp_path / "none")
    environment = os.environ | {"PATH": path, "HOME": nowhere, "JUPYTER_CONFIG_DIR": nowhere}

    def run(*words):
        command = [sys.executable, "-m", "nbgrader", *words]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    return run


def test_stock_nbgrader_gives_the_solution_everything_and_an_empty_answer_nothing(
    nbgrader, tmp_path
):
    lesson = load_course(CONTENT / "nhan-thuc-chung").lessons[-1]
    source = variant(lesson.source, 5)
    for folder, notebook in (
        ("source", source),
        ("submitted/TN001", solved_notebook(source)),
        ("submitted/TN002", learner_notebook(source)),
    ):
        path = tmp_path / folder / "ps1" / "bai.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(write_notebook(notebook))
    nbgrader("generate_assignment", "ps1")
    nbgrader("autograde", "ps1")
    nbgrader("export")
    with (tmp_path / "grades.csv").open(encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"TN001": lesson.max_points, "TN002": 0.0}
