"""What every part of the codec stands on: bounds, errors, the smallest pieces, and its two hands.

The parts (`python_values`, `library_values`, `frames`, `models`, `kin`) know the one who writes and
the one who reads a message by what they may ask of them: `Writing`, `Reading`. `codec` is both.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any, Protocol

Json = Any

MAX_DEPTH = 150
MAX_NODES = 2_000_000
MAX_BYTES = 24 * 1024 * 1024
MAX_INT_DIGITS = 100_000  # hexadecimal
SMALL = 1 << 63


class NotPlain(TypeError):
    """The value is not plain data and no stand-in was offered for it."""


class TooLarge(ValueError):
    """The value is deeper, longer or heavier than may cross."""


class Garbled(ValueError):
    """The message is not one that `Encoder` writes."""


def as_base64(raw: bytes | memoryview) -> str:
    return base64.b64encode(raw).decode("ascii")


def from_base64(text: Json) -> bytes:
    if type(text) is not str:
        raise Garbled("base64 expected")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Garbled("bad base64") from error


def write_zone(zone: dt.tzinfo | None) -> Json:
    if zone is None:
        return None
    if type(zone) is dt.timezone:
        offset = zone.utcoffset(None)
        return offset.total_seconds()
    if type(zone) is zoneinfo.ZoneInfo and zone.key:
        return zone.key
    raise NotPlain(type(zone).__name__)


def natural(number: Json) -> int:
    if type(number) is not int or number < 0:
        raise Garbled("a count was expected")
    return number


def integer(number: Json) -> int:
    if type(number) is not int or abs(number) >= SMALL:
        raise Garbled("an integer was expected")
    return number


_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+){0,3}")


def read_zone(data: Json) -> dt.tzinfo | None:
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


# The hands, as the parts of the codec see them ---------------------------------------------------


class Numbered(Protocol):
    """Containers that both sides hold, by number: `graders.strict.between.twins.Twins`."""

    def met(self, value: object, /) -> int | None: ...

    def get(self, number: Json, /) -> Any: ...


class Held(Protocol):
    """All that one side knows the other to hold as well: `graders.strict.between.twins.Ties`."""

    @property
    def twins(self) -> Numbered: ...

    @property
    def kin(self) -> Mapping[str, type]: ...

    @property
    def kin_names(self) -> Mapping[type, str]: ...

    def place(self, value: object, /) -> tuple[str, int] | None: ...

    def own(self, name: Json, number: Json, same: Any, /) -> Any: ...


class Writing(Protocol):
    """Who writes a message: `graders.strict.between.codec.Encoder`."""

    @property
    def ties(self) -> Held | None: ...

    @property
    def whole(self) -> bool: ...

    @property
    def stand_in(self) -> Callable[[object], Json]: ...

    def encode(self, value: object, /) -> Json: ...

    def many(self, values: Any, /) -> list[Json]: ...

    def raw(self, data: bytes | memoryview, /) -> str: ...

    def spend(self, count: int, /) -> None: ...

    def apart(self, stand_in: Callable[[object], Json], /) -> Writing: ...


class Reading(Protocol):
    """Who reads one: `graders.strict.between.codec.Decoder`."""

    @property
    def ties(self) -> Held | None: ...

    @property
    def table(self) -> list[object]: ...

    def decode(self, data: Json, /) -> Any: ...

    def many(self, items: Json, /) -> list[Any]: ...

    def pairs(self, items: Json, /) -> list[tuple[Any, Any]]: ...

    def keep(self, container: Any, /) -> Any: ...

    def reserve(self) -> int: ...

    def apart(self) -> Reading: ...


Writer = Callable[[Writing, Any], Json]
Reader = Callable[..., Any]
