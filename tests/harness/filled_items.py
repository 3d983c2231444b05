"""An item of the bank, filled in as a form of its page sends it."""

from __future__ import annotations

from typing import Any

from records.tables.assessment import SittingAnswer
from school.assessment.asking import question_of
from school.assessment.item_bank import the_bank
from school.learning.answering import form_of


def filled(row: SittingAnswer) -> dict[str, Any]:
    """Something in the first field of the item."""
    question = question_of(the_bank().items[row.item], row.variant, row.arranged)
    cell_id, cell = next(iter(question.cells.items()))
    form = form_of(cell)
    assert form is not None
    match form.kind:
        case "single" | "multiple":
            return {f"a-{cell_id}": form.options[0][0]}
        case "order":
            return {f"a-{cell_id}-{form.options[0][0]}": 2}
        case "match":
            return {f"a-{cell_id}-{form.options[0][0]}": form.targets[0][0]}
        case "table":
            row_of, column = next(
                (at, one)
                for at, given in enumerate(form.rows)
                for one in form.columns
                if one.key not in given
            )
            value = column.options[0][0] if column.options else "1"
            return {f"a-{cell_id}-{row_of}-{column.key}": value}
    return {f"a-{cell_id}": "1"}
