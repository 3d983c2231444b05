"""What the learner's process says of itself: looked over, and cut to what may be kept.

The learner's code was there first, so nothing here is believed; it is only made harmless.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.marks import MAX_OUTPUTS, MAX_RICH, MAX_TEXT, CellRun
from graders.strict import feedback
from graders.strict.between.last_value import checked_facts
from graders.strict.between.protocol import (
    CellSaid,
    Error,
    Fault,
    Outcome,
    SharedError,
    SharedSaid,
)

_LONGEST = 2000
_MOST_SAID = 1000


def cell_run(said: Mapping[str, Any]) -> CellRun:
    """How a cell ended, for whoever looks at its outputs."""
    return CellRun(
        _bounded(said.get(CellSaid.OUTPUTS)),
        ok=said.get(CellSaid.OK) is True,
        timed_out=said.get(CellSaid.TIMED_OUT) is True,
    )


def stopped_run(why: str) -> CellRun:
    """A cell in which the process was stopped; ``why`` as `feedback.of_death` has it."""
    text = str(feedback.of_death(why))
    output = {"output_type": "error", "ename": "Stopped", "evalue": text, "traceback": [text]}
    return CellRun([output], ok=False, timed_out=why == "time")


def error_of(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a learner's cell raised, in the words of its process: cut to what feedback can use."""
    found = said.get(CellSaid.ERROR)
    if not isinstance(found, dict):
        return None
    kept: dict[str, Any] = {
        key: value[:_LONGEST]
        for key in (Error.TYPE, Error.TEXT)
        if isinstance(value := found.get(key), str)
    }
    for key in (Error.BUILTIN, Error.TIMEOUT, Error.FLOODED):
        kept[key] = found.get(key) is True
    place = found.get(Error.PLACE)
    if isinstance(place, list) and len(place) == 2 and all(type(one) is int for one in place):
        kept[Error.PLACE] = place
    return kept


def outcome_of_shared(said: Mapping[str, Any]) -> dict[str, Any]:
    """How a shared test ended, in the words in which the examiner's process says it."""
    if said.get(SharedSaid.TAMPERED):
        return {Outcome.ERROR: {Fault.TYPE: "Tampered"}, Outcome.TAMPERED: True}
    error = said.get(SharedSaid.ERROR)
    if isinstance(error, dict):
        return {Outcome.ERROR: _shared_error(error)}
    return {Outcome.ERROR: None, Outcome.RESULT: checked_facts(said.get(SharedSaid.RESULT))}


def _shared_error(error: Mapping[str, Any]) -> dict[str, Any]:
    kind, text = error.get(SharedError.TYPE), error.get(SharedError.TEXT)
    own = error.get(SharedError.OWN) is True and kind == AssertionError.__name__
    return {
        Fault.TYPE: "Error",
        Fault.LINE: error.get(SharedError.LINE),
        Fault.TIMEOUT: kind == "CellTimeout",
        Fault.MESSAGE: str(text)[:_MOST_SAID] if own and text else None,
        Fault.LEARNER: None,
        Fault.RAW: f"{kind}: {text}"[:_MOST_SAID],
    }


def _bounded(found: object) -> list[dict[str, Any]]:
    """Outputs of nbformat's shape and of the size that `graders.strict.between.outputs` keeps to:
    who said so need not have kept to anything."""
    outputs: list[dict[str, Any]] = []
    room = MAX_RICH + MAX_TEXT
    for one in found[:MAX_OUTPUTS] if isinstance(found, list) else ():
        size = len(json.dumps(one))
        if size <= room and _is_output(one):
            room -= size
            outputs.append(one)
    return outputs


def _is_output(found: object) -> bool:
    if not isinstance(found, dict):
        return False
    match found.get("output_type"):
        case "stream":
            return found.get("name") in ("stdout", "stderr") and isinstance(found.get("text"), str)
        case "error":
            trace = found.get("traceback")
            return (
                isinstance(found.get("ename"), str)
                and isinstance(found.get("evalue"), str)
                and isinstance(trace, list)
                and len(trace) <= 110
                and all(isinstance(line, str) and len(line) <= 4000 for line in trace)
            )
        case "display_data" | "execute_result":
            data = found.get("data")
            return isinstance(data, dict) and isinstance(found.get("metadata"), dict)
    return False
