"""What learners will be asked: the numbers that some seeds draw, and the answer they lead to.

So an author sees three learners' numbers while writing, and hears at the field where a formula
fails with numbers that were not thought of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.messages import Message, Refused
from courses.handouts.variants import in_vietnamese, literals_of, variant
from courses.notebooks import Cell, source_of
from courses.writing.draft import Draft
from courses.writing.formula import reckon
from courses.writing.marking import formula_at, number_at

SHOWN = 3  # learners
TRIED = range(40)  # seeds
DECIMALS = 4  # an answer with more is nothing to type without leave to round


@dataclass(frozen=True)
class Draw:
    """One learner's numbers as texts show them, by name, and the answer, "" where none is
    reckoned."""

    values: Mapping[str, str]
    answer: str = ""


def draws_of(draft: Draft, drawing: Sequence[Cell]) -> list[Draw]:
    """What the first learners with different numbers are asked; ``drawing``: the drawing cell of
    the draft's own cells."""
    names = [one.name for one in draft.drawn]
    found: list[Draw] = []
    different: list[dict[str, Any]] = []
    for values in _values(drawing, TRIED[1:]):
        if values not in different:
            different.append(values)
    for values in different[:SHOWN]:
        answer = ""
        if draft.kind == "number":
            answer = in_vietnamese(_rounded(reckoned(draft.answer, names, values, "answer")))
        found.append(Draw({name: in_vietnamese(one) for name, one in values.items()}, answer))
    return found


def refuse_what_draws_show(draft: Draft, drawing: Sequence[Cell] | None) -> None:
    """A formula that divides by zero, an answer nobody can type, a mistake that is the right answer
    with some numbers. Raises Refused at the field."""
    names = [one.name for one in draft.drawn]
    near = number_at(draft.tolerance, "tolerance") if draft.tolerance.strip() else 0
    for values in _values(drawing or [], TRIED):
        right = reckoned(draft.answer, names, values, "answer")
        said = {"answer": in_vietnamese(_rounded(right)), "numbers": _said(values)}
        if not near and round(right, DECIMALS) != _rounded(right):
            raise Refused(
                Message(
                    "Đáp án có khi là {answer} ({numbers}): hãy ghi sai số cho phép, ví dụ 0,1, "
                    "và dặn người học làm tròn; hoặc dùng round(…; 1).",
                    said,
                ),
                field="tolerance",
            )
        for n, row in enumerate(draft.rows, start=1):
            if not row.left.strip():
                continue
            wrong = reckoned(row.left, names, values, f"left-{n}")
            if round(abs(wrong - right), 6) <= near:
                raise Refused(
                    Message(
                        "Lỗi này trùng với đáp án {answer} khi {numbers}: người làm đúng sẽ bị "
                        "trừ điểm.",
                        said,
                    )
                    if names
                    else Message("Lỗi này trùng với đáp án."),
                    field=f"left-{n}",
                )


def reckoned(
    typed: str, names: Sequence[str], values: Mapping[str, Any], field: str
) -> int | float:
    python = formula_at(typed, names, field)
    try:
        return reckon(python, values)
    except Refused as refused:
        raise Refused(*refused.messages, field=field) from None


def _values(drawing: Sequence[Cell], seeds: Sequence[int]) -> list[dict[str, Any]]:
    if not drawing:
        return [{}]
    notebook = {"cells": list(drawing), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return [literals_of(source_of(variant(notebook, seed)["cells"][0])) for seed in seeds]


def _rounded(number: float) -> int | float:
    found = round(number, 6)
    return int(found) if float(found).is_integer() else found


def _said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {in_vietnamese(one)}" for name, one in values.items()) or "–"
