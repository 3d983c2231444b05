"""Threads that read Python's text at the same time all get their tree."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.python_text import parse

TEXT = "x = [" + ", ".join(f"(a{n} + {n}) * f({n})" for n in range(60)) + "]"


def test_it_gives_what_python_gives() -> None:
    assert ast.dump(parse(TEXT)) == ast.dump(ast.parse(TEXT))
    with pytest.raises(SyntaxError):
        parse("x =")


def test_many_at_once_all_get_their_tree() -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(parse, [TEXT] * 200))
    assert {len(tree.body) for tree in found} == {1}


def test_who_was_disturbed_asks_again_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    good = ast.parse

    def disturbed(source: str) -> Any:
        asked.append(source)
        if len(asked) < 3:
            raise SystemError("AST constructor recursion depth mismatch (before=51, after=55)")
        return good(source)

    monkeypatch.setattr(ast, "parse", disturbed)
    assert isinstance(parse("x = 1"), ast.Module)
    assert len(asked) == 3

    def always(source: str) -> Any:
        raise SystemError("AST constructor recursion depth mismatch")

    monkeypatch.setattr(ast, "parse", always)
    with pytest.raises(SystemError):
        parse("x = 1")
