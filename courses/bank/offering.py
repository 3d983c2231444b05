"""An item as one candidate meets it: a variant's values, and options in an order of their own.

The order is part of the format, as drawn values are: SHA-256 over the order's number, the cell and
the option's key. Number 0 keeps the author's.
"""

from __future__ import annotations

import hashlib
from typing import Any

import yaml

from courses.bank.item import Item
from courses.bank.reference import find_reference
from courses.course import find_form
from courses.handouts.variants import literals_of, variant
from courses.notebooks import (
    Cell,
    Notebook,
    grade_id_of,
    is_solution,
    is_test,
    learner_notebook,
    source_of,
)
from courses.options import MARK, option_lines, options_of

SHUFFLED = {
    "single": ("options",),
    "multiple": ("options",),
    "order": ("options",),
    "match": ("options", "targets"),
}


def offered(item: Item, seed: int, order: int = 0) -> Notebook:
    """The source notebook for a candidate, with answers and test; ``seed`` is one of `Item.seeds`.

    What the candidate receives is `courses.learner_notebook` of it, and the files are
    `courses.downloads` of it. Raises Refused where a value can not be drawn.
    """
    notebook = variant(item.source, seed)
    if order:
        for cell in filter(is_solution, notebook["cells"]):
            _shuffle(cell, order)
    return notebook


def as_text(item: Item, seed: int, order: int = 0) -> str:
    """What a candidate reads, for a terminal: the task, tables, and each answer with its options;
    neither answers nor test."""
    received = learner_notebook(offered(item, seed, order))
    return "\n\n".join(filter(None, map(_told, received["cells"])))


def _told(cell: Cell) -> str:
    source = source_of(cell)
    if cell["cell_type"] == "markdown" or is_solution(cell):
        return source
    options = {} if is_test(cell) else options_of(source)
    rows = literals_of(source).get(str(options.get("table"))) if options else None
    return "\n".join(" | ".join(map(str, row)) for row in rows) if rows else ""


def _shuffle(cell: Cell, order: int) -> None:
    form = find_form(cell)
    if form is None or form.kind not in SHUFFLED:
        return
    source = source_of(cell)
    options = options_of(source)
    for name in SHUFFLED[form.kind]:
        options[name] = _mixed(options[name], f"{order}:{grade_id_of(cell)}:{name}")
    if form.kind == "order" and list(options["options"]) == find_reference(cell):
        first, *others = options["options"].items()
        options["options"] = dict([*others, first])
    rest = source.split("\n")[len(option_lines(source)) :]
    cell["source"] = "\n".join([*_lines(options), *rest])


def _mixed(held: dict[str, Any], place: str) -> dict[str, Any]:
    def drawn(key: str) -> bytes:
        return hashlib.sha256(f"{place}:{key}".encode()).digest()

    return {key: held[key] for key in sorted(held, key=drawn)}


def _lines(options: dict[str, Any]) -> list[str]:
    text = yaml.safe_dump(options, allow_unicode=True, sort_keys=False, width=10_000)
    return [f"{MARK} {line}".rstrip() for line in text.rstrip("\n").split("\n")]
