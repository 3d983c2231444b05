"""The examiner's picture of the learner's objects: stand-ins that ask, and never believe.

`FarSide` is the examiner's end of the link. A stand-in forwards calls, attributes and a short list
of operators; what comes back was built by `graders.codec` from bytes, so it is plain data of exact
types or another stand-in. A stand-in never equals plain data. Ordering, arithmetic and conversion
with plain data are forwarded only for classes that the reference solution itself defines: an
object of any other class that claims to be greater than everything gets a TypeError.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import inspect
import io
import re
import sys
import time
import types
import weakref
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from graders.codec import Decoder, Encoder, Garbled, Json, NotPlain, put_contents
from graders.folder import Folder
from sandbox import Channel, ChannelClosed, ChannelTimeout, FrameTooLarge

MAX_CLASSES = 500
MAX_NESTING = 60
MAX_CALLABLES = 100_000
_MAX_SYNCED = 50_000  # characters of JSON; larger values are not compared before every question


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Forwarded for every class that defines them.
_FREE = _words(
    "__call__ __iter__ __next__ __getitem__ __setitem__ __delitem__ __enter__ __exit__ "
    "__str__ __repr__ __format__ __hash__ __await__"
)
# Forwarded only where the reference solution's class of that name has them: these could judge a
# comparison, or claim a length that iteration does not keep.
_JUDGING = _words(
    "__len__ __bool__ __reversed__ __contains__ __int__ __float__ __complex__ __index__ "
    "__round__ __abs__ __neg__ __pos__ __invert__ __lt__ __le__ __gt__ __ge__ __add__ __sub__ "
    "__mul__ __truediv__ __floordiv__ __mod__ __divmod__ __pow__ __matmul__ __and__ __or__ "
    "__xor__ __lshift__ __rshift__ __radd__ __rsub__ __rmul__ __rtruediv__ __rfloordiv__ "
    "__rmod__ __rpow__ __iadd__ __isub__ __imul__"
)
_READABLE = _words(
    "__name__ __qualname__ __doc__ __annotations__ __defaults__ __kwdefaults__ __dict__ __code__ "
    "__signature__ __wrapped__ __self__ __func__ __members__ __dataclass_fields__ __slots__ "
    "__abstractmethods__ __match_args__ __cause__ __notes__ __closure__"
)
_NATURES: dict[str, type] = {
    "function": types.FunctionType,
    "method": types.MethodType,
    "builtin": types.BuiltinFunctionType,
    "generator": types.GeneratorType,
    "coroutine": types.CoroutineType,
}
_MODULE = re.compile(r"[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){0,5}")
_LEARNERS = "_of_the_learner"  # attribute of an exception that the learner's process raised


class LearnerGone(BaseException):
    """The learner's process ended, or no longer speaks as agreed.

    No test's ``except Exception`` may take it for an error that the learner's function raised.
    """


class LearnerStopped(BaseException):
    """The learner's code was interrupted, left with SystemExit, or ran out of its time."""


def learners_words(error: BaseException) -> Mapping[str, Any] | None:
    """What the learner's process said of an error that arose there; None for one of ours."""
    found = getattr(error, "__dict__", {}).get(_LEARNERS)
    return found if isinstance(found, dict) else None


