"""What may pass between the learner's process and the examiner's: plain data, by value.

JSON's own values stand for themselves; everything else is a list that begins with a tag, so a
hostile message can build nothing but the types named here, all of them exactly (never a learner's
subclass). Shared references and cycles survive: each mutable container is numbered in the order
in which it is met, and met again it is written ``["=", number]``. What is not plain data is handed
to a ``stand_in`` of the caller's choice. Nothing is ever pickled, imported or evaluated here.

Why not Arrow: docs/decisions/0010-a-codec-of-our-own.md.
"""

from __future__ import annotations

import base64
import binascii
import collections
import datetime as dt
import decimal
import fractions
import math
import re
import sys
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Json = Any

MAX_DEPTH = 150
MAX_NODES = 2_000_000
MAX_BYTES = 24 * 1024 * 1024
MAX_INT_DIGITS = 100_000  # hexadecimal
_SMALL = 1 << 63


class NotPlain(TypeError):
    """The value is not plain data and no stand-in was offered for it."""


class TooLarge(ValueError):
    """The value is deeper, longer or heavier than may cross."""


class Garbled(ValueError):
    """The message is not one that `Encoder` writes."""


def _no_stand_in(value: object) -> Json:
    raise NotPlain(type(value).__name__)


def _no_stand_in_back(tag: str, rest: Sequence[Json]) -> object:
    raise Garbled(f"unknown tag {tag!r}")


def _b64(raw: bytes | memoryview) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unb64(text: Json) -> bytes:
    if type(text) is not str:
        raise Garbled("base64 expected")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Garbled("bad base64") from error


