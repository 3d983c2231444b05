"""A small stock course, marked once by stock nbgrader and once by us."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

BIN = Path(sys.executable).parent
ENVIRON = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
ENVIRON.pop("PYTEST_CURRENT_TEST", None)  # ipykernel behaves otherwise where it is set
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "mau"
c.Execute.timeout = 10
c.Execute.iopub_timeout = 60
c.AssignLatePenalties.plugin_class = "late_plugin.HalfTheScore"
"""
LATE = """
from nbgrader.plugins import BasePlugin

class HalfTheScore(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2
"""
OF_A_NOTEBOOK = """
join submitted_notebook on submitted_notebook.id = {0}.notebook_id
join notebook on notebook.id = submitted_notebook.notebook_id
join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
join base_cell on base_cell.id = {0}.cell_id order by 1, 2, 3
"""
GRADES = """
select student_id, notebook.name, base_cell.name, auto_score, manual_score, extra_credit,
needs_manual_grade, late_submission_penalty, timestamp from grade
""" + OF_A_NOTEBOOK.format("grade")
COMMENTS = """
select student_id, notebook.name, base_cell.name, auto_comment, manual_comment from comment
""" + OF_A_NOTEBOOK.format("comment")
FIRST = "import numpy as np\nimport matplotlib.pyplot as plt"


def code(source, grade_id=None, **kind):
    data = {"grade": False, "solution": False, "locked": False, "task": False} | kind
    cell = new_code_cell(source)
    if grade_id:
        cell.metadata.nbgrader = {"grade_id": grade_id, "schema_version": 3, **data}
    return cell


def text(source, grade_id, **kind):
    cell = code(source, grade_id, **kind)
    return new_markdown_cell(source, metadata=cell.metadata)


def as_bytes(cells):
    for number, cell in enumerate(cells):
        cell["id"] = f"o-{number}"
    book = new_notebook(cells=cells)
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.writes(book).encode()


def test_cell(source, grade_id, points):
    return code(source, grade_id, grade=True, locked=True, points=points)


def first_notebook(answer="def doubled(x):\n    return 2 * x", essay="Trả lời mẫu."):
    """The honest notebook; the arguments are what a learner may write."""
    return [
        code("import math"),
        code("### BEGIN SOLUTION\n" + answer + "\n### END SOLUTION", "lam", solution=True),
        test_cell("assert doubled(2) == 4, 'gấp đôi'", "kiem", 2),
        test_cell("### BEGIN HIDDEN TESTS\nassert doubled(5) == 10\n### END HIDDEN TESTS", "an", 3),
        test_cell("1.5 if doubled(1) == 2 else 0.25", "phan", 2),
        text(essay, "luan", grade=True, solution=True, points=4),
        text("Nhiệm vụ", "viec", task=True, locked=True, points=5),
    ]


def second_notebook():
    return [
        code(FIRST),
        code("### BEGIN SOLUTION\nb = 3\n### END SOLUTION", "lam-b", solution=True),
        test_cell("assert b == 3", "kiem-b", 1),
        code("fig, ax = plt.subplots()\nlines = ax.plot(np.arange(3))", "ve", solution=True),
        test_cell("assert len(ax.lines) == 1", "hinh", 1),
    ]


def learner_cells(answer="def doubled(x):\n    return 2 * x", essay="Tôi trả lời."):
    cells = first_notebook(answer, essay)
    cells[1].source = answer
    return cells


def submissions():
    """Learner -> files handed in. Honest, clumsy and hostile ones; codes are made up."""
    honest = as_bytes(learner_cells())
    second = as_bytes(second_notebook())
    handed_in = {
        "TN-dung": {"b1.ipynb": honest, "b2.ipynb": second},
        "TN-thieu-b2": {"b1.ipynb": honest},
        "TN-tre": {"b1.ipynb": honest, "timestamp.txt": b"2030-02-03 10:00:00 UTC"},
        "TN-la": {"b1.ipynb": honest, "khong-co.ipynb": second, "du-lieu.csv": b"1,2"},
    }
    for name, answer in ANSWERS.items():
        handed_in[f"TN-{name}"] = {"b1.ipynb": as_bytes(learner_cells(answer))}
    for name, change in EDITS.items():
        cells = learner_cells()
        handed_in[f"TN-{name}"] = {"b1.ipynb": as_bytes(change(cells) or cells)}
    cells = second_notebook()
    _forgot_pyplot(cells)
    handed_in["TN-quen-pyplot"] = {"b1.ipynb": honest, "b2.ipynb": as_bytes(cells)}
    handed_in["TN-che-numpy"] = {"b2.ipynb": second, "numpy.py": b"arange = None"}
    handed_in["TN-mo-dun"] = {
        "b1.ipynb": as_bytes(learner_cells("from rieng import doubled")),
        "rieng.py": b"def doubled(x):\n    return x + x\n",
    }
    handed_in["TN-hong"] = {"b1.ipynb": b"{khong phai JSON"}
    return handed_in


