"""The check marks as learners and nbgrader would, and says what differs and what mends it."""

import pytest

from courses import check_marks, check_notebook, load_course
from courses.checks.probes import asking_last_values, asking_setup, with_shared
from courses.checks.trials import solved_notebook
from graders.both_modes import BothModes
from graders.marker import Marker


@pytest.fixture(scope="module")
def mark():
    with Marker(allow_reduced=True) as marker, BothModes(marker) as both:
        yield both


def found(cells, mark, *made):
    return [
        (problem.severity, str(problem))
        for problem in check_notebook("bai.ipynb", cells.notebook(*made), mark)
    ]


def solution(line):
    return f"### BEGIN SOLUTION\n{line}\n### END SOLUTION"


def test_an_honest_notebook_has_nothing_to_be_told(cells, mark):
    made = (
        cells.marked("locked", "cb", "import math\nnguong = math.floor(3.5)"),
        cells.marked("solution", "a", solution("kq = nguong + 1")),
        cells.marked("solution", "b", solution("hai = kq * 2")),
        cells.marked("test", "t", "assert kq == 4, 'Chưa đúng.'"),
        cells.marked("test", "u", "dung = hai == 8\n2.0 * dung"),
    )
    assert found(cells, mark, *made) == []


def test_a_setup_cell_that_fails_is_named_with_its_error(cells, mark):
    made = (
        cells.marked("locked", "chuan-bi", "from kiem_tra_lop import kiem_tra\nnguong = 3"),
        cells.marked("solution", "kq", solution("ket_qua = nguong + 1")),
        cells.marked("test", "t", "kiem_tra(ket_qua)", points=1),
    )
    told = [text for severity, text in found(cells, mark, *made) if severity == "error"]
    assert "ô số 1 (chuan-bi)" in told[0]
    assert "ModuleNotFoundError: No module named 'kiem_tra_lop'" in told[0]


def test_a_setup_cell_that_fails_is_told_also_where_nobody_loses_by_it(cells, mark):
    made = (
        cells.marked("locked", "chuan-bi", "nguong = 3\nopen('may-toi.csv')"),
        cells.marked("solution", "kq", solution("ket_qua = 4")),
        cells.marked("test", "t", "assert ket_qua == 4"),
    )
    ((severity, text),) = found(cells, mark, *made)
    assert severity == "error" and "FileNotFoundError" in text and "(chuan-bi)" in text


AXES = {
    "isinstance": "assert isinstance(ax, matplotlib.axes.Axes)",
    "len-patches": "assert len(ax.patches) == 2",
    "heights": "assert [p.get_height() for p in ax.patches] == [3, 4]",
}


def test_exactly_the_tests_that_only_sharing_cures_are_told_so(cells, mark):
    made = (
        cells.marked(
            "locked",
            "cb",
            "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt",
        ),
        cells.marked(
            "solution", "ve", solution("fig, ax = plt.subplots()\nax.bar([1, 2], [3, 4])")
        ),
        *(cells.marked("test", name, source, points=1) for name, source in AXES.items()),
    )
    told = found(cells, mark, *made)
    lost = {name for name in AXES for _, text in told if f"({name})" in text and "chỉ được" in text}
    cured = {name for name in AXES for _, text in told if f"({name})" in text and "thì hết" in text}
    assert lost == cured
    assert "heights" not in cured


def test_numbers_that_nbgrader_does_not_read_are_named_by_their_type(cells, mark):
    tests = {"so": "np.float64(sum(ds) / 2)", "ps": "Fraction(sum(ds), 2)", "du": "sum(ds) / 2"}
    made = (
        cells.marked("locked", "cb", "import numpy as np\nfrom fractions import Fraction"),
        cells.marked("solution", "ds", solution("ds = [1, 1, 1, 1]")),
        *(cells.marked("test", name, source) for name, source in tests.items()),
    )
    told = found(cells, mark, *made)
    assert [severity for severity, _ in told] == ["warning", "warning"]
    assert "(so)" in told[0][1] and "float64" in told[0][1] and "float(…)" in told[0][1]
    assert "(ps)" in told[1][1] and "Fraction" in told[1][1]


