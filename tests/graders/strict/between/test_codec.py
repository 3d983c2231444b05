"""The codec: what goes in comes out, and nothing that comes in does harm."""

import collections
import datetime as dt
import decimal
import fractions
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graders.strict.between.codec import (
    Decoder,
    Encoder,
    Garbled,
    NotPlain,
    TooLarge,
    put_contents,
    snapshot,
)

FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def across(value):
    return Decoder().decode(json.loads(json.dumps(Encoder().encode(value))))


def alike(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    if isinstance(one, complex):
        return alike(one.real, other.real) and alike(one.imag, other.imag)
    if isinstance(one, (list, tuple, collections.deque)):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict):
        return list(map(repr, one)) == list(map(repr, other)) and all(
            map(alike, one.values(), other.values())
        )
    if isinstance(one, decimal.Decimal):
        return str(one) == str(other)
    return one == other


KEYS = st.one_of(st.integers(), st.text(), st.booleans(), st.none(), st.dates())
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**80), max_value=10**80),
    st.floats(),
    st.complex_numbers(),
    st.text(st.characters()),  # lone surrogates too
    st.binary(),
    st.datetimes(),
    st.datetimes(timezones=st.timezones()),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(),
    st.fractions(),
    st.frozensets(st.integers()),
    st.sets(st.text()),
    st.builds(range, st.integers(0, 9), st.integers(0, 99), st.integers(1, 9)),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.tuples(inner, inner),
        st.dictionaries(KEYS, inner, max_size=5),
        st.builds(collections.deque, st.lists(inner, max_size=5)),
    ),
    max_leaves=20,
)


@FUZZ
@given(VALUES)
def test_plain_data_comes_back_as_it_was(value):
    assert alike(value, across(value))


TAGS = st.sampled_from(
    [
        "=",
        "a",
        "l",
        "u",
        "d",
        "e",
        "z",
        "b",
        "B",
        "f",
        "i",
        "s",
        "c",
        "r",
        "sl",
        "...",
        "ni",
        "ty",
        "dt",
        "da",
        "t",
        "td",
        "tz",
        "de",
        "fr",
        "C",
        "O",
        "dd",
        "q",
        "dk",
        "dv",
        "di",
        "np",
        "nd",
        "no",
        "npt",
        "nat",
        "na",
        "ps",
        "pt",
        "pp",
        "ix",
        "ir",
        "im",
        "se",
        "df",
        "pdt",
        "xs",
        "xc",
        "xz",
        "xp",
        "xm",
        "o",
        "T",
        "k",
        "mod",
        "none",
    ]
)
DTYPES = st.sampled_from(["<i8", "<f8", "|b1", "<U3", "|S2", "<M8[ns]", "|O", "<f16", "x", "<U0"])
HOSTILE = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        DTYPES,
        st.binary(max_size=16).map(lambda raw: __import__("base64").b64encode(raw).decode()),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.builds(lambda tag, rest: [tag, *rest], TAGS, st.lists(inner, max_size=5)),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=30,
)


@FUZZ
@pytest.mark.filterwarnings("ignore")
@given(HOSTILE)
def test_a_hostile_message_is_refused_or_becomes_plain_data(message):
    try:
        value = Decoder().decode(message)
    except Garbled:
        return
    assert type(value).__module__.partition(".")[0] in {
        *("builtins", "datetime", "decimal", "fractions", "collections", "numpy", "pandas"),
        *("zoneinfo", "typing"),
    }


@pytest.mark.parametrize(
    "message",
    [
        ["l"],
        ["=", 0],
        ["=", -1],
        ["a", 0],
        ["nd", "<i8", [2], ""],
        ["nd", "<i8", [10**12], ""],
        ["nd", "<U0", [10**12], ""],
        ["nd", "|O", [1], "AAAAAAAAAAA="],
        ["nd", "<U1", [1], "////fw=="],
        ["no", [5], []],
        ["df", [["nd", "<i8", [1], "AAAAAAAAAAA="]], ["ir", 0, 2, 1, None], ["ir", 0, 1, 1, None]],
        ["se", ["nd", "<i8", [1], "AAAAAAAAAAA="], ["l", []], None],
        ["im", [["l", []]], [["nd", "|i1", [1], "fw=="]], [None]],
        ["tz", "../../etc/passwd"],
        ["tz", 1e9],
        ["i", "9" * 10**6],
        ["de", "1E99999999999"],
        ["dd", 5, []],
        ["e", [["l", []]]],
        ["mod", "os"],
    ],
    ids=repr,
)
def test_these_messages_are_garbled(message):
    with pytest.raises(Garbled):
        Decoder().decode(message)


