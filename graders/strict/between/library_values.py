"""Values of the standard library's classes, and of a few others, in the codec.

Each class named here is written by what makes it up and built by this side's own class of that
name. Exact types only; a class is looked for where it is loaded already. What is built can be
judged (compared, measured, sorted) by the library's own code, so no class is here whose objects
could be made to equal everything (`unittest.mock.ANY` is such a one).
"""

from __future__ import annotations

import array
import collections
import enum
import ipaddress
import pathlib
import re
import statistics
import sys
import time
import types
import uuid
from typing import Any

from graders.strict.between import models
from graders.strict.between.bounds import (
    MAX_BYTES,
    Garbled,
    Json,
    NotPlain,
    Reader,
    Reading,
    Writer,
    Writing,
    from_base64,
)
from graders.strict.between.protocol import Tag

MUTABLE: frozenset[type] = frozenset((array.array, types.SimpleNamespace))
_NAME = re.compile(r"[^\W\d]\w{0,80}")
_MODULE = re.compile(r"[a-z_]\w{0,40}(?:\.\w{1,40}){0,4}")
_PLAIN_PATHS = (pathlib.PosixPath, pathlib.PurePosixPath, pathlib.PureWindowsPath)
_ADDRESSES = (
    *(ipaddress.IPv4Address, ipaddress.IPv6Address),
    *(ipaddress.IPv4Network, ipaddress.IPv6Network),
)
_BY_TEXT: dict[str, type] = {kind.__name__: kind for kind in (*_PLAIN_PATHS, *_ADDRESSES)}
_FLAGS = 0x17E  # of regular expressions: none that prints


def find_writer(value: object) -> Writer | None:
    kind = type(value)
    writer = _WRITERS.get(kind)
    if writer is not None:
        return writer
    home = kind.__module__.partition(".")[0]
    if home in ("PIL", "pandas"):
        return _scientific_writer(kind)
    if home == "sklearn":
        return models.find_writer(value)
    if home == "__main__" or not kind.__module__ or "<" in kind.__qualname__:
        return None
    if isinstance(value, enum.Enum) and _loaded(kind.__module__, kind.__qualname__) is kind:
        return _write_member
    if _is_record(kind) and _loaded(kind.__module__, kind.__qualname__) is kind:
        return lambda enc, one: [
            Tag.RECORD,
            kind.__module__,
            kind.__qualname__,
            enc.many(tuple.__iter__(one)),
        ]
    return None


def _is_record(kind: type) -> bool:
    """Is it a named tuple that compares as tuples do?"""
    return (
        issubclass(kind, tuple)
        and isinstance(getattr(kind, "_fields", None), tuple)
        and kind.__eq__ is tuple.__eq__
        and kind.__lt__ is tuple.__lt__
        and kind.__len__ is tuple.__len__
        and kind.__iter__ is tuple.__iter__
    )


def _loaded(module: Json, name: Json) -> object:
    """A class of a module that is loaded; nothing is imported for a message."""
    if type(module) is not str or type(name) is not str or not _MODULE.fullmatch(module):
        raise Garbled("module")
    if module.partition(".")[0] in ("__main__", "graders", "sandbox", "unittest"):
        raise Garbled("module")
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        if not _NAME.fullmatch(part) or found is None:
            return None
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found


def _write_member(enc: Writing, value: Any) -> Json:
    kind = type(value)
    if not isinstance(value.name, str) or kind.__members__.get(value.name) is not value:
        return enc.stand_in(value)  # a combination of flags
    return [Tag.MEMBER, kind.__module__, kind.__qualname__, value.name]


def _read_member(_: Reading, module: Json, name: Json, member: Json) -> object:
    kind = _loaded(module, name)
    if not isinstance(kind, enum.EnumMeta):
        raise Garbled("enum")
    return kind.__members__[member]


def _read_record(dec: Reading, module: Json, name: Json, items: Json) -> object:
    kind = _loaded(module, name)
    if not isinstance(kind, type) or not _is_record(kind):
        raise Garbled("record")
    found = dec.many(items)
    if len(found) != len(kind._fields):  # type: ignore[attr-defined]
        raise Garbled("record")
    return tuple.__new__(kind, found)


def _write_array(enc: Writing, value: Any) -> Json:
    return [Tag.MACHINE_ARRAY, value.typecode, enc.raw(value.tobytes())]


def _read_array(dec: Reading, typecode: Json, raw: Json) -> Any:
    if type(typecode) is not str or typecode not in "bBhHiIlLqQfd":
        raise Garbled("array")
    built = dec.keep(array.array(typecode))
    built.frombytes(from_base64(raw))
    return built


def _write_namespace(enc: Writing, value: Any) -> Json:
    return [Tag.NAMESPACE, [[str(name), enc.encode(one)] for name, one in vars(value).items()]]


def _read_namespace(dec: Reading, items: Json) -> Any:
    built = dec.keep(types.SimpleNamespace())
    for name, one in items:
        if type(name) is not str:
            raise Garbled("namespace")
        vars(built)[name] = dec.decode(one)
    return built


def _write_pattern(enc: Writing, value: Any) -> Json:
    return [Tag.PATTERN, enc.encode(value.pattern), value.flags & _FLAGS]


def _read_pattern(dec: Reading, pattern: Json, flags: Json) -> Any:
    text = dec.decode(pattern)
    if type(text) not in (str, bytes) or len(text) > 2_000 or type(flags) is not int:
        raise Garbled("pattern")
    if type(text) is str and flags & re.LOCALE:
        raise Garbled("pattern")
    return re.compile(text, flags & _FLAGS & ~re.DEBUG)