class FarSide:
    """Asks the learner's process. One question at a time, callbacks within.

    ``classes``: of the reference, with the operators to forward. ``in_place``: names of
    functions whose changes to their arguments are taken over at once. ``restoring``: take over all
    such changes. ``changed``: some call changed an argument and that was not taken over.
    """

    def __init__(
        self,
        link: Channel,
        folder: Folder,
        *,
        classes: Mapping[str, Collection[str]] | None = None,
        in_place: frozenset[str] = frozenset(),
    ) -> None:
        self.link = link
        self.folder = folder
        self.classes = classes or {}
        self.in_place = in_place
        self.restoring = False
        self.changed = False
        self.broken = False
        self.ends_at = time.monotonic() + 10
        self.epoch = 0
        self.given: Callable[[], dict[str, Any]] = dict  # the learner's names that the test set
        self._given: dict[str, tuple[Any, Json]] = {}
        self.pushes: list[Json] = []
        self.dropped: list[list[int]] = []
        self._nesting = 0
        self._classes: dict[int, type] = {}
        self._known: weakref.WeakValueDictionary[int, StandIn] = weakref.WeakValueDictionary()
        self._named: dict[str, _Named] = {}
        self._callables: list[object] = []

    # Asking ----------------------------------------------------------------------------------

    def name(self, name: str) -> Any:
        """The learner's object of that name; the same one until the learner changes it.

        Raises KeyError when the learner has none, `LearnerGone`.
        """
        held = self._named.get(name)
        if held is not None and held.epoch == self.epoch:
            return held.value
        try:
            said = self._ask(["name", name])
        except NameError:
            self._named.pop(name, None)
            raise KeyError(name) from None
        raw = said.get("r")
        if held is not None and held.raw == raw:
            held.epoch = self.epoch
            return held.value
        value = self.decode(raw)
        if held is not None and type(held.value) is type(value) and _is_mutable(value):
            try:
                put_contents(held.value, value)
                value = held.value
            except (Garbled, ValueError):
                pass
        held = self._named[name] = _Named(value, raw, self.epoch)
        if held.size <= _MAX_SYNCED and _is_mutable(value):
            held.written = Encoder(self.to_learner).encode(value)
        return value

    def has(self, name: str) -> bool:
        """Has the learner bound ``name``?"""
        try:
            self.name(name)
        except KeyError:
            return False
        return True

    def seed(self, generator: str, value: object) -> None:
        """The test seeded a random generator; the learner's shall be seeded as well."""
        self.pushes.append(["seed", generator, Encoder(self.to_learner).encode(value)])

    def begin(self, seconds: float) -> None:
        """A new test or setup cell: what was fetched may be out of date."""
        self.ends_at = time.monotonic() + seconds
        self.changed = False
        self.epoch += 1
        del self._callables[:]
        self._named.clear()
        self._given.clear()

    def call(self, target: list[Any], called: str, args: Any, named: Any) -> Any:
        """Call the learner's object ``target`` (a number and attribute names)."""
        encoder = Encoder(self.to_learner)
        arguments = encoder.encode((args, named))
        restore = self.restoring or called in self.in_place
        question = ["call", target, arguments, restore]
        try:
            return self._ask(question, table=encoder.table, restore=restore)["r"]
        except StopIteration as error:
            if called in ("send", "throw", "__next__"):
                raise
            # Out of a function it would silently end a ``map`` or ``zip`` of the test's.
            words = dict(learners_words(error) or {})
            raised = RuntimeError("hàm của người học gây StopIteration")
            raised.__dict__[_LEARNERS] = words
            raise raised from error

    def operate(self, operation: str, *operands: object) -> Any:
        encoder = Encoder(self.to_learner)
        return self._ask(["op", operation, encoder.encode(operands)], table=encoder.table)["r"]

    def attribute(self, holder: Any, number: int, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in _READABLE:
            raise AttributeError(f"{name!r} không đọc được qua tiến trình chấm")
        if name == "__signature__":
            return _signature(self.operate("signature", holder))
        said = self._ask(["attr", number, name])
        if said.get("method") is True:
            return Method(self, holder, number, name)
        if "code" in said:
            return types.SimpleNamespace(**_texts(Decoder().decode(said["code"])))
        return said["r"]

    def _ask(
        self, question: Json, *, table: Sequence[object] = (), restore: bool = False
    ) -> dict[str, Any]:
        """Ask, serve callbacks until the answer comes, and hand it over decoded under ``r``."""
        if self.broken:
            raise LearnerGone
        if self._nesting > MAX_NESTING:
            raise RecursionError("lời gọi lồng nhau quá sâu")
        left = self.ends_at - time.monotonic()
        message: dict[str, Any] = {"q": question, "s": max(0.05, left - 0.3)}
        self.sync()
        if self.pushes:
            message["pre"], self.pushes = self.pushes, []
        if self.dropped:
            message["drop"], self.dropped = self.dropped, []
        news = self.folder.news()
        if news:
            message["files"] = news
        if question[0] != "name":
            self.epoch += 1
        self._nesting += 1
        whole = False
        try:
            self.link.send(message)
            said = self._await_answer()
            whole = True
        except (ChannelClosed, ChannelTimeout, Garbled) as error:
            raise LearnerGone from error
        except FrameTooLarge as error:
            whole = not self.link.closed
            raise ValueError("giá trị quá lớn để gửi sang tiến trình của người học") from error
        finally:
            self._nesting -= 1
            self.broken = self.broken or not whole
        return self._take(said, table, raw=question[0] == "name", restore=restore)

    def _await_answer(self) -> dict[str, Any]:
        while True:
            said = self.link.receive(max(0.05, self.ends_at - time.monotonic()) + 1)
            if not isinstance(said, dict):
                raise Garbled("an answer was expected")
            self._replay(said)
            if "cb" not in said:
                return said
            self.link.send(self._serve(said))

    def _take(
        self, said: dict[str, Any], table: Sequence[object], *, raw: bool, restore: bool
    ) -> dict[str, Any]:
        self.folder.take(said.get("files"))
        if said.get("changed") is True and not restore:
            self.changed = True
        decoder = Decoder(self._from_learner, arguments=table)
        error = self._error(said["x"]) if "x" in said else None
        if error is None and not raw and "r" in said:
            said["r"] = decoder.decode(said["r"])
        if restore and "ch" in said:  # unasked, it would reach the test's own objects
            for number, contents in said["ch"]:
                put_contents(table[number], decoder.decode(contents))
        if error is not None:
            raise error
        return said

    def _replay(self, said: dict[str, Any]) -> None:
        """What the learner's code printed meanwhile appears as if printed here."""
        for key, stream in (("out", sys.stdout), ("err", sys.stderr)):
            text = said.get(key)
            if text and isinstance(text, str):
                stream.write(text)

    def sync(self) -> None:
        """What the test did to the learner's names, by assignment or in place: they see it."""
        for name, value in self.given().items():
            if name in self._given and not _is_mutable(value) and value is self._given[name][0]:
                continue
            now = Encoder(self.to_learner).encode(value)
            if name not in self._given or self._given[name][1] != now:
                self.pushes.append(["set", name, now])
                self._given[name] = (value, now)
        for name, held in self._named.items():
            if held.written is None:
                continue
            now = Encoder(self.to_learner).encode(held.value)
            if now != held.written:
                self.pushes.append(["set", name, now])
                held.raw = now
            held.written = now

    # Callbacks -------------------------------------------------------------------------------

    def _serve(self, said: dict[str, Any]) -> dict[str, Any]:
        try:
            what = said["cb"]
            arguments = self.decode(said["args"]) if "args" in said else None
            result = self._run_callback(what, arguments)
            return {"r": Encoder(self.to_learner).encode(result)}
        except Exception as error:
            words = learners_words(error)
            # The text of a failed assert of the test's is not for the learner's process.
            text = "" if isinstance(error, AssertionError) else str(error)[:500]
            return {
                "x": {
                    "t": type(error).__name__,
                    "s": text,
                    "h": words.get("h") if words else None,
                }
            }

    def _run_callback(self, what: Any, arguments: Any) -> object:
        kind, key, *rest = what
        if kind == "input":
            return builtins.input(str(key))
        if type(key) is not int or not 0 <= key < len(self._callables):
            raise Garbled("callback")
        target: Any = self._callables[key]
        if kind == "call" and callable(target):
            positional, named = arguments
            return target(*positional, **named)
        if kind == "next" and isinstance(target, _Passed):
            try:
                return [next(target.iterator)]
            except StopIteration:
                return []
        if kind == "attr" and _may_be_looked_into(target):
            (name,) = rest
            if not isinstance(name, str) or name.startswith("_"):
                raise AttributeError(str(name))
            return getattr(target, name)
        raise Garbled("callback")

    def _register(self, value: object) -> int:
        for key, known in enumerate(self._callables[-50:], max(0, len(self._callables) - 50)):
            if known is value:
                return key
        if len(self._callables) >= MAX_CALLABLES:
            raise RuntimeError("quá nhiều hàm được truyền đi")
        self._callables.append(value)
        return len(self._callables) - 1

    def to_learner(self, value: object) -> Json:
        """What of the test's may be handed to the learner's code, and how."""
        number = number_of(value)
        if number is not None:
            return ["h", number]
        if isinstance(value, Method):
            return ["hm", value._number, value._name]
        words = learners_words(value) if isinstance(value, BaseException) else None
        if words is not None and type(words.get("h")) is int:
            return ["h", words["h"]]
        if isinstance(value, types.ModuleType):
            return ["lib", value.__name__, ""]
        place = _import_place(value)
        if place is not None:
            return ["lib", *place]
        if isinstance(value, (*_FUNCTIONS, functools.partial, type)):
            return ["k", self._register(value), str(getattr(value, "__name__", "hàm"))]
        if hasattr(type(value), "__next__"):
            return ["ki", self._register(_Passed(value))]
        if _may_be_looked_into(value):
            return ["ko", self._register(value)]
        raise NotPlain(
            f"không gửi được đối tượng {type(value).__name__} sang tiến trình của người học"
        )

    # Answers ---------------------------------------------------------------------------------

    def decode(self, data: Json) -> Any:
        return Decoder(self._from_learner).decode(data)

    def _from_learner(self, tag: str, rest: Sequence[Json]) -> object:
        if tag == "o":
            return self._stand_in(rest[0], self._class(rest[1]))
        if tag == "T":
            return self._class(rest[0])
        if tag == "k":
            found = self._callables[rest[0]]
            return found.iterator if isinstance(found, _Passed) else found
        if tag == "mod":
            return own_module(rest[0])
        raise Garbled(f"unknown tag {tag[:20]!r}")

    def _stand_in(self, number: Json, kind: type) -> object:
        if type(number) is not int:
            raise Garbled("a number was expected")
        known = self._known.get(number)
        is_same_kind = type(known) is kind
        if known is not None and is_same_kind:
            object.__setattr__(known, "_count", known._count + 1)
            return known
        if not issubclass(kind, StandIn):
            raise Garbled("an object of no class")
        made = object.__new__(kind)
        object.__setattr__(made, "_far", self)
        object.__setattr__(made, "_number", number)
        object.__setattr__(made, "_count", 1)
        self._known[number] = made
        return made

    def _class(self, facts: Json) -> type:
        if type(facts) is int:
            return self._classes[facts]
        number, name, bases, operators, nature, doc, module = facts
        if type(number) is not int or number in self._classes:
            raise Garbled("class")
        if len(self._classes) >= MAX_CLASSES or type(name) is not str:
            raise Garbled("class")
        name = name if name.isidentifier() and len(name) <= 100 else "Object"
        above = [self._class(base) for base in bases[:20]]
        if nature == "exception":
            made = _make_exception(name, above, module)
        else:
            parents = tuple(base for base in above if issubclass(base, StandIn))
            body = self._body(name, operators, nature)
            body |= {"_class_far": self, "_class_number": number, "__slots__": ()}
            body["__doc__"] = doc if type(doc) is str else None
            if nature in ("function", "method", "builtin"):
                body["__doc__"] = property(lambda this: this.__getattr__("__doc__"))
            made = _make_class(name, parents, body)
        self._classes[number] = made
        if made.__dict__.get("__getattr__") is _error_attribute:  # one of our making
            type.__setattr__(made, "_class_number", number)
        return made

    def _body(self, name: str, operators: Json, nature: Json) -> dict[str, Any]:
        """The class body: forwards for the operators the learner's class has and we allow."""
        expected = self.classes.get(name, ())
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
        return body

    def _error(self, facts: Json) -> BaseException:
        """The exception that the learner's process raised, as one of our own making."""
        if type(facts) is not dict:
            raise Garbled("error")
        text = facts.get("s") if type(facts.get("s")) is str else ""
        error: BaseException
        arguments: Any = ()
        if isinstance(facts.get("args"), list):
            arguments = self.decode(facts["args"])
        arguments = arguments if type(arguments) is tuple else (text,)
        kind = self._error_class(facts)
        try:
            error = kind(*arguments)
        except Exception:
            error = kind.__new__(kind)
            error.args = (text,)
        if not isinstance(error, kind):
            error = LearnerStopped(text)
        error.__dict__[_LEARNERS] = facts
        error.__dict__["_far"] = self
        return error

    def _error_class(self, facts: dict[str, Any]) -> type[BaseException]:
        name = facts.get("t")
        if facts.get("timeout") is True:
            return LearnerStopped
        if facts.get("builtin") is True or "class" not in facts:
            found = getattr(builtins, name, None) if type(name) is str else None
            if isinstance(found, type) and issubclass(found, Exception):
                return found
            return LearnerStopped
        made = self._class(facts["class"])
        return made if issubclass(made, Exception) else LearnerStopped


class _Named:
    """A value fetched by its name. ``raw`` as the learner wrote it, ``written`` as we would."""

    def __init__(self, value: Any, raw: Json, epoch: int) -> None:
        self.value = value
        self.raw = raw
        self.epoch = epoch
        self.size = len(str(raw)) if _is_mutable(value) else 0
        self.written: Json = None


class _Passed:
    """An iterator handed to the learner's code."""

    def __init__(self, iterator: Any) -> None:
        self.iterator = iterator


_FUNCTIONS = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
)