class Encoder:
    """Writes values of one message; keep one for a whole message so that sharing is seen.

    ``known`` maps ``id`` of the other side's own objects (arguments it sent) to their numbers;
    they go back as ``["a", number]``. ``table`` lists the containers met, in order.
    """

    def __init__(
        self,
        stand_in: Callable[[object], Json] = _no_stand_in,
        *,
        known: Mapping[int, int] | None = None,
        max_nodes: int = MAX_NODES,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.table: list[object] = []
        self._numbers: dict[int, int] = {}
        self._known = known or {}
        self._stand_in = stand_in
        self._nodes = max_nodes
        self._bytes = max_bytes
        self._depth = 0

    def encode(self, value: object) -> Json:
        """``value`` as JSON. Raises `TooLarge`, or what ``stand_in`` raises."""
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            return self._int(value)  # type: ignore[arg-type]
        if kind is float:
            return value if math.isfinite(value) else ["f", repr(value)]  # type: ignore[arg-type]
        if kind is str:
            return self._str(value)  # type: ignore[arg-type]
        self._nodes -= 1
        if self._nodes < 0:
            raise TooLarge("too many values")
        writer = _WRITERS.get(kind)
        if writer is None:
            return self._other(value)
        if kind in _MUTABLE:
            seen = self._seen(value)
            if seen is not None:
                return seen
        return self._nested(writer, value)

    def contents(self, value: object) -> Json:
        """``value`` written out even though it is ``known``: what it holds now."""
        writer = _writer_of(value)
        if writer is None:
            raise NotPlain(type(value).__name__)
        self.table.append(value)  # the reader numbers it too
        return self._nested(writer, value)

    def _nested(self, writer: Callable[[Encoder, Any], Json], value: object) -> Json:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooLarge("nested too deeply")
        try:
            return writer(self, value)
        finally:
            self._depth -= 1

    def _seen(self, value: object) -> Json | None:
        known = self._known.get(id(value))
        if known is not None:
            return ["a", known]
        number = self._numbers.get(id(value))
        if number is not None:
            return ["=", number]
        self._numbers[id(value)] = len(self.table)
        self.table.append(value)
        return None

    def _int(self, value: int) -> Json:
        if -_SMALL < value < _SMALL:
            return value
        if value.bit_length() > 4 * MAX_INT_DIGITS:
            raise TooLarge("integer of too many digits")
        return ["i", hex(value)]

    def _str(self, value: str) -> Json:
        self.spend(len(value))
        if value.isascii():
            return value
        try:
            value.encode()
        except UnicodeEncodeError:  # lone surrogates have no UTF-8
            return ["s", _b64(value.encode("utf-8", "surrogatepass"))]
        return value

    def spend(self, count: int) -> None:
        """Take ``count`` bytes from the message's budget."""
        self._bytes -= count
        if self._bytes < 0:
            raise TooLarge("too many bytes")

    def raw(self, data: bytes | memoryview) -> str:
        self.spend(len(data))
        return _b64(data)

    def many(self, values: Any) -> list[Json]:
        encode = self.encode
        return [encode(value) for value in values]

    def _other(self, value: object) -> Json:
        home = type(value).__module__.partition(".")[0]
        if home in ("numpy", "pandas"):
            writer = _scientific_writer(value)
            if writer is not None:
                if type(value).__name__ in _SCIENTIFIC_MUTABLE:
                    seen = self._seen(value)
                    if seen is not None:
                        return seen
                return self._nested(writer, value)
        return self._stand_in(value)


# Writers, one for each exact type ------------------------------------------------------------


def _write_range(_: Encoder, value: range) -> Json:
    numbers = (value.start, value.stop, value.step)
    if any(abs(number) >= _SMALL for number in numbers):
        raise TooLarge("range of too large numbers")
    return ["r", *numbers]


def _write_complex(enc: Encoder, value: complex) -> Json:
    return ["c", enc.encode(value.real), enc.encode(value.imag)]


def _write_zone(zone: dt.tzinfo | None) -> Json:
    if zone is None:
        return None
    if type(zone) is dt.timezone:
        offset = zone.utcoffset(None)
        return offset.total_seconds()
    if type(zone) is zoneinfo.ZoneInfo and zone.key:
        return zone.key
    raise NotPlain(type(zone).__name__)


def _write_datetime(enc: Encoder, value: dt.datetime) -> Json:
    try:
        zone = _write_zone(value.tzinfo)
    except NotPlain:
        return enc._stand_in(value)
    return ["dt", value.replace(tzinfo=None).isoformat(), zone, value.fold]


def _write_time(enc: Encoder, value: dt.time) -> Json:
    try:
        zone = _write_zone(value.tzinfo)
    except NotPlain:
        return enc._stand_in(value)
    return ["t", value.replace(tzinfo=None).isoformat(), zone, value.fold]


def _write_pairs(tag: str) -> Callable[[Encoder, Any], Json]:
    def write(enc: Encoder, value: dict[Any, Any]) -> Json:
        encode = enc.encode
        return [tag, [[encode(key), encode(item)] for key, item in dict.items(value)]]

    return write


def _write_defaultdict(enc: Encoder, value: collections.defaultdict[Any, Any]) -> Json:
    encode = enc.encode
    factory = encode(value.default_factory)
    return ["dd", factory, [[encode(key), encode(item)] for key, item in dict.items(value)]]


def _write_items(tag: str) -> Callable[[Encoder, Any], Json]:
    return lambda enc, value: [tag, enc.many(value)]


# Python's own classes that a variable may hold ("the type of a column", a default factory).
BUILTIN_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *(bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset),
        *(range, object, type, collections.Counter, collections.OrderedDict, collections.deque),
        *(collections.defaultdict, dt.datetime, dt.date, dt.time, dt.timedelta),
        *(decimal.Decimal, fractions.Fraction, type(None)),
    )
}
_BUILTIN_TYPE_NAMES = {kind: name for name, kind in BUILTIN_TYPES.items()}


def _write_type(enc: Encoder, value: type) -> Json:
    name = _BUILTIN_TYPE_NAMES.get(value)
    return ["ty", name] if name else enc._stand_in(value)


def _write_decimal(enc: Encoder, value: decimal.Decimal) -> Json:
    text = str(value)
    enc.spend(len(text))
    return ["de", text]