def _write_normal(enc: Writing, value: Any) -> Json:
    return [Tag.NORMAL, enc.encode(value.mean), enc.encode(value.stdev)]


def _read_normal(dec: Reading, mean: Json, deviation: Json) -> Any:
    numbers = [dec.decode(mean), dec.decode(deviation)]
    if any(type(one) is not float for one in numbers):
        raise Garbled("distribution")
    return statistics.NormalDist(*numbers)


def _write_chain(enc: Writing, value: Any) -> Json:
    return [Tag.CHAIN, enc.many(value.maps)]


def _read_chain(dec: Reading, maps: Json) -> Any:
    found = dec.many(maps)
    if any(not isinstance(one, dict) for one in found):
        raise Garbled("maps")
    return collections.ChainMap(*found)


def _read_by_text(_: Reading, kind: Json, text: Json) -> object:
    if type(text) is not str:
        raise Garbled("text")
    return _BY_TEXT[kind](text)


def _write_by_text(_: Writing, value: Any) -> Json:
    return [Tag.BY_TEXT, type(value).__name__, str(value)]


def _read_uuid(_: Reading, number: Json) -> uuid.UUID:
    if type(number) is not str:
        raise Garbled("uuid")
    return uuid.UUID(hex=number)


def _read_time(dec: Reading, items: Json) -> time.struct_time:
    found = dec.many(items)
    if not 9 <= len(found) <= 11 or any(type(one) not in (int, str, type(None)) for one in found):
        raise Garbled("time")
    return time.struct_time(found)


_WRITERS: dict[type, Writer] = {
    **dict.fromkeys(_BY_TEXT.values(), _write_by_text),
    uuid.UUID: lambda enc, value: [Tag.UUID, value.hex],
    array.array: _write_array,
    types.SimpleNamespace: _write_namespace,
    re.Pattern: _write_pattern,
    statistics.NormalDist: _write_normal,
    collections.ChainMap: _write_chain,
    time.struct_time: lambda enc, value: [Tag.STRUCT_TIME, enc.many(tuple(value))],
}


# Pictures and groups ---------------------------------------------------------------------------

_MODES = {"1": 0.125, "L": 1, "P": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4, "HSV": 3, "I": 4}
_MODES |= {"F": 4, "YCbCr": 3, "LAB": 3}


def _scientific_writer(kind: type) -> Writer | None:
    if (kind.__module__, kind.__name__) == ("PIL.Image", "Image"):
        return _write_picture
    return _write_groups if kind.__name__ == "DataFrameGroupBy" else None


def _write_picture(enc: Writing, value: Any) -> Json:
    width, height = value.size
    if value.mode not in _MODES or value.mode == "P" or width * height * 4 > MAX_BYTES:
        return enc.stand_in(value)
    return [Tag.PICTURE, value.mode, width, height, enc.raw(value.tobytes())]


def _read_picture(_: Reading, mode: Json, width: Json, height: Json, raw: Json) -> Any:
    image: Any = sys.modules.get("PIL.Image")
    sizes = (width, height)
    if image is None or mode not in _MODES or any(type(one) is not int for one in sizes):
        raise Garbled("picture")
    content = from_base64(raw)
    if min(sizes) < 0 or width * height > MAX_BYTES or not content:
        raise Garbled("picture")
    return image.frombytes(mode, sizes, content)


def _write_groups(enc: Writing, value: Any) -> Json:
    """A ``groupby`` by columns of a frame; the other side groups for itself."""
    keys = value.keys
    names = keys if type(keys) is list else [keys]
    chosen = getattr(value, "_selection", None)
    frame = value.obj
    known = getattr(frame, "columns", ())
    plain = all(type(one) in (str, int) and one in known for one in names)
    if not plain or chosen is not None:
        return enc.stand_in(value)
    flags = [bool(value.sort), bool(value.dropna), bool(value.as_index), bool(value.group_keys)]
    try:
        return [Tag.GROUPS, enc.encode(frame), enc.encode(keys), flags]
    except NotPlain:
        return enc.stand_in(value)


def _read_groups(dec: Reading, data: Json, keys: Json, flags: Json) -> Any:
    pandas: Any = sys.modules.get("pandas")
    frame, by = dec.decode(data), dec.decode(keys)
    if pandas is None or type(frame) is not pandas.DataFrame or type(flags) is not list:
        raise Garbled("groups")
    names = by if type(by) is list else [by]
    if any(type(one) not in (str, int) or one not in frame.columns for one in names):
        raise Garbled("groups")
    sort, dropna, as_index, group_keys = (flag is True for flag in flags)
    return frame.groupby(by, sort=sort, dropna=dropna, as_index=as_index, group_keys=group_keys)


def put(target: Any, source: Any) -> None:
    """Make ``target`` hold what ``source`` holds; both of one type of `MUTABLE`."""
    if type(target) is array.array:
        if target.typecode != source.typecode:
            raise Garbled("contents of another kind")
        target[:] = source
    else:
        vars(target).clear()
        vars(target).update(vars(source))


READERS: dict[str, Reader] = {
    Tag.BY_TEXT: _read_by_text,
    Tag.UUID: _read_uuid,
    Tag.MACHINE_ARRAY: _read_array,
    Tag.NAMESPACE: _read_namespace,
    Tag.PATTERN: _read_pattern,
    Tag.NORMAL: _read_normal,
    Tag.CHAIN: _read_chain,
    Tag.STRUCT_TIME: _read_time,
    Tag.MEMBER: _read_member,
    Tag.RECORD: _read_record,
    Tag.PICTURE: _read_picture,
    Tag.GROUPS: _read_groups,
    **models.READERS,
}
