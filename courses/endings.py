"""How a test ends: what its last line can say about points, read off its text.

nbgrader takes a number as the last value of a test for that many points, and anything else for all
of them. So a comparison that is only written down never fails, and a test that ends in the
learner's own value lets the learner choose the points.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

from core import python_text

# What nbgrader turns into tests when it makes an assignment, and this platform does not.
AUTOTEST = re.compile(r"^\s*#+\s*(?:HASHED\s+)?AUTOTEST\b", re.IGNORECASE | re.MULTILINE)

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Ending:
    """``last``: the expression whose value counts, None where the test ends in a statement.

    ``own``: its value is the learner's to choose. ``checks``: something above it may fail on
    purpose, so that the value judges nothing by itself.
    """

    last: ast.expr | None = None
    own: bool = False
    checks: bool = False

    @property
    def says_nothing(self) -> bool:
        """Is it the same whatever the learner did: a text, None, and no number?"""
        match self.last:
            case None:
                return True
            case ast.Constant(value=value):
                return isinstance(value, (bool, str, bytes)) or value is None or value is ...
            case ast.JoinedStr():
                return self.checks
        return False


@lru_cache(maxsize=1024)
def tree_of(source: str) -> ast.Module | None:
    """The cell's tree, its ``%magic`` and ``!command`` lines as calls; None where it is no
    Python at all."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return python_text.parse(as_python(source))
    except UNREADABLE:
        return None


@lru_cache(maxsize=1024)
def as_python(source: str) -> str:
    """A cell as plain Python, as IPython reads it."""
    if source[:1].strip() and not any(mark in source for mark in "%!?"):
        return source  # nothing of IPython's in it, and looking closer costs a millisecond
    manager = TransformerManager()  # type: ignore[no-untyped-call]
    return str(manager.transform_cell(source))


@lru_cache(maxsize=1024)
def ending_of(source: str, learner: frozenset[str] = frozenset()) -> Ending:
    """How this test ends. ``learner``: names that the learner's cells bind."""
    tree = tree_of(source)
    if tree is None or not tree.body or source.rstrip().endswith(";"):
        return Ending()
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        return Ending()
    body = ast.Module(tree.body[:-1], [])
    return Ending(last.value, _is_own(last.value, body, learner), _checks_something(body))


def _is_own(last: ast.expr, body: ast.AST, learner: Collection[str]) -> bool:
    """Does the learner choose it: a name of theirs, what it holds, what it answers?"""
    root: ast.expr = last
    while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call, ast.Await)):
        root = root.func if isinstance(root, ast.Call) else root.value
    if not isinstance(root, ast.Name) or root.id not in learner:
        return False
    return not any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == root.id
        for node in ast.walk(body)
    )


def _checks_something(body: ast.AST) -> bool:
    return any(
        isinstance(node, (ast.Assert, ast.Raise)) or _is_check(node) for node in ast.walk(body)
    )


def _is_check(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = str(getattr(node.func, "attr", getattr(node.func, "id", ""))).lower()
    return called.startswith(("assert", "check", "test", "verify", "kiem_tra", "grade", "fail"))


def is_truth(expression: ast.expr) -> bool:
    """Is this a truth value by its form: a comparison, ``and``, ``not``, ``all(…)``?"""
    match expression:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp(values=values):
            return all(is_truth(one) for one in values)
        case ast.Call(func=ast.Name(id="all" | "any" | "isinstance" | "callable" | "hasattr")):
            return True
    return False


def idle_comparisons(source: str) -> list[int]:
    """Lines, from 1, of comparisons that stand by themselves and so never fail.

    Below ``with`` and ``try`` they may stand to raise something.
    """
    tree = tree_of(source)
    return [] if tree is None else sorted(_idle(tree.body))


def _idle(body: list[ast.stmt]) -> Iterator[int]:
    for node in body:
        if isinstance(node, ast.Expr) and is_truth(node.value):
            yield node.lineno
        elif not isinstance(node, (ast.With, ast.AsyncWith, ast.Try, ast.TryStar)):
            for part in ("body", "orelse"):
                yield from _idle(getattr(node, part, None) or [])


def autotest_lines(source: str) -> list[int]:
    """Lines, from 1, that nbgrader would have turned into tests (``### AUTOTEST …``)."""
    lines = source.split("\n")
    return [number for number, line in enumerate(lines, 1) if AUTOTEST.match(line)]
