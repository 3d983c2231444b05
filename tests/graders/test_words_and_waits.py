"""What people's notebooks met: true sentences, waits for a person, and both ways of marking.

`honest/<kind>/` holds a source, what was handed in and `expected.json`: points in both modes, which
exercises wait for a person, and words that feedback must hold.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from notebooks import answered, as_bytes, code, locked, manual, notebook, solution, test, text

from graders import second_look
from graders.strict.feedback import of_unanswered, of_waiting
from graders.strict.reading.plan import is_answered

HONEST = Path(__file__).parent / "honest"
UNANSWERED = str(of_unanswered())
WAITING = str(of_waiting())


def _cases():
    for kind in sorted(HONEST.iterdir()):
        file = kind / "expected.json"
        found = json.loads(file.read_text()) if file.exists() else {}
        for name, right in found.items():
            if isinstance(right, dict) and {"strict", "state"} & right.keys():
                yield pytest.param(kind, name, right, id=f"{kind.name}/{name}")


CASES = list(_cases())


def test_there_are_cases():
    assert len(CASES) >= 18


@pytest.mark.parametrize(("kind", "name", "right"), CASES)
def test_a_notebook_that_people_handed_in_gets_its_right_marks_and_words(marker, kind, name, right):
    source, submitted = ((kind / f"{one}.ipynb").read_bytes() for one in ("source", name))
    marks = marker.mark(source, submitted)
    other = marker.mark(source, submitted, mode="compatible")
    if "state" in right:
        assert (marks.state, other.state) == (right["state"], right["state"])
        for marked in (marks, other):
            assert all(word in str(marked.reason) for word in right["says"])
        return
    cells = {cell.grade_id: cell for cell in marks.cells}
    assert {name: cell.points for name, cell in cells.items()} == right["strict"]
    assert {cell.grade_id: cell.points for cell in other.cells} == right["compatible"]
    assert [name for name, cell in cells.items() if cell.needs_review] == right.get("waits", [])
    for name, words in right.get("told", {}).items():
        assert all(word in (cells[name].feedback or "") for word in words), cells[name].feedback
        assert UNANSWERED not in (cells[name].feedback or "")
    for name, words in right.get("note", {}).items():
        assert all(word in (cells[name].note or "") for word in words), cells[name].note


# What the author's cells may use ----------------------------------------------------------------

SETUPS = {
    "magics of no effect": "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nimport math",
    "a timed cell": "%%time\nimport math",
    "a cell that is captured": "%%capture ra\nprint('xin chào')\nimport math",
    "a command that looks round": "!ls -la\nimport math",
    "a command whose output is kept": "tep = !ls\nassert isinstance(tep, list)\nimport math",
    "an installation": "%pip install pandas -q\n!pip install numpy\nimport math",
    "where we are": "here = %pwd\n%cd .\nassert here\nimport math",
    "the names so far": "x1 = 1\nten = %who_ls\nassert 'x1' in ten\n%whos\nimport math",
    "help": "?print\nlen?\nimport math",
    "an environment variable": "%env LOP=A1\nimport os, math\nassert os.environ['LOP'] == 'A1'",
    "a semicolon at the end": "import math\nmath.sqrt(4);",
    "a history and a store": "%store -r\n%history -n 1\nimport math",
    "waiting at the top": "import asyncio\nawait asyncio.sleep(0)\nimport math",
    "a file that is written": "%%writefile du_lieu.txt\n3,4",
    "a list of output lines": "dong = !echo mot\nassert dong[0] == dong.n == 'mot'\nimport math",
}


@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS.keys())
def test_magics_and_commands_of_a_setup_cell_lose_no_later_line(marker, setup):
    source = notebook(
        locked("chuan-bi", setup),
        locked("chuan-bi-2", "he_so = 2\nimport math"),
        solution("a", "### BEGIN SOLUTION\ndef gap(x):\n    return 2 * x\n### END SOLUTION"),
        test("t", "assert math.isclose(gap(3), 3 * he_so)"),
    )
    handed_in = as_bytes(answered(source, a="def gap(x):\n    return he_so * x"))
    (cell,) = marker.mark(source, handed_in).cells
    assert (cell.points, cell.note) == (1, None)


def test_timing_in_a_test_runs_as_module_and_as_magic(marker):
    source = notebook(
        locked("b", "import timeit\n%timeit -n2 -r1 sum(range(10))"),
        solution("a", "### BEGIN SOLUTION\ndef gap(x):\n    return 2 * x\n### END SOLUTION"),
        test("t", "do = %timeit -o -n 2 -r 2 gap(1)\nassert do.best < 5 and len(do.all_runs) == 2"),
        test("u", "assert timeit.timeit('gap(1)', globals=globals(), number=2) < 5"),
        test("v", "assert timeit.repeat(lambda: gap(2), setup='import math', number=1, repeat=2)"),
    )
    marks = marker.mark(source, as_bytes(answered(source, a="def gap(x):\n    return x + x")))
    assert [cell.points for cell in marks.cells] == [1, 1, 1]


def test_timing_a_text_of_the_learners_is_refused_and_waits_for_a_person(marker):
    source = notebook(
        locked("b", "import timeit"),
        solution("a", "### BEGIN SOLUTION\nlenh = 'sum(range(10))'\n### END SOLUTION"),
        test("t", "assert timeit.timeit(lenh, number=2) < 5"),
    )
    handed_in = as_bytes(answered(source, a="lenh = 'sum(range(10)) + 0'"))
    (cell,) = marker.mark(source, handed_in).cells
    assert (cell.points, cell.needs_review, cell.feedback) == (0, True, WAITING)
    assert "shared" in cell.note


# A person decides ---------------------------------------------------------------------------------

EVALUATED = notebook(
    solution("a", "### BEGIN SOLUTION\nbieu_thuc = '2 + 3'\n### END SOLUTION"),
    test("t", "assert eval(bieu_thuc) == 5"),
)


def test_a_refusal_is_never_a_plain_zero_and_the_learner_is_told_in_words_for_learners(marker):
    handed_in = as_bytes(answered(EVALUATED, a="bieu_thuc = 'sum([2, 3])'"))
    strict = marker.mark(EVALUATED, handed_in)
    (cell,) = strict.cells
    assert (cell.points, cell.needs_review, cell.feedback) == (0, True, WAITING)
    assert "eval" in cell.note
    (both,) = second_look.take(marker, EVALUATED, handed_in, strict).cells
    assert (both.points, both.other, both.needs_review) == (0, 1, True)
    assert both.feedback == WAITING


def test_whoever_answered_nothing_waits_for_nobody(marker):
    handed_in = as_bytes(answered(EVALUATED, a="# YOUR CODE HERE\nraise NotImplementedError()"))
    strict = marker.mark(EVALUATED, handed_in)
    (cell,) = strict.cells
    assert (cell.points, cell.needs_review, cell.feedback) == (0, False, UNANSWERED)
    assert second_look.wanted(strict) == frozenset()


APART = notebook(
    solution("a", "### BEGIN SOLUTION\ndef ten():\n    return 'An'\n### END SOLUTION"),
    # Looks into the frame that the learner's cells share with it in one process.
    test("t", "import sys\nassert 'bi_mat' in sys._getframe(0).f_globals or ten() == 'An'"),
    test("u", "assert ten() == 'An'"),
)


def test_where_the_two_ways_disagree_a_person_sees_both_results(marker):
    handed_in = as_bytes(answered(APART, a="bi_mat = 1\ndef ten():\n    return 'Bình'"))
    strict = marker.mark(APART, handed_in)
    assert [cell.points for cell in strict.cells] == [0, 0]
    t, u = second_look.take(marker, APART, handed_in, strict).cells
    assert (t.points, t.other, t.needs_review, t.feedback) == (0, 1, True, WAITING)
    assert "nbgrader" in t.note
    assert (u.points, u.other, u.needs_review) == (0, None, False)


def test_only_the_exercises_that_are_allowed_get_a_second_look(marker):
    handed_in = as_bytes(answered(APART, a="bi_mat = 1\ndef ten():\n    return 'Bình'"))
    strict = marker.mark(APART, handed_in)
    assert second_look.take(marker, APART, handed_in, strict, of=["u"]) == strict


def test_a_notebook_without_a_loss_is_not_run_again(marker):
    handed_in = as_bytes(answered(APART, a="def ten():\n    return 'An'"))
    strict = marker.mark(APART, handed_in)

    class Never:
        def mark(self, *_, **__):
            raise AssertionError

    assert second_look.take(Never(), APART, handed_in, strict) is strict


def test_who_forges_in_one_process_gains_a_look_and_no_point(marker):
    forged = "get_ipython().displayhook(1.0)\ndef ten():\n    get_ipython().displayhook(1.0)\n"
    handed_in = as_bytes(answered(APART, a=forged + "    return 'Bình'"))
    strict = marker.mark(APART, handed_in)
    both = second_look.take(marker, APART, handed_in, strict)
    assert (strict.total, both.total) == (0, 0)
    assert all(cell.feedback == WAITING for cell in both.cells if cell.needs_review)


def test_a_learner_who_kills_the_second_look_gains_nothing(marker):
    deadly = "import os\nif 'autograde' in str(os.environ):\n    os._exit(0)\ndef ten(): return 1"
    handed_in = as_bytes(answered(APART, a=deadly))
    strict = marker.mark(APART, handed_in)
    assert second_look.take(marker, APART, handed_in, strict) == strict


def test_a_setup_cell_that_leans_on_the_learners_answer_accuses_no_author(marker):
    source = notebook(
        solution("a", "### BEGIN SOLUTION\ndef tinh():\n    return 4\n### END SOLUTION"),
        locked("dung", "ket_qua = tinh() + 1"),
        test("t", "assert ket_qua == 5"),
    )
    handed_in = as_bytes(answered(source, a="def tinh():\n    raise ValueError('hỏng')"))
    (cell,) = marker.mark(source, handed_in).cells
    assert (cell.points, cell.needs_review, cell.note) == (0, False, None)


def test_an_unknown_command_of_the_authors_is_named_to_a_person(marker):
    source = notebook(
        locked("tai", "!wget https://example.org/du-lieu.csv\nnguong = 3"),
        solution("a", "### BEGIN SOLUTION\nso = 3\n### END SOLUTION"),
        test("t", "assert so == len(open('du-lieu.csv').read())"),
    )
    (cell,) = marker.mark(source, as_bytes(answered(source, a="so = 4"))).cells
    assert cell.needs_review
    assert "wget" in cell.note and "tai" in cell.note


# Modules and files beside the notebook ----------------------------------------------------------

HELPED = notebook(
    locked("chuan-bi", "from kiem_tra_lop import kiem_tra\nnguong = 3"),
    solution("a", "### BEGIN SOLUTION\nket_qua = nguong + 1\n### END SOLUTION"),
    test("t", "kiem_tra(ket_qua)"),
)
HELPER = {"kiem_tra_lop.py": b"def kiem_tra(x):\n    assert x == 4\n"}


def test_a_module_beside_the_notebook_serves_setup_and_tests(marker):
    handed_in = as_bytes(answered(HELPED, a="ket_qua = 4"))
    for mode in ("strict", "compatible"):
        marks = marker.mark(HELPED, handed_in, mode=mode, files=HELPER)
        assert [cell.points for cell in marks.cells] == [1]


def test_a_learner_can_not_put_a_module_of_their_own_in_its_place(marker):
    forged = "open('kiem_tra_lop.py', 'w').write('def kiem_tra(x): pass')\nket_qua = 0"
    (cell,) = marker.mark(HELPED, as_bytes(answered(HELPED, a=forged)), files=HELPER).cells
    assert cell.points == 0


def test_a_module_that_the_learner_wrote_does_not_run_beside_the_tests(marker):
    source = notebook(
        solution("a", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
        test("t", "import rieng\nassert x == 1"),
    )
    forged = "open('rieng.py', 'w').write('import sys')\nx = 1"
    (cell,) = marker.mark(source, as_bytes(answered(source, a=forged)), files=HELPER).cells
    assert cell.points == 0


# True sentences ---------------------------------------------------------------------------------

STUB = "def cong(a, b):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


@pytest.mark.parametrize(
    ("source", "handed_out", "says"),
    [
        (STUB, STUB, False),
        ("def cong(a, b):\n    raise NotImplementedError()  # ???", STUB, False),
        ("", STUB, False),
        ("# tôi chưa biết", STUB, False),
        ("x = None", "x = None\nraise NotImplementedError()", False),
        ("x = None", "# YOUR CODE HERE\nraise NotImplementedError()", True),
        ("from math import pi", "# YOUR CODE HERE\nraise NotImplementedError()", True),
        ("42", "# YOUR CODE HERE\nraise NotImplementedError()", True),
        (STUB + "\n    return a + b", STUB, True),
        ("class Loi(Exception): pass", "# YOUR CODE HERE\nraise NotImplementedError()", True),
        ("đây không phải Python", STUB, True),
    ],
)
def test_not_answered_is_what_says_no_more_than_the_hand_out(source, handed_out, says):
    assert is_answered(source, handed_out) is says


SUM = notebook(
    solution(
        "a", "def cong(a, b):\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION"
    ),
    test("t", "assert cong(1, 2) == 3"),
)


def _feedback(marker, source, **answers):
    (cell,) = marker.mark(source, as_bytes(answered(source, **answers))).cells
    return cell


def test_a_code_answer_in_the_cell_below_counts_and_is_no_empty_answer(marker):
    handed_in = answered(SUM, a=STUB)
    handed_in["cells"].insert(1, code("def cong(a, b):\n    return a - b"))
    (cell,) = marker.mark(SUM, as_bytes(handed_in)).cells
    assert cell.points == 0
    assert cell.feedback != UNANSWERED


def test_a_text_answer_in_the_cell_below_reaches_a_person_and_a_blank_one_does_not(marker):
    source = notebook(manual("vi-sao", "### BEGIN SOLUTION\nVì an toàn.\n### END SOLUTION", 2))
    for below, waits in (("Vì an toàn thông tin.", True), ("  ", False)):
        handed_in = answered(source, **{"vi-sao": "YOUR ANSWER HERE"})
        handed_in["cells"].append(text(below))
        (cell,) = marker.mark(source, as_bytes(handed_in)).cells
        assert (cell.needs_review, cell.feedback == UNANSWERED) == (waits, not waits)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("    return “xin chào”", ("dấu nháy cong", "U+201C", 'Hãy thay bằng "')),
        ("    return a\u00a0+ b", ("dấu cách không ngắt", "U+00A0")),
        ("    return a\u200b + b", ("ký tự ẩn", "U+200B", "xóa")),
        ("    return a ＋ b", ("toàn độ rộng", "Hãy thay bằng +")),
        ("    return a – b", ("U+2013", "Hãy thay bằng -")),
        ("    return 'xin chào’", ("U+2019", "Hãy thay bằng '")),
    ],
)
def test_a_character_that_only_looks_like_pythons_is_named_with_place_and_mend(marker, line, words):
    cell = _feedback(marker, SUM, a=f"def cong(a, b):\n{line}")
    assert cell.feedback.startswith("Dòng 2, ký tự thứ ")
    assert all(word in cell.feedback for word in words), cell.feedback
    assert "ipython-input" not in cell.feedback


def test_no_other_slip_shows_a_name_that_only_jupyter_knows(marker):
    assert _feedback(marker, SUM, a="def cong(a, b):\n    return a +").feedback == (
        "Mã của anh/chị báo lỗi ở dòng 2: SyntaxError: invalid syntax"
    )


def test_a_value_that_is_too_large_is_told_as_that(marker):
    source = notebook(
        solution("a", "### BEGIN SOLUTION\nchuoi = 'a'\n### END SOLUTION"),
        test("t", "assert len(chuoi) < 10"),
    )
    cell = _feedback(marker, source, a="chuoi = 'a' * 30_000_000")
    assert cell.points == 0
    assert "24 MB" in cell.feedback


def test_a_total_is_never_told_with_the_dust_of_fractions(marker):
    source = notebook(
        solution("a", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
        *(
            test(f"t{n}", "assert x == 1", points=points)
            for n, points in enumerate((0.7, 1.4, 0.7))
        ),
    )
    for mode in ("strict", "compatible"):
        marks = marker.mark(source, as_bytes(answered(source, a="x = 1")), mode=mode)
        assert (marks.total, marks.max) == (2.8, 2.8)
        assert json.loads(json.dumps(marks.as_dict()))["total"] == 2.8
