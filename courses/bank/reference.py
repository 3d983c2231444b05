"""The reference answer of a form, where it can be read without running it."""

from __future__ import annotations

from typing import Any

from core.messages import Refused
from courses.checks.trials import without_marks
from courses.course import find_form
from courses.handouts.variants import literals_of
from courses.notebooks import Cell, source_of


def find_reference(cell: Cell) -> Any:
    """The answer of a form cell that is written as a literal; None where it is computed."""
    form = find_form(cell)
    try:
        found = literals_of(without_marks(source_of(cell)))
    except Refused:
        return None
    return found.get(form.name) if form else None
