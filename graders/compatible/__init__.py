"""nbgrader's own marking, same marks to the cell, several times faster.

Start with ``start.py`` (`autograde`, a stock course folder) and ``single.py`` (`mark_one`, one
notebook without a database). ``course.py`` is nbgrader's command, ``converter.py`` hands
submissions to workers, ``execute.py`` runs a notebook's cells, ``kernels.py`` and ``warm.py`` are
the two sides of the warm kernels, ``imports.py`` says what a kernel may be warmed with,
``cells.py`` and ``tracebacks.py`` make in it cheap what is the same each time, ``gradebook.py``
keeps one gradebook open.

Here the learner's code and the tests share a process, as in nbgrader: what nbgrader can be fooled
with, this can be fooled with. It never changes a score, a comment or a flag that stock nbgrader
would have written, and never touches a manual grade.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graders.compatible.single import mark_one
    from graders.compatible.start import autograde

__all__ = ["autograde", "mark_one"]


def __getattr__(name: str) -> Any:
    # `warm` must be importable without nbgrader: what it loads, every learner's kernel holds.
    if name == "autograde":
        return import_module("graders.compatible.start").autograde
    if name == "mark_one":
        return import_module("graders.compatible.single").mark_one
    raise AttributeError(name)
