"""What may pass between the learner's process and the examiner's: plain data, by value.

JSON's own values stand for themselves; everything else is a list that begins with a tag
(`graders.strict.between.protocol.Tag`), so a hostile message can build nothing but the types named
there, all of them exactly (never a learner's subclass). Shared references and cycles survive: each
mutable container is numbered in the order in which it is met, and met again only its number is
written. What is not plain data is handed to a ``stand_in`` of the caller's choice. Nothing is ever
pickled, imported or evaluated here.

Why not Arrow: docs/decisions/0010-a-codec-of-our-own.md.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graders.strict.between import frames, kin, library_values, python_values
from graders.strict.between.bounds import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INT_DIGITS,
    MAX_NODES,
    SMALL,
    Garbled,
    Held,
    Json,
    NotPlain,
    Reader,
    TooLarge,
    Writer,
    as_base64,
    natural,
)
from graders.strict.between.protocol import Tag

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
    they go back by number. ``table`` lists the containers met, in order. ``ties``: what both sides
    hold; ``whole``: objects of setup cells' classes go by value.
    """

    def __init__(
        self,
        stand_in: Callable[[object], Json] = _no_stand_in,
        *,
        known: Mapping[int, int] | None = None,
        ties: Held | None = None,
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
        # By `type()` and not `isinstance`, for subclasses are sent otherwise; mypy does not follow.
        if kind is int:
            return self._int(value)  # type: ignore[arg-type]
        if kind is float:
            return value if math.isfinite(value) else [Tag.FLOAT, repr(value)]  # type: ignore[arg-type]
        if kind is str:
            return self._str(value)  # type: ignore[arg-type]
        self._nodes -= 1
        if self._nodes < 0:
            raise TooLarge("too many values")
        writer = python_values.WRITERS.get(kind)
        if writer is None:
            return self._other(value)
        if kind in python_values.MUTABLE:
            return self._container(writer, value)
        return self._nested(writer, value)

    def _container(self, writer: Writer, value: object) -> Json:
        seen = self._seen(value)
        if seen is not None:
            return seen
        place = None if self.ties is None else self.ties.place(value)
        if place is not None:
            self.borrowed.add(len(self.table) - 1)
        written = self._nested(writer, value)
        return written if place is None else [Tag.OWN, *place, written]

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

    def _nested(self, writer: Writer, value: object) -> Json:
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
            return [Tag.ARGUMENT, known]
        twin = None if self.ties is None else self.ties.twins.met(value)
        if twin is not None:
            return [Tag.TWIN, twin]
        number = self._numbers.get(id(value))
        if number is not None:
            return [Tag.SHARED, number]
        self._numbers[id(value)] = len(self.table)
        self.table.append(value)
        return None

    def _int(self, value: int) -> Json:
        if -SMALL < value < SMALL:
            return value
        if value.bit_length() > 4 * MAX_INT_DIGITS:
            raise TooLarge("integer of too many digits")
        return [Tag.INT, hex(value)]

    def _str(self, value: str) -> Json:
        self.spend(len(value))
        if value.isascii():
            return value
        try:
            value.encode()
        except UnicodeEncodeError:  # lone surrogates have no UTF-8
            return [Tag.TEXT, as_base64(value.encode("utf-8", "surrogatepass"))]
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
            return [Tag.ARGUMENT, known]
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


_SCIENTIFIC_MUTABLE = {"ndarray", "DataFrame", "Series"}


def _writer_of(value: object) -> Writer | None:
    found = python_values.WRITERS.get(type(value)) or frames.find_writer(value)
    return found or library_values.find_writer(value)


def is_container(value: object) -> bool:
    """Can its contents change while it stays the same object?"""
    kind = type(value)
    if kind in python_values.MUTABLE or kind in library_values.MUTABLE:
        return True
    return kind.__name__ in _SCIENTIFIC_MUTABLE and frames.find_writer(value) is not None


# Reading -----------------------------------------------------------------------------------------


class Decoder:
    """Builds what an `Encoder` wrote; any other message raises `Garbled`.

    ``arguments`` are this side's own objects, met by their number. ``stand_in(tag, rest)`` builds
    what is not plain data. ``table`` lists the containers built, in the encoder's order.
    ``ties``: what both sides hold.
    """

    def __init__(
        self,
        stand_in: Callable[[str, Sequence[Json]], object] = _no_stand_in_back,
        *,
        arguments: Sequence[object] = (),
        ties: Held | None = None,
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


def _ties_of(dec: Decoder) -> Held:
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


_READERS: dict[str, Reader] = {
    Tag.SHARED: _read_shared,
    Tag.ARGUMENT: lambda dec, number: dec._arguments[natural(number)],
    Tag.TWIN: lambda dec, number: _ties_of(dec).twins.get(number),
    Tag.OWN: _read_own,
    **python_values.READERS,
    **frames.READERS,
    **library_values.READERS,
    **kin.READERS,
}


# Changing in place -------------------------------------------------------------------------------


def snapshot(table: Sequence[object], ties: Held | None = None) -> list[Json]:
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
