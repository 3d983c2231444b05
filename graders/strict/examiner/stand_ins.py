"""The examiner's picture of the learner's objects: stand-ins that ask, and never believe.

A stand-in forwards calls, attributes and a short list of operators to whoever asks the learner's
process (`Far`: `graders.strict.examiner.link`); what comes back is plain data of exact types or
another stand-in. A stand-in never equals plain data. Whatever could judge a comparison is forwarded
only for the classes that the reference solution itself defines: an object of any other class that
claims to be greater than everything gets a TypeError.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection
from typing import Any, Protocol

from graders.strict.between.codec import Garbled, Json
from graders.strict.between.protocol import Nature, Operation
from graders.strict.between.twins import Ties
from graders.strict.examiner.learners_errors import NeedsShared


class Far(Protocol):
    """Who asks the learner's process, as a stand-in sees it."""

    @property
    def ties(self) -> Ties: ...

    @property
    def dropped(self) -> list[list[int]]: ...

    def call(self, target: list[Any], called: str, args: Any, named: Any) -> Any: ...

    def attribute(self, holder: Any, number: int, name: str) -> Any: ...

    def operate(self, operation: str, *operands: object) -> Any: ...

    def may_judge(self, kind: type, operation: str) -> bool: ...

    def copy_of(self, value: StandIn) -> Any: ...


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Forwarded for every class that defines them.
_FREE = words(
    "__call__ __iter__ __next__ __getitem__ __setitem__ __delitem__ __enter__ __exit__ "
    "__str__ __repr__ __format__ __hash__ __await__"
)
# Forwarded only where the reference solution's class of that name has them: these could judge a
# comparison, or claim a length that iteration does not keep.
_JUDGING = words(
    "__len__ __bool__ __reversed__ __contains__ __int__ __float__ __complex__ __index__ "
    "__round__ __abs__ __neg__ __pos__ __invert__ __lt__ __le__ __gt__ __ge__ __add__ __sub__ "
    "__mul__ __truediv__ __floordiv__ __mod__ __divmod__ __pow__ __matmul__ __and__ __or__ "
    "__xor__ __lshift__ __rshift__ __radd__ __rsub__ __rmul__ __rtruediv__ __rfloordiv__ "
    "__rmod__ __rpow__ __iadd__ __isub__ __imul__"
)
_CHANGING = words("__iadd__ __isub__ __imul__")
READABLE = words(
    "__name__ __qualname__ __doc__ __annotations__ __defaults__ __kwdefaults__ __dict__ __code__ "
    "__signature__ __wrapped__ __self__ __func__ __members__ __dataclass_fields__ __slots__ "
    "__abstractmethods__ __match_args__ __cause__ __notes__ __closure__"
)
_NATURES: dict[str, type] = {
    Nature.FUNCTION: types.FunctionType,
    Nature.METHOD: types.MethodType,
    Nature.BUILTIN: types.BuiltinFunctionType,
    Nature.GENERATOR: types.GeneratorType,
    Nature.COROUTINE: types.CoroutineType,
}


# Classes of stand-ins ------------------------------------------------------------------------


class _Class(type):
    """The class of the learner's classes, as the examiner sees them."""

    _class_far: Far
    _class_number: int

    def __call__(cls, *args: Any, **named: Any) -> Any:
        if "_class_number" not in cls.__dict__:
            raise NeedsShared("lớp con của lớp người học viết chỉ dùng được trong ô “shared”")
        return cls._class_far.call([cls._class_number], "", args, named)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_class_") or "_class_number" not in cls.__dict__:
            raise AttributeError(name)
        return cls._class_far.attribute(cls, cls._class_number, name)

    def __setattr__(cls, name: str, value: object) -> None:
        cls._class_far.operate(Operation.SET_ATTRIBUTE, cls, name, value)

    def __iter__(cls) -> Any:
        return cls._class_far.operate("__iter__", cls)

    def __len__(cls) -> int:
        if not cls._class_far.may_judge(cls, "__len__"):
            raise TypeError(f"lớp {cls.__name__} không có độ dài")
        found: int = cls._class_far.operate("__len__", cls)
        return found

    def __bool__(cls) -> bool:
        return True

    def __getitem__(cls, key: object) -> Any:
        return cls._class_far.operate("__getitem__", cls, key)