ANSWERS = {
    "trong": "# YOUR CODE HERE\nraise NotImplementedError()",
    "sai": "def doubled(x):\n    return x",
    "cu-phap": "def doubled(x:\n    return",
    "stderr": "import sys\ndef doubled(x):\n    print('!', file=sys.stderr)\n    return 2 * x",
    "canh-bao": "import warnings\ndef doubled(x):\n    warnings.warn('cũ')\n    return 2 * x",
    "he-thong": "import os\ndef doubled(x):\n    os.system('echo loi 1>&2; sleep 0.3')\n"
    "    return 2 * x",
    "lap-vo-han": "def doubled(x):\n    while x == 5:\n        pass\n    return 2 * x",
    "lap-ngay": "while True:\n    pass",
    "thoat": "import os\nos._exit(0)",
    "in-nhieu": "def doubled(x):\n    print('\\n' * 1200)\n    raise ValueError(x)",
    "bat-dong-bo": "import asyncio\nawait asyncio.sleep(0)\ndef doubled(x):\n    return 2 * x",
    "hoi": "def doubled(x):\n    return int(input('x?'))",
    "qua-diem": "def doubled(x):\n    get_ipython().displayhook(100.0)\n    return 2 * x",
    "cho-diem": "def doubled(x):\n    get_ipython().displayhook(1.0)\n    return 0",
    "am": "def doubled(x):\n    get_ipython().displayhook(-1.0)\n    return 0",
    "thoat-he-thong": "import sys\ndef doubled(x):\n    sys.exit(1)",
    "an-loi": "get_ipython().showtraceback = lambda *a, **k: None\ndef doubled(x):\n    return 1",
    "ma": "def doubled(x):\n    return {1: 2, 2: 4, 5: 10}[x]\n%timeit -n1 -r1 doubled(1)",
    "luong": "import threading\nthreading.Thread(target=print, args=('nền',)).start()\n"
    "def doubled(x):\n    return 2 * x",
}


def _forgot_pyplot(cells):
    cells[0].source = "import numpy as np\nimport matplotlib"
    cells[3].source = "fig, ax = matplotlib.pyplot.subplots()"


def _duplicated(cells):
    cells.insert(3, code("doubled = None", "kiem", grade=True, locked=True, points=2))


def _no_test(cells):
    del cells[2]


def _easier_test(cells):
    cells[3].source = "pass"
    cells[3].metadata.nbgrader["points"] = 30


def _unlocked(cells):
    cells[2].metadata.nbgrader["locked"] = False
    cells[2].metadata.nbgrader["grade"] = False


def _skipped(cells):
    cells[2].metadata["tags"] = ["skip-execution"]
    cells[3].metadata["tags"] = ["raises-exception"]


def _other_type(cells):
    cells[3] = text(cells[3].source, "an", grade=True, locked=True, points=3)


def _unknown_id(cells):
    cells.append(test_cell("assert True", "them", 50))


def _essay_untouched(cells):
    cells[5].source = "Trả lời mẫu."


def _old_schema(cells):
    cells[2].metadata.nbgrader["extra"] = "khóa lạ"


def _name_first(cells):
    cells.insert(0, code('TEN = "mẫu"'))
    cells[1].source = "import nonexistent_module_xyz"


EDITS = {
    "zz-trung-o": _duplicated,  # the last: here nbgrader stops the whole batch
    "xoa-kiem": _no_test,
    "doi-kiem": _easier_test,
    "mo-khoa": _unlocked,
    "the": _skipped,
    "doi-kieu": _other_type,
    "them-o": _unknown_id,
    "luan-cu": _essay_untouched,
    "khoa-la": _old_schema,
    "thieu-thu-vien": _name_first,
}


