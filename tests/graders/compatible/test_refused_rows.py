"""A submission of which every notebook is refused leaves the rows that stock nbgrader leaves."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
CASE = Path(__file__).parents[1] / "honest/46-autograde-refused-rows"
TABLES = {
    "student": "id",
    "submitted_assignment": "student_id, timestamp",
    "submitted_notebook": "late_submission_penalty",
    "grade": "auto_score, manual_score, needs_manual_grade",
    "comment": "auto_comment, manual_comment",
}

pytestmark = pytest.mark.timeout(600)


def _rows(folder):
    with sqlite3.connect(folder / "gradebook.db") as database:
        return {
            table: sorted(database.execute(f"select {columns} from {table}"))
            for table, columns in TABLES.items()
        }


def _run(folder, *command):
    kept = os.environ | {"PATH": os.pathsep.join([str(BIN), os.environ["PATH"]])}
    kept.pop("PYTEST_CURRENT_TEST", None)
    return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True)


def test_rows_of_a_submission_whose_notebooks_have_other_names_are_kept(tmp_path):
    stock, ours = tmp_path / "stock", tmp_path / "ours"
    shutil.copytree(CASE, stock)
    assert _run(stock, "nbgrader", "generate_assignment", "bai").returncode == 0
    shutil.copytree(stock, ours)
    assert _run(stock, "nbgrader", "autograde", "bai").returncode != 0
    assert _run(ours, "motcham", "autograde", str(ours), "bai").returncode == 1
    assert _rows(ours) == _rows(stock)
    assert all(len(rows) == 1 for rows in _rows(ours).values())
