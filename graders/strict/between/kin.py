"""Classes of setup cells, which both processes have: their objects judged by the author's code.

Where a setup cell defines a class both sides have it, each its own. An object of exactly that class
stays where the learner's code made it, and lives there (its methods, its attributes); but what
judges it here, ``==``, ``<``, ``len``, ``hash`` and the like, is the author's class at work on a
copy made of what the object holds. What cannot change (a member of an Enum, a named tuple) crosses
as itself, and so does what a test hands to the learner's functions.
"""

from __future__ import annotations

import abc
import enum
import typing
from typing import Any

from graders.strict.between.bounds import Garbled, Json, Reader, Reading, Writer, Writing
from graders.strict.between.protocol import Tag

_BASES: dict[str, type] = {
    kind.__name__: kind for kind in (tuple, list, dict, set, frozenset, int, float, str)
}


def find_writer(enc: Writing, value: object) -> Writer | None:
    """How an object of a setup cell's class is written, if by value: where ``enc.whole`` all of
    them are, else only those that cannot change."""
    if enc.ties is None:
        return None
    kind = type(value)
    if isinstance(value, type):
        return _write_class if value in enc.ties.kin_names else None
    if kind not in enc.ties.kin_names:
        return None
    if issubclass(kind, enum.Enum):
        return _write_member
    if is_named_tuple(kind):
        return _write_tuple
    return write_whole if enc.whole and _is_made_of_python(kind) else None


def _is_made_of_python(kind: type) -> bool:
    """Is all there is to its objects an attribute, or a builtin container's item?"""
    allowed = (object, typing.Generic, abc.ABC, *_BASES.values())
    return all(one.__module__ == "__main__" or one in allowed for one in kind.__mro__)


def is_named_tuple(kind: type) -> bool:
    return issubclass(kind, tuple) and isinstance(getattr(kind, "_fields", None), tuple)


def _write_class(enc: Writing, value: Any) -> Json:
    assert enc.ties is not None
    return [Tag.KIN, enc.ties.kin_names[value]]


def _write_member(enc: Writing, value: Any) -> Json:
    assert enc.ties is not None
    kind = type(value)
    if kind.__members__.get(value.name) is not value:
        return enc.stand_in(value)
    return [Tag.KIN_MEMBER, enc.ties.kin_names[kind], value.name]


def _write_tuple(enc: Writing, value: Any) -> Json:
    assert enc.ties is not None
    return [Tag.KIN_RECORD, enc.ties.kin_names[type(value)], enc.many(tuple.__iter__(value))]


def write_whole(enc: Writing, value: Any) -> Json:
    assert enc.ties is not None
    kind = type(value)
    base = _base(kind)
    held = None if base is None else enc.many(_bare(base, value))
    state = [[name, enc.encode(one)] for name, one in _state(value)]
    return [Tag.KIN_OBJECT, enc.ties.kin_names[kind], held, state]


def _base(kind: type) -> type | None:
    return next((base for base in kind.__mro__ if _BASES.get(base.__name__) is base), None)


def _bare(base: type, value: Any) -> list[Any]:
    """What the object holds as a list, a dict …, past whatever its class makes of that."""
    if base is dict:
        return [part for pair in dict.items(value) for part in pair]
    if base in (int, float, str):
        return [base.__add__(value, base())]  # type: ignore[operator]
    return list(base.__iter__(value))  # type: ignore[attr-defined]


def _built(kind: Any, base: Any, held: list[Any]) -> Any:
    """An object of ``kind`` that holds ``held``, made past its ``__init__``."""
    if base is None:
        return object.__new__(kind)
    if base in (tuple, frozenset):
        return base.__new__(kind, held)
    if base in (int, float, str):
        (one,) = held
        if type(one) is not base:
            raise Garbled("an object of another class")
        return base.__new__(kind, one)
    built = base.__new__(kind)
    _fill(base, built, held)
    return built


def _fill(base: type, built: Any, held: list[Any]) -> None:
    if base is list:
        list.__setitem__(built, slice(None), held)
    elif base is set:
        set.clear(built)
        set.update(built, held)
    else:
        dict.clear(built)
        for key, one in zip(held[::2], held[1::2], strict=True):
            dict.__setitem__(built, key, one)


def _state(value: Any) -> list[tuple[str, Any]]:
    found = [
        (name, one) for name, one in getattr(value, "__dict__", {}).items() if type(name) is str
    ]
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else tuple(slots):
            if name not in ("__dict__", "__weakref__"):
                try:
                    stored = _mangled(kind, name)
                    found.append((stored, kind.__dict__[stored].__get__(value)))
                except (AttributeError, KeyError):
                    continue
    return found


def _mangled(kind: type, name: str) -> str:
    hidden = name.startswith("__") and not name.endswith("__")
    return f"_{kind.__name__.lstrip('_')}{name}" if hidden else name


def _known(dec: Reading, name: Json) -> type:
    found = None if dec.ties is None or type(name) is not str else dec.ties.kin.get(name)
    if found is None:
        raise Garbled("a class that is no setup cell's")
    return found


def _read_member(dec: Reading, name: Json, member: Json) -> object:
    kind = _known(dec, name)
    if not isinstance(kind, enum.EnumMeta):
        raise Garbled("enum")
    return kind.__members__[member]


def _read_tuple(dec: Reading, name: Json, items: Json) -> Any:
    kind = _known(dec, name)
    found = dec.many(items)
    if not is_named_tuple(kind) or len(found) != len(kind._fields):  # type: ignore[attr-defined]
        raise Garbled("an object of another class")
    return tuple.__new__(kind, found)


def _read_whole(dec: Reading, name: Json, held: Json, state: Json) -> Any:
    kind = _known(dec, name)
    if issubclass(kind, enum.Enum) or not _is_made_of_python(kind):
        raise Garbled("an object of another class")
    base = _base(kind)
    place = dec.reserve()
    built: Any = None
    if base is None or base in (list, dict, set):
        built = dec.table[place] = _built(kind, base, [])
        if base is not None:
            _fill(base, built, dec.many(held))
    else:
        built = dec.table[place] = _built(kind, base, dec.many(held))
    _set_state(built, [(key, dec.decode(one)) for key, one in state])
    return built


def _set_state(built: Any, state: list[tuple[Any, Any]]) -> None:
    kind = type(built)
    for key, value in state:
        if type(key) is not str or (key.startswith("__") and key.endswith("__")):
            raise Garbled("attribute")
        slot: Any = next((k.__dict__[key] for k in kind.__mro__ if key in k.__dict__), None)
        if type(slot).__name__ == "member_descriptor":
            slot.__set__(built, value)
        elif callable(slot) or isinstance(slot, (property, staticmethod, classmethod)):
            raise Garbled("a method is the class's own")
        else:
            vars(built)[key] = value


def put(target: Any, source: Any) -> None:
    """Make ``target`` hold what ``source`` holds; both of one setup cell's class."""
    base = _base(type(target))
    if base in (list, dict, set):
        _fill(base, target, _bare(base, source))
    vars(target).clear() if hasattr(target, "__dict__") else None
    _set_state(target, _state(source))


READERS: dict[str, Reader] = {
    Tag.KIN: _known,
    Tag.KIN_MEMBER: _read_member,
    Tag.KIN_RECORD: _read_tuple,
    Tag.KIN_OBJECT: _read_whole,
}