def _is_mutable(value: object) -> bool:
    return isinstance(value, (list, dict, set, bytearray)) or type(value).__name__ in (
        "deque",
        "ndarray",
        "DataFrame",
        "Series",
    )


def _may_be_looked_into(value: object) -> bool:
    """Objects of the test's own classes, mocks and text files: their public attributes."""
    home = type(value).__module__
    return home in ("__main__", "unittest.mock", "types") or isinstance(value, io.StringIO)


def _import_place(value: Any) -> tuple[str, str] | None:
    """Where the learner's process finds the same library object; None for the test's own."""
    home = getattr(value, "__module__", None)
    path = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if home is None and hasattr(value, "__objclass__"):
        home = value.__objclass__.__module__
    if not isinstance(home, str) or not isinstance(path, str) or home == "__main__":
        return None
    if not isinstance(value, (*_FUNCTIONS, type, types.MethodDescriptorType)) and not callable(
        value
    ):
        return None
    found: Any = sys.modules.get(home)
    try:
        for name in path.split("."):
            found = getattr(found, name)
    except AttributeError:
        return None
    return (home, path) if found is value else None


def own_module(name: Json) -> types.ModuleType:
    """The examiner's own module of that name; never one that the learner could have written."""
    if type(name) is not str or not _MODULE.fullmatch(name):
        raise Garbled("module")
    top = name.partition(".")[0]
    if top in ("__main__", "graders", "sandbox", "antigravity"):
        raise Garbled("module")
    if name not in sys.modules and top not in sys.stdlib_module_names and top != "matplotlib":
        raise Garbled("module")
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Garbled("module") from error


