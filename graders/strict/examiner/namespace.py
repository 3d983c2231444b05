"""The notebook's names as the instructor's cells see them: the examiner's own, and the learner's.

A name is looked up among the examiner's own globals, then among Python's builtins, and only then
asked of the learner's process (`AskedNames`, the ``__builtins__`` of those cells: a dict whose
``__missing__`` asks). `Notebook` is the mapping in which the cells themselves run, and what
``globals()``, ``vars()`` and ``dir()`` show: there, the learner's names can be listed, replaced and
deleted as in one notebook.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from graders.strict.examiner.building import ItsOwn
from graders.strict.examiner.learners_errors import LearnerStopped
from graders.strict.examiner.link import FarSide

_MOST_NAMES = 5_000


class AskedNames(dict[str, Any]):
    """``__builtins__`` of the instructor's cells: Python's own, and then the learner's names.

    ``imports``: names that the reference solution imports. The learner must have bound them, but
    what is used is the examiner's own; `differing` tells where theirs is another thing. With
    ``as_bound`` it is theirs that is used.
    """

    def __init__(
        self,
        far: FarSide,
        owned: frozenset[str],
        learner: frozenset[str],
        imports: Mapping[str, list[Any]],
    ) -> None:
        super().__init__(vars(builtins))
        self.far = far
        self.owned = owned
        self.learner = learner
        self.imports = imports
        self.deleted: set[str] = set()  # the learner's names that the running cell deleted
        self.differing: set[str] = set()
        self.as_bound = False
        self.confirmed: set[str] = set()  # imports that the running cell found to be as ours
        for name in learner:  # a function that the exercise asks for under a builtin's name
            self.pop(name, None)

    def __missing__(self, name: str) -> Any:
        if type(name) is not str or not self.may_ask(name) or name in self.deleted:
            raise KeyError(name)
        place = self.imports.get(name)
        value = self.far.name(name, placed=place is not None)
        if place is None:
            return value
        own: Any = importlib.import_module(place[0])
        if place[1] is not None:
            own = getattr(own, place[1])
        if _is_own(value, own):
            self.confirmed.add(name)
            self[name] = own
            return own
        self.differing.add(name)
        if not self.as_bound:
            return own
        return value.stand_in if isinstance(value, ItsOwn) else value

    def begin(self, *, again: bool) -> None:
        """A cell begins: nothing is known of the learner's names."""
        self.deleted.clear()
        if not again:
            self.differing.clear()
        for name in self.confirmed:
            self.pop(name, None)
        self.confirmed.clear()

    def is_pythons(self, name: str) -> bool:
        return name in self and name not in self.confirmed

    def may_ask(self, name: str) -> bool:
        return name not in self.owned and not name.startswith("__")

    def listed(self) -> list[str]:
        """Names that the learner's process has, and that are theirs to have."""
        return [
            name
            for name in self.far.names()[:_MOST_NAMES]
            if self.may_ask(name)
            and not name.startswith("_")
            and name not in self.deleted
            and (name in self.learner or name not in vars(builtins))
        ]


def _is_own(value: Any, own: Any) -> bool:
    if value is own or (isinstance(value, ItsOwn) and value.is_ours(own)):
        return True
    plain = type(own) in (int, float, complex, str, bytes, bool, tuple)
    return plain and type(value) is type(own) and value == own


class Notebook(dict[str, Any]):
    """The namespace in which an instructor's cell runs. Its own names are those of ``own``, the
    globals of the examiner's ``__main__``."""

    def __init__(self, own: dict[str, Any], names: AskedNames) -> None:
        super().__init__(__builtins__=names)  # for whoever evaluates a text in ``globals()``
        self.own = own
        self._names = names

    def __getitem__(self, name: str) -> Any:
        found = self.own.get(name, self)
        return self.__missing__(name) if found is self else found

    def __missing__(self, name: str) -> Any:
        if self._names.is_pythons(name):
            raise KeyError(name)  # found elsewhere
        return self._names[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._names.deleted.discard(name)
        self.own[name] = value

    def __delitem__(self, name: str) -> None:
        if name in self.own:
            del self.own[name]
        else:
            self.__missing__(name)  # a KeyError where nobody has it
            self._names.far.delete(name)
        self._names.deleted.add(name)
        if name in self._names.confirmed:
            del self._names[name]

    def __contains__(self, name: object) -> bool:
        if name in self.own:
            return True
        try:
            self.__missing__(str(name))
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys([*self.own, *self._names.listed()])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def keys(self) -> Any:
        return dict.fromkeys(self).keys()

    def items(self) -> Any:
        found: dict[str, Any] = {}
        for name in self:
            with contextlib.suppress(Exception, LearnerStopped):  # one that cannot cross
                found[name] = self[name]
        return found.items()

    def values(self) -> Any:
        return dict(self.items()).values()

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def setdefault(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def pop(self, name: str, *default: Any) -> Any:
        try:
            found = self[name]
        except KeyError:
            if default:
                return default[0]
            raise
        del self[name]
        return found

    def update(self, *others: Any, **named: Any) -> None:
        for name, value in dict(*others, **named).items():
            self[name] = value

    def copy(self) -> Notebook:
        """For libraries that look names up later (``DataFrame.query``): asked when they are."""
        return Notebook(dict(self.own), self._names)
