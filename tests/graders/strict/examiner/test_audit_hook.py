"""What the guard of the examiner's process lets run, piece by piece."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from graders.strict.between.protocol import Need
from graders.strict.examiner.audit_hook import (
    Guard,
    Refusal,
    is_plain_query,
    places_of_libraries,
)

ROOT = Path(__file__).parents[4]


@pytest.fixture
def guard() -> Guard:
    return Guard("/work-of-nobody", frozenset(("<test>",)), places_of_libraries("/work-of-nobody"))


# The instructor's own texts ----------------------------------------------------------------------


def test_a_text_of_the_cell_is_the_authors_and_any_other_is_not(guard) -> None:
    guard.trust(ast.walk(ast.parse("eval('1 + 1')\nf'tong([{1}, {2}])'")))
    assert guard.is_authors("1 + 1")
    assert guard.is_authors(b" 1 + 1 ")
    assert not guard.is_authors("1 + 2")
    assert not guard.is_authors(None)


def test_the_gaps_of_an_authors_text_hold_numbers_and_no_call(guard) -> None:
    guard.trust(ast.walk(ast.parse("f'tong({a}, {b})'")))
    assert guard.is_authors("tong(3, -1.5)")
    assert not guard.is_authors("tong(exec('x'), 1)")


def test_the_examples_of_an_authors_docstring_are_the_authors(guard) -> None:
    guard.trust(ast.walk(ast.parse("'''\n>>> cong(1, 2)\n3\n'''")))
    assert guard.is_authors("cong(1, 2)")
    assert not guard.is_authors("cong(2, 2)")


# Conditions that pandas reads --------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    ["diem > 5", "ten == 'An' and diem >= 8", "ten.str.contains('a')", "`họ tên` != 'x'"],
)
def test_a_condition_of_columns_values_and_harmless_methods_is_plain(condition: str) -> None:
    assert is_plain_query(condition, columns=True)


@pytest.mark.parametrize(
    "condition",
    ["@expected == diem", "diem.__class__", "_x > 1", "diem.apply(f)", "'''a''' == ten", "a\nb"],
)
def test_a_condition_that_reaches_further_is_not_plain(condition: str) -> None:
    assert not is_plain_query(condition, columns=True)


def test_without_a_frame_a_name_would_be_the_tests() -> None:
    assert is_plain_query("1 + 2 > 2", columns=False)
    assert not is_plain_query("expected", columns=False)


# Where libraries lie -----------------------------------------------------------------------------


def test_this_interpreters_libraries_are_known_and_scratch_folders_are_not() -> None:
    places = places_of_libraries("/tmp/motcham-nobody")
    assert any(os.__file__.startswith(place + "/") for place in places)
    assert not {"/tmp", "/", "/var/tmp"} & set(places)


def test_a_place_that_holds_the_working_folder_is_taken_by_what_is_there_now(tmp_path) -> None:
    (tmp_path / "thu_vien").mkdir()
    (tmp_path / "bai").mkdir()
    sys.path.append(str(tmp_path))
    try:
        places = places_of_libraries(str(tmp_path / "bai"))
    finally:
        sys.path.remove(str(tmp_path))
    assert str(tmp_path) not in places and str(tmp_path / "bai") not in places


# The hook, which nothing takes off again: in a process of its own ---------------------------------

PROGRAM = """
import os, sys
from graders.strict.examiner.audit_hook import Guard, Refusal, places_of_libraries
{before}
folder = os.path.realpath(os.getcwd())
guard = Guard(folder, frozenset(("<test>",)), places_of_libraries(folder))
{trusted}
guard.install()
try:
{attempt}
except Refusal as refusal:
    print("refused:", refusal.need)
else:
    print("ran")
"""


def attempted(folder: Path, attempt: str, *, trusted: str = "", before: str = "") -> str:
    program = PROGRAM.format(
        before=before, trusted=trusted, attempt=textwrap.indent(textwrap.dedent(attempt), "    ")
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ("eval('print(1)')", Need.CODE),
        ("exec('x = 1')", Need.CODE),
        ("import bai_cua_toi", Need.CODE),
        ("import pickle, os\npickle.loads(b'cos\\nsystem\\n(S\"x\"\\ntR.')", Need.PICKLE),
        ("import os\nos.system('true')", Need.PROCESS),
        ("import subprocess\nsubprocess.Popen(['true'])", Need.PROCESS),
        ("import os\nos.fork()", Need.PROCESS),
        (
            "import marshal\nexec(marshal.loads(marshal.dumps(compile('f()', 'x', 'exec'))))",
            Need.CODE,
        ),
        ("import ctypes\nctypes.CDLL(os.path.abspath('la.so'))", Need.CODE),
    ],
)
def test_what_the_learner_may_have_written_is_refused(tmp_path, attempt: str, said: str) -> None:
    (tmp_path / "bai_cua_toi.py").write_text("print('ran')")
    (tmp_path / "la.so").write_bytes(b"no library")
    before = "sys.path.insert(0, os.getcwd())"
    assert attempted(tmp_path, attempt, before=before) == f"refused: {said}"


@pytest.mark.parametrize(
    "attempt",
    [
        "assert eval('1 + 2 * 3') == 7",
        "import fractions, statistics, sqlite3",
        "exec(compile('x = [n for n in range(3)]', '<test>', 'exec'))",
        "import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: int = 1\nA()",
        "import collections\ncollections.namedtuple('A', 'x y')(1, 2)",
    ],
)
def test_what_instructors_and_libraries_do_runs(tmp_path, attempt: str) -> None:
    assert attempted(tmp_path, attempt) == "ran"


def test_a_text_that_stands_in_the_authors_cell_is_evaluated(tmp_path) -> None:
    trusted = "import ast; guard.trust(ast.walk(ast.parse('eval(\"max(1, 2)\")')))"
    assert attempted(tmp_path, "eval('max(1, 2)')", trusted=trusted) == "ran"
    assert attempted(tmp_path, "eval('max(1, 3)')", trusted=trusted) == "refused: code"


def test_an_authors_module_in_the_folder_is_let_in_by_its_path(tmp_path) -> None:
    module = tmp_path / "kiem_tra.py"
    module.write_text("def dung(x):\n    return x == 1\n")
    before = "sys.path.insert(0, os.getcwd()); sys.pycache_prefix = os.devnull"
    attempt = "import kiem_tra\nassert kiem_tra.dung(1)"
    trusted = f"guard.let_in([{str(module)!r}])"
    assert attempted(tmp_path, attempt, before=before) == "refused: code"
    assert attempted(tmp_path, attempt, before=before, trusted=trusted) == "ran"


@pytest.mark.parametrize("before", ["import pandas", ""], ids=["loaded before", "loaded later"])
def test_a_condition_that_reads_the_tests_variables_is_refused(tmp_path, before: str) -> None:
    """Also where nothing had loaded pandas when the guard was put up."""
    frame = "import pandas\nexpected = 5\nframe = pandas.DataFrame({'a': [1, 5]})\n"
    assert attempted(tmp_path, frame + "frame.query('a == @expected')", before=before) == (
        f"refused: {Need.QUERY}"
    )
    assert attempted(tmp_path, frame + "pandas.eval('expected')", before=before) == (
        f"refused: {Need.QUERY}"
    )
    assert attempted(tmp_path, frame + "assert len(frame.query('a > 2')) == 1", before=before) == (
        "ran"
    )


def test_what_was_refused_is_remembered_although_somebody_swallowed_it(guard) -> None:
    refusal = guard.refusal(Need.PICKLE)
    assert isinstance(refusal, Refusal) and guard.refused == Need.PICKLE