_WRITERS: dict[type, Callable[[Encoder, Any], Json]] = {
    list: _write_items("l"),
    tuple: _write_items("u"),
    dict: _write_pairs("d"),
    set: _write_items("e"),
    frozenset: _write_items("z"),
    bytes: lambda enc, value: ["b", enc.raw(value)],
    bytearray: lambda enc, value: ["B", enc.raw(bytes(value))],
    complex: _write_complex,
    range: _write_range,
    slice: lambda enc, value: ["sl", *enc.many((value.start, value.stop, value.step))],
    type(...): lambda enc, value: ["..."],
    type(NotImplemented): lambda enc, value: ["ni"],
    type: _write_type,
    dt.datetime: _write_datetime,
    dt.date: lambda enc, value: ["da", value.isoformat()],
    dt.time: _write_time,
    dt.timedelta: lambda enc, value: ["td", value.days, value.seconds, value.microseconds],
    dt.timezone: lambda enc, value: ["tz", _write_zone(value)],
    zoneinfo.ZoneInfo: lambda enc, value: ["tz", _write_zone(value)],
    decimal.Decimal: _write_decimal,
    fractions.Fraction: lambda enc, value: ["fr", *enc.many((value.numerator, value.denominator))],
    collections.Counter: _write_pairs("C"),
    collections.OrderedDict: _write_pairs("O"),
    collections.defaultdict: _write_defaultdict,
    collections.deque: lambda enc, value: ["q", value.maxlen, enc.many(value)],
    type({}.keys()): _write_items("dk"),
    type({}.values()): _write_items("dv"),
    type({}.items()): _write_items("di"),
}
_MUTABLE = {
    *(list, dict, set, bytearray, collections.Counter, collections.OrderedDict),
    *(collections.defaultdict, collections.deque),
}
_SCIENTIFIC_MUTABLE = {"ndarray", "DataFrame", "Series"}


def _writer_of(value: object) -> Callable[[Encoder, Any], Json] | None:
    return _WRITERS.get(type(value)) or _scientific_writer(value)


# numpy and pandas: asked of sys.modules, for a value of theirs cannot exist before they do ------

_DTYPE = re.compile(r"[<>|=]?(?:b1|[iu][1248]|f[248]|c(?:8|16)|[SU]\d{1,7}|[mM]8(?:\[\w{1,10}\])?)")