@dataclass(frozen=True)
class Marked:
    """A course folder after marking, and whether the command said all went well."""

    folder: Path
    succeeded: bool

    def mark(self, *arguments):
        return run_ours(self.folder, "--workers", "2", *arguments)

    def rows(self, query):
        with sqlite3.connect(self.folder / "gradebook.db") as database:
            return list(database.execute(query))

    def grades(self):
        """Everything the gradebook says of every cell and notebook that was graded."""
        return self.rows(GRADES)

    def comments(self):
        return self.rows(COMMENTS)

    def files(self):
        """Every file beside the marked notebooks, with its mode."""
        found = (self.folder / "autograded").rglob("*")
        return sorted((str(p.relative_to(self.folder)), oct(p.stat().st_mode)) for p in found)

    def notebooks(self):
        """Every marked notebook, without what differs between any two runs."""
        found = {}
        for path in (self.folder / "autograded").rglob("*.ipynb"):
            # Process numbers and the folder's name differ between any two runs.
            text = re.sub(r"ipykernel_\d+", "ipykernel_0", path.read_text())
            text = text.replace(str(path.parent), "/lab")
            # IPython writes ~ for the home folder, and behind the walls that is /tmp.
            for home in {"/tmp", str(Path.home())}:
                text = text.replace(f"{home}/", "~/")
            cells = json.loads(text)["cells"]
            for cell in cells:
                cell["metadata"].pop("execution", None)
            found[str(path.relative_to(self.folder))] = cells
        return found


def run_nbgrader(folder, *arguments):
    return subprocess.run(
        [str(BIN / "nbgrader"), *arguments], cwd=folder, env=ENVIRON, capture_output=True, text=True
    )


def run_ours(folder, *arguments):
    """Whether ``motcham autograde`` says that all went well."""
    command = [str(BIN / "motcham"), "autograde", str(folder), "bai", *arguments]
    done = subprocess.run(command, env=ENVIRON, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return not done.returncode


def make_course(folder):
    source = folder / "source/bai"
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    (folder / "late_plugin.py").write_text(LATE)
    (source / "b1.ipynb").write_bytes(as_bytes(first_notebook()))
    (source / "b2.ipynb").write_bytes(as_bytes(second_notebook()))
    (source / "du-lieu.csv").write_text("3,4")
    run_nbgrader(folder, "db", "assignment", "add", "bai", "--duedate", "2030-01-01 00:00:00 UTC")
    done = run_nbgrader(folder, "generate_assignment", "bai")
    assert not done.returncode, done.stderr
    for learner, files in submissions().items():
        handed_in = folder / "submitted" / learner / "bai"
        handed_in.mkdir(parents=True)
        for name, content in files.items():
            (handed_in / name).write_bytes(content)


def grade_by_hand(folder):
    """One learner has been marked before, and a person has graded and commented."""
    done = run_nbgrader(folder, "autograde", "bai", "--student", "TN-sai")
    assert not done.returncode, done.stderr
    with sqlite3.connect(folder / "gradebook.db") as database:
        database.execute(
            "update grade set manual_score = 1.25, extra_credit = 0.5, needs_manual_grade = 0"
        )
        database.execute("update comment set manual_comment = 'Xem lại (mẫu)'")


@pytest.fixture(scope="session")
def base_course(tmp_path_factory):
    """A course folder with its submissions, nothing marked yet. Copy it."""
    folder = tmp_path_factory.mktemp("base") / "course"
    make_course(folder)
    return folder


@pytest.fixture(scope="session")
def marked_both(base_course, tmp_path_factory):
    """(stock, ours): the same course marked by each, the learner marked before marked again."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(base_course, folder / "stock")
    grade_by_hand(folder / "stock")
    shutil.copytree(folder / "stock", folder / "ours")
    with ThreadPoolExecutor(1) as aside:  # stock mostly waits for what runs out of time
        stock = aside.submit(run_nbgrader, folder / "stock", "autograde", "bai", "--force")
        ours = run_ours(folder / "ours", "--workers", "2", "--force")
        well = not stock.result().returncode
    return Marked(folder / "stock", well), Marked(folder / "ours", ours)


@pytest.fixture
def small_course(base_course, tmp_path):
    """A course of two honest learners, not yet marked."""
    shutil.copytree(base_course, tmp_path / "course")
    for learner in (tmp_path / "course/submitted").iterdir():
        if learner.name not in ("TN-dung", "TN-sai"):
            shutil.rmtree(learner)
    return Marked(tmp_path / "course", True)


class Books:
    """Notebooks of the course, one at a time."""

    def source(self):
        return as_bytes(first_notebook())

    def learner(self, **changed):
        return as_bytes(learner_cells(**changed))

    def edited(self, name):
        cells = learner_cells()
        EDITS[name](cells)
        return as_bytes(cells)

    def other(self):
        return as_bytes(second_notebook())


@pytest.fixture
def books():
    return Books()
