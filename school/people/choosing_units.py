"""Units to choose one of, found by words: a nation has thousands of communes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core import names
from core.folding import fold
from records.programme.counting import UnitNode

MOST = 60  # in a list to choose from, without a search


@dataclass(frozen=True)
class Choice:
    """``label``: the name, with that of the unit above, for communes of one name are many."""

    id: int
    label: str


@dataclass(frozen=True)
class Choices:
    """``total``: how many there are, of which the first are in ``lines``."""

    search: str
    total: int
    lines: Sequence[Choice]
    searchable: bool


def find_units_to_go_to(
    tree: Mapping[int, UnitNode],
    scope: Collection[int] | None,
    search: str,
    *,
    keep: int | None = None,
) -> Choices:
    """Units of today in which every word of ``search`` is found: in the name, the code or the name
    above. ``scope``: of these only; None: of all. ``keep``: the one chosen before, also listed."""
    words = fold(search).split()
    there = [
        unit
        for unit in tree.values()
        if unit.successor_id is None and (scope is None or unit.id in scope)
    ]
    found = [unit for unit in there if _has(unit, tree, words)]
    found.sort(key=lambda unit: (not _begins(unit, words), names.sort_key(unit.name), unit.code))
    searchable = len(there) > MOST
    shown = found[:MOST] if words or not searchable else []
    chosen = tree.get(keep) if keep is not None else None
    if chosen is not None and chosen in there and chosen not in shown:
        shown = [chosen, *shown]
    lines = [Choice(unit.id, label_of(unit, tree)) for unit in shown]
    return Choices(search, len(found), lines, searchable)


def units_to_call(tree: Mapping[int, UnitNode], own: int | None) -> list[Choice]:
    """Whom a class may be for: the caller's own unit and those above it, then every other one
    directly below the nation."""
    nearest: list[UnitNode] = []
    while own is not None and own in tree and tree[own] not in nearest:
        nearest.append(tree[own])
        own = tree[own].parent_id
    nations = {unit.id for unit in tree.values() if unit.kind == "nation"}
    others = [
        unit
        for unit in tree.values()
        if unit.successor_id is None and unit.parent_id in nations and unit not in nearest
    ]
    others.sort(key=lambda unit: names.sort_key(unit.name))
    rest = [] if nearest else [unit for unit in tree.values() if unit.kind == "nation"]
    return [Choice(unit.id, unit.name) for unit in (*nearest, *rest, *others)]


def _has(unit: UnitNode, tree: Mapping[int, UnitNode], words: Sequence[str]) -> bool:
    said = fold(f"{label_of(unit, tree)} {unit.code}")
    return all(word in said for word in words)


def _begins(unit: UnitNode, words: Sequence[str]) -> bool:
    """Whether its own name says it all: those come first."""
    own = fold(f"{unit.name} {unit.code}")
    return all(word in own for word in words)


def label_of(unit: UnitNode, tree: Mapping[int, UnitNode]) -> str:
    """Its name, with that of the unit above: communes of one name are many."""
    above = tree.get(unit.parent_id) if unit.parent_id is not None else None
    if above is None or above.kind == "nation":
        return unit.name
    return f"{unit.name} ({above.name})"