def _scientific_writer(value: object) -> Callable[[Encoder, Any], Json] | None:
    np = sys.modules.get("numpy")
    if np is not None:
        if type(value) is np.ndarray:
            return _write_array
        if isinstance(value, np.generic) and _DTYPE.fullmatch(value.dtype.str):
            return _write_numpy_scalar
        if isinstance(value, np.dtype) and _DTYPE.fullmatch(value.str):
            return lambda enc, dtype: ["npt", dtype.str]
    pd = sys.modules.get("pandas")
    if pd is None or not hasattr(pd, "DataFrame"):
        return None
    if value is pd.NaT:
        return lambda enc, _: ["nat"]
    if value is pd.NA:
        return lambda enc, _: ["na"]
    kind = type(value)
    table: dict[type, Callable[[Encoder, Any], Json]] = {
        pd.DataFrame: _write_frame,
        pd.Series: _write_series,
        pd.Timestamp: _write_timestamp,
        pd.Timedelta: lambda enc, delta: ["pt", int(delta._value), delta.unit],
        pd.Period: lambda enc, period: ["pp", period.ordinal, period.freqstr],
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
        return lambda enc, dtype: ["pdt", str(dtype)]
    return None


def _write_numpy_scalar(enc: Encoder, value: Any) -> Json:
    return ["np", value.dtype.str, enc.raw(value.tobytes())]


def _write_array(enc: Encoder, value: Any) -> Json:
    if value.dtype.kind == "O":
        return ["no", list(value.shape), enc.many(value.ravel().tolist())]
    if not _DTYPE.fullmatch(value.dtype.str):
        return enc._stand_in(value)
    enc.spend(value.nbytes)
    return ["nd", value.dtype.str, list(value.shape), _b64(value.tobytes())]


def _write_timestamp(enc: Encoder, value: Any) -> Json:
    zone = value.tzinfo
    return ["ps", int(value._value), value.unit, None if zone is None else _zone_name(zone)]


def _zone_name(zone: dt.tzinfo) -> Json:
    if zone is dt.UTC:
        return 0.0
    return _write_zone(zone)


def _write_column(enc: Encoder, column: Any) -> Json:
    """A numpy or pandas extension array of one dimension."""
    pd = sys.modules["pandas"]
    np = sys.modules["numpy"]
    if type(column) is np.ndarray:
        return _write_array(enc, column)
    if type(column).__name__ == "NumpyExtensionArray":
        return _write_array(enc, column.to_numpy())
    dtype = column.dtype
    if isinstance(dtype, pd.StringDtype):
        missing = "NA" if dtype.na_value is pd.NA else "nan"
        blanks = column.isna().tolist()
        texts = column.astype(object).tolist()
        cells = [None if blank else text for text, blank in zip(texts, blanks, strict=True)]
        return ["xs", missing, enc.many(cells)]
    if isinstance(dtype, pd.CategoricalDtype):
        codes = _write_array(enc, column.codes)
        return ["xc", enc.encode(dtype.categories), codes, bool(dtype.ordered)]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return ["xz", dtype.unit, _zone_name(dtype.tz), _write_array(enc, column.asi8)]
    if dtype.kind in "mM" and isinstance(dtype, np.dtype):
        return _write_array(enc, np.asarray(column))
    if isinstance(dtype, pd.PeriodDtype):
        return ["xp", column.freqstr, _write_array(enc, column.asi8)]
    if hasattr(column, "_mask") and hasattr(column, "_data"):
        data, mask = _write_array(enc, column._data), _write_array(enc, column._mask)
        return ["xm", dtype.name, data, mask]
    if isinstance(dtype, np.dtype):
        return _write_array(enc, np.asarray(column))
    raise NotPlain(f"column of type {dtype}")


def _write_index(enc: Encoder, value: Any) -> Json:
    pd = sys.modules["pandas"]
    try:
        if type(value) is pd.RangeIndex:
            return ["ir", value.start, value.stop, value.step, enc.encode(value.name)]
        if type(value) is pd.MultiIndex:
            levels = [enc.encode(level) for level in value.levels]
            codes = [_write_array(enc, code) for code in value.codes]
            return ["im", levels, codes, enc.many(value.names)]
        freq = value.freqstr if isinstance(value, (pd.DatetimeIndex, pd.TimedeltaIndex)) else None
        return ["ix", _write_column(enc, value.array), enc.encode(value.name), freq]
    except NotPlain:
        return enc._stand_in(value)


def _write_series(enc: Encoder, value: Any) -> Json:
    try:
        column = _write_column(enc, value.array)
    except NotPlain:
        return enc._stand_in(value)
    return ["se", column, enc.encode(value.index), enc.encode(value.name)]


def _write_frame(enc: Encoder, value: Any) -> Json:
    try:
        columns = [
            _write_column(enc, value.iloc[:, place].array) for place in range(value.shape[1])
        ]
    except NotPlain:
        return enc._stand_in(value)
    return ["df", columns, enc.encode(value.columns), enc.encode(value.index)]


# Reading -----------------------------------------------------------------------------------------


class Decoder:
    """Builds what an `Encoder` wrote; any other message raises `Garbled`.

    ``arguments`` are this side's own objects that ``["a", number]`` means. ``stand_in(tag, rest)``
    builds what is not plain data. ``table`` lists the containers built, in the encoder's order.
    """

    def __init__(
        self,
        stand_in: Callable[[str, Sequence[Json]], object] = _no_stand_in_back,
        *,
        arguments: Sequence[object] = (),
        max_nodes: int = MAX_NODES,
    ) -> None:
        self.table: list[object] = []
        self._arguments = arguments
        self._stand_in = stand_in
        self._nodes = max_nodes
        self._depth = 0

    def decode(self, data: Json) -> Any:
        """The value that ``data`` stands for. Raises only `Garbled` and what ``stand_in`` does."""
        kind = type(data)
        if data is None or kind in (bool, int, float, str):
            return data
        if kind is not list or not data or type(data[0]) is not str:
            raise Garbled("a tagged list was expected")
        self._nodes -= 1
        self._depth += 1
        if self._nodes < 0 or self._depth > MAX_DEPTH + 10:
            raise Garbled("too many values or too deep")
        reader = _READERS.get(data[0])
        try:
            if reader is None:
                return self._stand_in(data[0], data[1:])
            return reader(self, *data[1:])
        except (Garbled, RecursionError, MemoryError):
            raise
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise Garbled(f"{data[0]}: {type(error).__name__}") from error
        except (OverflowError, ArithmeticError, AssertionError, NotImplementedError) as error:
            raise Garbled(f"{data[0]}: {type(error).__name__}") from error
        finally:
            self._depth -= 1

    def many(self, items: Json) -> list[Any]:
        if type(items) is not list:
            raise Garbled("a list was expected")
        decode = self.decode
        return [decode(item) for item in items]

    def pairs(self, items: Json) -> list[tuple[Any, Any]]:
        if type(items) is not list:
            raise Garbled("a list was expected")
        decode = self.decode
        return [(decode(key), decode(value)) for key, value in items]

    def keep(self, container: Any) -> Any:
        self.table.append(container)
        return container

    def reserve(self) -> int:
        self.table.append(None)
        return len(self.table) - 1


def _read_shared(dec: Decoder, number: int) -> object:
    found = dec.table[_natural(number)]
    if found is None:  # an array that holds itself: not built yet
        raise Garbled("a value inside itself")
    return found


def _read_list(dec: Decoder, items: Json) -> list[Any]:
    built: list[Any] = dec.keep([])
    built.extend(dec.many(items))
    return built


def _read_set(dec: Decoder, items: Json) -> set[Any]:
    built: set[Any] = dec.keep(set())
    built.update(dec.many(items))
    return built


def _read_pairs(make: Callable[[], dict[Any, Any]]) -> Callable[..., Any]:
    def read(dec: Decoder, items: Json) -> dict[Any, Any]:
        built: dict[Any, Any] = dec.keep(make())
        for key, value in dec.pairs(items):
            built[key] = value
        return built

    return read


def _read_defaultdict(dec: Decoder, factory: Json, items: Json) -> Any:
    built: collections.defaultdict[Any, Any] = dec.keep(collections.defaultdict())
    made = dec.decode(factory)
    if made is not None and not callable(made):
        raise Garbled("default factory")
    built.default_factory = made
    for key, value in dec.pairs(items):
        built[key] = value
    return built


def _read_deque(dec: Decoder, maxlen: Json, items: Json) -> Any:
    built: collections.deque[Any] = dec.keep(
        collections.deque(maxlen=None if maxlen is None else _natural(maxlen))
    )
    built.extend(dec.many(items))
    return built


def _read_float(_: Decoder, text: Json) -> float:
    if text not in ("nan", "inf", "-inf"):
        raise Garbled("float")
    return float(text)


def _read_int(_: Decoder, text: Json) -> int:
    if type(text) is not str or len(text) > MAX_INT_DIGITS + 3:
        raise Garbled("integer")
    return int(text, 16)


def _natural(number: Json) -> int:
    if type(number) is not int or number < 0:
        raise Garbled("a count was expected")
    return number


def _integer(number: Json) -> int:
    if type(number) is not int or abs(number) >= _SMALL:
        raise Garbled("an integer was expected")
    return number


def _real(number: Any) -> float:
    if type(number) not in (float, int):
        raise Garbled("a number was expected")
    return float(number)


def _read_complex(dec: Decoder, real: Json, imag: Json) -> complex:
    return complex(_real(dec.decode(real)), _real(dec.decode(imag)))


_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+){0,3}")


def _zone(data: Json) -> dt.tzinfo | None:
    if data is None:
        return None
    if type(data) in (int, float):
        return dt.timezone(dt.timedelta(seconds=data)) if data else dt.UTC
    if type(data) is str and len(data) <= 64 and _ZONE.fullmatch(data):
        try:
            return zoneinfo.ZoneInfo(data)
        except (zoneinfo.ZoneInfoNotFoundError, OSError) as error:
            raise Garbled("time zone") from error
    raise Garbled("time zone")


def _read_datetime(_: Decoder, text: str, zone: Json, fold: int) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=_zone(zone), fold=fold)


def _read_time(_: Decoder, text: str, zone: Json, fold: int) -> dt.time:
    return dt.time.fromisoformat(text).replace(tzinfo=_zone(zone), fold=fold)


_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?(?:E[+-]?\d{1,9})?|Infinity|s?NaN\d*)")


def _read_decimal(_: Decoder, text: str) -> decimal.Decimal:
    if not _DECIMAL.fullmatch(text):
        raise Garbled("decimal")
    return decimal.Decimal(text)


def _read_fraction(dec: Decoder, top: Json, bottom: Json) -> fractions.Fraction:
    parts = (dec.decode(top), dec.decode(bottom))
    if any(type(part) is not int for part in parts):
        raise Garbled("fraction")
    return fractions.Fraction(*parts)


