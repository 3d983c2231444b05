"""Which import statements a notebook executes before anything else can be noticed. Pure.

A kernel forked after those very imports is, to the notebook, the same as a cold one: between the
start of a cold kernel and its last leading import only inert statements run, which can observe
nothing. The first statement that could ends the search.
"""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

LITERAL = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Load, ast.UnaryOp, ast.USub)
# Magics that are part of the usual first cell and read nothing of what has been imported.
MOST = 3  # beginnings, each of which costs a process
WORTH = 3  # notebooks
INERT_MAGICS = ("%matplotlib inline",)


def leading_imports(notebook: Mapping[str, Any]) -> tuple[str, ...]:
    """The import statements before the first statement that may observe them, one name each."""
    found: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code" or not cell["source"].strip():
            continue
        statements, inert = _begin(cell["source"])
        found.extend(statements)
        if not inert:
            break
    return tuple(dict.fromkeys(found))


def shared_beginnings(paths: Iterable[str]) -> list[tuple[str, ...]]:
    """The beginnings worth preparing once: those that several notebooks have, most frequent first.

    ``paths``: notebooks as handed in; one that cannot be read counts for none.
    """
    counted = Counter(_beginning(Path(path)) for path in paths)
    del counted[()]
    return [imports for imports, times in counted.most_common(MOST) if times >= WORTH]


def _beginning(path: Path) -> tuple[str, ...]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            if isinstance(cell["source"], list):
                cell["source"] = "".join(cell["source"])
        return leading_imports({"cells": cells})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return ()


def shadows(folder: Path) -> list[str]:
    """Names that a notebook in ``folder`` would import from there instead of from the library."""
    return sorted(
        entry.name.partition(".")[0]
        for entry in folder.iterdir()
        if entry.is_dir() or entry.suffix in (".py", ".pyc", ".so")
    )


def _begin(source: str) -> tuple[list[str], bool]:
    """The leading imports of one cell, and whether the whole cell is inert."""
    lines = [line for line in source.splitlines() if line.strip() not in INERT_MAGICS]
    try:
        body = ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [], False
    found: list[str] = []
    for statement in body:
        if isinstance(statement, ast.Import):
            found.extend(f"import {alias.name}" for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.level == 0:
            if any(alias.name == "*" for alias in statement.names):
                return found, False
            found.extend(f"from {statement.module} import {a.name}" for a in statement.names)
        elif not _inert(statement):
            return found, False
    return found, True


def _inert(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=targets, value=value):
            names = [target.id if isinstance(target, ast.Name) else "__" for target in targets]
            return not any(name.startswith("__") for name in names) and _literal(value)
        case ast.FunctionDef(decorator_list=[], args=arguments, returns=None):
            values: Iterable[ast.expr | None] = [*arguments.defaults, *arguments.kw_defaults]
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            every += [star for star in (arguments.vararg, arguments.kwarg) if star]
            plain = all(argument.annotation is None for argument in every)
            return plain and all(value is None or _literal(value) for value in values)
    return False


def _literal(value: ast.expr) -> bool:
    return all(isinstance(node, LITERAL) for node in ast.walk(value))