class StandIn(metaclass=_Class):
    """An object of the learner's."""

    __slots__ = ("__weakref__", "_count", "_far", "_number")
    _compares = False
    _kin: type | None = None  # the setup cell's class that it is an object of
    __array_ufunc__ = None  # numpy leaves operators to us
    _far: Far
    _number: int
    _count: int

    def __del__(self) -> None:
        far = getattr(self, "_far", None)
        if far is not None:
            far.dropped.append([self._number, self._count])

    def __getattr__(self, name: str) -> Any:
        if name in ("_far", "_number", "_count"):
            raise AttributeError(name)
        return self._far.attribute(self, self._number, name)

    def __setattr__(self, name: str, value: object) -> None:
        self._far.operate(Operation.SET_ATTRIBUTE, self, name, value)

    def __delattr__(self, name: str) -> None:
        self._far.operate(Operation.DELETE_ATTRIBUTE, self, name)

    def __dir__(self) -> list[str]:
        found = self._far.operate(Operation.LIST, self)
        return [name for name in found if type(name) is str] if type(found) is list else []

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if self._kin is not None:
            return _judged_by_kin("__eq__")(self, other)  # type: ignore[no-any-return]
        if type(other) in self._far.ties.kin_names:
            return NotImplemented  # the author's class says, and asks us for attributes
        if not isinstance(type(other), _Class) or not (
            self._compares or type(other)._compares  # type: ignore[attr-defined]
        ):
            return False
        return self._far.operate("__eq__", self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._number)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} của người học>"

    def __copy__(self) -> Any:
        return self._far.operate("__copy__", self)

    def __deepcopy__(self, memo: object) -> Any:
        return self._far.operate("__deepcopy__", self)

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("đối tượng của người học không lưu lại được")


class Method:
    """A method of a learner's object, bound: looked up again at each call."""

    __slots__ = ("_far", "_holder", "_name", "_number")
    __class__ = property(lambda self: types.MethodType)

    def __init__(self, far: Far, holder: Any, number: int, name: str) -> None:
        self._far = far
        self._holder = holder  # keeps its number alive
        self._number = number
        self._name = name

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._far.call([self._number, self._name], self._name, args, named)

    def __getattr__(self, name: str) -> Any:
        if name == "__self__":
            return self._holder
        if name == "__name__":
            return self._name
        whole = self._far.operate(Operation.GET_ATTRIBUTE, self._holder, self._name)
        return getattr(whole, name)


def number_of(value: object) -> int | None:
    """The learner's number of what ``value`` stands for; None when it stands for nothing."""
    if isinstance(type(value), _Class):
        return value._number  # type: ignore[attr-defined,no-any-return]
    if isinstance(value, type):
        found = value.__dict__.get("_class_number")
        return found if type(found) is int else None
    return None


def _forward(name: str) -> Callable[..., Any]:
    def operate(self: StandIn, *operands: object) -> Any:
        if name in _JUDGING and not _may_judge(self, name):
            raise TypeError(f"{name} của lớp {type(self).__name__} không dùng được ở câu này")
        return self._far.operate(name, self, *operands)

    operate.__name__ = name
    return operate


def _call(self: StandIn, *args: Any, **named: Any) -> Any:
    return self._far.call([self._number], "", args, named)


def _truth(self: StandIn) -> bool:
    return not _may_judge(self, "__bool__") or self._far.operate("__bool__", self) is True


def _contains(self: StandIn, item: object) -> bool:
    if _may_judge(self, "__contains__"):
        return self._far.operate("__contains__", self, item) is True
    items: Any = self
    return any(one is item or one == item for one in items)


def _may_judge(self: StandIn, operation: str) -> bool:
    return self._far.may_judge(type(self), operation)


def _leave(self: StandIn, kind: object, error: object, trace: object) -> bool:
    """Only what went wrong may be swallowed, never what the test found wrong; and only where the
    reference's class does so."""
    swallows = self._far.operate("__exit__", self, None, None, None) is True
    found_wrong = isinstance(error, AssertionError) or not isinstance(error, Exception)
    return swallows and not found_wrong and _may_judge(self, "__exit__")


def _await(self: StandIn) -> Any:
    """The learner's coroutine runs to its end over there."""
    return self._far.operate("__await__", self)
    yield


_FORWARDS: dict[str, Callable[..., Any]] = {
    "__call__": _call,
    "__bool__": _truth,
    "__contains__": _contains,
    "__exit__": _leave,
    "__await__": _await,
}


