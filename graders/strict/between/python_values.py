"""Python's own values in the codec: numbers, texts, containers, dates, and the like.

Each writer gives a tagged list, each reader of `READERS` takes what follows the tag and checks it.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import re
import zoneinfo
from collections.abc import Callable
from typing import Any

from graders.strict.between import kin
from graders.strict.between.bounds import (
    MAX_INT_DIGITS,
    SMALL,
    Garbled,
    Json,
    NotPlain,
    Reader,
    Reading,
    TooLarge,
    Writer,
    Writing,
    from_base64,
    integer,
    natural,
    read_zone,
    write_zone,
)
from graders.strict.between.protocol import Tag


def _write_range(_: Writing, value: range) -> Json:
    numbers = (value.start, value.stop, value.step)
    if any(abs(number) >= SMALL for number in numbers):
        raise TooLarge("range of too large numbers")
    return [Tag.RANGE, *numbers]


def _write_complex(enc: Writing, value: complex) -> Json:
    return [Tag.COMPLEX, enc.encode(value.real), enc.encode(value.imag)]


def _write_datetime(enc: Writing, value: dt.datetime) -> Json:
    try:
        zone = write_zone(value.tzinfo)
    except NotPlain:
        return enc.stand_in(value)
    return [Tag.DATETIME, value.replace(tzinfo=None).isoformat(), zone, value.fold]


def _write_time(enc: Writing, value: dt.time) -> Json:
    try:
        zone = write_zone(value.tzinfo)
    except NotPlain:
        return enc.stand_in(value)
    return [Tag.TIME, value.replace(tzinfo=None).isoformat(), zone, value.fold]


def _write_pairs(tag: str) -> Writer:
    def write(enc: Writing, value: dict[Any, Any]) -> Json:
        encode = enc.encode
        return [tag, [[encode(key), encode(item)] for key, item in dict.items(value)]]

    return write


def _write_defaultdict(enc: Writing, value: collections.defaultdict[Any, Any]) -> Json:
    encode = enc.encode
    factory = encode(value.default_factory)
    return [
        Tag.DEFAULTDICT,
        factory,
        [[encode(key), encode(item)] for key, item in dict.items(value)],
    ]


def _write_items(tag: str) -> Writer:
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


def _write_type(enc: Writing, value: type) -> Json:
    name = _BUILTIN_TYPE_NAMES.get(value)
    if name:
        return [Tag.TYPE, name]
    writer = kin.find_writer(enc, value)
    return enc.stand_in(value) if writer is None else writer(enc, value)


def _write_decimal(enc: Writing, value: decimal.Decimal) -> Json:
    text = str(value)
    enc.spend(len(text))
    return [Tag.DECIMAL, text]


WRITERS: dict[type, Writer] = {
    list: _write_items(Tag.LIST),
    tuple: _write_items(Tag.TUPLE),
    dict: _write_pairs(Tag.DICT),
    set: _write_items(Tag.SET),
    frozenset: _write_items(Tag.FROZENSET),
    bytes: lambda enc, value: [Tag.BYTES, enc.raw(value)],
    bytearray: lambda enc, value: [Tag.BYTEARRAY, enc.raw(bytes(value))],
    complex: _write_complex,
    range: _write_range,
    slice: lambda enc, value: [Tag.SLICE, *enc.many((value.start, value.stop, value.step))],
    type(...): lambda enc, value: [Tag.ELLIPSIS],
    type(NotImplemented): lambda enc, value: [Tag.NOT_IMPLEMENTED],
    type: _write_type,
    dt.datetime: _write_datetime,
    dt.date: lambda enc, value: [Tag.DATE, value.isoformat()],
    dt.time: _write_time,
    dt.timedelta: lambda enc, value: [Tag.TIMEDELTA, value.days, value.seconds, value.microseconds],
    dt.timezone: lambda enc, value: [Tag.ZONE, write_zone(value)],
    zoneinfo.ZoneInfo: lambda enc, value: [Tag.ZONE, write_zone(value)],
    decimal.Decimal: _write_decimal,
    fractions.Fraction: lambda enc, value: [
        Tag.FRACTION,
        *enc.many((value.numerator, value.denominator)),
    ],
    collections.Counter: _write_pairs(Tag.COUNTER),
    collections.OrderedDict: _write_pairs(Tag.ORDERED_DICT),
    collections.defaultdict: _write_defaultdict,
    collections.deque: lambda enc, value: [Tag.DEQUE, value.maxlen, enc.many(value)],
    type({}.keys()): _write_items(Tag.KEYS),
    type({}.values()): _write_items(Tag.VALUES),
    type({}.items()): _write_items(Tag.ITEMS),
}
MUTABLE = {
    *(list, dict, set, bytearray, collections.Counter, collections.OrderedDict),
    *(collections.defaultdict, collections.deque),
}


# Reading -----------------------------------------------------------------------------------------


def _read_list(dec: Reading, items: Json) -> list[Any]:
    built: list[Any] = dec.keep([])
    built.extend(dec.many(items))
    return built


def _read_set(dec: Reading, items: Json) -> set[Any]:
    built: set[Any] = dec.keep(set())
    built.update(dec.many(items))
    return built


def _read_pairs(make: Callable[[], dict[Any, Any]]) -> Callable[..., Any]:
    def read(dec: Reading, items: Json) -> dict[Any, Any]:
        built: dict[Any, Any] = dec.keep(make())
        for key, value in dec.pairs(items):
            built[key] = value
        return built

    return read


def _read_defaultdict(dec: Reading, factory: Json, items: Json) -> Any:
    built: collections.defaultdict[Any, Any] = dec.keep(collections.defaultdict())
    made = dec.decode(factory)
    if made is not None and not callable(made):
        raise Garbled("default factory")
    built.default_factory = made
    for key, value in dec.pairs(items):
        built[key] = value
    return built


def _read_deque(dec: Reading, maxlen: Json, items: Json) -> Any:
    built: collections.deque[Any] = dec.keep(
        collections.deque(maxlen=None if maxlen is None else natural(maxlen))
    )
    built.extend(dec.many(items))
    return built


def _read_float(_: Reading, text: Json) -> float:
    if text not in ("nan", "inf", "-inf"):
        raise Garbled("float")
    return float(text)


def _read_int(_: Reading, text: Json) -> int:
    if type(text) is not str or len(text) > MAX_INT_DIGITS + 3:
        raise Garbled("integer")
    return int(text, 16)


def _real(number: Any) -> float:
    if type(number) not in (float, int):
        raise Garbled("a number was expected")
    return float(number)


def _read_complex(dec: Reading, real: Json, imag: Json) -> complex:
    return complex(_real(dec.decode(real)), _real(dec.decode(imag)))


def _read_datetime(_: Reading, text: str, zone: Json, fold: int) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=read_zone(zone), fold=fold)


def _read_time(_: Reading, text: str, zone: Json, fold: int) -> dt.time:
    return dt.time.fromisoformat(text).replace(tzinfo=read_zone(zone), fold=fold)


_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?(?:E[+-]?\d{1,9})?|Infinity|s?NaN\d*)")


def _read_decimal(_: Reading, text: str) -> decimal.Decimal:
    if not _DECIMAL.fullmatch(text):
        raise Garbled("decimal")
    return decimal.Decimal(text)


def _read_fraction(dec: Reading, top: Json, bottom: Json) -> fractions.Fraction:
    parts = (dec.decode(top), dec.decode(bottom))
    if any(type(part) is not int for part in parts):
        raise Garbled("fraction")
    return fractions.Fraction(*parts)


def _read_counter(dec: Reading, items: Json) -> Any:
    built: collections.Counter[Any] = dec.keep(collections.Counter())
    for key, value in dec.pairs(items):
        dict.__setitem__(built, key, value)
    return built


def _hashables(dec: Reading, items: Json) -> dict[Any, Any]:
    return dict.fromkeys(dec.many(items))


READERS: dict[str, Reader] = {
    Tag.LIST: _read_list,
    Tag.TUPLE: lambda dec, items: tuple(dec.many(items)),
    Tag.DICT: _read_pairs(dict),
    Tag.SET: _read_set,
    Tag.FROZENSET: lambda dec, items: frozenset(dec.many(items)),
    Tag.BYTES: lambda dec, text: from_base64(text),
    Tag.BYTEARRAY: lambda dec, text: dec.keep(bytearray(from_base64(text))),
    Tag.FLOAT: _read_float,
    Tag.INT: _read_int,
    Tag.TEXT: lambda dec, text: from_base64(text).decode("utf-8", "surrogatepass"),
    Tag.COMPLEX: _read_complex,
    Tag.RANGE: lambda dec, *numbers: range(*map(integer, numbers)),
    Tag.SLICE: lambda dec, *parts: slice(*map(dec.decode, parts)),
    Tag.ELLIPSIS: lambda dec: ...,
    Tag.NOT_IMPLEMENTED: lambda dec: NotImplemented,
    Tag.TYPE: lambda dec, name: BUILTIN_TYPES[name],
    Tag.DATETIME: _read_datetime,
    Tag.DATE: lambda dec, text: dt.date.fromisoformat(text),
    Tag.TIME: _read_time,
    Tag.TIMEDELTA: lambda dec, *parts: dt.timedelta(*map(integer, parts)),
    Tag.ZONE: lambda dec, zone: read_zone(zone),
    Tag.DECIMAL: _read_decimal,
    Tag.FRACTION: _read_fraction,
    Tag.COUNTER: _read_counter,
    Tag.ORDERED_DICT: _read_pairs(collections.OrderedDict),
    Tag.DEFAULTDICT: _read_defaultdict,
    Tag.DEQUE: _read_deque,
    Tag.KEYS: lambda dec, items: _hashables(dec, items).keys(),
    Tag.VALUES: lambda dec, items: dict(enumerate(dec.many(items))).values(),
    Tag.ITEMS: lambda dec, items: dict(dec.many(items)).items(),
}
