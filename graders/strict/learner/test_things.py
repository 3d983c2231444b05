"""The test's functions, iterators and objects, as the learner's code has them in its hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graders.strict.between.protocol import Want

CallBack = Callable[[list[Any], object], Any]  # asks the examiner, and waits for what comes back


class TestFunction:
    """A function of the test's, as the learner's code sees it: it can be called, no more."""

    __test__ = False

    def __init__(self, call_back: CallBack, key: int, name: str) -> None:
        self.key = key
        self.__name__ = name
        self._call_back = call_back

    def __call__(self, *arguments: object, **named: object) -> object:
        return self._call_back([Want.CALL, self.key], (arguments, named))


class TestIterator:
    """An iterator of the test's."""

    __test__ = False

    def __init__(self, call_back: CallBack, key: int) -> None:
        self.key = key
        self._call_back = call_back

    def __iter__(self) -> TestIterator:
        return self

    def __next__(self) -> object:
        more: list[object] = self._call_back([Want.NEXT, self.key], ())
        if not more:
            raise StopIteration
        return more[0]


class TestObject:
    """An object of the test's: its public attributes and methods."""

    __test__ = False

    def __init__(self, call_back: CallBack, key: int) -> None:
        self._motcham = (call_back, key)

    def __getattr__(self, name: str) -> object:
        call_back, key = self.__dict__["_motcham"]
        return call_back([Want.ATTRIBUTE, key, name], ())

    def __call__(self, *arguments: object, **named: object) -> object:
        call_back, key = self._motcham
        return call_back([Want.CALL, key], (arguments, named))