def _read_counter(dec: Decoder, items: Json) -> Any:
    built: collections.Counter[Any] = dec.keep(collections.Counter())
    for key, value in dec.pairs(items):
        dict.__setitem__(built, key, value)
    return built


def _hashables(dec: Decoder, items: Json) -> dict[Any, Any]:
    return dict.fromkeys(dec.many(items))


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
    return tuple(_natural(side) for side in shape)


def _ndarray(text: Json, shape: Json, data: Json) -> Any:
    np = _numpy()
    dtype, raw, sides = _dtype(np, text), _unb64(data), _shape(shape)
    if math.prod(sides) * dtype.itemsize != len(raw):
        raise Garbled("array of another size")
    if dtype.itemsize == 0:
        if math.prod(sides) > MAX_NODES:
            raise Garbled("array of another size")
        return np.zeros(sides, dtype)
    return _check_raw(np, dtype, raw).reshape(sides).copy()


def _read_array(dec: Decoder, text: Json, shape: Json, data: Json) -> Any:
    return dec.keep(_ndarray(text, shape, data))


def _read_objects(dec: Decoder, shape: Json, items: Json) -> Any:
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


def _read_numpy_scalar(_: Decoder, text: Json, data: Json) -> Any:
    np = _numpy()
    dtype, raw = _dtype(np, text), _unb64(data)
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


def _read_timestamp(_: Decoder, value: int, unit: Json, zone: Json) -> Any:
    np, pd = _numpy(), _pandas()
    stamp = pd.Timestamp(np.datetime64(_integer(value), _unit(unit)))
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(_zone(zone))


def _read_timedelta(_: Decoder, value: int, unit: Json) -> Any:
    np, pd = _numpy(), _pandas()
    return pd.Timedelta(np.timedelta64(_integer(value), _unit(unit)))


def _read_period(_: Decoder, ordinal: int, freq: Json) -> Any:
    return _pandas().Period(ordinal=_integer(ordinal), freq=_freq(freq))


def _array_within(dec: Decoder, data: Json) -> Any:
    """An array that is part of something larger: it has no number of its own."""
    if type(data) is not list or not data:
        raise Garbled("an array was expected")
    if data[0] == "nd" and len(data) == 4:
        return _ndarray(*data[1:])
    if data[0] == "no" and len(data) == 3:
        np = _numpy()
        values = dec.many(data[2])
        flat = np.empty(len(values), dtype=object)
        for number, value in enumerate(values):
            flat[number] = value
        return flat.reshape(_shape(data[1]))
    raise Garbled("an array was expected")


