"""One notebook, marked by a command: what is loaded for it, on either side of the wall."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from notebooks import answered, as_bytes, notebook, solution, test

from graders import Marker

HEAVY = ("nbgrader", "nbformat", "jsonschema", "sqlalchemy", "jupyter_client", "nbclient", "zmq")
SCIENCE = ("numpy", "pandas", "matplotlib")
SOURCE = notebook(
    solution("a", "import random, sys\n### BEGIN SOLUTION\ntong = 3\n### END SOLUTION"),
    test("t", f"import sys\nassert tong == 3\nassert not set({SCIENCE!r}) & set(sys.modules)"),
)
THEIRS = f"import sys\ntong = 0 if set({SCIENCE!r}) & set(sys.modules) else 3"
PROGRAM = """
import json, sys
from graders import Marker, second_look
source, submitted = (text.encode() for text in json.load(sys.stdin))
with Marker(allow_reduced=True, beforehand=False) as marker:
    marks = second_look.take(marker, source, submitted, marker.mark(source, submitted))
print(json.dumps([marks.total, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_a_notebook_that_uses_none_of_them_is_marked_without_them() -> None:
    pair = [as_bytes(SOURCE).decode(), as_bytes(answered(SOURCE, a=THEIRS)).decode()]
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=json.dumps(pair), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    total, loaded = json.loads(run.stdout)
    assert total == 1.0
    assert {"graders", "courses", "sandbox"} <= set(loaded)
    assert set(loaded) & {*HEAVY, *SCIENCE} == set()


@pytest.fixture(scope="module")
def bare():
    """A marker that loads nothing beforehand, whatever a notebook seems to need."""
    with Marker(allow_reduced=True, cell_s=10.0) as found:
        found._warm = found._bare
        yield found


TABLE = notebook(
    solution("a", "import pandas as pd\n### BEGIN SOLUTION\nb = pd.DataFrame({'x': [1, 2]})\n"
             "### END SOLUTION"),
    test("t", "assert b.x.sum() == 3\nassert len(b.query('x > 1')) == 1"),
    test("q", "expected = 2\nassert len(b.query(dieu_kien)) == 1"),
)  # fmt: skip


def test_a_table_is_marked_as_ever_where_nobody_foresaw_it(bare) -> None:
    right = "import pandas as pd\nb = pd.DataFrame({'x': [1, 2]})\ndieu_kien = 'x == 2'"
    marks = bare.mark(as_bytes(TABLE), as_bytes(answered(TABLE, a=right)))
    assert [cell.points for cell in marks.cells] == [1.0, 1.0]


def test_and_the_guard_holds_a_condition_that_reads_the_test(bare) -> None:
    greedy = "import pandas as pd\nb = pd.DataFrame({'x': [1, 2]})\ndieu_kien = 'x == @expected'"
    marks = bare.mark(as_bytes(TABLE), as_bytes(answered(TABLE, a=greedy)))
    assert [cell.points for cell in marks.cells] == [1.0, 0.0]
    assert [cell.needs_review for cell in marks.cells] == [False, True]


def test_a_marker_that_is_closed_starts_nothing_more() -> None:
    marker = Marker(allow_reduced=True)
    marker.close()
    marker.close()
    with pytest.raises(RuntimeError):
        marker.warm_up()
    with pytest.raises(RuntimeError):
        marker.mark(as_bytes(SOURCE), as_bytes(SOURCE), mode="compatible")
