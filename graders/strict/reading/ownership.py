"""Whose is a name? Read off the instructor's source, before anything runs.

The examiner owns what the instructor's setup and test cells define. The learner owns what the
reference solution binds, stores into or calls for its effect: only those are asked of the
learner's process, so that overwriting ``data``, ``len`` or ``check`` there forges nothing.

Where the analysis is in doubt it leaves a name to the examiner. That errs on the safe side: the
reference solution then misses marks, which `motcham course check` shows, and the author adds
``#| learner: name``. Leaving it to the learner would open a hole that nobody sees.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from IPython.core.inputtransformer2 import TransformerManager

from core import python_text
from graders.strict.reading.effects import Effects, effects, effects_of_function, words

CellKind = Literal["setup", "solution", "test"]


@dataclass(frozen=True)
class Names:
    """The names of one source notebook.

    ``learner``: asked of the learner. ``owned``: the examiner's, never asked. ``imports``: bound by
    an import of the reference solution, name to (module, attribute): the examiner takes its own.
    ``in_place``: functions of the reference solution that change their arguments; ``rewrites``:
    that write files. ``classes``: classes that it defines, with the operators that each defines;
    ``leads_to``: what the definition of a name mentions, so that it can be told which cell has to
    do with which class. ``read``: globals that functions of the reference read; ``reached``: those
    that any of it reads, or comes to through what setup cells define; ``shifting``: globals that
    its functions bind anew or change in place. ``disturbed``: what test cells bind or change.
    """

    learner: frozenset[str] = frozenset()
    owned: frozenset[str] = frozenset()
    imports: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    in_place: frozenset[str] = frozenset()
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rewrites: frozenset[str] = frozenset()
    leads_to: Mapping[str, frozenset[str]] = field(default_factory=dict)
    read: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    shifting: frozenset[str] = frozenset()
    disturbed: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def plain_python(source: str) -> str:
    """A cell as plain Python: ``%magic`` and ``!command`` lines become calls, as IPython does.

    Kept, since an instructor's cells come again with every submission.
    """
    if source[:1].strip() and not any(mark in source for mark in "%!?"):
        return source  # nothing of IPython's in it, and looking closer costs a millisecond
    manager: Any = TransformerManager()  # type: ignore[no-untyped-call]
    text: str = manager.transform_cell(source)
    return text


def parse(source: str) -> ast.Module | None:
    """The cell's tree; None where it is no Python at all."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return python_text.parse(plain_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _symbols(source: str) -> symtable.SymbolTable | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return symtable.symtable(plain_python(source), "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bound_names(source: str) -> set[str]:
    """Names that running the cell may bind (or delete) in the notebook's namespace."""
    top = _symbols(source)
    if top is None:
        return set()
    found = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    for scope in _inner(top):
        found |= {
            symbol.get_name()
            for symbol in scope.get_symbols()
            if symbol.is_declared_global() and symbol.is_assigned()
        }
    return found


@lru_cache(maxsize=1024)
def mentioned_names(source: str) -> frozenset[str]:
    """Every name that the cell mentions anywhere."""
    tree = parse(source)
    return frozenset() if tree is None else names_among(ast.walk(tree))


