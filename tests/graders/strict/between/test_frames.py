"""numpy and pandas in the codec: each reader checks what a hostile process may have written."""

from __future__ import annotations

import base64
import json

import numpy as np
import pandas as pd
import pytest

from graders.strict.between.bounds import Garbled, NotPlain
from graders.strict.between.codec import Decoder, Encoder
from graders.strict.between.frames import READERS, find_writer
from graders.strict.between.protocol import Blank, Tag


def read(*message):
    return READERS[message[0]](Decoder(), *message[1:])


def raw(content: bytes) -> str:
    return base64.b64encode(content).decode()


NUMBERS = [Tag.ARRAY, "<i8", [2], raw(np.array([3, 4]).tobytes())]
ROWS = [Tag.RANGE_INDEX, 0, 2, 1, None]


@pytest.mark.parametrize(
    "value",
    [
        *(np.zeros(2), np.float32(1), np.dtype("i4"), pd.DataFrame(), pd.Series([1]), pd.NA),
        *(pd.Index([1]), pd.Timestamp("2020"), pd.Period("2020"), pd.NaT, pd.array([1, None])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_of_theirs_has_a_writer_whose_tag_has_a_reader(value) -> None:
    writer = find_writer(value)
    assert writer is not None
    tag = writer(Encoder(), value)[0]
    assert tag in READERS


class Ours(np.ndarray):
    pass


@pytest.mark.parametrize(
    "value",
    [1, "x", [1], object(), np.zeros(1).view(Ours), np.dtype([("a", "i4")]), np.zeros(1, "V4")[0]],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_has_none(value) -> None:
    assert find_writer(value) is None


def test_a_structured_array_is_handed_on() -> None:
    with pytest.raises(NotPlain):
        Encoder().encode(np.zeros(2, dtype=[("a", "i4")]))


def test_an_array_is_its_dtype_its_shape_and_its_bytes() -> None:
    built = read(*NUMBERS)
    assert built.tolist() == [3, 4] and built.dtype == np.int64 and built.flags.writeable


@pytest.mark.parametrize(
    ("dtype", "shape", "content"),
    [
        ("<i8", [3], bytes(16)),  # more than there is
        ("<i8", [1], bytes(16)),
        ("<i8", [-1], b""),
        ("<i8", [True], bytes(8)),
        ("<i8", "2", bytes(16)),
        ("<i8", [1] * 33, bytes(8)),
        ("|O", [1], bytes(8)),
        ("<V8", [1], bytes(8)),
        ("<i8,<i8", [1], bytes(16)),
        (8, [1], bytes(8)),
        ("<U1", [1], b"\xff\xff\xff\x7f"),  # a character that there is not
        ("<U0", [10**9], b""),
    ],
)
def test_an_array_that_numpy_would_not_have_made_is_garbled(dtype, shape, content) -> None:
    with pytest.raises(Garbled):
        read(Tag.ARRAY, dtype, shape, raw(content))


def test_an_array_of_objects_holds_as_many_as_its_shape_says() -> None:
    assert read(Tag.OBJECTS, [2], [1, "x"]).tolist() == [1, "x"]
    with pytest.raises(Garbled):
        read(Tag.OBJECTS, [3], [1, "x"])


def test_a_column_of_texts_holds_nothing_but_texts() -> None:
    series = read(Tag.SERIES, [Tag.STRINGS, Blank.NAN, ["x", None]], ROWS, None)
    assert series.tolist()[0] == "x" and series.isna().tolist() == [False, True]
    with pytest.raises(Garbled):
        read(Tag.SERIES, [Tag.STRINGS, Blank.NAN, ["x", 5]], ROWS, None)


@pytest.mark.parametrize(
    "column",
    [
        5,
        [],
        ["l", []],
        [Tag.FRAME, [], ROWS, ROWS],
        [Tag.CATEGORIES, [Tag.LIST, []], NUMBERS, False],
        [Tag.ZONED, "years", "Asia/Ho_Chi_Minh", NUMBERS],
        [Tag.PERIODS, "; import os", NUMBERS],
        [Tag.MASKED, "object", NUMBERS, NUMBERS],
    ],
    ids=repr,
)
def test_what_is_no_column_is_garbled(column) -> None:
    with pytest.raises(Garbled):
        read(Tag.SERIES, column, ROWS, None)


def test_a_frame_has_as_many_names_as_columns() -> None:
    frame = read(Tag.FRAME, [NUMBERS, NUMBERS], ROWS, ROWS)
    assert frame.shape == (2, 2)
    with pytest.raises(Garbled):
        read(Tag.FRAME, [NUMBERS], ROWS, ROWS)
    with pytest.raises(Garbled):
        read(Tag.FRAME, [NUMBERS, NUMBERS], [Tag.LIST, ["a", "b"]], ROWS)


@pytest.mark.parametrize("text", ["object", "datetime64[ns]", "interval", 5, None, "Int128"])
def test_an_extension_dtype_is_one_of_a_list(text) -> None:
    with pytest.raises(Garbled):
        read(Tag.EXTENSION_DTYPE, text)


def test_a_boolean_is_true_or_false_whatever_its_byte() -> None:
    built = read(Tag.ARRAY, "|b1", [2], raw(b"\x00\x07"))
    assert built.view("u1").tolist() == [0, 1]


def test_two_frames_of_one_message_stay_two() -> None:
    one, other = pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]})
    found = Decoder().decode(json.loads(json.dumps(Encoder().encode([one, other, one]))))
    assert found[0] is found[2] and found[0] is not found[1]
