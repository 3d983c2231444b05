"""What may pass between the learner's process and the examiner's: plain data, by value.

JSON's own values stand for themselves; everything else is a list that begins with a tag, so a
hostile message can build nothing but the types named here, all of them exactly (never a learner's
subclass). Shared references and cycles survive: each mutable container is numbered in the order
in which it is met, and met again it is written ``["=", number]``. What is not plain data is handed
to a ``stand_in`` of the caller's choice. Nothing is ever pickled, imported or evaluated here.

Why not Arrow: docs/decisions/0010-a-codec-of-our-own.md.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import math
import re
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graders.strict.between import frames, kin, library_values
from graders.strict.between.bounds import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INT_DIGITS,
    MAX_NODES,
    SMALL,
    Garbled,
    Json,
    NotPlain,
    TooLarge,
    as_base64,
    from_base64,
    integer,
    natural,
    read_zone,
    write_zone,
)

if TYPE_CHECKING:
    from graders.strict.between.twins import Ties

__all__ = [
    "Decoder",
    "Encoder",
    "Garbled",
    "Json",
    "NotPlain",
    "TooLarge",
    "by_identity",
    "is_container",
    "put_contents",
    "snapshot",
]


def by_identity(value: object) -> Json:
    """A stand-in for what is only compared with itself at another time."""
    return ["id", id(value)]


def _no_stand_in(value: object) -> Json:
    raise NotPlain(type(value).__name__)


def _no_stand_in_back(tag: str, rest: Sequence[Json]) -> object:
    raise Garbled(f"unknown tag {tag!r}")


class Encoder:
    """Writes values of one message; keep one for a whole message so that sharing is seen.

    ``known`` maps ``id`` of the other side's own objects (arguments it sent) to their numbers;
    they go back as ``["a", number]``. ``table`` lists the containers met, in order. ``ties``: what
    both sides hold; ``whole``: objects of setup cells' classes go by value.
    """

    def __init__(
        self,
        stand_in: Callable[[object], Json] = _no_stand_in,
        *,
        known: Mapping[int, int] | None = None,
        ties: Ties | None = None,
        whole: bool = False,
        max_nodes: int = MAX_NODES,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.table: list[object] = []
        self.borrowed: set[int] = set()  # those of `table` that a setup cell made
        self.ties = ties
        self.whole = whole
        self._numbers: dict[int, int] = {}
        self._known = known or {}
        self.stand_in = stand_in
        self._nodes = max_nodes
        self._bytes = self._most = max_bytes
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
            return self._container(writer, value)
        return self._nested(writer, value)

    def _container(self, writer: Callable[[Encoder, Any], Json], value: object) -> Json:
        seen = self._seen(value)
        if seen is not None:
            return seen
        place = None if self.ties is None else self.ties.place(value)
        if place is not None:
            self.borrowed.add(len(self.table) - 1)
        written = self._nested(writer, value)
        return written if place is None else ["ow", *place, written]

    def contents(self, value: object) -> Json:
        """``value`` written out even though it is ``known``: what it holds now."""
        writer = _writer_of(value) or kin.find_writer(self, value)
        if writer is None:
            raise NotPlain(type(value).__name__)
        self.table.append(value)  # the reader numbers it too
        return self._nested(writer, value)

    def apart(self, stand_in: Callable[[object], Json]) -> Encoder:
        """For a part whose containers are nobody else's, from the same budget."""
        found = Encoder(
            stand_in,
            ties=self.ties,
            whole=self.whole,
            max_nodes=self._nodes,
            max_bytes=self._bytes,
        )
        found._depth = self._depth
        return found

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
        twin = None if self.ties is None else self.ties.twins.met(value)
        if twin is not None:
            return ["w", twin]
        number = self._numbers.get(id(value))
        if number is not None:
            return ["=", number]
        self._numbers[id(value)] = len(self.table)
        self.table.append(value)
        return None

    def _int(self, value: int) -> Json:
        if -SMALL < value < SMALL:
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
            return ["s", as_base64(value.encode("utf-8", "surrogatepass"))]
        return value

    @property
    def heavy(self) -> bool:
        """Is what was written more than a few lines?"""
        return self._most - self._bytes > 2_000

    def spend(self, count: int) -> None:
        """Take ``count`` bytes from the message's budget."""
        self._bytes -= count
        if self._bytes < 0:
            raise TooLarge("too many bytes")

    def raw(self, data: bytes | memoryview) -> str:
        self.spend(len(data))
        return as_base64(data)

    def many(self, values: Any) -> list[Json]:
        encode = self.encode
        return [encode(value) for value in values]

    def _other(self, value: object) -> Json:
        known = self._known.get(id(value))
        if known is not None:
            return ["a", known]
        home = type(value).__module__.partition(".")[0]
        if home in ("numpy", "pandas"):
            writer = frames.find_writer(value)
            if writer is not None:
                if type(value).__name__ in _SCIENTIFIC_MUTABLE:
                    return self._container(writer, value)
                return self._nested(writer, value)
        writer = kin.find_writer(self, value) or library_values.find_writer(value)
        if writer is not None:
            if type(value) in library_values.MUTABLE or writer is kin.write_whole:
                return self._container(writer, value)
            return self._nested(writer, value)
        return self.stand_in(value)


