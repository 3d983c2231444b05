"""numpy and pandas in the codec: arrays as dtype, shape and raw bytes; frames by their columns.

Each writer gives a tagged list, each reader of `READERS` takes what follows the tag. A reader
checks everything before numpy or pandas see it: what it reads may come from a hostile process.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import sys
from typing import Any

from graders.strict.between.bounds import (
    MAX_NODES,
    Garbled,
    Json,
    NotPlain,
    Reader,
    Reading,
    Writer,
    Writing,
    as_base64,
    from_base64,
    integer,
    natural,
    read_zone,
    write_zone,
)
from graders.strict.between.protocol import Blank, Tag

# numpy and pandas: asked of sys.modules, for a value of theirs cannot exist before they do ------

_DTYPE = re.compile(r"[<>|=]?(?:b1|[iu][1248]|f[248]|c(?:8|16)|[SU]\d{1,7}|[mM]8(?:\[\w{1,10}\])?)")


def find_writer(value: object) -> Writer | None:
    np = sys.modules.get("numpy")
    if np is not None:
        if type(value) is np.ndarray:
            return _write_array
        if isinstance(value, np.generic) and _DTYPE.fullmatch(value.dtype.str):
            return _write_numpy_scalar
        if isinstance(value, np.dtype) and _DTYPE.fullmatch(value.str):
            return lambda enc, dtype: [Tag.DTYPE, dtype.str]
    pd = sys.modules.get("pandas")
    if pd is None or not hasattr(pd, "DataFrame"):
        return None
    if value is pd.NaT:
        return lambda enc, _: [Tag.NOT_A_TIME]
    if value is pd.NA:
        return lambda enc, _: [Tag.NOT_THERE]
    kind = type(value)
    table: dict[type, Writer] = {
        pd.DataFrame: _write_frame,
        pd.Series: _write_series,
        pd.Timestamp: _write_timestamp,
        pd.Timedelta: lambda enc, delta: [Tag.PANDAS_DELTA, int(delta._value), delta.unit],
        pd.Period: lambda enc, period: [Tag.PERIOD, period.ordinal, period.freqstr],
    }
    if kind in table:
        return table[kind]
    if isinstance(value, pd.Index) and kind.__module__.partition(".")[0] == "pandas":
        return _write_index
    if kind.__module__.partition(".")[0] == "pandas" and isinstance(
        value, pd.api.extensions.ExtensionArray
    ):
        return _write_column
    if isinstance(value, pd.api.extensions.ExtensionDtype):
        return lambda enc, dtype: [Tag.EXTENSION_DTYPE, str(dtype)]
    return None


def holds_values_alone(value: Any) -> bool:
    """Is it an array, a series or a frame in which no cell is an object of its own?"""
    np, pd = sys.modules.get("numpy"), sys.modules.get("pandas")
    if np is None:
        return False
    kind = type(value)
    if pd is not None and kind is pd.DataFrame:
        return not any(_of_objects(np, dtype) for dtype in value.dtypes)
    if kind is np.ndarray or (pd is not None and kind is pd.Series):
        return not _of_objects(np, value.dtype)
    return False


def _of_objects(np: Any, dtype: object) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind == "O"


def _write_numpy_scalar(enc: Writing, value: Any) -> Json:
    return [Tag.NUMPY_SCALAR, value.dtype.str, enc.raw(value.tobytes())]


def _write_array(enc: Writing, value: Any) -> Json:
    if value.dtype.kind == "O":
        return [Tag.OBJECTS, list(value.shape), enc.many(value.ravel().tolist())]
    if not _DTYPE.fullmatch(value.dtype.str):
        return enc.stand_in(value)
    enc.spend(value.nbytes)
    return [Tag.ARRAY, value.dtype.str, list(value.shape), as_base64(value.tobytes())]


def _write_timestamp(enc: Writing, value: Any) -> Json:
    zone = value.tzinfo
    return [
        Tag.TIMESTAMP,
        int(value._value),
        value.unit,
        None if zone is None else _zone_name(zone),
    ]


def _zone_name(zone: dt.tzinfo) -> Json:
    if zone is dt.UTC:
        return 0.0
    return write_zone(zone)


def _write_column(enc: Writing, column: Any) -> Json:
    """A numpy or pandas extension array of one dimension."""
    pd = sys.modules["pandas"]
    np = sys.modules["numpy"]
    if type(column) is np.ndarray:
        return _write_array(enc, column)
    if type(column).__name__ == "NumpyExtensionArray":
        return _write_array(enc, column.to_numpy())
    dtype = column.dtype
    if isinstance(dtype, pd.StringDtype):
        missing = Blank.NA if dtype.na_value is pd.NA else Blank.NAN
        blanks = column.isna().tolist()
        texts = column.astype(object).tolist()
        cells = [None if blank else text for text, blank in zip(texts, blanks, strict=True)]
        return [Tag.STRINGS, missing, enc.many(cells)]
    if isinstance(dtype, pd.CategoricalDtype):
        codes = _write_array(enc, column.codes)
        return [Tag.CATEGORIES, enc.encode(dtype.categories), codes, bool(dtype.ordered)]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return [Tag.ZONED, dtype.unit, _zone_name(dtype.tz), _write_array(enc, column.asi8)]
    if dtype.kind in "mM" and isinstance(dtype, np.dtype):
        return _write_array(enc, np.asarray(column))
    if isinstance(dtype, pd.PeriodDtype):
        return [Tag.PERIODS, column.freqstr, _write_array(enc, column.asi8)]
    if hasattr(column, "_mask") and hasattr(column, "_data"):
        data, mask = _write_array(enc, column._data), _write_array(enc, column._mask)
        return [Tag.MASKED, dtype.name, data, mask]
    if isinstance(dtype, np.dtype):
        return _write_array(enc, np.asarray(column))
    raise NotPlain(f"column of type {dtype}")


def _write_index(enc: Writing, value: Any) -> Json:
    pd = sys.modules["pandas"]
    try:
        if type(value) is pd.RangeIndex:
            return [Tag.RANGE_INDEX, value.start, value.stop, value.step, enc.encode(value.name)]
        if type(value) is pd.MultiIndex:
            levels = [enc.encode(level) for level in value.levels]
            codes = [_write_array(enc, code) for code in value.codes]
            return [Tag.MULTI_INDEX, levels, codes, enc.many(value.names)]
        freq = value.freqstr if isinstance(value, (pd.DatetimeIndex, pd.TimedeltaIndex)) else None
        return [Tag.INDEX, _write_column(enc, value.array), enc.encode(value.name), freq]
    except NotPlain:
        return enc.stand_in(value)


def _write_series(enc: Writing, value: Any) -> Json:
    try:
        column = _write_column(enc, value.array)
    except NotPlain:
        return enc.stand_in(value)
    return [Tag.SERIES, column, enc.encode(value.index), enc.encode(value.name)]


def _write_frame(enc: Writing, value: Any) -> Json:
    try:
        columns = [
            _write_column(enc, value.iloc[:, place].array) for place in range(value.shape[1])
        ]
    except NotPlain:
        return enc.stand_in(value)
    return [Tag.FRAME, columns, enc.encode(value.columns), enc.encode(value.index)]


def _check_raw(np: Any, dtype: Any, raw: bytes) -> Any:
    """``raw`` as a flat array that numpy itself could have made."""
    flat = np.frombuffer(raw, dtype=dtype) if dtype.itemsize else np.zeros(0, dtype)
    if dtype.kind == "b":
        return np.frombuffer(raw, dtype=np.uint8) != 0
    if dtype.kind == "U" and flat.size:
        points = np.frombuffer(raw, dtype=np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if points.size and int(points.max()) > sys.maxunicode:
            raise Garbled("text of impossible characters")
    return flat


def _dtype(np: Any, text: Json) -> Any:
    if type(text) is not str or not _DTYPE.fullmatch(text):
        raise Garbled("dtype")
    return np.dtype(text)


def _numpy() -> Any:
    import numpy as np

    return np


def _pandas() -> Any:
    import pandas as pd

    return pd


def _shape(shape: Json) -> tuple[int, ...]:
    if type(shape) is not list or len(shape) > 32:
        raise Garbled("shape")
    return tuple(natural(side) for side in shape)


def _ndarray(text: Json, shape: Json, data: Json) -> Any:
    np = _numpy()
    dtype, raw, sides = _dtype(np, text), from_base64(data), _shape(shape)
    if math.prod(sides) * dtype.itemsize != len(raw):
        raise Garbled("array of another size")
    if dtype.itemsize == 0:
        if math.prod(sides) > MAX_NODES:
            raise Garbled("array of another size")
        return np.zeros(sides, dtype)
    return _check_raw(np, dtype, raw).reshape(sides).copy()


def _read_array(dec: Reading, text: Json, shape: Json, data: Json) -> Any:
    return dec.keep(_ndarray(text, shape, data))


def _read_objects(dec: Reading, shape: Json, items: Json) -> Any:
    np = _numpy()
    place = dec.reserve()
    sides, values = _shape(shape), dec.many(items)
    if math.prod(sides) != len(values):
        raise Garbled("array of another size")
    flat = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        flat[number] = value
    dec.table[place] = built = flat.reshape(sides)
    return built


def _read_numpy_scalar(_: Reading, text: Json, data: Json) -> Any:
    np = _numpy()
    dtype, raw = _dtype(np, text), from_base64(data)
    if dtype.itemsize != len(raw):
        raise Garbled("scalar of another size")
    if not raw:
        return np.zeros(1, dtype)[0]
    return _check_raw(np, dtype, raw)[0]


_UNITS = ("s", "ms", "us", "ns")
_FREQ = re.compile(r"-?\d{0,4}[A-Za-z][A-Za-z\-]{0,12}")


def _unit(text: Json) -> str:
    if text not in _UNITS:
        raise Garbled("unit")
    return str(text)


def _freq(text: Json) -> str:
    if type(text) is not str or not _FREQ.fullmatch(text):
        raise Garbled("frequency")
    return text


def _read_timestamp(_: Reading, value: int, unit: Json, zone: Json) -> Any:
    np, pd = _numpy(), _pandas()
    stamp = pd.Timestamp(np.datetime64(integer(value), _unit(unit)))
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(read_zone(zone))


def _read_timedelta(_: Reading, value: int, unit: Json) -> Any:
    np, pd = _numpy(), _pandas()
    return pd.Timedelta(np.timedelta64(integer(value), _unit(unit)))


def _read_period(_: Reading, ordinal: int, freq: Json) -> Any:
    return _pandas().Period(ordinal=integer(ordinal), freq=_freq(freq))


def _array_within(dec: Reading, data: Json) -> Any:
    """An array that is part of something larger: it has no number of its own."""
    if type(data) is not list or not data:
        raise Garbled("an array was expected")
    if data[0] == Tag.ARRAY and len(data) == 4:
        return _ndarray(*data[1:])
    if data[0] == Tag.OBJECTS and len(data) == 3:
        np = _numpy()
        values = dec.many(data[2])
        flat = np.empty(len(values), dtype=object)
        for number, value in enumerate(values):
            flat[number] = value
        return flat.reshape(_shape(data[1]))
    raise Garbled("an array was expected")


def _column(dec: Reading, data: Json) -> Any:
    if type(data) is not list or not data:
        raise Garbled("a column was expected")
    if data[0] in (Tag.ARRAY, Tag.OBJECTS):
        return _array_within(dec, data)
    reader = _COLUMNS.get(data[0])
    if reader is None:
        raise Garbled("a column was expected")
    return reader(dec, *data[1:])


def _strings(dec: Reading, missing: Json, items: Json) -> Any:
    np, pd = _numpy(), _pandas()
    texts = dec.many(items)
    if any(text is not None and type(text) is not str for text in texts):
        raise Garbled("text was expected")
    return pd.array(texts, dtype=pd.StringDtype(na_value=pd.NA if missing == Blank.NA else np.nan))


def _categories(dec: Reading, categories: Json, codes: Json, ordered: Json) -> Any:
    pd = _pandas()
    kinds = dec.decode(categories)
    if not isinstance(kinds, pd.Index):
        raise Garbled("categories")
    return pd.Categorical.from_codes(
        _array_within(dec, codes), categories=kinds, ordered=bool(ordered)
    )


def _zoned(dec: Reading, unit: Json, zone: Json, values: Json) -> Any:
    pd = _pandas()
    stamps = _array_within(dec, values).astype("i8").view(f"M8[{_unit(unit)}]")
    return pd.DatetimeIndex(stamps).tz_localize("UTC").tz_convert(read_zone(zone)).array


def _periods(dec: Reading, freq: Json, values: Json) -> Any:
    pd = _pandas()
    return pd.PeriodIndex.from_ordinals(_array_within(dec, values), freq=_freq(freq)).array


_MASKED = re.compile(r"(?:U?Int(?:8|16|32|64))|(?:Float(?:32|64))|boolean")


def _masked(dec: Reading, name: Json, values: Json, mask: Json) -> Any:
    pd = _pandas()
    if type(name) is not str or not _MASKED.fullmatch(name):
        raise Garbled("column type")
    built = pd.array(_array_within(dec, values), dtype=name)
    holes = _array_within(dec, mask).astype(bool)
    built[holes] = pd.NA
    return built


_COLUMNS: dict[str, Reader] = {
    Tag.STRINGS: _strings,
    Tag.CATEGORIES: _categories,
    Tag.ZONED: _zoned,
    Tag.PERIODS: _periods,
    Tag.MASKED: _masked,
}


def _name(dec: Reading, data: Json) -> Any:
    name = dec.decode(data)
    hash(name)
    return name


def _read_range_index(dec: Reading, start: int, stop: int, step: int, name: Json) -> Any:
    whole = range(integer(start), integer(stop), integer(step))
    return _pandas().RangeIndex(whole, name=_name(dec, name))


def _read_multi_index(dec: Reading, levels: Json, codes: Json, names: Json) -> Any:
    pd = _pandas()
    return pd.MultiIndex(
        levels=dec.many(levels),
        codes=[_array_within(dec, code) for code in codes],
        names=[_name(dec, name) for name in names],
    )


def _read_index(dec: Reading, column: Json, name: Json, freq: Json) -> Any:
    pd = _pandas()
    values = _column(dec, column)
    index = pd.Index(values, name=_name(dec, name), dtype=values.dtype)
    if freq is not None:
        index.freq = _freq(freq)
    return index


def _read_series(dec: Reading, column: Json, index: Json, name: Json) -> Any:
    place = dec.reserve()
    pd = _pandas()
    values = _column(dec, column)
    built = pd.Series(
        values, index=_index_of(dec, index), name=_name(dec, name), dtype=values.dtype
    )
    dec.table[place] = built
    return built


def _read_frame(dec: Reading, columns: Json, names: Json, index: Json) -> Any:
    place = dec.reserve()
    pd = _pandas()
    values = [_column(dec, column) for column in columns]
    header, rows = _index_of(dec, names), _index_of(dec, index)
    if len(header) != len(values) or any(column.ndim != 1 for column in values):
        raise Garbled("columns")
    made = {
        number: pd.Series(column, index=rows, dtype=column.dtype)
        for number, column in enumerate(values)
    }
    built = pd.DataFrame(made, index=rows, columns=range(len(values)))
    built.columns = header
    dec.table[place] = built
    return built


def _index_of(dec: Reading, data: Json) -> Any:
    index = dec.decode(data)
    if not isinstance(index, _pandas().Index):
        raise Garbled("index")
    return index


def _read_extension_dtype(_: Reading, text: Json) -> Any:
    pd = _pandas()
    if text in ("str", "string"):
        return pd.api.types.pandas_dtype(text)
    if type(text) is str and (_MASKED.fullmatch(text) or text == "category"):
        return pd.api.types.pandas_dtype(text)
    raise Garbled("column type")


READERS: dict[str, Reader] = {
    Tag.NUMPY_SCALAR: _read_numpy_scalar,
    Tag.ARRAY: _read_array,
    Tag.OBJECTS: _read_objects,
    Tag.DTYPE: lambda dec, text: _dtype(_numpy(), text),
    Tag.NOT_A_TIME: lambda dec: _pandas().NaT,
    Tag.NOT_THERE: lambda dec: _pandas().NA,
    Tag.TIMESTAMP: _read_timestamp,
    Tag.PANDAS_DELTA: _read_timedelta,
    Tag.PERIOD: _read_period,
    Tag.INDEX: _read_index,
    Tag.RANGE_INDEX: _read_range_index,
    Tag.MULTI_INDEX: _read_multi_index,
    Tag.SERIES: _read_series,
    Tag.FRAME: _read_frame,
    Tag.EXTENSION_DTYPE: _read_extension_dtype,
    **_COLUMNS,
}
