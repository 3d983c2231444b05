"""What is no learner's doing: why a machine's points do not stand, and who hears what of it.

A refusal by the guard, a setup cell of the author's that fails by itself, a command that there is
not, a machine too busy to give a cell its time: each has a sentence for the learner, who is never
accused, and a reason for whoever decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.messages import Message
from graders.strict import feedback
from graders.strict.between.protocol import AuthorsFault, Error, Fault, Outcome, SetupSaid
from graders.strict.reading.odd_characters import explain
from graders.strict.reading.plan import Step

_NO_PYTHON = frozenset(("SyntaxError", "IndentationError", "TabError"))


@dataclass(frozen=True)
class Trouble:
    """What the learner hears, and what a person should know."""

    told: Message
    note: Message


def of_test(
    step: Step,
    points: float,
    outcomes: Sequence[Mapping[str, Any]],
    *,
    excess: bool,
    starved: bool,
    before: Trouble | None,
) -> Trouble | None:
    """Why a person must look at a test that gave less than it might; None where the points stand.
    What was not answered at all needs nobody.

    ``excess``: it gave more than it is worth. ``starved``: the test, or a cell above, was ended
    before the machine had given it its time. ``before``: what a setup cell above met.
    """
    waiting = feedback.of_waiting()
    if excess:
        return Trouble(waiting, feedback.note_of_excess())
    if points >= step.points or not step.answered:
        return None
    for outcome in outcomes:
        needs = (outcome.get(Outcome.ERROR) or {}).get(Fault.NEEDS)
        if needs:
            return Trouble(waiting, feedback.of_need(needs))
    if before is not None:
        return before
    if starved:
        return Trouble(waiting, feedback.note_of_starvation())
    commands = [one.get(Outcome.UNSUPPORTED) for one in outcomes]
    command = next((one for one in commands if one), None)
    if isinstance(command, str):
        return Trouble(waiting, feedback.note_of_command(step.grade_id or "", command))
    return None


def of_setup(step: Step, said: Mapping[str, Any]) -> Trouble | None:
    """What went wrong in a setup cell that needs nothing of the learner's."""
    place = step.grade_id or ""
    authors, command = said.get(SetupSaid.AUTHORS), said.get(Outcome.UNSUPPORTED)
    if isinstance(authors, dict):
        missing = authors.get(AuthorsFault.MISSING)
        told = feedback.of_authors_setup(place, missing if isinstance(missing, str) else None)
        return Trouble(told, feedback.note_of_setup(place, str(authors.get(AuthorsFault.SAID))))
    if isinstance(command, str):
        return Trouble(feedback.of_waiting(), feedback.note_of_command(place, command))
    return None


def look_for_odd_characters(error: dict[str, Any], source: str) -> None:
    """Of a learner's cell that is no Python: is a character to blame that only looks like
    Python's? Then ``error`` says so under ``odd``."""
    if error.get(Error.BUILTIN) is not True or error.get(Error.TYPE) not in _NO_PYTHON:
        return
    place = error.get(Error.PLACE)
    number = place[1] if isinstance(place, list) else 0
    lines = source[:200_000].split("\n")
    code = lines[number - 1] if 0 < number <= len(lines) else ""
    found = explain(str(error.get(Error.TEXT)), code, number or None)
    if found is not None:
        error["odd"] = found
