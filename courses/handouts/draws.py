"""Drawn numbers of one exercise: which drawing cells it uses, and drawing those anew.

An exercise uses a drawing cell where its task's text, an answer cell or its test names, in code or
in a gap ``{{name}}``, what that cell assigns, or what another cell made of it. All of it is read
from the cells' text; nothing is run. What is drawn anew is kept as ``again``: how often, by the
drawing cell's place (`variants.place_of`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from core import python_text
from courses.answers.notation import UNREADABLE
from courses.handouts.variants import GAP, draws, place_of, variant
from courses.notebooks import Cell, Notebook, grade_id_of, is_answer, is_marked, source_of

WORD = re.compile(r"[^\W\d]\w*")
SCOPES = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
TRIES = 20  # a number with few choices may come out the same again


def drawn_by(source_notebook: Notebook) -> dict[str, tuple[str, ...]]:
    """The drawing cells that each exercise uses, by its grade_id; exercises with none are left out.

    Takes an instructor's source: hidden tests name numbers too.
    """
    made_of: dict[str, set[str]] = {}  # a variable, and the drawing cells it rests on
    found: dict[str, tuple[str, ...]] = {}
    own: set[str] = set()  # what the exercise uses so far, from its task's text to its test
    above: set[str] = set()  # what the text directly above uses: a task, if an answer follows
    for cell in source_notebook["cells"]:
        taken, given = read_by(cell)
        uses = set().union(*(made_of.get(name, set()) for name in taken))
        if draws(cell):
            uses.add(place_of(cell))
        made_of |= dict.fromkeys(given, uses)
        if is_answer(cell) or is_marked(cell):
            own |= uses | above
        above = uses if cell["cell_type"] == "markdown" else set()
        if is_marked(cell):
            if own:
                found[grade_id_of(cell)] = tuple(sorted(own))
            own = set()
    return found


def draw_again(
    source_notebook: Notebook, seed: int, again: Mapping[str, int], places: Iterable[str]
) -> dict[str, int]:
    """``again`` with these drawing cells drawn once more, until something in them differs."""
    wanted = set(places)
    before = _drawn_cells(source_notebook, seed, again, wanted)
    after = dict(again)
    for _ in range(TRIES):
        after |= {place: after.get(place, 0) + 1 for place in wanted}
        if _drawn_cells(source_notebook, seed, after, wanted) != before:
            break
    return after


def _drawn_cells(
    notebook: Notebook, seed: int, again: Mapping[str, int], places: set[str]
) -> list[str]:
    own = variant(notebook, seed, again)
    return [source_of(cell) for cell in own["cells"] if draws(cell) and place_of(cell) in places]


def read_by(cell: Cell) -> tuple[set[str], set[str]]:
    """The names a cell takes from the cells above, and those it gives to the cells below; more
    rather than less of the first where its code cannot be read."""
    source = source_of(cell)
    taken = set(GAP.findall(source))
    if cell["cell_type"] != "code":
        return taken, set()
    try:
        statements = python_text.parse(source).body
    except UNREADABLE:
        return taken | set(WORD.findall(source)), set()
    given: set[str] = set()
    for statement in statements:
        loaded, stored, local = _names_in(statement)
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            local |= stored  # a loop's own variable
        if isinstance(statement, ast.AugAssign):
            loaded |= stored
        taken |= loaded - local - given
        given |= stored
    return taken, given


def _names_in(statement: ast.stmt) -> tuple[set[str], set[str], set[str]]:
    """Names a statement loads, stores for later ones, and has for itself (in a function's body, a
    comprehension)."""
    loaded: set[str] = set()
    stored: set[str] = set()
    local: set[str] = set()
    waiting: list[tuple[ast.AST, bool]] = [(statement, False)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            (local if inside else stored).add(node.name)
        if isinstance(node, ast.arg):
            local.add(node.arg)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            (local if inside else stored).add(node.id)
        elif isinstance(node, ast.Name):
            loaded.add(node.id)
        inside = inside or isinstance(node, SCOPES)
        waiting += [(child, inside) for child in ast.iter_child_nodes(node)]
    return loaded, stored, local
