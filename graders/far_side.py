"""The examiner's end of the link to the learner's process.

`FarSide` asks one question at a time and serves, meanwhile, the callbacks that the learner's code
makes into functions the test handed to it. What comes back is built by `graders.codec` and
`graders.stand_ins`, so that nothing of the learner's own making lives here.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import inspect
import io
import sys
import time
import types
import weakref
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from graders.codec import Decoder, Encoder, Garbled, Json, NotPlain, put_contents
from graders.folder import Folder
from graders.patience import MOST, Starvation, allowance
from graders.stand_ins import (
    MODULE_NAME,
    READABLE,
    LearnerGone,
    LearnerStopped,
    Method,
    StandIn,
    class_body,
    is_made,
    learners_words,
    make_class,
    make_exception,
    may_cross,
    number_of,
    sign,
    words,
)
from sandbox import Channel, ChannelClosed, ChannelTimeout, FrameTooLarge

MAX_CLASSES = 500
MAX_NESTING = 60
MAX_CALLABLES = 100_000
_MAX_SYNCED = 50_000  # characters of JSON; larger values are not compared before every question


class FarSide:
    """Asks the learner's process. One question at a time, callbacks within.

    ``classes``: of the reference, with the operators to forward. ``in_place``: names of
    functions whose changes to their arguments are taken over at once. ``rewrites``: likewise of
    files. ``modules``: those that the reference imports. ``restoring``: take over all such changes.
    ``changed``: some call changed an argument or a file and that was not taken over. ``judging``:
    classes of the learner's that the running cell may mean.
    """

    def __init__(
        self,
        link: Channel,
        folder: Folder,
        *,
        classes: Mapping[str, Collection[str]] | None = None,
        in_place: frozenset[str] = frozenset(),
        rewrites: frozenset[str] = frozenset(),
        modules: frozenset[str] = frozenset(),
    ) -> None:
        self.link = link
        self.folder = folder
        self.classes = classes or {}
        self.in_place = in_place
        self.rewrites = rewrites
        self.modules = modules
        self.judging: frozenset[str] = frozenset()
        self.restoring = False
        self.changed = False
        self.broken = False
        self.broken_by: str | None = None  # "time" where the learner's process still lives
        self.limit = 10.0
        self._starvation = Starvation()
        self._began, self._starved = time.monotonic(), self._starvation.seconds()
        self.epoch = 0
        self.given: Callable[[], dict[str, Any]] = dict  # the learner's names that the test set
        self._given: dict[str, tuple[Any, Json]] = {}
        self.pushes: list[Json] = []
        self.dropped: list[list[int]] = []
        self._nesting = 0
        self._classes: dict[int, type] = {}
        self._known: weakref.WeakValueDictionary[int, StandIn] = weakref.WeakValueDictionary()
        self._named: dict[str, _Named] = {}
        self._fetched: dict[int, set[str]] = {}  # a number, and the names it was asked for by
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
            said = self.ask(["name", name])
        except NameError:
            self._named.pop(name, None)
            raise KeyError(name) from None
        raw = said.get("r")
        if held is not None and held.raw == raw:
            held.epoch = self.epoch
            return held.value
        value = self.decode(raw)
        number = number_of(value)
        if number is not None:
            self._fetched.setdefault(number, set()).add(name)
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
        self.limit = seconds
        self._began, self._starved = time.monotonic(), self._starvation.seconds()
        self.changed = False
        self.epoch += 1
        del self._callables[:]
        self._named.clear()
        self._fetched.clear()
        self._given.clear()
        self.folder.begin()

    def call(self, target: list[Any], called: str, args: Any, named: Any) -> Any:
        """Call the learner's object ``target`` (a number and attribute names). ``called``: the
        name that the test used, "" where it holds the object itself."""
        encoder = Encoder(self.to_learner)
        arguments = encoder.encode((args, named))
        restore = self.restoring or self._is_one_of(self.in_place, target[0], called)
        rewrites = restore or self._is_one_of(self.rewrites, target[0], called)
        question = ["call", target, arguments, restore]
        return self.ask(question, table=encoder.table, restore=restore, rewrites=rewrites)["r"]

    def _is_one_of(self, names: frozenset[str], number: int, called: str) -> bool:
        """Is it a function of such a name? By the name that it was asked for: what it says its
        name is would lend one function the rights of another."""
        if not names:
            return False
        if called:
            return called in names
        fetched = self._fetched.get(number)
        if fetched:
            return fetched <= names
        try:
            said = self.attribute(None, number, "__name__")
        except AttributeError:
            return False
        return type(said) is str and said in names

    def may_judge(self, kind: type, operation: str) -> bool:
        """May ``operation`` of the learner's class decide anything in the running cell?

        Only where the cell has to do with a class of the reference that has it: an operator that
        one exercise asks for must not answer for a number in another, whatever the learner's
        class says that it inherits from.
        """
        meant = (one.__name__ for one in kind.__mro__ if one.__name__ in self.judging)
        return any({operation, "*"} & set(self.classes.get(name, ())) for name in meant)

    def operate(self, operation: str, *operands: object) -> Any:
        encoder = Encoder(self.to_learner)
        return self.ask(["op", operation, encoder.encode(operands)], table=encoder.table)["r"]

    def attribute(self, holder: Any, number: int, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in READABLE:
            raise AttributeError(f"{name!r} không đọc được qua tiến trình chấm")
        if name == "__signature__":
            return _signature(self.operate("signature", holder))
        said = self.ask(["attr", number, name])
        if said.get("method") is True:
            return Method(self, holder, number, name)
        if "code" in said:
            return types.SimpleNamespace(**_texts(Decoder().decode(said["code"])))
        return said["r"]

    def ask(
        self,
        question: Json,
        *,
        table: Sequence[object] = (),
        restore: bool = False,
        rewrites: bool = False,
    ) -> dict[str, Any]:
        """Ask, serve callbacks until the answer comes, and hand it over decoded under ``r``."""
        if self.broken:
            raise LearnerGone
        if self._nesting > MAX_NESTING:
            raise RecursionError("lời gọi lồng nhau quá sâu")
        left = self.left()
        asked_at = time.monotonic()
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
            if isinstance(error, ChannelTimeout):
                self.broken_by = "time"
            raise LearnerGone from error
        except FrameTooLarge as error:
            whole = not self.link.closed
            raise ValueError("giá trị quá lớn để gửi sang tiến trình của người học") from error
        finally:
            self._nesting -= 1
            self.broken = self.broken or not whole
        if self._nesting == 0:
            self._grant(said.get("starved"), time.monotonic() - asked_at)
        try:
            return self._take(
                said, table, raw=question[0] == "name", restore=restore, rewrites=rewrites
            )
        except (StopIteration, StopAsyncIteration) as error:
            if _may_end(question):
                raise
            # Anywhere else it would silently end a ``map`` or ``zip`` of the test's.
            raised = RuntimeError("mã của người học gây StopIteration")
            sign(raised, learners_words(error) or {}, self)
            raise raised from error

    @property
    def waiting(self) -> bool:
        """Is a question being answered? Then the other side's patience counts, and in the end the
        supervisor's."""
        return self._nesting > 0

    def left(self) -> float:
        """Seconds that the cell still has, without those in which a side had no processor."""
        spent = time.monotonic() - self._began
        return allowance(self.limit, self._starvation.seconds() - self._starved) - spent

    def _grant(self, starved: object, waited: float) -> None:
        """The learner's process says how long it had no processor: no longer than we waited."""
        if isinstance(starved, (int, float)) and 0 < starved <= waited:
            self._starved -= float(starved)

    def _await_answer(self) -> dict[str, Any]:
        while True:
            end = self._began + MOST * self.limit
            said = self.link.receive(max(0.05, end - time.monotonic()) + 1)
            if not isinstance(said, dict):
                raise Garbled("an answer was expected")
            self._replay(said)
            if "cb" not in said:
                return said
            self.link.send(self._serve(said))

    def _take(
        self,
        said: dict[str, Any],
        table: Sequence[object],
        *,
        raw: bool,
        restore: bool,
        rewrites: bool,
    ) -> dict[str, Any]:
        kept_back = self.folder.take(said.get("files"), over=rewrites or self.restoring)
        if kept_back or (said.get("changed") is True and not restore):
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
            if not isinstance(name, str) or name.startswith("_") or _steers(target, name):
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
            return own_module(rest[0], self.modules)
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
            made = make_exception(name, above, module)
        else:
            parents = tuple(base for base in above if issubclass(base, StandIn))
            body = class_body(operators, nature, doc, self.classes.get(name, ()))
            body |= {"_class_far": self, "_class_number": number, "__slots__": ()}
            made = make_class(name, parents, body)
        self._classes[number] = made
        if is_made(made):
            type.__setattr__(made, "_class_number", number)
        return made

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
        sign(error, facts, self)
        return error

    def _error_class(self, facts: dict[str, Any]) -> type[BaseException]:
        name = facts.get("t")
        if facts.get("timeout") is True:
            return LearnerStopped
        if facts.get("builtin") is True or "class" not in facts:
            found = getattr(builtins, name, None) if type(name) is str else None
            return found if isinstance(found, type) and may_cross(found) else LearnerStopped
        made = self._class(facts["class"])
        return made if may_cross(made) else LearnerStopped


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


def _steers(target: object, name: str) -> bool:
    """Is it what a mock is set up and questioned with? That is the test's business alone."""
    mocked = type(target).__module__ == "unittest.mock"
    return mocked and (name.startswith("assert") or name in _MOCKS_OWN)


_MOCKS_OWN = words(
    "configure_mock reset_mock attach_mock mock_add_spec side_effect return_value method_calls "
    "mock_calls call_args call_args_list call_count called await_args await_args_list await_count "
    "awaited"
)


def _may_end(question: Json) -> bool:
    """Is it a question that StopIteration properly answers?"""
    if question[0] == "op":
        return bool(question[1] == "__next__")
    return question[0] == "call" and question[1][-1] in ("send", "throw", "__next__", "asend")


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


def own_module(name: Json, known: Collection[str] = ()) -> types.ModuleType:
    """The examiner's own module of that name: one that is loaded, or that the reference imports.

    No other: importing is running, and some modules do what they are for when they are imported
    (``unittest.__main__`` would look for tests in the folder that the learner writes to).
    """
    if type(name) is not str or not MODULE_NAME.fullmatch(name):
        raise Garbled("module")
    if name.partition(".")[0] in ("__main__", "graders", "sandbox"):
        raise Garbled("module")
    if name not in sys.modules and name not in known:
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
