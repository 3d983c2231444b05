"""The examiner's end of the link to the learner's process.

`FarSide` asks one question at a time and serves, meanwhile, the callbacks that the learner's code
makes into functions the test handed to it. What comes back is built by
`graders.strict.between.codec` and `graders.strict.examiner.stand_ins`, so that nothing of the
learner's own making lives here.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import sys
import time
import types
import weakref
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from graders.strict.between.codec import (
    Decoder,
    Encoder,
    Garbled,
    Json,
    NotPlain,
    TooLarge,
    is_container,
    put_contents,
)
from graders.strict.between.file_exchange import Folder
from graders.strict.between.places import FUNCTIONS, import_place, own_module
from graders.strict.between.starvation import MOST, Starvation, allowance
from graders.strict.between.twins import Ties
from graders.strict.examiner.callbacks import Callbacks, Passed, may_be_looked_into
from graders.strict.examiner.stand_ins import (
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
)
from sandbox import Channel, ChannelClosed, ChannelTimeout, FrameTooLarge

MAX_CLASSES = 500
MAX_NESTING = 60
_FLUSH_S = 5.0
_LOOKING = frozenset(("name", "names", "state"))  # questions that run none of the learner's code
_ANSWERS = frozenset(("r", "x", "method", "code"))


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
        self.given: Callable[[], list[Json]] = list  # what the test did to names
        self.ties = Ties()
        self.callbacks = Callbacks()
        self._beginning: str | None = None
        self.pushes: list[Json] = []
        self.dropped: list[list[int]] = []
        self._nesting = 0
        self._classes: dict[int, type] = {}
        self._known: weakref.WeakValueDictionary[int, StandIn] = weakref.WeakValueDictionary()
        self._named: dict[str, _Named] = {}
        self._absent: dict[str, int] = {}  # names that the learner had not, and when
        self._listed: tuple[int, list[str]] | None = None
        self._fetched: dict[int, set[str]] = {}  # a number, and the names it was asked for by

    # Asking ----------------------------------------------------------------------------------

    def name(self, name: str, *, placed: bool = False) -> Any:
        """The learner's object of that name; the same one until the learner changes it. With
        ``placed``: an `ItsOwn` where the learner's process says that it is a library's.

        Raises KeyError when the learner has none, `LearnerGone`.
        """
        held = self._named.get(name)
        if held is not None and held.epoch == self.epoch:
            return held.value
        if self._absent.get(name) == self.epoch:
            raise KeyError(name)
        try:
            said = self.ask(["name", name, placed])
        except NameError:
            self._named.pop(name, None)
            self._absent[name] = self.epoch
            raise KeyError(name) from None
        value = said["r"]
        number = number_of(value)
        if number is not None:
            self._fetched.setdefault(number, set()).add(name)
        if placed and isinstance(said.get("lib"), list):
            value = ItsOwn(said["lib"], value)
        self._named[name] = _Named(value, self.epoch)
        return value

    def names(self) -> list[str]:
        """Names that the learner has bound, by their own word."""
        if self._listed is None or self._listed[0] != self.epoch:
            found = self.ask(["names"])["r"]
            texts = found if type(found) is list else []
            self._listed = (self.epoch, [n for n in texts if type(n) is str and n.isidentifier()])
        return self._listed[1]

    def delete(self, name: str) -> None:
        """The test deleted a name of the learner's."""
        self.pushes.append(["del", name, None])
        self._named.pop(name, None)

    def seed(self, generator: str, value: object) -> None:
        """The test seeded a random generator; the learner's shall be seeded as well."""
        self.pushes.append(["seed", generator, Encoder(self.to_learner).encode(value)])

    def begin(self, seconds: float, *, again: bool = False) -> None:
        """A new test or setup cell: what was fetched may be out of date. ``again``: the same test
        once more, so that what it did to names is taken back first."""
        self.limit = seconds
        self._began, self._starved = time.monotonic(), self._starvation.seconds()
        self.changed = False
        self.epoch += 1
        self._beginning = "again" if again else "new"
        self.callbacks.forget()
        self.ties.twins.forget_watched()
        self._named.clear()
        self._fetched.clear()
        self.folder.begin()

    def flush(self) -> None:
        """The cell has ended: the learner's process hears now of all that it changed."""
        told = self.given()
        self.pushes += told
        if self.broken or not (told or self.ties.twins.changed(self.ties, heavy=True)):
            return
        self.limit = max(self.limit, time.monotonic() - self._began + _FLUSH_S)
        self.ask(["sync"], heavy=True)

    def keep_to_itself(self) -> None:
        """What the cell did to the learner's objects happens in their process by itself."""
        self.ties.twins.settle(self.ties)

    def call(self, target: list[Any], called: str, args: Any, named: Any) -> Any:
        """Call the learner's object ``target`` (a number and attribute names). ``called``: the
        name that the test used, "" where it holds the object itself."""
        encoder, arguments = self._written((args, named))
        restore = self.restoring or self._is_one_of(self.in_place, target[0], called)
        rewrites = restore or self._is_one_of(self.rewrites, target[0], called)
        question = ["call", target, arguments, restore]
        return self.ask(question, table=encoder.table, restore=restore, rewrites=rewrites)["r"]

    def _written(self, values: object) -> tuple[Encoder, Json]:
        """Arguments, for the learner's code: objects of setup cells' classes as themselves where
        they hold nothing but what can cross."""
        if self.ties.kin:
            encoder = Encoder(self.to_learner, ties=self.ties, whole=True)
            try:
                return encoder, encoder.encode(values)
            except (NotPlain, TooLarge):
                pass
        encoder = Encoder(self.to_learner, ties=self.ties)
        return encoder, encoder.encode(values)

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
        encoder, written = self._written(operands)
        return self.ask(["op", operation, written], table=encoder.table)["r"]

    def copy_of(self, value: StandIn) -> Any:
        """An object of a setup cell's class as one of our own, made of what it holds now."""
        return self.ask(["state", value._number])["r"]

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
        heavy: bool = False,
    ) -> dict[str, Any]:
        """Ask, serve callbacks until the answer comes, and hand it over decoded under ``r``."""
        if self.broken:
            raise LearnerGone
        if self._nesting > MAX_NESTING:
            raise RecursionError("lời gọi lồng nhau quá sâu")
        left = self.left()
        asked_at = time.monotonic()
        message: dict[str, Any] = {"q": question, "s": max(0.05, left - 0.3)}
        if question[0] not in _LOOKING:  # the learner's code runs: it sees what the test did
            if not heavy:
                self.pushes += self.given()
            self._add_changes(message, heavy=heavy)
        if self._beginning:
            message["begin"], self._beginning = self._beginning, None
        if self.pushes:
            message["pre"], self.pushes = self.pushes, []
        if self.dropped:
            message["drop"], self.dropped = self.dropped, []
        news = self.folder.news()
        if news:
            message["files"] = news
        if question[0] not in _LOOKING:
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
        if not _ANSWERS & said.keys():
            self.broken = True
            raise LearnerGone
        if self._nesting == 0:
            self._grant(said.get("starved"), time.monotonic() - asked_at)
        try:
            return self._take(
                said, table, named=question[0] == "name", restore=restore, rewrites=rewrites
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
        named: bool,
        restore: bool,
        rewrites: bool,
    ) -> dict[str, Any]:
        kept_back = self.folder.take(said.get("files"), over=rewrites or self.restoring)
        if kept_back or (said.get("changed") is True and not restore):
            self.changed = True
        decoder = Decoder(self._from_learner, arguments=table, ties=self.ties)
        error = self._error(said["x"]) if "x" in said else None
        if error is None and "r" in said:
            said["r"] = decoder.decode(said["r"])
            if said.get("adopt") is True:
                watch = named or self.ties.twins.may_watch
                self.ties.twins.adopt(decoder, self.ties, watch=watch)
        if restore and "ch" in said:  # unasked, it would reach the test's own objects
            for number, contents in said["ch"]:
                put_contents(table[number], decoder.decode(contents))
        self._take_changes(said)
        if error is not None:
            raise error
        return said

    def _replay(self, said: dict[str, Any]) -> None:
        """What the learner's code printed meanwhile appears as if printed here."""
        for key, stream in (("out", sys.stdout), ("err", sys.stderr)):
            text = said.get(key)
            if text and isinstance(text, str):
                stream.write(text)

    def _add_changes(self, message: dict[str, Any], *, heavy: bool = False) -> None:
        """What became of the containers that both sides hold."""
        changed = self.ties.twins.changed(self.ties, heavy=heavy)
        if changed:
            encoder = Encoder(self.to_learner, ties=self.ties, whole=True)
            message["w"] = self.ties.twins.write(changed, encoder)
            self.ties.twins.note(changed, self.ties)

    def _take_changes(self, said: Mapping[str, Any]) -> None:
        if "w" in said:
            decoder = Decoder(self._from_learner, ties=self.ties)
            self.ties.twins.take(said["w"], decoder, self.ties)
            self.ties.twins.adopt(decoder, self.ties)

    def becomes_twin(self, value: object) -> bool:
        """Is it a container of the test's that can be handed over for both to change?"""
        held_elsewhere = self.ties.twins.number(value) is not None or self.ties.place(value)
        return is_container(value) and not held_elsewhere

    # Callbacks -------------------------------------------------------------------------------

    def _serve(self, said: dict[str, Any]) -> dict[str, Any]:
        try:
            self._take_changes(said)
            self.epoch += 1
            arguments = self.decode(said["args"]) if "args" in said else None
            result = self.callbacks.run(said["cb"], arguments)
            answer = {"r": self._written(result)[1]}
            self._add_changes(answer)
            return answer
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
        place = import_place(value)
        if place is not None:
            return ["lib", *place]
        if isinstance(value, (*FUNCTIONS, functools.partial, type)):
            key = self.callbacks.register(value)
            return ["k", key, str(getattr(value, "__name__", "hàm"))]
        if hasattr(type(value), "__next__"):
            return ["ki", self.callbacks.register(Passed(value))]
        if may_be_looked_into(value):
            return ["ko", self.callbacks.register(value)]
        raise NotPlain(
            f"không gửi được đối tượng {type(value).__name__} sang tiến trình của người học"
        )

    # Answers ---------------------------------------------------------------------------------

    def decode(self, data: Json) -> Any:
        return Decoder(self._from_learner, ties=self.ties).decode(data)

    def _from_learner(self, tag: str, rest: Sequence[Json]) -> object:
        if tag == "o":
            return self._stand_in(rest[0], self._class(rest[1]))
        if tag == "T":
            return self._class(rest[0])
        if tag == "k":
            return self.callbacks.get(rest[0])
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
        number, name, bases, operators, nature, doc, module, relation = facts
        if type(number) is not int or number in self._classes:
            raise Garbled("class")
        if len(self._classes) >= MAX_CLASSES or type(name) is not str:
            raise Garbled("class")
        name = name if name.isidentifier() and len(name) <= 100 else "Object"
        above = [self._class(base) for base in bases[:20]]
        same, kin = self._relation(relation)
        if nature == "exception":
            made = same or make_exception(name, above, module)
        else:
            parents = tuple(base for base in above if issubclass(base, StandIn))
            body = class_body(operators, nature, doc, self.classes.get(name, ()), same, kin)
            body |= {"_class_far": self, "_class_number": number, "__slots__": ()}
            made = make_class(name, parents, body)
        self._classes[number] = made
        if made is same:
            return made
        if is_made(made):
            type.__setattr__(made, "_class_number", number)
        return made

    def _relation(self, facts: Json) -> tuple[type | None, tuple[type, ...]]:
        """The setup cell's class that it is, and those that it inherits from."""
        if type(facts) is not list or len(facts) != 2 or type(facts[1]) is not list:
            raise Garbled("class")
        known = self.ties.kin
        same = known.get(facts[0]) if type(facts[0]) is str else None
        above = (known.get(name) for name in facts[1] if type(name) is str)
        return same, tuple(kind for kind in above if kind is not None)

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
        if kind in self.ties.kin_names:
            return self._kin_error(kind, arguments, facts)
        try:
            error = kind(*arguments)
        except Exception:
            error = kind.__new__(kind)
            error.args = (text,)
        if not isinstance(error, kind):
            error = LearnerStopped(text)
        sign(error, facts, self)
        return error

    def _kin_error(self, kind: Any, arguments: Any, facts: dict[str, Any]) -> BaseException:
        """An exception of a setup cell's class, past its ``__init__``, with what it holds."""
        error: BaseException = kind.__new__(kind)
        error.args = arguments
        state = self.decode(facts["state"]) if "state" in facts else {}
        for name, value in state.items() if type(state) is dict else ():
            if type(name) is str and not hasattr(kind, name):
                error.__dict__[name] = value
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


class ItsOwn:
    """A library's object that the learner has under a name: where it lies, by the learner's word,
    and the stand-in for what they have."""

    def __init__(self, place: list[Any], stand_in: Any) -> None:
        self.place = place
        self.stand_in = stand_in

    def is_ours(self, own: object) -> bool:
        place = import_place(own)
        return place is not None and list(place) == self.place


class _Named:
    """A value fetched by its name, and when."""

    def __init__(self, value: Any, epoch: int) -> None:
        self.value = value
        self.epoch = epoch


def _may_end(question: Json) -> bool:
    """Is it a question that StopIteration properly answers?"""
    if question[0] == "op":
        return bool(question[1] == "__next__")
    return question[0] == "call" and question[1][-1] in ("send", "throw", "__next__", "asend")


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
