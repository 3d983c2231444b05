"""Python's text to its tree, also where several threads ask at once.

CPython counts the depth of a tree it builds in one place for all threads (python/cpython#106905),
so two at once may fail with `SystemError` although their text is good: one waits for the other, and
whom a library's parsing disturbed asks again.
"""

from __future__ import annotations

import ast
import threading

_ONE_AT_A_TIME = threading.Lock()
_TRIES = 3


def parse(source: str) -> ast.Module:
    """What `ast.parse` gives and raises, but for that `SystemError`."""
    for left in reversed(range(_TRIES)):
        try:
            with _ONE_AT_A_TIME:
                return ast.parse(source)
        except SystemError:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