@pytest.mark.parametrize("last", ["bool(sum(ds))", "str(sum(ds) / 2)", "[sum(ds)]"])
def test_a_last_value_that_is_no_number_is_an_error(cells, mark, last):
    made = (
        cells.marked("solution", "ds", solution("ds = [1, 1, 1, 1]")),
        cells.marked("test", "t", last),
    )
    errors = [text for severity, text in found(cells, mark, *made) if severity == "error"]
    assert any("dòng cuối" in text and "(t)" in text for text in errors), errors


def test_half_an_answer_that_the_modes_see_differently_is_told(cells, mark):
    made = (
        cells.marked("solution", "a", solution("a = [1, 2]")),
        cells.marked("solution", "b", "b = []\n" + solution("b = [1, 2]")),
        cells.marked("test", "t", "import numpy as np\nnp.float64(len(a) / 2 + len(b) / 2)"),
    )
    told = found(cells, mark, *made)
    assert any("float64" in text for _, text in told)


def test_the_author_reads_what_learners_do_not(cells, mark):
    hidden = "### BEGIN HIDDEN TESTS\nassert f(0) == 1, 'f(0) phải là 1'\n### END HIDDEN TESTS"
    made = (
        cells.marked("solution", "f", "def f(x):\n    " + "raise KeyError(f'thiếu {x}')"),
        cells.marked("test", "t", hidden),
    )
    book = cells.notebook(*made)
    book["cells"][0]["source"] = "### BEGIN SOLUTION\n" + made[0]["source"] + "\n### END SOLUTION"
    told = [str(problem) for problem in check_notebook("bai.ipynb", book, mark)]
    assert any("KeyError: 'thiếu 0'" in text for text in told), told


def test_an_error_of_the_authors_own_test_is_said_as_python_says_it(cells, mark):
    made = (
        cells.marked("solution", "a", solution("a = 1")),
        cells.marked("test", "t", "assert khong_co_ten(a)"),
    )
    told = [text for _, text in found(cells, mark, *made)]
    assert any("NameError: name 'khong_co_ten' is not defined" in text for text in told), told


def test_a_notebook_in_another_language_is_named_and_not_marked(cells, mark):
    book = cells.notebook(cells.marked("solution", "a", "a <- 1"), cells.marked("test", "t", "a"))
    book["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    (only,) = check_notebook("bai.ipynb", book, mark)
    assert "viết bằng R" in str(only)


def test_half_a_solution_is_every_second_answer(cells):
    book = cells.notebook(
        *(cells.marked("solution", f"o-{n}", solution(f"x{n} = 1")) for n in range(3))
    )
    half = [cell["source"] for cell in solved_notebook(book, every=2)["cells"]]
    assert half[0] == "x0 = 1" and half[2] == "x2 = 1"
    assert "NotImplementedError" in half[1]


def test_sharing_is_written_once_and_only_where_asked(cells):
    book = cells.notebook(
        cells.marked("test", "t", "#| shared: false\n#| exercise: A\nassert x"),
        cells.marked("test", "u", "assert x"),
    )
    first, second = with_shared(book, {"t"})["cells"]
    assert first["source"] == "#| shared: true\n#| exercise: A\nassert x"
    assert second["source"] == "assert x"


def test_probes_ask_only_where_there_is_something_to_ask(cells):
    book = cells.notebook(
        cells.marked("locked", "du-lieu", "a = [1, 2]\n\ndef f():\n    return g()"),
        cells.marked("locked", "doc", "b = open('x')"),
        cells.marked("test", "t", "assert a"),
        cells.marked("test", "u", "len(a) / 2"),
    )
    assert [number for number, _ in asking_setup(book)[1].values()] == [2]
    assert list(asking_last_values(book)[1]) == ["u"]
    assert asking_last_values(book)[0]["cells"][2]["source"] == "assert a"


def test_marks_of_a_little_course_are_sound_in_both_modes(course_folder, mark):
    (lesson,) = load_course(course_folder).lessons
    assert check_marks(lesson, mark) == []