def _column(dec: Decoder, data: Json) -> Any:
    if type(data) is not list or not data:
        raise Garbled("a column was expected")
    if data[0] in ("nd", "no"):
        return _array_within(dec, data)
    reader = _COLUMNS.get(data[0])
    if reader is None:
        raise Garbled("a column was expected")
    return reader(dec, *data[1:])


def _strings(dec: Decoder, missing: Json, items: Json) -> Any:
    np, pd = _numpy(), _pandas()
    texts = dec.many(items)
    if any(text is not None and type(text) is not str for text in texts):
        raise Garbled("text was expected")
    return pd.array(texts, dtype=pd.StringDtype(na_value=pd.NA if missing == "NA" else np.nan))


def _categories(dec: Decoder, categories: Json, codes: Json, ordered: Json) -> Any:
    pd = _pandas()
    kinds = dec.decode(categories)
    if not isinstance(kinds, pd.Index):
        raise Garbled("categories")
    return pd.Categorical.from_codes(
        _array_within(dec, codes), categories=kinds, ordered=bool(ordered)
    )


def _zoned(dec: Decoder, unit: Json, zone: Json, values: Json) -> Any:
    pd = _pandas()
    stamps = _array_within(dec, values).astype("i8").view(f"M8[{_unit(unit)}]")
    return pd.DatetimeIndex(stamps).tz_localize("UTC").tz_convert(_zone(zone)).array


def _periods(dec: Decoder, freq: Json, values: Json) -> Any:
    pd = _pandas()
    return pd.PeriodIndex.from_ordinals(_array_within(dec, values), freq=_freq(freq)).array


_MASKED = re.compile(r"(?:U?Int(?:8|16|32|64))|(?:Float(?:32|64))|boolean")


def _masked(dec: Decoder, name: Json, values: Json, mask: Json) -> Any:
    pd = _pandas()
    if type(name) is not str or not _MASKED.fullmatch(name):
        raise Garbled("column type")
    built = pd.array(_array_within(dec, values), dtype=name)
    holes = _array_within(dec, mask).astype(bool)
    built[holes] = pd.NA
    return built


_COLUMNS: dict[str, Callable[..., Any]] = {
    "xs": _strings,
    "xc": _categories,
    "xz": _zoned,
    "xp": _periods,
    "xm": _masked,
}


def _name(dec: Decoder, data: Json) -> Any:
    name = dec.decode(data)
    hash(name)
    return name


def _read_range_index(dec: Decoder, start: int, stop: int, step: int, name: Json) -> Any:
    whole = range(_integer(start), _integer(stop), _integer(step))
    return _pandas().RangeIndex(whole, name=_name(dec, name))


def _read_multi_index(dec: Decoder, levels: Json, codes: Json, names: Json) -> Any:
    pd = _pandas()
    return pd.MultiIndex(
        levels=dec.many(levels),
        codes=[_array_within(dec, code) for code in codes],
        names=[_name(dec, name) for name in names],
    )


def _read_index(dec: Decoder, column: Json, name: Json, freq: Json) -> Any:
    pd = _pandas()
    values = _column(dec, column)
    index = pd.Index(values, name=_name(dec, name), dtype=values.dtype)
    if freq is not None:
        index.freq = _freq(freq)
    return index


def _read_series(dec: Decoder, column: Json, index: Json, name: Json) -> Any:
    place = dec.reserve()
    pd = _pandas()
    values = _column(dec, column)
    built = pd.Series(
        values, index=_index_of(dec, index), name=_name(dec, name), dtype=values.dtype
    )
    dec.table[place] = built
    return built


def _read_frame(dec: Decoder, columns: Json, names: Json, index: Json) -> Any:
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


