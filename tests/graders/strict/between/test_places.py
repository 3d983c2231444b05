"""Library objects by where they lie: found again by name, and nothing is imported for a message."""

from __future__ import annotations

import collections
import json
import math
import sys
import types

import pytest

from graders.strict.between.bounds import Garbled
from graders.strict.between.places import import_place, own_module


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (math.sqrt, ("math", "sqrt")),
        (json.JSONDecoder, ("json.decoder", "JSONDecoder")),
        (collections.OrderedDict.fromkeys, None),  # bound to its class: another at each look
        (str.upper, ("builtins", "str.upper")),
    ],
)
def test_a_librarys_object_is_named_where_the_other_side_finds_the_same(value, place) -> None:
    assert import_place(value) == place


def test_what_only_says_that_it_is_a_librarys_is_not() -> None:
    def sqrt(x):
        return 0

    sqrt.__module__, sqrt.__qualname__ = "math", "sqrt"
    assert import_place(sqrt) is None


@pytest.mark.parametrize("value", [5, "text", None, object(), [math.sqrt]])
def test_plain_values_lie_nowhere(value: object) -> None:
    assert import_place(value) is None


def test_nothing_of_the_notebooks_own_is_a_librarys() -> None:
    def ham():
        return None

    ham.__module__ = "__main__"
    assert import_place(ham) is None


def test_a_module_that_is_loaded_is_ours() -> None:
    assert own_module("math") is math


def test_one_that_the_reference_imports_may_be_loaded_for_it() -> None:
    known = own_module("colorsys", {"colorsys"})
    assert known.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_any_other_is_an_empty_one_of_that_name_and_nothing_runs() -> None:
    sys.modules.pop("antigravity", None)
    found = own_module("antigravity")
    assert type(found) is types.ModuleType and vars(found).get("fly") is None
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize(
    "name", ["__main__", "graders.strict.marker", "sandbox", "a b", "../x", "", None, 5, "a." * 9]
)
def test_our_own_and_no_names_at_all_are_garbled(name: object) -> None:
    with pytest.raises(Garbled):
        own_module(name)