def names_among(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Every name that stands there."""
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


def loaded_names(source: str) -> frozenset[str]:
    """Names whose values the cell takes, anywhere in it."""
    tree = parse(source)
    return frozenset(_augmented(source)) | {
        node.id
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)
    }


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def whose(
    cells: Sequence[tuple[CellKind, str]],
    *,
    learner: Iterable[str] = (),
    examiner: Iterable[str] = (),
    in_place: Iterable[str] = (),
) -> Names:
    """The names of a source notebook; the rest are the author's own words."""
    imported: dict[str, tuple[str, str | None]] = {}
    functions: dict[str, Effects] = {}
    for _, source in cells:
        tree = parse(source)
        if tree is None:
            continue
        imported |= _imports(tree)
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                functions[node.name] = effects_of_function(node, set(imported), functions)
    bound: set[str] = set()
    changed: set[str] = set()
    classes: dict[str, frozenset[str]] = {}
    defined: set[str] = set()
    theirs: dict[str, tuple[str, str | None]] = {}
    changing = set(in_place)
    shifting: set[str] = set()
    for kind, source in cells:
        tree = parse(source) if kind == "solution" else None
        if tree is None:
            continue
        bound |= bound_names(source)
        shifting |= _rebound_by_functions(source)
        theirs |= _imports(tree)
        changed |= effects(tree.body, set(), set(imported), functions).changed
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes[node.name] = _operators(node, classes)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                changed |= functions[node.name].changed
                shifting |= functions[node.name].changed
                if functions[node.name].arguments:
                    changing.add(node.name)
            if isinstance(node, ast.Name) and node.id in functions:
                changed |= functions[node.id].changed
        defined |= {
            node.name
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        }
    known = {name for _, source in cells for name in bound_names(source)}
    changed &= known  # a method of the solution's own local is nobody's global
    only_imported = {name: where for name, where in theirs.items() if name not in defined}
    asked = (bound | changed) - set(only_imported)
    # A learner's ``sum = 0`` must not break the tests' own ``sum``; a function asked for may.
    asked -= {name for name in asked if hasattr(builtins, name) and name not in defined}
    asked -= set(imported) - defined - bound
    asked = (asked | set(learner)) - set(examiner)
    setup = {name for kind, source in cells if kind != "solution" for name in bound_names(source)}
    return Names(
        learner=frozenset(asked),
        owned=frozenset(setup - asked),
        imports={name: where for name, where in only_imported.items() if name not in asked},
        in_place=frozenset(changing),
        classes=classes,
        rewrites=_rewriting(cells) | frozenset(in_place),
        leads_to=_leads(cells) if classes else {},
        read=frozenset(
            name for kind, source in cells if kind != "test" for name in _read_globals(source)
        ),
        reached=_reached(cells),
        shifting=frozenset(shifting & asked),
        disturbed=_disturbed(cells, set(imported), functions),
    )


def _reached(cells: Iterable[tuple[CellKind, str]]) -> frozenset[str]:
    """Globals that the reference solution reads, and those that setup cells' functions and classes
    read which it comes to by that."""
    leads: dict[str, set[str]] = {}
    waiting: list[str] = []
    for kind, source in cells:
        tree = parse(source) if kind != "test" else None
        if tree is None:
            continue
        if kind == "solution":
            waiting += _globals_read(source)
        for node in tree.body if kind == "setup" else ():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                leads.setdefault(node.name, set()).update(_globals_read(ast.unparse(node)))
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(leads.get(name, ()))
    return frozenset(found)


def _globals_read(source: str) -> set[str]:
    """Names that the cell takes from the notebook's namespace, at once or in its functions."""
    top = _symbols(source)
    if top is None:
        return set()
    found = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    return found | _augmented(source) | _read_globals(source)


def _disturbed(
    cells: Iterable[tuple[CellKind, str]], imported: set[str], functions: Mapping[str, Effects]
) -> frozenset[str]:
    """What test cells bind, or change in place."""
    found: set[str] = set()
    for kind, source in cells:
        tree = parse(source) if kind == "test" else None
        if tree is not None:
            found |= bound_names(source) | effects(tree.body, set(), imported, functions).changed
    return frozenset(found - imported)


def _rebound_by_functions(source: str) -> set[str]:
    """Names that functions of the cell declare ``global`` and bind."""
    tree = parse(source)
    return {
        name
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Global)
        for name in node.names
    }


def _rewriting(cells: Iterable[tuple[CellKind, str]]) -> frozenset[str]:
    """Functions of the reference solution that write files."""
    found = set()
    for kind, source in cells:
        tree = parse(source) if kind == "solution" else None
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
                _writes_file(inner) for inner in ast.walk(node)
            ):
                found.add(node.name)
    return frozenset(found)


def _writes_file(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="open") | ast.Attribute(attr="open"), args=args):
            modes = [*args, *(word.value for word in node.keywords if word.arg == "mode")]
            return any(
                isinstance(mode, ast.Constant)
                and isinstance(mode.value, str)
                and 0 < len(mode.value) <= 3
                and bool(set(mode.value) & set("wax+"))
                for mode in modes
            )
        case ast.Call(func=ast.Attribute(attr=attr)):
            return attr in _WRITING
    return False


