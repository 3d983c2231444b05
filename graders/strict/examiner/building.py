"""What comes back from the learner's process, built: stand-ins, their classes, exceptions.

Nothing of the learner's own making comes to live here: what is built is plain data, a stand-in of
`graders.strict.examiner.stand_ins`, or what this process has itself.
"""

from __future__ import annotations

import builtins
import inspect
import types
import weakref
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from graders.strict.between.codec import Decoder, Garbled, Json
from graders.strict.between.places import import_place, own_module
from graders.strict.between.protocol import Error, FromLearner, Nature
from graders.strict.between.twins import Ties
from graders.strict.examiner.callbacks import Callbacks
from graders.strict.examiner.learners_errors import (
    AsksOfErrors,
    LearnerStopped,
    is_made,
    make_exception,
    may_cross,
    sign,
)
from graders.strict.examiner.stand_ins import Far, StandIn, class_body, make_class

MAX_CLASSES = 500


class Asking(Far, AsksOfErrors, Protocol):
    """Who asks the learner's process: `graders.strict.examiner.link.FarSide`."""

    @property
    def callbacks(self) -> Callbacks: ...


class Builder:
    """``classes``: of the reference, with the operators to forward. ``modules``: those that the
    reference imports."""

    def __init__(
        self,
        far: Asking,
        classes: Mapping[str, Collection[str]],
        modules: frozenset[str],
    ) -> None:
        self._far = far
        self._ties: Ties = far.ties
        self._callbacks = far.callbacks
        self._classes = classes
        self._modules = modules
        self._made: dict[int, type] = {}
        self._known: weakref.WeakValueDictionary[int, StandIn] = weakref.WeakValueDictionary()

    def decode(self, data: Json) -> Any:
        return Decoder(self.from_learner, ties=self._ties).decode(data)

    def from_learner(self, tag: str, rest: Sequence[Json]) -> object:
        if tag == FromLearner.OBJECT:
            return self._stand_in(rest[0], self._class(rest[1]))
        if tag == FromLearner.CLASS:
            return self._class(rest[0])
        if tag == FromLearner.CALLABLE:
            return self._callbacks.get(rest[0])
        if tag == FromLearner.MODULE:
            return own_module(rest[0], self._modules)
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
        object.__setattr__(made, "_far", self._far)
        object.__setattr__(made, "_number", number)
        object.__setattr__(made, "_count", 1)
        self._known[number] = made
        return made

    def _class(self, facts: Json) -> type:
        if type(facts) is int:
            return self._made[facts]
        number, name, bases, operators, nature, doc, module, relation = facts
        if type(number) is not int or number in self._made:
            raise Garbled("class")
        if len(self._made) >= MAX_CLASSES or type(name) is not str:
            raise Garbled("class")
        name = name if name.isidentifier() and len(name) <= 100 else "Object"
        above = [self._class(base) for base in bases[:20]]
        same, kin = self._relation(relation)
        if nature == Nature.EXCEPTION:
            made = same or make_exception(name, above, module)
        else:
            parents = tuple(base for base in above if issubclass(base, StandIn))
            body = class_body(operators, nature, doc, self._classes.get(name, ()), same, kin)
            body |= {"_class_far": self._far, "_class_number": number, "__slots__": ()}
            made = make_class(name, parents, body)
        self._made[number] = made
        if made is same:
            return made
        if is_made(made):
            type.__setattr__(made, "_class_number", number)
        return made

    def _relation(self, facts: Json) -> tuple[type | None, tuple[type, ...]]:
        """The setup cell's class that it is, and those that it inherits from."""
        if type(facts) is not list or len(facts) != 2 or type(facts[1]) is not list:
            raise Garbled("class")
        known = self._ties.kin
        same = known.get(facts[0]) if type(facts[0]) is str else None
        above = (known.get(name) for name in facts[1] if type(name) is str)
        return same, tuple(kind for kind in above if kind is not None)

    def error(self, facts: Json) -> BaseException:
        """The exception that the learner's process raised, as one of our own making."""
        if type(facts) is not dict:
            raise Garbled("error")
        said = facts.get(Error.TEXT)
        text = said if type(said) is str else ""
        error: BaseException
        arguments: Any = ()
        if isinstance(facts.get(Error.ARGUMENTS), list):
            arguments = self.decode(facts[Error.ARGUMENTS])
        arguments = arguments if type(arguments) is tuple else (text,)
        kind = self._error_class(facts)
        if kind in self._ties.kin_names:
            return self._kin_error(kind, arguments, facts)
        try:
            error = kind(*arguments)
        except Exception:
            error = kind.__new__(kind)
            error.args = (text,)
        if not isinstance(error, kind):
            error = LearnerStopped(text)
        sign(error, facts, self._far)
        return error

    def _kin_error(self, kind: Any, arguments: Any, facts: dict[str, Any]) -> BaseException:
        """An exception of a setup cell's class, past its ``__init__``, with what it holds."""
        error: BaseException = kind.__new__(kind)
        error.args = arguments
        state = self.decode(facts[Error.STATE]) if Error.STATE in facts else {}
        for name, value in state.items() if type(state) is dict else ():
            if type(name) is str and not hasattr(kind, name):
                error.__dict__[name] = value
        sign(error, facts, self._far)
        return error

    def _error_class(self, facts: dict[str, Any]) -> type[BaseException]:
        name = facts.get(Error.TYPE)
        if facts.get(Error.TIMEOUT) is True:
            return LearnerStopped
        if facts.get(Error.BUILTIN) is True or Error.CLASS not in facts:
            found = getattr(builtins, name, None) if type(name) is str else None
            return found if isinstance(found, type) and may_cross(found) else LearnerStopped
        made = self._class(facts[Error.CLASS])
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


_KINDS = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD,
)


def signature(facts: Any) -> inspect.Signature:
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


def code_of(facts: Any) -> types.SimpleNamespace:
    """What a test may read of a function's ``__code__``."""
    if type(facts) is not dict or any(type(key) is not str for key in facts):
        raise Garbled("code")
    return types.SimpleNamespace(**facts)
