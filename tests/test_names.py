"""No import goes in a circle, and no text names a module or a file that is gone."""

from __future__ import annotations

import ast
import functools
import io
import os
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from house import ROOMS, ROOT, modules


def module_called(name: str) -> str | None:
    return next((one for one in (name, f"{name}.__init__") if one in modules()), None)


def imported(by: str) -> Iterator[str]:
    """The modules that a module imports anywhere in it: in functions, and for types only, too."""
    for node in ast.walk(modules()[by]):
        if isinstance(node, ast.Import):
            wanted = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = by.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            wanted = [(base, alias.name) for alias in node.names]
        else:
            continue
        for base, name in wanted:
            found = (name and module_called(f"{base}.{name}")) or module_called(base)
            if found and found != by:
                yield found


def circles(rooms: tuple[str, ...]) -> list[list[str]]:
    """One circle of imports for each folder that has any among what lies directly in it."""
    beside: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for module in modules():
        for other in imported(module):
            ours, theirs = module.split("."), other.split(".")
            depth = next(i for i in range(99) if ours[i] != theirs[i])
            folder = ".".join(ours[:depth])
            beside[folder][ours[depth]].add(theirs[depth])
    assert {"hub", "records.marking"} <= set(beside)
    found = []
    for folder, graph in sorted(beside.items()):
        if not folder or folder.split(".")[0] in rooms:
            try:
                TopologicalSorter(graph).prepare()
            except CycleError as error:
                found.append([folder or "the rooms", *error.args[1]])
    return found


def test_no_import_goes_in_a_circle() -> None:
    """What two modules need of each other lies below both; an import inside a function, or for
    types only, does not make a circle straight."""
    assert circles(ROOMS) == []


NAMED = "|".join(ROOMS)
DOTTED = re.compile(rf"(?<![\w./:@{{-])(?:{NAMED})(?:\.[A-Za-z]\w*)+(?::[A-Za-z_]\w*)?")
FROM = re.compile(rf"(?<!\w)from ((?:{NAMED})(?:\.\w+)*) import (\([^)]*\)|[\w, ]+)")
LYING = re.compile(rf"(?<![\w./<-])(?:{NAMED}|tests|bench)/[\w/.-]+\.(?:py|html|toml|json|ipynb)\b")
# Files of such names, and the names that the tests of this test made up.
NO_MODULES = re.compile(
    r"\.(py|md|sock|log|sqlite)$|^graders\.mine$|:Nobody$|^hub\.scopes$|\.nothing:main$"
)


@functools.cache
def names_in(module: str) -> set[str]:
    """What a module defines, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(modules()[module]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return found


def is_dead(name: str) -> bool:
    """Whether a dotted name leads to no module of ours and to nothing that one defines."""
    parts = re.split("[.:]", name)
    acts = module_called(f"school.{parts[0]}.acts")  # which go by their subject: courses.publish
    if acts and len(parts) == 2 and parts[1] in names_in(acts):
        return False
    for end in range(len(parts), 0, -1):
        called = ".".join(parts[:end])
        if module := module_called(called):
            return end < len(parts) and parts[end] not in names_in(module)
        if (ROOT / called.replace(".", "/")).is_dir():
            return end < len(parts)
    return True


KINDS = {".md", ".toml", ".po", ".html", ".js", ".mjs", ".json", ".yml", ".yaml", ".txt"}
# Made by installing, by content's authors, by people who handed in; and what tells of its own day.
NOT_OURS = {".venv", ".git", "node_modules", "built", "content", "honest", "decisions"}
WRITTEN = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", None)}


@functools.cache
def texts() -> tuple[tuple[Path, str], ...]:
    """All that is written but is not code that Python or mypy would find wrong: documents,
    settings, pages, catalogues, scripts; of Python the strings and comments."""
    found = []
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if name not in NOT_OURS and not _is_cache(name)]
        for path in (Path(folder, name) for name in files if name != "CHANGELOG.md"):
            is_python = path.suffix == ".py" or path == ROOT / "motcham"
            if is_python or path.suffix in KINDS or path.parent == ROOT / ".ci":
                text = path.read_text(encoding="utf-8")
                found += [(path, said) for said in (strings_in(text) if is_python else [text])]
    return tuple(found)


def _is_cache(folder: str) -> bool:
    return folder.startswith(".") and folder != ".ci"


def strings_in(program: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    return [token.string for token in tokens if token.type in WRITTEN]


@pytest.mark.parametrize(
    "name", ["labs.spawner:WalledSpawner", "hub.portal.pages", "courses.blocks"]
)
def test_a_name_that_leads_somewhere_is_not_dead(name: str) -> None:
    assert not is_dead(name)


@pytest.mark.parametrize("name", ["labs.spawner:Nobody", "hub.scopes", "hub.labs.nothing:main"])
def test_a_name_that_leads_nowhere_is_dead(name: str) -> None:
    assert is_dead(name)


def test_no_text_names_a_module_that_is_gone() -> None:
    """A string, a document or a setting that a move forgot: found here, not by who reads it."""
    named, dead = 0, []
    for path, text in texts():
        names = [found for found in DOTTED.findall(text) if not NO_MODULES.search(found)]
        for base, some in FROM.findall(text):
            each = re.findall(r"(?<!as )\b(?!as\b)\w+", some)
            names += [f"{base}.{name}" for name in each]
        named += len(names)
        dead += [f"{path.relative_to(ROOT)}: {name}" for name in names if is_dead(name)]
    assert named > 200
    assert dead == []


def test_no_text_names_a_file_that_is_gone() -> None:
    named, gone = 0, []
    roots = (ROOT, ROOT / "tests", ROOT / "hub" / "portal" / "templates")
    for path, text in texts():
        for name in LYING.findall(text):
            named += 1
            if not any((root / name).exists() for root in roots):
                gone.append(f"{path.relative_to(ROOT)}: {name}")
    assert named > 100
    assert gone == []