# Writers, one for each exact type ------------------------------------------------------------


def _write_range(_: Encoder, value: range) -> Json:
    numbers = (value.start, value.stop, value.step)
    if any(abs(number) >= SMALL for number in numbers):
        raise TooLarge("range of too large numbers")
    return ["r", *numbers]


def _write_complex(enc: Encoder, value: complex) -> Json:
    return ["c", enc.encode(value.real), enc.encode(value.imag)]


def _write_datetime(enc: Encoder, value: dt.datetime) -> Json:
    try:
        zone = write_zone(value.tzinfo)
    except NotPlain:
        return enc.stand_in(value)
    return ["dt", value.replace(tzinfo=None).isoformat(), zone, value.fold]


def _write_time(enc: Encoder, value: dt.time) -> Json:
    try:
        zone = write_zone(value.tzinfo)
    except NotPlain:
        return enc.stand_in(value)
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
    if name:
        return ["ty", name]
    writer = kin.find_writer(enc, value)
    return enc.stand_in(value) if writer is None else writer(enc, value)


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
    dt.timezone: lambda enc, value: ["tz", write_zone(value)],
    zoneinfo.ZoneInfo: lambda enc, value: ["tz", write_zone(value)],
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
    found = _WRITERS.get(type(value)) or frames.find_writer(value)
    return found or library_values.find_writer(value)


def is_container(value: object) -> bool:
    """Can its contents change while it stays the same object?"""
    kind = type(value)
    if kind in _MUTABLE or kind in library_values.MUTABLE:
        return True
    return kind.__name__ in _SCIENTIFIC_MUTABLE and frames.find_writer(value) is not None


# Reading -----------------------------------------------------------------------------------------


class Decoder:
    """Builds what an `Encoder` wrote; any other message raises `Garbled`.

    ``arguments`` are this side's own objects that ``["a", number]`` means. ``stand_in(tag, rest)``
    builds what is not plain data. ``table`` lists the containers built, in the encoder's order.
    ``ties``: what both sides hold.
    """

    def __init__(
        self,
        stand_in: Callable[[str, Sequence[Json]], object] = _no_stand_in_back,
        *,
        arguments: Sequence[object] = (),
        ties: Ties | None = None,
        max_nodes: int = MAX_NODES,
    ) -> None:
        self.table: list[object] = []
        self.borrowed: set[int] = set()
        self.ties = ties
        self._arguments = arguments
        self.stand_in = stand_in
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
                return self.stand_in(data[0], data[1:])
            return reader(self, *data[1:])
        except (Garbled, RecursionError, MemoryError):
            raise
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise Garbled(f"{data[0]}: {type(error).__name__}") from error
        except (OverflowError, ArithmeticError, AssertionError, NotImplementedError) as error:
            raise Garbled(f"{data[0]}: {type(error).__name__}") from error
        finally:
            self._depth -= 1

    def apart(self) -> Decoder:
        """For what `Encoder.apart` wrote."""
        found = Decoder(self.stand_in, ties=self.ties, max_nodes=self._nodes)
        found._depth = self._depth
        return found

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
    found = dec.table[natural(number)]
    if found is None:  # an array that holds itself: not built yet
        raise Garbled("a value inside itself")
    return found


