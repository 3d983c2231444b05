"""What of a learner's notebook is kept, and how large it may be."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

import courses
from courses.answers.notation import LARGEST_FILE, LONGEST_ANSWER
from graders.read_submission import MAX_BYTES
from school.learning import answering, notebook_weight, notebooks
from school.refusals import TooLarge

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "courses" / "template"


def published_lessons() -> list[dict[str, Any]]:
    folders = [TEMPLATE, *sorted((ROOT / "courses" / "content").iterdir())]
    return [
        courses.learner_notebook(lesson.source)
        for folder in folders
        for lesson in courses.load_course(folder).lessons
    ]


def largest_answer(cell: dict[str, Any]) -> Any:
    """As much as the page accepts in this field; None where its values are few."""
    form = answering.form_of(cell)
    if form is None:
        return "ế" * notebook_weight.LONGEST_SOURCE
    if form.kind == "file":
        name = f"bai.{form.accept[0].lstrip('.') if form.accept else 'txt'}"
        return {"name": name, "base64": base64.b64encode(b"\0" * LARGEST_FILE).decode()}
    return "ế" * (LONGEST_ANSWER - 1000) if form.kind == "text" else None


@pytest.mark.parametrize("published", published_lessons(), ids=lambda one: one["cells"][0]["id"])
def test_everything_a_lesson_s_fields_accept_fits(published: dict[str, Any]) -> None:
    """The largest legitimate notebook: every field full to its own bound; a lesson whose fields
    have few values (choices, numbers) does not grow."""
    full = {
        cell_id: answer
        for cell_id, cell in notebooks.answer_cells(published).items()
        if (answer := largest_answer(cell)) is not None
    }
    most = notebook_weight.most_bytes(published)
    notebook = notebooks.apply_answers(json.loads(json.dumps(published)), full)
    size = len(notebook_weight.as_bytes(notebook))
    assert size <= most
    assert (size > len(notebook_weight.as_bytes(published))) == bool(full)
    notebook_weight.refuse_heavy(size, most)
    with pytest.raises(TooLarge, match="MB"):
        notebook_weight.refuse_heavy(most + 1, most)


def test_a_lesson_without_files_takes_far_less_than_one_with() -> None:
    sizes = sorted(notebook_weight.most_bytes(one) for one in published_lessons())
    assert sizes[0] < 5_000_000 < sizes[-1] <= MAX_BYTES


def test_outputs_counts_and_widget_states_are_dropped_and_nothing_else() -> None:
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"widgets": {"x": "y" * 1000}, "motcham": {"lesson": "a"}},
        "cells": [
            {
                "cell_type": "code",
                "id": "a",
                "source": "1",
                "metadata": {"m": 1},
                "execution_count": 7,
                "outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 10**6}],
            },
            {"cell_type": "markdown", "id": "b", "source": "c", "attachments": {"p": {}}},
        ],
    }
    kept = notebook_weight.lean(notebook)
    assert kept["cells"][0] == notebook["cells"][0] | {"outputs": [], "execution_count": None}
    assert kept["cells"][1] == notebook["cells"][1]
    assert kept["metadata"] == {"motcham": {"lesson": "a"}}
    assert notebook["cells"][0]["execution_count"] == 7, "the caller's own stays as it is"
