"""That these are real tricks: stock nbgrader falls for them on the very same files.

Four of them here; ``python bench/attacks.py`` gives it all.
"""

import pytest
from leaning import LEANING
from stock import Stock
from tricks import EVERYTHING, NOTHING, SOURCE, TRICKS, Trick, answered

ALL = {trick.name: trick for trick in [*TRICKS, *LEANING]}
FALLEN_FOR = [
    "displayhook hands in a number",
    "skip-execution tag on test cells",
    "writes to the gradebook",
    "a unit test that is skipped",
]


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    with Stock(tmp_path_factory.mktemp("stock")) as found:
        yield found


def test_stock_marks_an_honest_notebook_as_we_do(stock):
    half = answered(SOURCE, **NOTHING | {"s1": EVERYTHING["s1"], "s2": EVERYTHING["s2"]})
    assert stock.total(Trick("half", half)) == 2.0


@pytest.mark.parametrize("name", FALLEN_FOR)
def test_stock_falls_for(stock, record_trick, name):
    points = stock.total(ALL[name])
    record_trick("stock", ALL[name], points)
    assert points is not None and points > ALL[name].honest
