"""Marks a submitted notebook against the instructor's source.

Start with ``marker.py`` (`Marker`, the one door) and ``marks.py`` (what it returns), then
``plan.py`` (which cells run where), ``learner.py`` and ``examiner.py`` (the two walled programs),
``far_side.py`` and ``stand_ins.py`` (what the one sees of the other)
and ``codec.py`` (what may pass between them); docs/marking.md tells how they behave.

The learner's code runs in one process and the instructor's tests in another: the hidden tests
never enter the learner's process, no object of the learner's enters the examiner's, and nothing
here unpickles, imports or evaluates anything a learner wrote outside the walls of `sandbox`.
"""

from typing import TYPE_CHECKING, Any

from core.marks import CellMarks, CellRun, Marks

if TYPE_CHECKING:
    from graders.strict.marker import Marker

__all__ = ["CellMarks", "CellRun", "Marker", "Marks"]


def __getattr__(name: str) -> Any:
    # The walled programs import this package too, and shall not carry the supervisor with them.
    if name == "Marker":
        from graders.strict.marker import Marker

        return Marker
    raise AttributeError(name)
