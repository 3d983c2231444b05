"""Exceptions of the learner's, as they arise again beside the test."""

from __future__ import annotations

import json
import unittest

import pytest

from graders.strict.between.protocol import Error
from graders.strict.examiner.learners_errors import (
    LearnerGone,
    LearnerStopped,
    is_made,
    learners_words,
    make_exception,
    may_cross,
    sign,
)


class Beyond:
    def attribute_of_error(self, handle: int, name: str) -> object:
        return {7: {"ma": 404}}[handle][name]


def test_pythons_own_class_is_pythons_own() -> None:
    assert make_exception("ValueError", [], "builtins") is ValueError


def test_a_librarys_is_the_librarys() -> None:
    assert make_exception("JSONDecodeError", [ValueError], "json.decoder") is json.JSONDecodeError


@pytest.mark.parametrize(
    ("name", "module"),
    [("SystemExit", "builtins"), ("KeyboardInterrupt", "builtins"), ("SkipTest", "unittest.case")],
)
def test_what_steers_the_one_who_runs_the_test_does_not_cross(name: str, module: str) -> None:
    assert issubclass(unittest.SkipTest, Exception)
    assert make_exception(name, [], module) is LearnerStopped
    assert not issubclass(LearnerStopped, Exception) and not issubclass(LearnerGone, Exception)


def test_a_class_of_the_learners_is_one_like_it_below_the_same() -> None:
    made = make_exception("KhongDuTien", [ValueError], "__main__")
    assert issubclass(made, ValueError) and made.__name__ == "KhongDuTien" and is_made(made)
    assert may_cross(made) and not is_made(ValueError)


def test_a_class_that_claims_to_end_everything_ends_nothing() -> None:
    made = make_exception("Ngung", [BaseException, SystemExit], "__main__")
    assert issubclass(made, Exception) and not issubclass(made, SystemExit)


def test_bases_that_do_not_fit_together_are_left_out() -> None:
    made = make_exception("Kho", [OSError, SyntaxError, UnicodeDecodeError], "__main__")
    assert issubclass(made, Exception)


def test_its_text_and_its_attributes_are_those_of_the_learners() -> None:
    error = make_exception("KhongTimThay", [], "__main__")("x")
    sign(error, {Error.TEXT: "không có trang", Error.HANDLE: 7}, Beyond())
    assert str(error) == "không có trang" and error.ma == 404
    assert learners_words(error)[Error.HANDLE] == 7
    assert not hasattr(error, "__wrapped__")


def test_an_error_of_the_tests_is_nobodys_words() -> None:
    assert learners_words(ValueError("x")) is None
    assert not hasattr(make_exception("Cua", [], "__main__")(), "ma")
