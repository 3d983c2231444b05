import pytest

from courses.checks.weak_tests import problems_of_tests


def found(cells, *made):
    return [
        (problem.severity, str(problem))
        for problem in problems_of_tests("bai.ipynb", cells.notebook(*made))
    ]


def test_a_name_that_only_a_test_binds_is_told_with_both_cells(cells):
    (only,) = found(
        cells,
        cells.marked("solution", "sc", "def sao_chep(ds):\n    return copy(ds)"),
        cells.marked("test", "t", "from copy import copy\nassert sao_chep([1]) == [1]"),
    )
    assert only[0] == "error"
    assert "ô số 1 (sc)" in only[1] and "“copy”" in only[1] and "ô kiểm tra t" in only[1]


@pytest.mark.parametrize(
    "setup",
    ["from copy import copy", "def copy(x):\n    return x", "from lop import *", "copy = list"],
)
def test_a_name_that_a_setup_cell_binds_as_well_is_nobodys_fault(cells, setup):
    made = (
        cells.marked("locked", "cb", setup),
        cells.marked("solution", "sc", "def sao_chep(ds):\n    return copy(ds)"),
        cells.marked("test", "t", "from copy import copy\nassert sao_chep([1]) == [1]"),
    )
    assert found(cells, *made) == []


def test_names_of_a_functions_own_and_pythons_are_not_asked_for(cells):
    made = (
        cells.marked("solution", "f", "def f(n):\n    i = len([n])\n    return max(i, n)"),
        cells.marked("test", "t", "i = 3\nn = 4\nassert f(i) == 3"),
    )
    assert found(cells, *made) == []


def test_a_last_value_of_the_learners_is_an_error_and_only_a_note_below_asserts(cells):
    answer = cells.marked("solution", "m", "muc = 1")
    bare = found(cells, answer, cells.marked("test", "t", "muc"))
    assert [one[0] for one in bare] == ["error"]
    assert "giá trị của chính người học (muc)" in bare[0][1]
    below = found(cells, answer, cells.marked("test", "t", "assert muc == 1\nmuc"))
    assert [one[0] for one in below] == ["warning"]


def test_comparisons_that_never_fail_and_tests_still_to_be_written_are_errors(cells):
    answer = cells.marked("solution", "m", "muc = 1")
    (idle,) = found(cells, answer, cells.marked("test", "t", "type(muc) == int"))
    assert idle[0] == "error" and "dòng 1: phép so sánh đứng riêng" in idle[1]
    (auto,) = found(cells, answer, cells.marked("test", "t", "### HASHED AUTOTEST muc"))
    assert auto[0] == "error" and "AUTOTEST" in auto[1] and "(t)" in auto[1]


def test_what_is_taught_has_only_tests_that_test(real_course):
    for lesson in real_course.lessons:
        assert [str(one) for one in problems_of_tests(lesson.file, lesson.source)] == []
