"""Tests that do not test what their author thinks, read off their text.

A comparison that nothing asserts, a last line that is the learner's own value, tests that nbgrader
would still have to write, names that only a test binds and the learner's cells need.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterator

from core.messages import Message
from courses.checks.problems import Problem, place
from courses.endings import (
    UNREADABLE,
    as_python,
    autotest_lines,
    ending_of,
    idle_comparisons,
    tree_of,
)
from courses.notebooks import Cell, Notebook, grade_id_of, is_solution, is_test, source_of

# What a notebook has without anybody binding it.
_GIVEN = frozenset(dir(builtins)) | frozenset(
    ("display", "get_ipython", "In", "Out", "exit", "quit", "__name__", "__doc__", "__file__")
)


def problems_of_tests(file: str, source: Notebook) -> Iterator[Problem]:
    """Everything of this kind in a source notebook."""
    learner = learners_names(source)
    for number, cell in enumerate(source["cells"], start=1):
        if is_test(cell) and cell["cell_type"] == "code":
            for message, severity in _faults(source_of(cell), learner):
                yield Problem(place(file, number, cell), message, severity)
    yield from _only_in_tests(file, source)


def _faults(source: str, learner: frozenset[str]) -> Iterator[tuple[Message, str]]:
    for line in autotest_lines(source):
        yield (
            Message(
                "dòng {line}: AUTOTEST chỉ là lời nhờ nbgrader viết phép thử, tự nó không chấm gì "
                "cả; hãy viết phép thử bằng assert",
                {"line": line},
            ),
            "error",
        )
    for line in idle_comparisons(source):
        yield (
            Message(
                "dòng {line}: phép so sánh đứng riêng không bao giờ sai (nbgrader cho đủ điểm cả "
                "khi nó là False); hãy viết assert ở trước",
                {"line": line},
            ),
            "error",
        )
    ending = ending_of(source, learner)
    if ending.own and ending.last is not None:
        yield (
            Message(
                "dòng {line}: ô kiểm tra kết thúc bằng giá trị của chính người học ({value}): "
                "ai đặt số nào thì được số điểm ấy; hãy viết assert, hoặc in bằng print()",
                {"line": ending.last.lineno, "value": ast.unparse(ending.last)[:60]},
            ),
            "warning" if ending.checks else "error",
        )


def is_weak(source: str, learner: frozenset[str]) -> bool:
    """Is there anything to say against this test's text?"""
    return any(True for _ in _faults(source, learner))


def learners_names(source: Notebook) -> frozenset[str]:
    """Names that the reference solution binds, or a stub in a cell of the learner's."""
    return frozenset(
        name
        for cell in source["cells"]
        if is_solution(cell) and cell["cell_type"] == "code"
        for name in bound_names(source_of(cell))
    )


def _only_in_tests(file: str, source: Notebook) -> Iterator[Problem]:
    """Test cells do not run where the learner's cells run: what those need, a setup cell binds."""
    code = [(n, cell) for n, cell in enumerate(source["cells"], 1) if cell["cell_type"] == "code"]
    others = [(number, cell) for number, cell in code if not is_test(cell)]
    if any(_imports_everything(source_of(cell)) for _, cell in others):
        return
    known = _GIVEN.union(*(bound_names(source_of(cell)) for _, cell in others))
    in_tests: dict[str, Cell] = {}
    for _, cell in code:
        if is_test(cell):
            for name in bound_names(source_of(cell)):
                in_tests.setdefault(name, cell)
    for number, cell in others:
        for name in sorted((read_names(source_of(cell)) & in_tests.keys()) - known):
            yield Problem(
                place(file, number, cell),
                Message(
                    "ô này cần tên “{name}” mà chỉ ô kiểm tra {test} có; ô kiểm tra không chạy "
                    "cùng mã của người học, nên hãy đưa “{name}” vào một ô chuẩn bị phía trên",
                    {"name": name, "test": grade_id_of(in_tests[name])},
                ),
            )


def needs_a_tests_name(source: Notebook) -> bool:
    """Is there any such name? Then running tests beside the learner's code is no mend."""
    return any(True for _ in _only_in_tests("", source))


def bound_names(source: str) -> set[str]:
    """Names that running the cell binds in the notebook."""
    top = _table_of(source)
    if top is None:
        return set()
    found = {one.get_name() for one in top.get_symbols() if one.is_assigned() or one.is_imported()}
    for scope in _inner(top):
        found |= {
            one.get_name()
            for one in scope.get_symbols()
            if one.is_declared_global() and one.is_assigned()
        }
    return found


def read_names(source: str) -> set[str]:
    """Names that the cell, or a function of it, takes from the notebook."""
    top = _table_of(source)
    if top is None:
        return set()
    found = {one.get_name() for one in top.get_symbols() if one.is_referenced()}
    for scope in _inner(top):
        found |= {
            one.get_name() for one in scope.get_symbols() if one.is_global() and one.is_referenced()
        }
    return found


def _table_of(source: str) -> symtable.SymbolTable | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return symtable.symtable(as_python(source), "<cell>", "exec")
    except UNREADABLE:
        return None


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def _imports_everything(source: str) -> bool:
    tree = tree_of(source)
    return any(
        isinstance(node, ast.ImportFrom) and any(one.name == "*" for one in node.names)
        for node in (ast.walk(tree) if tree is not None else ())
    )


def classes_of(source: Notebook) -> set[str]:
    """Classes that solution cells define."""
    found: set[str] = set()
    for cell in source["cells"]:
        if is_solution(cell) and cell["cell_type"] == "code":
            tree = tree_of(source_of(cell))
            nodes = ast.walk(tree) if tree is not None else ()
            found |= {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    return found