def _ties_of(dec: Decoder) -> Ties:
    if dec.ties is None:
        raise Garbled("nothing is held by both")
    return dec.ties


def _read_own(dec: Decoder, name: Json, number: Json, data: Json) -> object:
    place = len(dec.table)
    found = dec.decode(data)
    if place >= len(dec.table) or dec.table[place] is not found:
        raise Garbled("a container was expected")
    dec.table[place] = _ties_of(dec).own(name, number, found)
    dec.borrowed.add(place)
    return dec.table[place]


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
        collections.deque(maxlen=None if maxlen is None else natural(maxlen))
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


def _real(number: Any) -> float:
    if type(number) not in (float, int):
        raise Garbled("a number was expected")
    return float(number)


def _read_complex(dec: Decoder, real: Json, imag: Json) -> complex:
    return complex(_real(dec.decode(real)), _real(dec.decode(imag)))


def _read_datetime(_: Decoder, text: str, zone: Json, fold: int) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=read_zone(zone), fold=fold)


def _read_time(_: Decoder, text: str, zone: Json, fold: int) -> dt.time:
    return dt.time.fromisoformat(text).replace(tzinfo=read_zone(zone), fold=fold)


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


_READERS: dict[str, Callable[..., Any]] = {
    "=": _read_shared,
    "a": lambda dec, number: dec._arguments[natural(number)],
    "l": _read_list,
    "u": lambda dec, items: tuple(dec.many(items)),
    "d": _read_pairs(dict),
    "e": _read_set,
    "z": lambda dec, items: frozenset(dec.many(items)),
    "b": lambda dec, text: from_base64(text),
    "B": lambda dec, text: dec.keep(bytearray(from_base64(text))),
    "f": _read_float,
    "i": _read_int,
    "s": lambda dec, text: from_base64(text).decode("utf-8", "surrogatepass"),
    "c": _read_complex,
    "r": lambda dec, *numbers: range(*map(integer, numbers)),
    "sl": lambda dec, *parts: slice(*map(dec.decode, parts)),
    "...": lambda dec: ...,
    "ni": lambda dec: NotImplemented,
    "ty": lambda dec, name: BUILTIN_TYPES[name],
    "dt": _read_datetime,
    "da": lambda dec, text: dt.date.fromisoformat(text),
    "t": _read_time,
    "td": lambda dec, *parts: dt.timedelta(*map(integer, parts)),
    "tz": lambda dec, zone: read_zone(zone),
    "de": _read_decimal,
    "fr": _read_fraction,
    "C": _read_counter,
    "O": _read_pairs(collections.OrderedDict),
    "dd": _read_defaultdict,
    "q": _read_deque,
    "dk": lambda dec, items: _hashables(dec, items).keys(),
    "dv": lambda dec, items: dict(enumerate(dec.many(items))).values(),
    "di": lambda dec, items: dict(dec.many(items)).items(),
    "w": lambda dec, number: _ties_of(dec).twins.get(number),
    "ow": _read_own,
    **frames.READERS,
    **library_values.READERS,
    **kin.READERS,
}


# Changing in place -------------------------------------------------------------------------------


def snapshot(table: Sequence[object], ties: Ties | None = None) -> list[Json]:
    """What each container holds now, in terms of each other; to be compared with a later one."""
    known = {id(container): number for number, container in enumerate(table)}
    return [
        Encoder(by_identity, known=known, ties=ties, whole=True).contents(container)
        for container in table
    ]


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
    elif type(target) in library_values.MUTABLE:
        library_values.put(target, source)
    elif type(target).__module__ == "__main__":
        kin.put(target, source)
    else:
        raise Garbled("contents of nothing that changes")
