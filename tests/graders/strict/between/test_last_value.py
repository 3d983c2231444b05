import numbers
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from courses.endings import ending_of
from graders.strict.between.last_value import checked_facts, value_facts
from graders.strict.scoring import score


@numbers.Real.register
class Registered:
    """A number of some library's (sympy, mpmath …): registered as one, with ``__float__``."""

    def __float__(self):
        return 1.5


NUMBERS = [
    *(1.5, np.float64(1.5), np.float32(1.5), np.array(1.5), Fraction(3, 2), Decimal("1.5"), "1.5"),
    *(Registered(), np.mean([1, 2])),
]


def points(value, source="x / 2", most=2.0):
    return score(most, [{"error": None, "result": value_facts(value)}], ending_of(source))


@pytest.mark.parametrize("value", NUMBERS, ids=lambda value: type(value).__name__)
def test_numbers_of_every_kind_are_points(value):
    assert points(value) == (1.5, False)


@pytest.mark.parametrize("value", [1, np.int64(1), np.uint8(1), np.array(1)])
def test_whole_numbers_of_every_kind_are_points(value):
    assert points(value) == (1.0, False)


@pytest.mark.parametrize("kind", [bool, np.bool_])
def test_a_truth_value_is_all_or_nothing(kind):
    assert points(kind(True)) == (2.0, False)
    assert points(kind(False)) == (0.0, False)


@pytest.mark.parametrize(
    "value",
    [float("nan"), np.nan, float("inf"), Decimal("NaN"), -1, 3, 1j, "một nửa", [1], {}, object()],
    ids=lambda value: "an object" if type(value) is object else repr(value),
)
def test_what_is_no_number_of_points_is_for_a_person(value):
    assert points(value) == (0.0, True)


def test_what_is_shown_after_the_checks_says_nothing():
    assert points([1, 2], "assert x\nx.tolist()") == (2.0, False)
    assert points("tốt", "'tốt'") == (2.0, False)
    assert points(None) == (2.0, False)


def test_the_learners_own_value_never_counts():
    own = ending_of("muc", frozenset(["muc"]))
    outcome = [{"error": None, "result": value_facts(1.0)}]
    assert score(1.0, outcome, own) == (0.0, True)
    checked = ending_of("assert muc > 0\nmuc", frozenset(["muc"]))
    assert score(1.0, [{"error": None, "result": value_facts(0.2)}], checked) == (1.0, False)


def test_of_an_object_of_the_learners_nothing_is_believed():
    assert value_facts(1.5, opaque=True) == {"other": "float"}
    pretender = type("So", (float,), {"__module__": "__main__"})
    assert value_facts(pretender(2)) == {"other": "So"}


def test_facts_from_a_shared_test_are_looked_over():
    assert checked_facts({"number": "9" * 90}) == {"number": "9" * 40}
    assert checked_facts({"truth": True, "more": 1}) == {"truth": True}
    for nonsense in (None, "1.0", 1.0, {"truth": 1}, {"number": 1.0}, {"else": "x"}):
        assert checked_facts(nonsense) is None


def test_a_named_tuple_is_no_number():
    assert points(namedtuple("D", "x")(1)) == (0.0, True)
