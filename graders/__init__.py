"""Marks a submitted notebook against the instructor's source.

Start with ``marker.py`` (`Marker`, the one door), then ``strict/`` (the learner's code in one
walled process, the instructor's tests in another), ``compatible/`` (as nbgrader marks, in one) and
``service/`` (the queue's workers); ``second_look.py`` compares the two ways. docs/marking.md tells
how they behave, and of every message that crosses between the two processes.

The learner's code runs in one process and the instructor's tests in another: the hidden tests
never enter the learner's process, no object of the learner's enters the examiner's, and nothing
here unpickles, imports or evaluates anything a learner wrote outside the walls of `sandbox`.
"""

from typing import TYPE_CHECKING, Any

from core.marks import CellMarks, CellRun, Marks

if TYPE_CHECKING:
    from graders.marker import Marker

__all__ = ["CellMarks", "CellRun", "Marker", "Marks"]


def __getattr__(name: str) -> Any:
    # The walled programs import this package too, and shall not carry the supervisor with them.
    if name == "Marker":
        from graders.marker import Marker

        return Marker
    raise AttributeError(name)
