"""What of a test's the learner's code may use while it is asked, and for how long."""

from __future__ import annotations

import io
from unittest.mock import Mock

import pytest

from graders.strict.between.bounds import Garbled
from graders.strict.between.protocol import Want
from graders.strict.examiner.callbacks import Callbacks, Passed, may_be_looked_into


@pytest.fixture
def callbacks() -> Callbacks:
    return Callbacks()


def test_a_function_is_called_by_its_number(callbacks) -> None:
    key = callbacks.register(lambda a, b=1: a + b)
    assert callbacks.run([Want.CALL, key], [(2,), {"b": 5}]) == 7


def test_the_same_function_keeps_its_number_within_a_cell(callbacks) -> None:
    assert callbacks.register(len) == callbacks.register(len)


def test_an_iterator_gives_one_item_at_a_time_and_then_none(callbacks) -> None:
    key = callbacks.register(Passed(iter([5])))
    assert callbacks.run([Want.NEXT, key], ()) == [5]
    assert callbacks.run([Want.NEXT, key], ()) == []


def test_what_a_cell_handed_over_ends_with_it(callbacks) -> None:
    key = callbacks.register(len)
    callbacks.forget()
    with pytest.raises(Garbled):
        callbacks.run([Want.CALL, key], [([],), {}])


def test_what_stands_under_a_name_stays(callbacks) -> None:
    since = callbacks.count
    key = callbacks.register(len)
    callbacks.keep(since)
    callbacks.forget()
    assert callbacks.run([Want.CALL, key], [([1],), {}]) == 1


def test_of_a_mock_attributes_are_read_and_not_what_it_is_questioned_with(callbacks) -> None:
    key = callbacks.register(Mock(ten="An"))
    assert callbacks.run([Want.ATTRIBUTE, key, "ten"], ()) == "An"
    for name in ("assert_called", "return_value", "call_count", "_mock_name", 5):
        with pytest.raises(AttributeError):
            callbacks.run([Want.ATTRIBUTE, key, name], ())


def test_a_function_cannot_be_looked_into(callbacks) -> None:
    def expected():
        return 42

    key = callbacks.register(expected)
    with pytest.raises(Garbled):
        callbacks.run([Want.ATTRIBUTE, key, "__code__"], ())
    with pytest.raises(Garbled):
        callbacks.run([Want.ATTRIBUTE, key, "name"], ())


@pytest.mark.parametrize("what", [["eval", 0], [Want.CALL, "0"], [Want.CALL, 99], [Want.NEXT, 0]])
def test_anything_else_is_garbled(callbacks, what) -> None:
    callbacks.register(len)
    with pytest.raises(Garbled):
        callbacks.run(what, ())


def test_which_objects_may_be_looked_into() -> None:
    assert may_be_looked_into(Mock()) and may_be_looked_into(io.StringIO())
    assert not may_be_looked_into(io.BytesIO()) and not may_be_looked_into([])