_WRITING = words(
    "write_text write_bytes to_csv to_excel to_json to_parquet to_html savefig save savez savetxt "
    "tofile rename replace copyfile copy copy2 move"
)


def _leads(cells: Iterable[tuple[CellKind, str]]) -> dict[str, frozenset[str]]:
    """What each name's definition mentions, in setup and solution cells."""
    found: dict[str, set[str]] = {}
    for kind, source in cells:
        tree = parse(source) if kind != "test" else None
        for node in tree.body if tree is not None else ():
            mentioned = _mentions(list(ast.walk(node)))
            for name in _binds(node):
                found.setdefault(name, set()).update(mentioned)
    return {name: frozenset(mentioned) for name, mentioned in found.items()}


def _binds(node: ast.stmt) -> set[str]:
    """Names that a statement binds or puts something into."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, (ast.FunctionDef, ast.ClassDef)):
            found.add(one.name)
        target: ast.AST | None = None
        if isinstance(one, (ast.Name, ast.Attribute, ast.Subscript)):
            target = one if isinstance(one.ctx, ast.Store) else None
        elif isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute):
            target = one.func
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            target = target.value
        if isinstance(target, ast.Name):
            found.add(target.id)
    return found


def _mentions(nodes: Sequence[ast.AST]) -> frozenset[str]:
    return names_among(nodes) | {
        one.name for one in nodes if isinstance(one, (ast.FunctionDef, ast.ClassDef))
    }


def meant_by(nodes: Sequence[ast.AST], leads_to: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Every name that a cell may have to do with: those it mentions, and what they lead to."""
    waiting = list(_mentions(nodes)) + [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(leads_to.get(name, ()))
    return frozenset(found)


def _read_globals(source: str) -> set[str]:
    """Names that functions of the cell take from the notebook's namespace when they run."""
    top = _symbols(source)
    augmented = _augmented(source)
    return {
        name
        for scope in (_inner(top) if top is not None else ())
        if scope.get_type() == "function"
        for symbol in scope.get_symbols()
        if symbol.is_global()
        and ((name := symbol.get_name()) in augmented or symbol.is_referenced())
    }


def _augmented(source: str) -> set[str]:
    """Names that ``+=`` and its like read before they bind them."""
    tree = parse(source)
    return {
        node.target.id
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }


ANY_OPERATOR = frozenset("*")
_ORDER = frozenset(("__lt__", "__le__", "__gt__", "__ge__"))


def _operators(node: ast.ClassDef, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The special methods that a class of the reference has; "*" where a base is not ours."""
    found = {
        one.name
        for one in node.body
        if isinstance(one, ast.FunctionDef) and (one.name != "__exit__" or _swallows(one))
    }
    found |= {
        target.id
        for one in node.body
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    for base in node.bases:
        name = base.id if isinstance(base, ast.Name) else ""
        if name not in ("object", "ABC", "Exception"):
            found |= known.get(name, ANY_OPERATOR)
    decorators = ast.dump(ast.List(node.decorator_list, ast.Load()))
    if "total_ordering" in decorators or "order" in decorators:
        found |= _ORDER
    return frozenset(name for name in found if name.startswith("__") or name == "*")


def _swallows(leave: ast.FunctionDef) -> bool:
    """May this ``__exit__`` end an exception?"""
    given = (one.value for one in ast.walk(leave) if isinstance(one, ast.Return))
    return any(
        value is not None and not (isinstance(value, ast.Constant) and not value.value)
        for value in given
    )


def _imports(tree: ast.Module) -> dict[str, tuple[str, str | None]]:
    found: dict[str, tuple[str, str | None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    found[alias.asname] = (alias.name, None)
                else:
                    found[alias.name.partition(".")[0]] = (alias.name.partition(".")[0], None)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if alias.name != "*":
                    found[alias.asname or alias.name] = (node.module, alias.name)
    return found
