"""Sources changed so that marking the reference solution answers a question of the check's.

Which setup cell fails, and what kind of thing a test's last value is: both are told by the message
of an assert, so that nothing of marking has to know about the check.
"""

from __future__ import annotations

import ast
import copy
import re
from typing import Any

from courses.endings import as_python, ending_of, is_truth, tree_of
from courses.notebooks import Cell, Notebook, grade_id_of, is_locked, is_test, marking_of, source_of
from courses.options import option_lines

_SETUP = "motcham-setup-{number}"
_SHARED = re.compile(r"^#\|\s*shared\s*:.*\n?", re.MULTILINE)


def with_shared(source: Notebook, grade_ids: set[str]) -> Notebook:
    """The source with these tests marked ``shared``."""
    changed = copy.deepcopy(source)
    for cell in changed["cells"]:
        text = source_of(cell)
        if grade_id_of(cell) in grade_ids and not text.startswith("%%"):
            cell["source"] = "#| shared: true\n" + _SHARED.sub("", text)
    return changed


def asking_setup(source: Notebook) -> tuple[Notebook, dict[str, tuple[int, Cell]]]:
    """A source in which each setup cell is caught failing, and a test at the end that tells it.

    Also which test asks about which cell.
    """
    changed = copy.deepcopy(source)
    asked: dict[str, tuple[int, Cell]] = {}
    tests: list[Cell] = []
    for number, cell in enumerate(source["cells"], start=1):
        if not _is_setup(cell):
            continue
        held, grade_id = f"motcham_fault_{number}", _SETUP.format(number=number)
        changed["cells"][number - 1]["source"] = (
            f'{held} = ""\n'
            "try:\n"
            f"    exec({as_python(source_of(cell))!r}, globals())\n"
            "except Exception as motcham_error:\n"
            f'    {held} = f"{{type(motcham_error).__name__}}: {{motcham_error}}"\n'
        )
        tests.append(_test(grade_id, f"assert not {held}, {held}"))
        asked[grade_id] = (number, cell)
    changed["cells"] = [*changed["cells"], *tests]
    return changed, asked


def _is_setup(cell: Cell) -> bool:
    """A cell that only the author writes, and that does more than hold plain values."""
    if cell["cell_type"] != "code" or not (is_locked(cell) or not marking_of(cell)):
        return False
    tree = tree_of(source_of(cell))
    return not is_test(cell) and tree is not None and any(_may_fail(node) for node in tree.body)


def _may_fail(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef() | ast.ClassDef() | ast.Expr(value=ast.Constant()):
            return False
        case ast.Assign(value=value):
            return any(
                isinstance(one, (ast.Call, ast.Name, ast.Attribute)) and not _stored(one)
                for one in ast.walk(value)
            )
    return True


def _stored(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Store)


def asking_last_values(source: Notebook) -> tuple[Notebook, dict[str, tuple[int, Cell]]]:
    """A source whose tests, where their last value counts, fail and say its type instead."""
    changed = copy.deepcopy(source)
    asked: dict[str, tuple[int, Cell]] = {}
    for number, cell in enumerate(source["cells"], start=1):
        if not is_test(cell) or cell["cell_type"] != "code":
            continue
        text = _saying_type(source_of(cell))
        if text is not None:
            changed["cells"][number - 1]["source"] = text
            asked[grade_id_of(cell)] = (number, cell)
    return changed, asked


def _saying_type(source: str) -> str | None:
    ending, tree = ending_of(source), tree_of(source)
    if tree is None or ending.last is None or ending.says_nothing or is_truth(ending.last):
        return None
    held: Any = ast.Assign([ast.Name("motcham_last", ast.Store())], ending.last)
    body = ast.unparse(ast.fix_missing_locations(ast.Module([*tree.body[:-1], held], [])))
    said = 'f"{type(motcham_last).__module__} {type(motcham_last).__name__}"'
    return "\n".join([*option_lines(source), body, f"assert False, {said}"])


def _test(grade_id: str, source: str) -> Cell:
    marking = {
        "grade": True,
        "grade_id": grade_id,
        "locked": True,
        "points": 1,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return {
        "cell_type": "code",
        "id": grade_id,
        "metadata": {"nbgrader": marking},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }
