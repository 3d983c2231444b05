"""The test's functions, iterators and objects, as the learner's code has them in its hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graders.strict.learner.program import Learner


class TestFunction:
    """A function of the test's, as the learner's code sees it: it can be called, no more."""

    __test__ = False

    def __init__(self, learner: Learner, key: int, name: str) -> None:
        self.key = key
        self.__name__ = name
        self._learner = learner

    def __call__(self, *arguments: object, **named: object) -> object:
        return self._learner._call_back(["call", self.key], (arguments, named))


class TestIterator:
    """An iterator of the test's."""

    def __init__(self, learner: Learner, key: int) -> None:
        self.key = key
        self._learner = learner

    def __iter__(self) -> TestIterator:
        return self

    def __next__(self) -> object:
        more: list[object] = self._learner._call_back(["next", self.key], ())
        if not more:
            raise StopIteration
        return more[0]


class TestObject:
    """An object of the test's: its public attributes and methods."""

    def __init__(self, learner: Learner, key: int) -> None:
        self._motcham = (learner, key)

    def __getattr__(self, name: str) -> object:
        learner, key = self.__dict__["_motcham"]
        return learner._call_back(["attr", key, name], ())

    def __call__(self, *arguments: object, **named: object) -> object:
        learner, key = self._motcham
        return learner._call_back(["call", key], (arguments, named))
