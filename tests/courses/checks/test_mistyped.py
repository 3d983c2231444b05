import pytest

from courses.checks.mistyped import faults_of_marks, meant_mark, unopened_ends

MISTYPED = {
    "### begin hidden tests": "BEGIN HIDDEN TESTS",
    "### end hidden tests": "END HIDDEN TESTS",
    "### BEGIN TESTS": "BEGIN HIDDEN TESTS",
    "### END TESTS": "END HIDDEN TESTS",
    "### BEGIN HIDDEN TEST": "BEGIN HIDDEN TESTS",
    "# BEGIN HIDDENTESTS": "BEGIN HIDDEN TESTS",
    "### BEGIN_HIDDEN_TESTS": "BEGIN HIDDEN TESTS",
    "### BEGIN  HIDDEN  TESTS": "BEGIN HIDDEN TESTS",
    "### BEGIN HIDDEN\u00a0TESTS": "BEGIN HIDDEN TESTS",
    "### HIDDEN TESTS": "BEGIN HIDDEN TESTS",
    "### END HIDEN TESTS": "END HIDDEN TESTS",
    "// STOP HIDDEN TESTS": "END HIDDEN TESTS",
    "### Begin Solution": "BEGIN SOLUTION",
    "BEGIN solution": "BEGIN SOLUTION",
    "### BEGINSOLUTION": "BEGIN SOLUTION",
    "### BEGN SOLUTION": "BEGIN SOLUTION",
    "### BEGIN SOLUTOIN": "BEGIN SOLUTION",
    "### BEGIN S0LUTION": "BEGIN SOLUTION",
    "### BEGIN\u200b SOLUTION": "BEGIN SOLUTION",
    "### ＢＥＧＩＮ SOLUTION": "BEGIN SOLUTION",
    "### START SOLUTION": "BEGIN SOLUTION",
    "<!-- end solution -->": "END SOLUTION",
    "### END ANSWER": "END SOLUTION",
    "=== begin mark scheme ===": "BEGIN MARK SCHEME",
    "=== BEGIN MARKING SCHEME ===": "BEGIN MARK SCHEME",
    "=== END MARKSCHEME ===": "END MARK SCHEME",
}
HONEST = [
    *("### BEGIN SOLUTION", "### END HIDDEN TESTS", "  # BEGIN MARK SCHEME", "# BEGIN SOLUTIONS"),
    *("# Test the solution", "# end of the tests", "## Solution", "# the hidden test below"),
    *("begin = test", "begin_test()", "test(begin)", "x = end - test", "start_date", "# END"),
    *("# begin with the first one", "# ends the tests early", "# End result", "# trend test"),
    *("Send test", "## Beginning solutions of equations", "return solution", "print(start)"),
    *("# Bắt đầu kiểm tra", "", "assert begin_solution", "## Hidden figures"),
]


@pytest.mark.parametrize("line", MISTYPED)
def test_a_mistyped_mark_is_known_as_the_mark_it_was_meant_to_be(line):
    assert meant_mark(line) == MISTYPED[line]


@pytest.mark.parametrize("line", HONEST)
def test_marks_as_nbgrader_wants_them_and_other_lines_are_left_alone(line):
    assert meant_mark(line) is None


def test_an_end_without_its_beginning_is_told_however_the_beginning_is_written():
    source = "### VORBEI MIT DER LÖSUNG\nx = 1\n### END SOLUTION\n"
    assert list(unopened_ends(source)) == [(3, "END SOLUTION")]
    assert list(unopened_ends("### BEGIN SOLUTION\nx\n### END SOLUTION")) == []


def test_the_finding_names_cell_line_and_mark(cells):
    test = "assert dai\n### BEGIN TESTS\nassert dai == 31\n### END TESTS"
    book = cells.notebook(cells.text("de", "Đề"), cells.marked("test", "t", test))
    first, second = (str(fault) for fault in faults_of_marks(book))
    assert "ô số 2 (t)" in first and "dòng 2" in first and "### BEGIN HIDDEN TESTS" in first
    assert "dòng 4" in second and "### END HIDDEN TESTS" in second


def test_what_is_taught_has_no_such_line(real_course):
    for lesson in real_course.lessons:
        assert faults_of_marks(lesson.source) == []
