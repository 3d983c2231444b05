"""What every part of the codec stands on: its bounds, its errors, and the smallest pieces."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import zoneinfo
from typing import Any

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
