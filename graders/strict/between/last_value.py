"""What kind of thing the last value of a test is, in words that may cross to the supervisor.

Whether it says anything about points is decided there (`graders.strict.scoring`).
"""

from __future__ import annotations

import math
import numbers
from decimal import Decimal
from typing import Any

from graders.strict.between.protocol import LastValue

LONGEST = 40  # characters of a number, or of a type's name

Value = dict[str, Any] | None


def value_facts(value: object, *, opaque: bool = False) -> Value:
    """``{"truth": …}``, ``{"number": its text}`` or ``{"other": its type}``; None for None.

    Numbers are those of Python, numpy, ``fractions``, ``decimal``, sympy and whoever registers
    theirs as such, and texts that hold nothing but a number. ``opaque``: an object of the
    learner's, of which nothing is believed.
    """
    if value is None:
        return None
    if opaque or type(value).__module__ == "__main__":  # which may call itself anything
        return {LastValue.OTHER: type(value).__name__[:LONGEST]}
    if type(value).__name__ == "ndarray" and getattr(value, "ndim", 1) == 0:
        value = value.item()  # type: ignore[attr-defined]
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return {LastValue.TRUTH: bool(value)}
    number = _number(value)
    if number is None:
        return {LastValue.OTHER: type(value).__name__[:LONGEST]}
    return {LastValue.NUMBER: repr(number)}


def _number(value: object) -> float | None:
    text = type(value) is str and len(value) <= LONGEST
    if not text and not isinstance(value, (numbers.Real, Decimal)):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return None if text else math.nan


def checked_facts(found: object) -> Value:
    """Facts that came from the learner's process, looked over."""
    match found:
        case {LastValue.TRUTH: bool(truth)}:
            return {LastValue.TRUTH: truth}
        case {LastValue.NUMBER: str(number)}:
            return {LastValue.NUMBER: number[:LONGEST]}
        case {LastValue.OTHER: str(other)}:
            return {LastValue.OTHER: other[:LONGEST]}
    return None
