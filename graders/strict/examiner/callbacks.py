"""What of the test's the learner's code may use while it is asked: functions, iterators, objects.

Each is handed over as a number. Functions can be called and iterators advanced; of mocks and of
objects of the test's own classes the public attributes can be read. No more than that.
"""

from __future__ import annotations

import builtins
import io
from typing import Any

from graders.strict.between.codec import Garbled
from graders.strict.between.protocol import Want

MAX_CALLABLES = 100_000


class Passed:
    """An iterator handed to the learner's code."""

    def __init__(self, iterator: Any) -> None:
        self.iterator = iterator


class Callbacks:
    """What was handed over, by number. A number is never given twice."""

    def __init__(self) -> None:
        self._given: dict[int, object] = {}
        self._recent: list[int] = []
        self._kept: set[int] = set()
        self._next = 0

    def forget(self) -> None:
        """A new cell: what the last one handed over can no longer be used, unless it is kept."""
        self._given = {key: one for key, one in self._given.items() if key in self._kept}
        self._recent.clear()

    def keep(self, since: int) -> None:
        """What was handed over since ``since`` stands under a name: it stays usable."""
        self._kept.update(key for key in range(since, self._next))

    @property
    def count(self) -> int:
        return self._next

    def register(self, value: object) -> int:
        for key in self._recent[-50:]:
            if self._given.get(key) is value:
                return key
        if len(self._given) >= MAX_CALLABLES:
            raise RuntimeError("quá nhiều hàm được truyền đi")
        key, self._next = self._next, self._next + 1
        self._given[key] = value
        self._recent.append(key)
        return key

    def get(self, key: object) -> object:
        """What a number means, on its way back. Raises `Garbled`."""
        found = self._find(key)
        return found.iterator if isinstance(found, Passed) else found

    def _find(self, key: object) -> Any:
        if type(key) is not int or key not in self._given:
            raise Garbled("callback")
        return self._given[key]

    def run(self, what: Any, arguments: Any) -> object:
        """What the learner's code asks for in the middle of an answer."""
        kind, key, *rest = what
        if kind == Want.INPUT:
            return builtins.input(str(key))
        target = self._find(key)
        if kind == Want.CALL and callable(target):
            positional, named = arguments
            return target(*positional, **named)
        if kind == Want.NEXT and isinstance(target, Passed):
            try:
                return [next(target.iterator)]
            except StopIteration:
                return []
        if kind == Want.ATTRIBUTE and may_be_looked_into(target):
            (name,) = rest
            if not isinstance(name, str) or name.startswith("_") or _steers(target, name):
                raise AttributeError(str(name))
            return getattr(target, name)
        raise Garbled("callback")


def may_be_looked_into(value: object) -> bool:
    """Objects of the test's own classes, mocks and text files: their public attributes."""
    home = type(value).__module__
    return home in ("__main__", "unittest.mock", "types") or isinstance(value, io.StringIO)


def _steers(target: object, name: str) -> bool:
    """Is it what a mock is set up and questioned with? That is the test's business alone."""
    mocked = type(target).__module__ == "unittest.mock"
    return mocked and (name.startswith("assert") or name in _MOCKS_OWN)


_MOCKS_OWN = frozenset(
    (
        *("configure_mock", "reset_mock", "attach_mock", "mock_add_spec", "side_effect"),
        *("return_value", "method_calls", "mock_calls", "call_args", "call_args_list"),
        *("call_count", "called", "await_args", "await_args_list", "await_count", "awaited"),
    )
)
