"""An item in front of somebody: what they receive of it, what they answered, what it earns.

The source with reference and test stays here and with the marker; what is shown is made from
`courses.learner_notebook` of it, and what is marked is put together again from the stored answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import courses
from core.marks import Marks
from courses.bank.item import Item
from courses.bank.offering import offered
from courses.notebooks import learner_notebook, write_notebook
from school.learning import notebooks
from school.learning.notebooks import Answers


class Marker(Protocol):
    """`graders.Marker`, as far as an item needs it."""

    def mark_strictly(self, source: bytes, submitted: bytes) -> Marks: ...


@dataclass(frozen=True)
class Question:
    """An item as one person has it. ``received``: the notebook without reference and test."""

    item: Item
    source: Mapping[str, Any]
    received: dict[str, Any]

    @property
    def cells(self) -> dict[str, Any]:
        return notebooks.answer_cells(self.received)

    def blocks(self) -> list[courses.Block]:
        """What is shown: everything but the test, whose place shows nothing."""
        shown = courses.blocks(self.received)
        return [one for one in shown if one.kind not in ("marks", "exercise")]


def question_of(item: Item, variant: int, arranged: int) -> Question:
    """The item with this variant's values and this order of options."""
    source = offered(item, variant, arranged)
    return Question(item, source, learner_notebook(source))


def write_answers(answers: Answers) -> str:
    """Answers as they are kept."""
    return json.dumps(answers, ensure_ascii=False)


def read_answers(kept: str | None) -> Answers:
    found: Answers = json.loads(kept) if kept else {}
    return found


def is_empty(answers: Answers) -> bool:
    """Nothing was chosen or typed."""
    return all(value in (None, "", []) for value in answers.values())


def check_answers(question: Question, answers: Answers) -> None:
    """Raises `Refused` for an answer that does not fit its form."""
    notebooks.apply_answers(_copy(question.received), answers)


def mark(marker: Marker, question: Question, answers: Answers) -> float | None:
    """The share of the points that the answers earn, by the strict marker behind its walls; None
    where the machine cannot say, or a person would have to look: such an item does not count."""
    submitted = notebooks.apply_answers(_copy(question.received), answers)
    marks = marker.mark_strictly(write_notebook(dict(question.source)), write_notebook(submitted))
    if marks.state != "marked" or not marks.cells or any(one.needs_review for one in marks.cells):
        return None
    return _share([(one.points, one.max) for one in marks.cells])


def _share(cells: Sequence[tuple[float, float]]) -> float | None:
    most = sum(max_points for _points, max_points in cells)
    return max(0.0, min(1.0, sum(points for points, _max in cells) / most)) if most else None


def _copy(notebook: Mapping[str, Any]) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(notebook))
    return copied
