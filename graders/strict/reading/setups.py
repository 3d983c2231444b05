"""What a setup cell needs so that its two runs, or its one, are as in one notebook.

A setup cell runs for the learner and for the tests. Most cells do the same in both processes and
run side by side. One that may draw at random, or ask the clock, runs for the tests first, and the
learner's process is given what it made. One that has to do with the learner's objects runs only
once, since what it does to them is done; the learner's process then has its definitions and
imports, and is given the rest.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from graders.strict.reading.effects import words
from graders.strict.reading.ownership import (
    Names,
    bound_names,
    loaded_names,
    mentioned_names,
    parse,
)


@dataclass(frozen=True)
class Setup:
    """``text``: what runs for the learner. ``gives``: names whose values go there. ``knows``: names
    that both sides have from then on. ``alike``: both runs do the same by themselves. ``once``: the
    learner's process need run no more than ``definitions`` (of the names ``defined``), if all the
    rest can be given."""

    text: str
    gives: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()
    alike: bool = True
    once: bool = False
    definitions: str = ""
    defined: tuple[str, ...] = ()


def look_at(text: str, whole: str, names: Names, *, shared: bool) -> Setup:
    """``text``: the cell as the learner has it, ``whole``: with what it keeps hidden. ``shared``:
    tests of this notebook run in the learner's process, which has to look the part."""
    mentioned = mentioned_names(text)
    bound = bound_names(text)
    waits = bool(mentioned & names.learner)
    leans = bool(loaded_names(text) & names.disturbed - names.learner)
    if text != whole or leans:  # what it makes may come from a test: that stays with the tests
        return Setup(text, alike=not waits)
    alike = not waits and _is_repeatable(text)
    return Setup(
        text,
        gives=() if alike else tuple(sorted(bound)),
        knows=tuple(sorted(bound & names.owned)),
        alike=alike,
        once=waits and not shared and not _stirs_modules(text, names),
        definitions=_definitions(text),
        defined=tuple(sorted(bound_names(_definitions(text)))),
    )


def _definitions(text: str) -> str:
    tree = parse(text)
    kept: list[ast.stmt] = (
        [node for node in tree.body if isinstance(node, _DEFINING)] if tree else []
    )
    return ast.unparse(ast.Module(kept, []))


_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def _stirs_modules(text: str, names: Names) -> bool:
    """Does it call a module's function for what that does there, as ``plt.title`` does?"""
    tree = parse(text)
    for node in tree.body if tree is not None else ():
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            continue
        root: ast.expr = node.value.func
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id not in names.learner | {"print", "display"}:
            return True
    return False


def _is_repeatable(text: str) -> bool:
    """Does it do the same whenever and wherever it runs? Only if nothing else is called than what
    is known for that; in doubt it does not."""
    tree = parse(text)
    if tree is None:
        return True
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            # Its body runs when it is called; decorators and defaults run now.
            waiting += getattr(node, "decorator_list", [])
            waiting += [*node.args.defaults, *(one for one in node.args.kw_defaults if one)]
            continue
        if isinstance(node, ast.Call) and not _is_known(node.func):
            return False
        waiting += ast.iter_child_nodes(node)
    return True


def _is_known(called: ast.expr) -> bool:
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _KNOWN
    return False


_KNOWN = words(
    "list dict set tuple frozenset range len sum min max sorted reversed zip enumerate map filter "
    "int float str bool complex bytes round abs print open any all super isinstance repr "
    "DataFrame Series Index array asarray arange zeros ones full linspace eye read_csv read_excel "
    "read_json reshape astype tolist to_numpy date timedelta date_range to_datetime Decimal "
    "Fraction Counter defaultdict OrderedDict deque namedtuple dataclass field Enum append extend "
    "insert strip split splitlines join format lower upper replace startswith endswith items keys "
    "values copy head dedent loads dumps load dump write writelines writerow writerows writeheader "
    "read readlines close write_text to_csv Path mkdir exists set_option filterwarnings "
    "simplefilter seed use reset_index set_index sort_values sort_index rename drop "
    "run_line_magic get_ipython total_ordering abstractmethod"
)