def _index_of(dec: Decoder, data: Json) -> Any:
    index = dec.decode(data)
    if not isinstance(index, _pandas().Index):
        raise Garbled("index")
    return index


def _read_extension_dtype(_: Decoder, text: Json) -> Any:
    pd = _pandas()
    if text in ("str", "string"):
        return pd.api.types.pandas_dtype(text)
    if type(text) is str and (_MASKED.fullmatch(text) or text == "category"):
        return pd.api.types.pandas_dtype(text)
    raise Garbled("column type")


_READERS: dict[str, Callable[..., Any]] = {
    "=": _read_shared,
    "a": lambda dec, number: dec._arguments[_natural(number)],
    "l": _read_list,
    "u": lambda dec, items: tuple(dec.many(items)),
    "d": _read_pairs(dict),
    "e": _read_set,
    "z": lambda dec, items: frozenset(dec.many(items)),
    "b": lambda dec, text: _unb64(text),
    "B": lambda dec, text: dec.keep(bytearray(_unb64(text))),
    "f": _read_float,
    "i": _read_int,
    "s": lambda dec, text: _unb64(text).decode("utf-8", "surrogatepass"),
    "c": _read_complex,
    "r": lambda dec, *numbers: range(*map(_integer, numbers)),
    "sl": lambda dec, *parts: slice(*map(dec.decode, parts)),
    "...": lambda dec: ...,
    "ni": lambda dec: NotImplemented,
    "ty": lambda dec, name: BUILTIN_TYPES[name],
    "dt": _read_datetime,
    "da": lambda dec, text: dt.date.fromisoformat(text),
    "t": _read_time,
    "td": lambda dec, *parts: dt.timedelta(*map(_integer, parts)),
    "tz": lambda dec, zone: _zone(zone),
    "de": _read_decimal,
    "fr": _read_fraction,
    "C": _read_counter,
    "O": _read_pairs(collections.OrderedDict),
    "dd": _read_defaultdict,
    "q": _read_deque,
    "dk": lambda dec, items: _hashables(dec, items).keys(),
    "dv": lambda dec, items: dict(enumerate(dec.many(items))).values(),
    "di": lambda dec, items: dict(dec.many(items)).items(),
    "np": _read_numpy_scalar,
    "nd": _read_array,
    "no": _read_objects,
    "npt": lambda dec, text: _dtype(_numpy(), text),
    "nat": lambda dec: _pandas().NaT,
    "na": lambda dec: _pandas().NA,
    "ps": _read_timestamp,
    "pt": _read_timedelta,
    "pp": _read_period,
    "ix": _read_index,
    "ir": _read_range_index,
    "im": _read_multi_index,
    "se": _read_series,
    "df": _read_frame,
    "pdt": _read_extension_dtype,
    **_COLUMNS,
}


# Changing in place -------------------------------------------------------------------------------


def snapshot(table: Sequence[object], stand_in: Callable[[object], Json]) -> list[Json]:
    """What each container holds now, in terms of each other; to be compared with a later one."""
    known = {id(container): number for number, container in enumerate(table)}
    return [Encoder(stand_in, known=known).contents(container) for container in table]


def put_contents(target: Any, source: Any) -> None:
    """Make ``target`` hold what ``source`` holds, keeping its identity.

    Raises `Garbled` when they are not of one kind.
    """
    if type(target) is not type(source):
        raise Garbled("contents of another kind")
    if isinstance(target, (list, bytearray)):
        target[:] = source
    elif isinstance(target, (dict, set)):
        target.clear()
        target.update(source)
    elif isinstance(target, collections.deque):
        target.clear()
        target.extend(source)
    elif type(target).__name__ == "ndarray":
        if target.shape != source.shape or target.dtype != source.dtype:
            raise Garbled("contents of another shape")
        target[...] = source
    elif type(target).__name__ in ("DataFrame", "Series"):
        target._update_inplace(source)
    else:
        raise Garbled("contents of nothing that changes")
