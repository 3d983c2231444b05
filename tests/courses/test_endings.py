import pytest

from courses.endings import autotest_lines, ending_of, idle_comparisons

LEARNER = frozenset(("muc", "f"))


@pytest.mark.parametrize("source", ["muc", "muc.diem", "muc[0]", "f(3)", "f(3).x[1]", "x = 1\nmuc"])
def test_the_learners_own_value_is_known_as_theirs(source):
    assert ending_of(source, LEARNER).own


@pytest.mark.parametrize("source", ["diem", "len(muc)", "muc = 3\nmuc", "2 * muc", "sum(muc)"])
def test_what_the_test_works_out_is_its_own(source):
    assert not ending_of(source, LEARNER).own


def test_a_statement_a_semicolon_and_words_say_nothing_about_points():
    for source in ("x = 1", "df.head();", '"Đạt"', "None", "assert x\nf'{x}'", "True"):
        assert ending_of(source).says_nothing
    for source in ("1.5", "x / 2", "f'{x}'"):
        assert not ending_of(source).says_nothing


def test_a_check_above_is_seen_wherever_it_stands():
    for source in ("assert x\ny", "if a:\n    raise E\ny", "check_all(x)\ny", "t.assertTrue(x)\ny"):
        assert ending_of(source).checks
    assert not ending_of("x = 3\nx").checks


def test_comparisons_that_nothing_asserts_are_found_with_their_lines():
    source = "a = 1\na == 1\nif a:\n    isinstance(a, int)\nassert a == 1\nnot a\nall([a])"
    assert idle_comparisons(source) == [2, 4, 6, 7]


def test_a_comparison_that_is_to_raise_something_is_none_of_them():
    assert idle_comparisons("with raises(TypeError):\n    a < b") == []
    assert idle_comparisons("try:\n    a < b\nexcept TypeError:\n    pass") == []


def test_autotest_lines_are_found_in_any_letters():
    source = "### AUTOTEST f(1)\nx = 1\n### hashed autotest f(2)\n# about AUTOTEST"
    assert autotest_lines(source) == [1, 3]


def test_magics_do_not_hide_how_a_test_ends():
    assert ending_of("%precision 3\nmuc", LEARNER).own
