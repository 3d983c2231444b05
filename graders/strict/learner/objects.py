"""The learner's objects as the learner's process hands them out: by number, and by what they can.

Half of a pair: `graders.strict.examiner.stand_ins` makes stand-ins of these facts on the examiner's
side.
"""

from __future__ import annotations

import importlib
import inspect
import operator
import types
from collections.abc import Callable
from typing import Any

from graders.strict.between.codec import Json
from graders.strict.between.protocol import Nature, Operation
from graders.strict.between.twins import Ties


class Objects:
    """What was handed out by number, kept alive for as long as the examiner holds it."""

    def __init__(self, ties: Ties) -> None:
        self._ties = ties
        self._by_handle: dict[int, object] = {}
        self._handles: dict[int, int] = {}
        self._counts: dict[int, int] = {}
        self._classes: dict[type, int] = {}
        self._next = 0

    def handle(self, value: object) -> int:
        found = self._handles.get(id(value))
        if found is None:
            self._next += 1
            found = self._next
            self._by_handle[found] = value
            self._handles[id(value)] = found
        self._counts[found] = self._counts.get(found, 0) + 1
        return found

    def get(self, handle: int) -> object:
        return self._by_handle[handle]

    def drop(self, handle: int, count: int) -> None:
        left = self._counts.get(handle, 0) - count
        if left > 0:
            self._counts[handle] = left
        elif handle in self._by_handle:
            value = self._by_handle.pop(handle)
            del self._counts[handle]
            self._handles.pop(id(value), None)

    def class_facts(self, kind: type) -> Json:
        """The class's number; the first time with all that a stand-in needs to be like it."""
        known = self._classes.get(kind)
        if known is not None:
            return known
        number = self._classes[kind] = self.handle(kind)
        return [
            number,
            kind.__name__,
            [self.class_facts(base) for base in kind.__bases__ if _is_shown(base)],
            [name for name in OPERATIONS if name.startswith("__") and _defines(kind, name)],
            _nature(kind),
            kind.__doc__ if isinstance(kind.__doc__, str) else None,
            kind.__module__ if isinstance(kind.__module__, str) else "",
            self._relation(kind),
        ]

    def _relation(self, kind: type) -> Json:
        """The setup cell's class that it is, and those that it inherits from."""
        known = self._ties.kin_names
        above = [known[base] for base in kind.__mro__[1:] if base in known]
        return [known.get(kind), above]


def _is_shown(base: type) -> bool:
    if issubclass(base, BaseException):
        return True
    return base is not object and base.__module__ == "__main__"


def _nature(kind: type) -> str:
    if issubclass(kind, BaseException):
        return Nature.EXCEPTION
    return _NATURES.get(kind, Nature.OBJECT)


_NATURES: dict[type, str] = {
    types.FunctionType: Nature.FUNCTION,
    types.MethodType: Nature.METHOD,
    types.BuiltinFunctionType: Nature.BUILTIN,
    types.GeneratorType: Nature.GENERATOR,
    types.CoroutineType: Nature.COROUTINE,
}


def _defines(kind: type, name: str) -> bool:
    found = getattr(kind, name, None)
    if found is None or found is getattr(object, name, None):
        return False
    # Wrappers of object's own (``__init_subclass__`` and kin) compare by name.
    return getattr(found, "__objclass__", None) is not object


# Every operator a stand-in may forward; `graders.strict.examiner.stand_ins` decides which it does.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "__len__": len,
    "__iter__": iter,
    "__next__": next,
    "__reversed__": reversed,
    "__getitem__": operator.getitem,
    "__setitem__": operator.setitem,
    "__delitem__": operator.delitem,
    "__contains__": operator.contains,
    "__str__": str,
    "__repr__": repr,
    "__format__": format,
    "__bool__": bool,
    "__hash__": hash,
    "__int__": int,
    "__float__": float,
    "__complex__": complex,
    "__index__": operator.index,
    "__round__": round,
    "__abs__": abs,
    "__neg__": operator.neg,
    "__pos__": operator.pos,
    "__invert__": operator.invert,
    "__enter__": lambda one: type(one).__enter__(one),
    "__exit__": lambda one, *rest: type(one).__exit__(one, *rest),
    "__eq__": operator.eq,
    "__ne__": operator.ne,
    "__lt__": operator.lt,
    "__le__": operator.le,
    "__gt__": operator.gt,
    "__ge__": operator.ge,
    "__add__": operator.add,
    "__sub__": operator.sub,
    "__mul__": operator.mul,
    "__truediv__": operator.truediv,
    "__floordiv__": operator.floordiv,
    "__mod__": operator.mod,
    "__divmod__": divmod,
    "__pow__": pow,
    "__matmul__": operator.matmul,
    "__and__": operator.and_,
    "__or__": operator.or_,
    "__xor__": operator.xor,
    "__lshift__": operator.lshift,
    "__rshift__": operator.rshift,
    "__radd__": lambda one, other: other + one,
    "__rsub__": lambda one, other: other - one,
    "__rmul__": lambda one, other: other * one,
    "__rtruediv__": lambda one, other: other / one,
    "__rfloordiv__": lambda one, other: other // one,
    "__rmod__": lambda one, other: other % one,
    "__rpow__": lambda one, other: other**one,
    "__iadd__": operator.iadd,
    "__isub__": operator.isub,
    "__imul__": operator.imul,
    "__call__": lambda one, *rest: one(*rest),
    "__copy__": lambda one: importlib.import_module("copy").copy(one),
    "__deepcopy__": lambda one: importlib.import_module("copy").deepcopy(one),
    "__await__": lambda one: _run_awaitable(one),
    # Not Python's names: what attribute access on a stand-in becomes.
    Operation.SET_ATTRIBUTE: setattr,
    Operation.DELETE_ATTRIBUTE: delattr,
    Operation.LIST: dir,
    Operation.SIGNATURE: lambda one: _signature_facts(one),
    Operation.GET_ATTRIBUTE: getattr,
}


def _run_awaitable(awaitable: Any) -> Any:
    import asyncio

    async def wait() -> Any:
        return await awaitable

    return asyncio.run(wait())


def _signature_facts(target: Any) -> list[Any]:
    found = []
    for parameter in inspect.signature(target).parameters.values():
        default = parameter.default
        has_default = default is not inspect.Parameter.empty
        found.append(
            [parameter.name, int(parameter.kind), has_default, default if has_default else 0]
        )
    return found


def code_facts(code: types.CodeType) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name in dir(code):
        value = getattr(code, name)
        plain = isinstance(value, (int, str)) or (
            isinstance(value, tuple) and all(isinstance(one, (int, str, float)) for one in value)
        )
        if name.startswith("co_") and plain and name != "co_filename":
            facts[name] = value
    return facts
