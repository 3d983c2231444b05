"""What an exercise must say besides right and wrong: a hint, and what went wrong.

Hints come after the first miss; a lesson that is an exam has none. A test that marks must have
words for a miss: a message of an assert, or something printed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from core.messages import Message
from courses.checks.problems import Problem, cell_at
from courses.course import Lesson
from courses.endings import tree_of
from courses.notebooks import is_marked_by_hand, source_of

NO_HINT = Message("bài tập chưa có gợi ý (hint)")
SILENT = Message(
    "khi người học làm sai, phép thử không nói gì: hãy in ra (print) hoặc để trong assert lời nhắc"
    " cho từng chỗ dễ nhầm"
)


def untaught(lesson: Lesson) -> Iterator[Problem]:
    """Each exercise without a hint, and each test without a word for a mistake."""
    cells = {str(cell.get("id", "")): cell for cell in lesson.source["cells"]}
    for exercise in lesson.exercises:
        where = cell_at(lesson.file, exercise.grade_id)
        test = cells[exercise.cell_id]
        by_hand = is_marked_by_hand(test)
        if not (exercise.hint.strip() or lesson.exam or by_hand):
            yield Problem(where, NO_HINT, "warning")
        if not by_hand and not _says_something(source_of(test)):
            yield Problem(where, SILENT, "warning")


def _says_something(source: str) -> bool:
    tree = tree_of(source)
    if tree is None:  # which the check tells
        return True
    return any(
        (isinstance(node, ast.Assert) and node.msg is not None)
        or isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print")
        for node in ast.walk(tree)
    )
