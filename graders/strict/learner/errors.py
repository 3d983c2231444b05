"""What the learner's code raised, in words: for the supervisor after a cell, for the examiner with
a handle of the exception itself."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from graders.strict.between.codec import Encoder, Json
from graders.strict.between.outputs import Outputs
from graders.strict.between.protocol import Error
from graders.strict.between.twins import Ties
from graders.strict.learner.objects import Objects

MAX_TEXT = 2000
_MOST_IN_ARGUMENTS = 1000


class CellTimeout(BaseException):
    """The cell, or the learner's code within a test, took longer than it may."""


class NoSuchName(NameError):
    """The learner has not bound this name."""


class Errors:
    """Describes exceptions. ``ran``: execution count to the supervisor's number of the cell."""

    def __init__(self, outputs: Outputs, ran: dict[int, int]) -> None:
        self._outputs = outputs
        self._ran = ran

    def plain(self, error: BaseException) -> dict[str, Any]:
        """Type, text and place, and what tells a limit that was met from a mistake."""
        kind = type(error)
        return {
            Error.TYPE: kind.__name__,
            Error.TEXT: _text_of(error),
            Error.BUILTIN: _is_builtin(kind),
            Error.TIMEOUT: isinstance(error, CellTimeout),
            Error.FLOODED: self._outputs.room <= 0,
            Error.PLACE: self._place_of(error),
        }

    def full(
        self,
        error: BaseException,
        objects: Objects,
        ties: Ties,
        to_examiner: Callable[[object], Json],
    ) -> dict[str, Any]:
        """Besides, all that an exception like it can be made of on the other side."""
        facts = self.plain(error)
        if isinstance(error, NoSuchName):
            return facts | {Error.TYPE: NameError.__name__, Error.MISSING: True}
        kind = type(error)
        if not facts[Error.BUILTIN]:
            facts[Error.CLASS] = objects.class_facts(kind)
            facts[Error.MODULE] = kind.__module__
        if kind in ties.kin_names:
            facts[Error.STATE] = Encoder(to_examiner).encode(dict(vars(error)))
        facts[Error.ARGUMENTS] = _arguments_of(error, to_examiner)
        facts[Error.HANDLE] = objects.handle(error)
        return facts

    def _place_of(self, error: BaseException) -> list[int] | None:
        """Number of the learner's cell and line of the innermost of the learner's own frames."""
        if isinstance(error, SyntaxError) and error.filename:
            cell = self._cell_of(error.filename)
            if cell is not None and error.lineno:
                return [cell, error.lineno]
        found = None
        trace = error.__traceback__
        while trace is not None:
            cell = self._cell_of(trace.tb_frame.f_code.co_filename)
            if cell is not None:
                found = [cell, trace.tb_lineno]
            trace = trace.tb_next
        return found

    def _cell_of(self, filename: str) -> int | None:
        if not filename.startswith("<ipython-input-"):
            return None
        count = filename.split("-")[2]
        return self._ran.get(int(count)) if count.isdigit() else None


def _is_builtin(kind: type) -> bool:
    return getattr(builtins, kind.__name__, None) is kind


def _arguments_of(error: BaseException, to_examiner: Callable[[object], Json]) -> Json:
    try:
        return Encoder(to_examiner, max_nodes=_MOST_IN_ARGUMENTS).encode(error.args)
    except Exception:
        return None


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:MAX_TEXT]
    except Exception:
        return ""


def from_examiner(facts: Json, objects: Objects) -> BaseException:
    """The exception that a callback ended with over there; the learner's own where it was one."""
    if facts.get(Error.HANDLE) is not None:
        known = objects.get(facts[Error.HANDLE])
        if isinstance(known, BaseException):
            return known
    kind = getattr(builtins, facts[Error.TYPE], RuntimeError)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = RuntimeError
    return kind(facts[Error.TEXT])
