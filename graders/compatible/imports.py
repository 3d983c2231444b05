"""Which of a notebook's imports may be executed before it starts, unnoticed by it. Pure.

A kernel forked after those imports must be, to the notebook, the same as a cold one. So an import
is taken only when everything the notebook runs before it is *blind*: it looks at no module table,
evaluates no text, touches no double-underscored attribute, and has imported only modules of
`PLAIN`, which look the same whatever else is loaded. (With pyplot loaded early, a notebook that
imported matplotlib alone and forgot pyplot would earn marks that stock nbgrader does not give.)
The first statement that is not blind ends the search; later imports are executed cold.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

LITERAL = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Load, ast.UnaryOp, ast.USub)
# Modules of the standard library that have no submodules which somebody else's import could attach.
PLAIN = frozenset(
    """
    __future__ abc base64 bisect calendar cmath collections copy csv dataclasses datetime decimal
    enum fractions functools hashlib heapq io itertools json math numbers operator os pathlib
    random re secrets statistics string textwrap time typing unicodedata uuid zlib
    """.split()  # noqa: SIM905 - a table
)
SEEING = frozenset(
    """
    __import__ breakpoint builtins compile delattr dir eval exec exit gc get_ipython getattr
    globals hasattr help importlib In inspect locals open Out quit setattr sys vars warnings
    """.split()  # noqa: SIM905
)
IMPORT = re.compile(r"\b(from|import)\b([^\n;#]*)")
# Magics that are part of the usual first cell and read nothing of what has been imported.
MOST = 3  # beginnings, each of which costs a process
WORTH = 3  # notebooks
INERT_MAGICS = ("%matplotlib inline",)


def leading_imports(notebook: Mapping[str, Any]) -> tuple[str, ...]:
    """The import statements that may come first, one name each, in the notebook's order.

    None where there are only such as take no time.
    """
    if not _imports_others(notebook):
        return ()
    found: dict[str, None] = {}
    others = acted = False  # a module outside PLAIN was imported; and then something was done
    for statement in _statements(notebook):
        names = _imported(statement)
        if names is None:
            if _inert(statement):
                continue
            if not _blind(statement):
                break
            acted = acted or others
        elif names and all(name.split()[1].partition(".")[0] in PLAIN for name in names):
            found |= dict.fromkeys(names)
        elif not names or acted:
            break
        else:
            others = True
            found |= dict.fromkeys(names)
    return tuple(found) if others else ()


def shared_beginnings(paths: Iterable[str]) -> list[tuple[str, ...]]:
    """The beginnings worth preparing once: those that several notebooks have, most frequent first.

    ``()`` is one of them if other notebooks are there. ``paths``: notebooks as handed in; one that
    cannot be read has none.
    """
    counted = Counter(_beginning(Path(path)) for path in paths)
    everyone = counted.total()
    del counted[()]
    shared = [imports for imports, times in counted.most_common(MOST) if times >= WORTH]
    if sum(counted[imports] for imports in shared) < everyone:
        shared.append(())
    return shared


def _imports_others(notebook: Mapping[str, Any]) -> bool:
    """Whether a line may import a module outside `PLAIN`: a cheap look before a close one.

    It finds too much (a word in a text, an alias), never too little.
    """
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            for kind, rest in IMPORT.findall(cell["source"]):
                names = rest.split()[:1] if kind == "from" else re.findall(r"[\w.]+", rest)
                if "\\" in rest or any(name.partition(".")[0] not in PLAIN for name in names):
                    return True
    return False


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


def _statements(notebook: Mapping[str, Any]) -> Iterator[ast.stmt]:
    """Top-level statements in order, up to the first cell that is not plain Python."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            lines = [x for x in cell["source"].splitlines() if x.strip() not in INERT_MAGICS]
            try:
                yield from ast.parse("\n".join(lines)).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return


def _imported(statement: ast.stmt) -> list[str] | None:
    """One import statement per name; empty for a kind that is not taken; None for no import."""
    if isinstance(statement, ast.Import):
        return [f"import {alias.name}" for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        if statement.level or any(alias.name == "*" for alias in statement.names):
            return []
        return [f"from {statement.module} import {alias.name}" for alias in statement.names]
    return None


def _blind(statement: ast.stmt) -> bool:
    for node in ast.walk(statement):
        match node:
            case ast.Import() | ast.ImportFrom():
                return False
            case ast.Name(id=name) | ast.Attribute(attr=name):
                if name in SEEING or name.startswith("__"):
                    return False
            case ast.Constant(value=str(text)):
                if "/proc" in text or "__" in text:
                    return False
    return True


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
