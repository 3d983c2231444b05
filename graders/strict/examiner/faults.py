"""Why a test or a setup cell failed, in words that may cross to the supervisor."""

from __future__ import annotations

import ast
import os
from typing import Any

from graders.strict.between.codec import NotPlain
from graders.strict.between.protocol import AuthorsFault, Error, Fault, Need
from graders.strict.examiner.audit_hook import Refusal
from graders.strict.examiner.learners_errors import LearnerGone, NeedsShared, learners_words

MAX_MESSAGE = 1000
TEST, SETUP = "<test>", "<setup>"  # file names of the instructor's cells
_OF_THE_LEARNERS = (
    *(Error.TYPE, Error.TEXT, Error.BUILTIN, Error.TIMEOUT, Error.FLOODED, Error.PLACE),
    Error.MISSING,
)


class TestTimeout(BaseException):
    """The cell took longer than it may."""

    __test__ = False


def describe(error: BaseException, tree: ast.Module | None) -> dict[str, Any]:
    """What may be made into feedback: the author's own message, or where the learner's code failed.

    Says `Fault`. ``message`` is text that the author wrote for people. ``line`` is the test's line,
    from 1. ``learner`` holds type, text and place of an error of the learner's own code. ``raw`` is
    the error as Python says it, which only the author may read.
    """
    facts: dict[str, Any] = {
        Fault.TYPE: type(error).__name__,
        Fault.TIMEOUT: isinstance(error, TestTimeout),
        Fault.GONE: isinstance(error, LearnerGone),
        Fault.LINE: None,
        Fault.MESSAGE: None,
        Fault.LEARNER: None,
        Fault.RAW: _raw(error),
    }
    words = learners_words(error)
    frames = _frames(error)
    own = [line for filename, line in frames if filename == TEST]
    facts[Fault.LINE] = own[-1] if own else None
    if words is not None:
        facts[Fault.LEARNER] = {key: words.get(key) for key in _OF_THE_LEARNERS}
    elif frames and frames[-1][0] in (TEST, SETUP):
        facts[Fault.MESSAGE] = _authors_text(error, tree, frames[-1])
    elif own and tree is not None:
        facts[Fault.MESSAGE] = _message_argument(tree, own[-1])
    return facts


def _raw(error: BaseException) -> str:
    text = _clean(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _frames(error: BaseException) -> list[tuple[str, int]]:
    found = []
    trace = error.__traceback__
    while trace is not None:
        found.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return found


def _authors_text(
    error: BaseException, tree: ast.Module | None, frame: tuple[str, int]
) -> str | None:
    """The text after ``assert …,`` or inside ``raise …(…)``; of other errors none."""
    filename, line = frame
    if filename == TEST and tree is not None:
        statements = [
            node
            for node in ast.walk(tree)
            if isinstance(node, (ast.Assert, ast.Raise))
            and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        if not statements:
            return None
        spoken = statements[-1]
        if isinstance(spoken, ast.Assert) and (
            spoken.msg is None or not isinstance(error, AssertionError)
        ):
            return None
    elif not isinstance(error, AssertionError):
        return None
    return _clean(error)


def _message_argument(tree: ast.Module, line: int) -> str | None:
    """The author's ``msg=`` to a library's assert function, where it is a plain text."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or node.lineno != line:
            continue
        for keyword in node.keywords:
            if keyword.arg in ("msg", "err_msg", "message") and isinstance(
                keyword.value, ast.Constant
            ):
                return str(keyword.value.value)[:MAX_MESSAGE]
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        last = node.args[-1] if len(node.args) > 2 else None
        spoken = last.value if isinstance(last, ast.Constant) else None
        if called.startswith("assert") and isinstance(spoken, str):
            return spoken[:MAX_MESSAGE]
    return None


def _clean(error: BaseException) -> str | None:
    try:
        text = str(error)
    except Exception:
        return None
    kept = "".join(char for char in text if char >= " " or char in "\n\t")
    return kept.strip()[:MAX_MESSAGE] or None


def authors_fault(error: BaseException) -> dict[str, Any] | None:
    """What an instructor's own setup cell failed of, for a person; None where it was something of
    the learner's."""
    if learners_words(error) is not None or isinstance(error, (LearnerGone, NotPlain)):
        return None
    missing = None
    if isinstance(error, ModuleNotFoundError) and error.name:
        missing = f"{error.name.partition('.')[0]}.py"
    elif isinstance(error, FileNotFoundError) and isinstance(error.filename, str):
        # The name as text: whatever a learner opened need be no path that pathlib takes.
        missing = os.path.basename(error.filename)  # noqa: PTH119
    return {
        AuthorsFault.SAID: f"{type(error).__name__}: {_clean(error) or ''}"[:MAX_MESSAGE],
        AuthorsFault.MISSING: missing and missing[:100],
    }


def need_of(error: BaseException) -> str | None:
    """What the test would have to be ``shared`` for."""
    if isinstance(error, NotPlain):
        return Need.OBJECT
    found = getattr(error, "need", None) if isinstance(error, (Refusal, NeedsShared)) else None
    return found if isinstance(found, str) else None
