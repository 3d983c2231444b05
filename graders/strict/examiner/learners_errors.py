"""Exceptions of the learner's code, as they arise again in the examiner's process.

Python's and a library's own classes cross as such; a class of the learner's becomes one like it,
with its attributes asked for where they are. What steers a test runner does not cross.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping
from typing import Any, Protocol

from graders.strict.between.codec import Garbled, Json
from graders.strict.between.places import MODULE_NAME
from graders.strict.between.protocol import Error, Need

_LEARNERS = "_of_the_learner"  # attribute of an exception that the learner's process raised


class AsksOfErrors(Protocol):
    """Who asks the learner's process for an attribute of an exception that lives there."""

    def attribute_of_error(self, handle: int, name: str) -> Any: ...


class LearnerGone(BaseException):
    """The learner's process ended, or no longer speaks as agreed.

    No test's ``except Exception`` may take it for an error that the learner's function raised.
    """


class LearnerStopped(BaseException):
    """The learner's code was interrupted, left with SystemExit, or ran out of its time."""


class NeedsShared(TypeError):
    """The test wants of an object of the learner's what only its own process could do."""

    need = Need.OBJECT


def learners_words(error: BaseException) -> Mapping[str, Any] | None:
    """What the learner's process said of an error that arose there; None for one of ours."""
    found = getattr(error, "__dict__", {}).get(_LEARNERS)
    return found if isinstance(found, dict) else None


def may_cross(kind: type) -> bool:
    """May an exception of this class of ours arise here because the learner's code raised one?

    Not those that steer a test runner: a skipped test counts as passed.
    """
    home = kind.__module__.partition(".")[0]
    return issubclass(kind, Exception) and home not in _STEERING


_STEERING = frozenset(
    (
        *("graders", "sandbox", "unittest", "doctest", "pytest", "_pytest", "hypothesis"),
        *("nose", "IPython"),
    )
)


def is_made(kind: type) -> bool:
    """Is it an exception class of `make_exception`'s making, and not Python's or a library's?"""
    return kind.__dict__.get("__getattr__") is _error_attribute


def sign(error: BaseException, facts: Mapping[str, Any], far: AsksOfErrors) -> None:
    """Note that ``error`` arose in the learner's process, and what was said of it."""
    error.__dict__[_LEARNERS] = facts
    error.__dict__["_far"] = far


def make_exception(name: str, above: list[type], module: Json) -> type:
    """An exception class: Python's or a library's own where it is one, else one like it."""
    found = getattr(builtins, name, None)
    if isinstance(found, type) and issubclass(found, BaseException) and module == "builtins":
        return found if may_cross(found) else LearnerStopped
    if type(module) is str and module != "__main__" and MODULE_NAME.fullmatch(module):
        known = getattr(sys.modules.get(module), name, None)
        if isinstance(known, type) and issubclass(known, BaseException):
            return known if may_cross(known) else LearnerStopped
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
    far: AsksOfErrors | None = self.__dict__.get("_far")
    handle = words.get(Error.HANDLE) if words is not None else None
    if far is None or type(handle) is not int or name.startswith("__"):
        raise AttributeError(name)
    return far.attribute_of_error(handle, name)


def _error_text(self: BaseException) -> str:
    words = learners_words(self)
    text = words.get(Error.TEXT) if words else None
    return text if isinstance(text, str) else BaseException.__str__(self)