def test_depth_and_size_are_bounded():
    deep = []
    for _ in range(1000):
        deep = [deep]
    with pytest.raises(TooLarge):
        Encoder().encode(deep)
    with pytest.raises(TooLarge):
        Encoder(max_nodes=100).encode([[] for _ in range(200)])
    with pytest.raises(TooLarge):
        Encoder(max_bytes=100).encode("x" * 101)
    message = ["l", []]
    for _ in range(500):
        message = ["l", [message]]
    with pytest.raises(Garbled):
        Decoder().decode(message)


def test_sharing_and_cycles_survive():
    inner = [1]
    both = {"a": inner, "b": inner}
    inner.append(both)
    found = across(both)
    assert found["a"] is found["b"] and found["a"][1] is found


def test_a_boolean_is_true_or_false_whatever_its_byte():
    value = Decoder().decode(["nd", "|b1", [3], "AAEF"])
    assert value.view("u1").tolist() == [0, 1, 1]


def test_subclasses_are_not_plain():
    class Liar(int):
        def __eq__(self, other):
            return True

        __hash__ = int.__hash__

    for value in (Liar(1), object(), print, [Liar(1)]):
        with pytest.raises(NotPlain):
            Encoder().encode(value)


FRAMES = {
    "numbers": {"a": [1, 2], "b": [1.5, np.nan], "c": [True, False]},
    "text": {"a": ["x", None], "b": pd.array(["q", None], dtype="string")},
    "objects": {"a": pd.Series([[1], {"k": 2}], dtype=object)},
    "dates": {"a": pd.to_datetime(["2020-01-01", None]), "b": pd.to_timedelta(["1D", "2D"])},
    "zones": {"a": pd.date_range("2020-01-01", periods=2, tz="Asia/Ho_Chi_Minh")},
    "categories": {"a": pd.Categorical(["x", "y"], ordered=True)},
    "nullable": {"a": pd.array([1, None], dtype="Int64"), "b": pd.array([True, None])},
    "periods": {"a": pd.period_range("2020-01", periods=2, freq="M")},
    "empty": {},
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_come_back_as_they_were(name):
    frame = pd.DataFrame(FRAMES[name])
    pd.testing.assert_frame_equal(across(frame), frame)


def test_indexes_come_back_as_they_were():
    grouped = pd.DataFrame({"a": [1, 1, 2], "b": list("xyx"), "v": [1, 2, 3]})
    table = grouped.groupby(["a", "b"]).agg({"v": ["sum", "mean"]})
    pd.testing.assert_frame_equal(across(table), table)
    series = pd.Series([1, 2], index=pd.date_range("2020", periods=2, freq="D"), name="n")
    pd.testing.assert_series_equal(across(series), series)


@pytest.mark.parametrize(
    "value",
    [
        *(np.float64(1.5), np.int8(3), np.bool_(True), np.str_("hi"), np.datetime64("2020-01-01")),
        *(pd.Timestamp("2020-01-01 10:00", tz="Asia/Ho_Chi_Minh"), pd.Timedelta("1D"), pd.NaT),
        *(dt.UTC, fractions.Fraction(1, 3), collections.Counter("aab"), int, dict, bytearray(b"y")),
        *(pd.Period("2020-01", "M"), np.dtype("f8"), {"a": 1}.keys(), ...),
    ],
    ids=repr,
)
def test_single_values_come_back_as_they_were(value):
    found = across(value)
    assert type(found) is type(value) and (found is value or found == value)


def test_arguments_are_refilled_in_place():
    table = [[1, 2], {"k": [3]}, np.zeros(2)]
    before = snapshot(table)
    for target, source in zip(table, [[9], {}, np.ones(2)], strict=True):
        put_contents(target, source)
    assert table[0] == [9] and table[1] == {} and table[2].tolist() == [1, 1]
    assert snapshot(table) != before
    with pytest.raises(Garbled):
        put_contents([1], {})
    with pytest.raises(Garbled):
        put_contents(np.zeros(2), np.zeros(3))
