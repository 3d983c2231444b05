"""What of a learner's notebook is kept, and how large it may be.

Outputs are made anew by every run and by marking, so they are never stored. What is left may be
as large as the lesson asks for: everything its fields accept always fits. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import courses
from core.messages import Message, Refused
from courses.answers.notation import LARGEST_FILE, LONGEST_ANSWER
from courses.notebooks import is_answer, source_of
from graders.read_submission import MAX_BYTES
from school.refusals import TooLarge

LIGHT = 1_000_000  # bytes that every lesson allows, for cells of a learner's own
LONGEST_SOURCE = 100_000  # characters of a code cell or a written answer
BYTES_A_CHARACTER = 3  # of UTF-8, in Vietnamese at most


def lean(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook without what running it leaves behind: outputs, counts, states of widgets."""
    metadata = {k: v for k, v in notebook.get("metadata", {}).items() if k != "widgets"}
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "metadata": metadata, "cells": cells}


def as_bytes(notebook: Mapping[str, Any]) -> bytes:
    """A notebook as it is stored and sent: JSON in UTF-8 without spaces."""
    return json.dumps(notebook, ensure_ascii=False, separators=(",", ":")).encode()


def most_bytes(published: Mapping[str, Any]) -> int:
    """How large a learner's notebook of a published lesson may be; never more than is marked."""
    fields = sum(_room(cell) for cell in published["cells"] if is_answer(cell))
    return min(MAX_BYTES, LIGHT + len(as_bytes(published)) + fields)


def refuse_heavy(size: int, most: int) -> None:
    """Raise `TooLarge` for a notebook of ``size`` bytes where ``most`` are allowed."""
    if size > most:
        raise TooLarge(
            Message(
                "Sổ bài lớn {size} MB (không kể kết quả chạy); bài này nhận tối đa {limit} MB. "
                "Hãy bỏ hình dán hoặc dữ liệu lớn trong các ô rồi gửi lại.",
                {"size": round(size / 1e6, 1), "limit": round(most / 1e6, 1)},
            )
        )


def _room(cell: Mapping[str, Any]) -> int:
    """Bytes that the answer to this cell may need."""
    try:
        form = courses.read_form(source_of(cell)) if cell["cell_type"] == "code" else None
    except Refused:
        form = None
    if form is None:
        return LONGEST_SOURCE * BYTES_A_CHARACTER
    if form.kind == "file":
        return LARGEST_FILE * 4 // 3 + 10_000
    return LONGEST_ANSWER * BYTES_A_CHARACTER if form.kind in ("text", "table") else 10_000
