"""That these are real tricks: stock nbgrader falls for them on the very same files."""

import pytest
from stock import make_course, stock_total
from tricks import EVERYTHING, NOTHING, SOURCE, TRICKS, Trick, answered

FALLEN_FOR = [
    "displayhook hands in a number",
    "skip-execution tag on test cells",
    "writes to the gradebook",
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("stock"))


def test_stock_marks_an_honest_notebook_as_we_do(course, tmp_path):
    half = answered(SOURCE, **NOTHING | {"s1": EVERYTHING["s1"], "s2": EVERYTHING["s2"]})
    assert stock_total(course, tmp_path, Trick("half", half)) == 2.0


@pytest.mark.parametrize("name", FALLEN_FOR)
def test_stock_falls_for(course, tmp_path, name):
    (trick,) = [trick for trick in TRICKS if trick.name == name]
    assert stock_total(course, tmp_path, trick) > trick.honest