def _own_object(self: object) -> Any:
    """What a stand-in of a setup cell's class stands for, as an object of our own."""
    kin = getattr(type(self), "_kin", None)
    if kin is None or not isinstance(type(self), _Class):
        return self
    found = self._far.copy_of(self)  # type: ignore[attr-defined]
    if type(found) is not kin:
        raise NeedsShared(f"đối tượng {kin.__name__} giữ thứ không sang được tiến trình chấm")
    return found


def _judged_by_kin(name: str) -> Callable[..., Any]:
    """An operator of a setup cell's class: the author's code, at work on what the object holds."""

    def operate(self: StandIn, *operands: object) -> Any:
        kin = self._kin
        if kin is None or getattr(kin, name, None) is getattr(object, name, None):
            return NotImplemented
        return getattr(kin, name)(_own_object(self), *map(_own_object, operands))

    operate.__name__ = name
    return operate


def _kin_body(same: type) -> dict[str, Any]:
    judging = (_JUDGING - _CHANGING) | {"__hash__"}
    body: dict[str, Any] = {
        name: _judged_by_kin(name)
        for name in judging
        if callable(found := getattr(same, name, None)) and found is not getattr(object, name, None)
    }
    if same.__hash__ is None:
        body["__hash__"] = None
    elif "__hash__" not in body:
        body["__hash__"] = StandIn.__hash__
    for name in ("__dataclass_fields__", "__dataclass_params__", "__match_args__"):
        if hasattr(same, name):
            body[name] = getattr(same, name)
    body["__class__"] = property(lambda _: same)
    return body


class _Quiet:
    """Ahead of an author's class, so that making a class below it is none of its business."""

    def __init_subclass__(cls, **_: object) -> None:
        return


def _shown_class(name: str, kin: tuple[type, ...]) -> type:
    """A class below ``kin``, for ``isinstance``; nothing is ever made of it."""
    try:
        return type(kin[0])(name, (_Quiet, *kin), {})
    except TypeError:
        return kin[0]


def kind_of(value: object) -> type:
    """``type(value)`` as an instructor's cell means it."""
    kind = type(value)
    kin = kind._kin if isinstance(kind, _Class) else None  # type: ignore[attr-defined]
    return kin or kind


def is_subclass(kind: Any, kinds: Any) -> bool:
    """``issubclass``, which also knows what the learner's class inherits of a setup cell's."""
    if issubclass(kind, kinds):
        return True
    shown = kind.__dict__.get("_shown") if isinstance(kind, _Class) else None
    return shown is not None and issubclass(shown, kinds)


def class_body(
    operators: Json,
    nature: Json,
    doc: Json,
    expected: Collection[str],
    same: type | None = None,
    kin: tuple[type, ...] = (),
) -> dict[str, Any]:
    """The body of a stand-in's class: forwards for the operators that the learner's class has and
    that we allow. ``expected``: those of the reference's class of that name; "*" for any. ``same``:
    the setup cell's class that it is; ``kin``: those that it inherits from."""
    allowed = _FREE | (_JUDGING if "*" in expected else _JUDGING.intersection(expected))
    body: dict[str, Any] = {
        one: _FORWARDS.get(one) or _forward(one)
        for one in operators
        if type(one) is str and one in allowed
    }
    if "__eq__" in operators:
        body["_compares"] = True
    shown = _NATURES.get(nature) if type(nature) is str else None
    if shown is not None:
        body["__class__"] = property(lambda _: shown)
    body["_kin"] = same
    if same is not None:
        body |= _kin_body(same)
    elif kin and shown is None:
        # What stands above it is judged by the author's class; it is not.
        for one in operators:
            if one in _JUDGING and one not in body:
                body[one] = _FORWARDS.get(one) or _forward(one)
        body.setdefault("__hash__", StandIn.__hash__)
        below = body["_shown"] = _shown_class("SubClass", kin)
        body["__class__"] = property(lambda _: below)
    body["__doc__"] = doc if type(doc) is str else None
    if nature in (Nature.FUNCTION, Nature.METHOD, Nature.BUILTIN):
        body["__doc__"] = property(lambda this: this.__getattr__("__doc__"))
    return body


def make_class(name: str, parents: tuple[type, ...], body: dict[str, Any]) -> type:
    for bases in (parents, (StandIn,)):
        try:
            return _Class(name, bases or (StandIn,), dict(body))
        except TypeError:
            continue  # bases that do not fit together: the learner's word only
    raise Garbled("class")
