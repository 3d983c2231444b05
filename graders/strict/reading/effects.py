"""What running a piece of the instructor's source changes in place, read off its syntax."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Methods that change what they are called on, whatever becomes of their value.
_CHANGING = words(
    "append extend insert pop popitem popleft appendleft extendleft setdefault remove clear sort "
    "reverse rotate"
)
# Methods people call on a line of its own only to look; with inplace=True they change after all.
_LOOKING = words(
    "head tail info describe sample plot show hist boxplot bar barh scatter value_counts mean sum "
    "min max count median std var nunique unique format join split strip upper lower title items "
    "keys values index copy sort_values sort_index reset_index set_index dropna fillna rename drop "
    "drop_duplicates replace groupby merge pivot_table query isna isnull notna astype round print "
    "to_csv to_excel to_json to_string to_dict to_list tolist corr agg apply map pivot melt "
    "nlargest nsmallest loc iloc get savefig isin transpose duplicated"
)
# Functions that change what they are given.
_CHANGING_ARGUMENTS = words(
    "shuffle heapify heappush heappop heapreplace heappushpop insort insort_left insort_right "
    "setattr delattr next copyto fill_diagonal place put putmask"
)
# What gives access to the insides of its receiver or arguments, not to a copy.
_VIEWING_METHODS = words("items values keys iterrows itertuples get setdefault")
_VIEWING_FUNCTIONS = words("enumerate zip reversed iter")


@dataclass
class Effects:
    """Global names whose values are changed in place; whether arguments are, or the object whose
    method it is."""

    changed: set[str] = field(default_factory=set)
    arguments: bool = False
    receiver: bool = False


def effects_of_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    modules: set[str],
    functions: Mapping[str, Effects],
) -> Effects:
    spec = node.args
    arguments = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    names = {argument.arg for argument in arguments}
    names |= {extra.arg for extra in (spec.vararg, spec.kwarg) if extra}
    receivers = {"self", "cls"} & names
    own = _locals(node)
    found = effects(node.body, own, modules, functions)
    return Effects(
        found.changed - own - names,
        bool(found.changed & (names - receivers)),
        bool(found.changed & receivers),
    )


def _locals(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    shared = {n for s in ast.walk(node) if isinstance(s, ast.Global) for n in s.names}
    return {
        name.id
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    } - shared


def effects(
    body: Sequence[ast.stmt],
    own: set[str],
    modules: set[str],
    functions: Mapping[str, Effects],
) -> Effects:
    visitor = EffectVisitor(own, modules, functions)
    for statement in body:
        visitor.visit(statement)
    return Effects(visitor.changed)


class EffectVisitor(ast.NodeVisitor):
    """Collects the root names of what is changed in place, through simple aliases."""

    def __init__(self, own: set[str], modules: set[str], functions: Mapping[str, Effects]) -> None:
        self.changed: set[str] = set()
        self.aliases: dict[str, set[str]] = {}
        self.modules = modules
        self.functions = functions

    def roots(self, node: ast.expr) -> set[str]:
        """The names whose insides ``node`` gives access to."""
        match node:
            case ast.Name(id=name):
                return {name} | self.aliases.get(name, set())
            case ast.Subscript(slice=ast.Slice()):
                return set()
            case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
                return self.roots(value)
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _VIEWING_METHODS:
                return self.roots(value)
            case ast.Call(func=ast.Name(id=name), args=args) if name in _VIEWING_FUNCTIONS:
                return set().union(*map(self.roots, args))
            case ast.IfExp(body=one, orelse=other):
                return self.roots(one) | self.roots(other)
            case ast.NamedExpr(value=value):
                return self.roots(value)
            case ast.BoolOp(values=values):
                return set().union(*map(self.roots, values))
        return set()

    def change(self, node: ast.expr) -> None:
        self.changed |= self.roots(node) - self.modules

    def _store(self, target: ast.expr) -> None:
        match target:
            case ast.Subscript(value=value) | ast.Attribute(value=value):
                self.changed |= self._written_roots(value) - self.modules
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._store(part)
            case ast.Starred(value=value):
                self._store(value)

    def _written_roots(self, node: ast.expr) -> set[str]:
        """As `roots`, but a store reaches through slices: ``data[1:].x`` is written in place."""
        while isinstance(node, (ast.Subscript, ast.Attribute)):
            node = node.value
        return self.roots(node)

    def _alias(self, target: ast.expr, roots: set[str]) -> None:
        match target:
            case ast.Name(id=name):
                self.aliases[name] = roots - {name}
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._alias(part, roots)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self._store(target)
            self._alias(target, self.roots(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        self._store(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        self._store(node.target)
        if isinstance(node.target, ast.Name):
            self.changed |= self.aliases.get(node.target.id, set())

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._store(target)

    def visit_For(self, node: ast.For) -> None:
        self._alias(node.target, self.roots(node.iter))
        self._store(node.target)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            method = value.func.attr
            if method not in _LOOKING or _in_place(value):
                self.change(value.func.value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Attribute(value=value, attr=attr):
                if attr in _CHANGING or _in_place(node):
                    self.change(value)
                called = attr
            case ast.Name(id=called):
                pass
            case _:
                called = ""
        known = self.functions.get(called)
        if known is not None and known.receiver and isinstance(node.func, ast.Attribute):
            self.change(node.func.value)
        if called in _CHANGING_ARGUMENTS or (known is not None and known.arguments):
            for argument in node.args:
                self.change(argument)
        if known is not None:
            self.changed |= known.changed
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Functions have effects when they are called: see `effects_of_function`."""

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """As for functions."""

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Methods have effects when they are called."""


def _in_place(call: ast.Call) -> bool:
    return any(
        keyword.arg == "inplace"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )
