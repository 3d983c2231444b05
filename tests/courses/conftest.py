"""Small notebooks to write tests with, and the course that is really taught."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from courses import load_course

CONTENT = Path(__file__).parents[2] / "courses" / "content"


def marked(kind, grade_id, source, *, cell_type="code", **flags):
    marking = {
        "grade": False,
        "grade_id": grade_id,
        "locked": False,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    marking |= {
        "solution": {"solution": True},
        "test": {"grade": True, "locked": True, "points": 2},
        "manual": {"grade": True, "solution": True, "points": 3},
        "locked": {"locked": True},
        "task": {"task": True, "locked": True, "points": 1},
    }[kind]
    cell = {
        "cell_type": cell_type,
        "id": grade_id,
        "metadata": {"nbgrader": marking | flags},
        "source": source,
    }
    return cell | ({"execution_count": None, "outputs": []} if cell_type == "code" else {})


def text(name, source):
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def notebook(*cells):
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made = {
        "cells": list(cells),
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    made = nbformat.from_dict(made)
    nbformat.validate(made)
    return made


@pytest.fixture(scope="session")
def cells():
    """Makers of cells and notebooks: ``marked``, ``text``, ``notebook``."""
    return SimpleNamespace(marked=marked, text=text, notebook=notebook)


FORM = """#| form: single
#| label: Chọn một đáp án
#| options:
#|   a: Phương án một
#|   b: Phương án hai
chon = None
### BEGIN SOLUTION
chon = "b"
### END SOLUTION"""

TEST = """#| exercise: Bài thử
#| competence: "1.1"
#| level: 1
#| minutes: 5
#| hint: Đọc lại đề.
assert chon is not None, "Anh chị chưa chọn."
### BEGIN HIDDEN TESTS
assert chon == "b", "Chưa đúng."
### END HIDDEN TESTS"""


SOURCES = "Văn bản dùng trong bài: QĐ 749/QĐ-TTg ngày 03/6/2020, mục II."


@pytest.fixture
def one_exercise():
    """A notebook with a task, a form cell and its test."""
    return notebook(
        text("viec", "### Việc\nChọn đi."),
        marked("solution", "tra-loi", FORM),
        marked("test", "cham", TEST),
    )


@pytest.fixture
def course_folder(tmp_path, one_exercise):
    """A course folder with that one lesson and its source, to spoil in tests."""
    (tmp_path / "lessons").mkdir()
    one_exercise.cells.append(nbformat.from_dict(text("nguon", SOURCES)))
    nbformat.write(one_exercise, tmp_path / "lessons" / "01.ipynb")
    (tmp_path / "course.toml").write_text(
        """slug = "thu"
title = "Khóa thử"
title_en = "A trial"
programme = "chuyen-doi-so-10000"
frame = "4.1"
summary = "Để thử."
framework = "vn-tt02-2025"
pass_share = 0.5
[[lesson]]
slug = "mot"
title = "Bài một"
file = "lessons/01.ipynb"
theory_minutes = 2
""",
        encoding="utf-8",
    )
    return tmp_path


def course_folders():
    return sorted(path.parent for path in CONTENT.glob("*/course.toml"))


@pytest.fixture(scope="session", params=course_folders(), ids=lambda folder: folder.name)
def real_course(request):
    return load_course(request.param)