def _texts(facts: Any) -> dict[str, Any]:
    if type(facts) is not dict or any(type(key) is not str for key in facts):
        raise Garbled("code")
    return facts


_KINDS = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD,
)


def _signature(facts: Any) -> inspect.Signature:
    """Raises ValueError, as inspect does, when there is none to be had."""
    try:
        parameters = [
            inspect.Parameter(
                name,
                _KINDS[kind],
                default=default if has_default else inspect.Parameter.empty,
            )
            for name, kind, has_default, default in facts
        ]
        return inspect.Signature(parameters)
    except (TypeError, ValueError, IndexError):
        raise ValueError("không đọc được tham số của hàm") from None


# Classes of stand-ins ------------------------------------------------------------------------


class _Class(type):
    """The class of the learner's classes, as the examiner sees them."""

    _class_far: FarSide
    _class_number: int

    def __call__(cls, *args: Any, **named: Any) -> Any:
        if "_class_number" not in cls.__dict__:
            raise TypeError("lớp con của lớp người học viết chỉ dùng được trong ô “shared”")
        return cls._class_far.call([cls._class_number], cls.__name__, args, named)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_class_") or "_class_number" not in cls.__dict__:
            raise AttributeError(name)
        return cls._class_far.attribute(cls, cls._class_number, name)

    def __setattr__(cls, name: str, value: object) -> None:
        cls._class_far.operate("setattr", cls, name, value)

    def __iter__(cls) -> Any:
        return cls._class_far.operate("__iter__", cls)

    def __len__(cls) -> int:
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
    __array_ufunc__ = None  # numpy leaves operators to us
    _far: FarSide
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
        self._far.operate("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._far.operate("delattr", self, name)

    def __dir__(self) -> list[str]:
        found = self._far.operate("dir", self)
        return [name for name in found if type(name) is str] if type(found) is list else []

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
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

    def __init__(self, far: FarSide, holder: Any, number: int, name: str) -> None:
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
        whole = self._far.operate("getattr", self._holder, self._name)
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
        return self._far.operate(name, self, *operands)

    operate.__name__ = name
    return operate


def _call(self: StandIn, *args: Any, **named: Any) -> Any:
    try:
        name = self.__name__
    except AttributeError:
        name = ""
    return self._far.call([self._number], name if type(name) is str else "", args, named)


def _truth(self: StandIn) -> bool:
    return self._far.operate("__bool__", self) is True


def _leave(self: StandIn, *details: object) -> bool:
    return self._far.operate("__exit__", self, None, None, None) is True


def _await(self: StandIn) -> Any:
    """The learner's coroutine runs to its end over there."""
    return self._far.operate("__await__", self)
    yield


_FORWARDS: dict[str, Callable[..., Any]] = {
    "__call__": _call,
    "__bool__": _truth,
    "__exit__": _leave,
    "__await__": _await,
}


def _make_class(name: str, parents: tuple[type, ...], body: dict[str, Any]) -> type:
    for bases in (parents, (StandIn,)):
        try:
            return _Class(name, bases or (StandIn,), dict(body))
        except TypeError:
            continue  # bases that do not fit together: the learner's word only
    raise Garbled("class")


def _make_exception(name: str, above: list[type], module: Json) -> type:
    """An exception class: Python's or a library's own where it is one, else one like it."""
    found = getattr(builtins, name, None)
    if isinstance(found, type) and issubclass(found, BaseException) and module == "builtins":
        return found if issubclass(found, Exception) else LearnerStopped
    if type(module) is str and module != "__main__" and _MODULE.fullmatch(module):
        known = getattr(sys.modules.get(module), name, None)
        if (
            isinstance(known, type)
            and issubclass(known, Exception)
            and not module.startswith(("graders", "sandbox"))
        ):
            return known
    bases = tuple(base for base in above if issubclass(base, Exception)) or (Exception,)
    body = {"__getattr__": _error_attribute, "__str__": _error_text, "__module__": "__main__"}
    for choice in (bases, bases[:1], (Exception,)):
        try:
            return type(name, choice, dict(body))
        except TypeError:
            continue
    raise Garbled("class")


def _error_attribute(self: BaseException, name: str) -> Any:
    words = learners_words(self)
    far: FarSide | None = self.__dict__.get("_far")
    if words is None or far is None or type(words.get("h")) is not int or name.startswith("__"):
        raise AttributeError(name)
    return far._ask(["attr", words["h"], name])["r"]


def _error_text(self: BaseException) -> str:
    words = learners_words(self)
    text = words.get("s") if words else None
    return text if isinstance(text, str) else BaseException.__str__(self)
