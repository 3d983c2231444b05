"""nbgrader's own marking, same marks to the cell, several times faster.

Start with ``course.py`` (`autograde`, a stock course folder) and ``single.py`` (`mark_one`, one
notebook without a database). ``converter.py`` hands submissions to workers, ``execute.py`` runs a
notebook's cells, ``kernels.py`` and ``warm.py`` are the two sides of the warm kernels,
``imports.py`` says what a kernel may be warmed with, ``gradebook.py`` keeps one gradebook open.

Here the learner's code and the tests share a process, as in nbgrader: what nbgrader can be fooled
with, this can be fooled with. It never changes a score, a comment or a flag that stock nbgrader
would have written, and never touches a manual grade.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from graders.marks import Marks

if TYPE_CHECKING:
    from graders.compatible.course import autograde
    from graders.compatible.single import mark_one

__all__ = ["autograde", "mark_compatible", "mark_one"]


@contextmanager
def _no_grammar_of_iris() -> Iterator[None]:
    """Spare the command two seconds: jsonschema, if it can, builds a grammar to check IRIs with.

    No notebook's schema asks for that check.
    """
    name = "rfc3987_syntax"
    absent = name not in sys.modules
    if absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if absent:
            del sys.modules[name]


def mark_compatible(marker: Any, source: bytes | Mapping[str, Any], submitted: bytes) -> Marks:
    """`Marker.mark` in compatible mode: the kernels are compatible mode's own."""
    from graders.compatible.single import mark_one

    return mark_one(source, submitted, allow_reduced=marker.allow_reduced)


def __getattr__(name: str) -> Any:
    # `warm` must be importable without nbgrader: what it loads, every learner's kernel holds.
    if name == "autograde":
        with _no_grammar_of_iris():
            return import_module("graders.compatible.course").autograde
    if name == "mark_one":
        return import_module("graders.compatible.single").mark_one
    raise AttributeError(name)
