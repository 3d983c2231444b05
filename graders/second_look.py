"""Where strict and compatible mode disagree on a real submission, a person sees both results.

`wanted` says whether a second look is worth its time, `beside` lays the other result beside the
first. Points never change here: what compatible mode gives was earned in one process with the
learner's code, so it is a reason to look and no more. docs/decisions/0032.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from core.marks import CellMarks, Marks, MarksNotebooks
from core.passing import TOLERANCE
from graders.strict import feedback


def wanted(marks: Marks) -> frozenset[str]:
    """The exercises on which compatible mode might say something else; mostly none."""
    if marks.state != "marked" or marks.mode != "strict":
        return frozenset()
    return frozenset(cell.grade_id for cell in marks.cells if _lost(cell))


def _lost(cell: CellMarks) -> bool:
    """Did a machine give less than it might? What only a person marks has no second result, and
    what was not answered earns nothing either way."""
    if cell.points >= cell.max - TOLERANCE or cell.other is not None:
        return False
    if cell.needs_review:
        return cell.note is not None
    return cell.feedback != str(feedback.of_unanswered())


def take(
    marker: MarksNotebooks,
    source: bytes,
    submitted: bytes,
    marks: Marks,
    *,
    seed: int = 0,
    files: Mapping[str, bytes] | None = None,
    of: Collection[str] | None = None,
) -> Marks:
    """``marks`` with a second look where it is worth one. ``of``: the exercises that may have it.

    Costs a run of the notebook only where points were lost; ``marks`` as they are otherwise, and
    where the other way could not mark the notebook at all.
    """
    exercises = wanted(marks) if of is None else wanted(marks) & frozenset(of)
    if not exercises:
        return marks
    other = marker.mark(source, submitted, mode="compatible", seed=seed, files=files)
    return beside(marks, other, exercises)


def beside(strict: Marks, other: Marks, exercises: Collection[str]) -> Marks:
    """The strict marks; where the other way gives more the exercise waits, with both results."""
    if other.state != "marked":
        return strict
    found = {cell.grade_id: cell for cell in other.cells if not cell.needs_review}
    cells = [
        _apart(cell, found[cell.grade_id])
        if cell.grade_id in exercises and cell.grade_id in found
        else cell
        for cell in strict.cells
    ]
    return replace(strict, cells=tuple(cells))


def _apart(cell: CellMarks, other: CellMarks) -> CellMarks:
    if cell.note is not None:  # it waits already, and for a better reason
        return replace(cell, other=other.points)
    if other.points <= cell.points + TOLERANCE:
        return cell
    return replace(
        cell,
        needs_review=True,
        feedback=str(feedback.of_waiting()),
        note=str(feedback.note_of_two_ways()),
        other=other.points,
    )
