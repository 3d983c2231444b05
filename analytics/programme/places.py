"""Where a person counts: which kind of body, which province of which list, which bucket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from analytics.programme.targets import load_groups
from records.programme.counting import UnitNode

Vintage = Literal["2008", "2025"]
VINTAGES: tuple[Vintage, ...] = get_args(Vintage)


@dataclass(frozen=True)
class Place:
    """``root`` is the kind of unit the tree leads to; ``province_id`` in the vintage asked for.

    ``undivided``: a unit of today's province that was made of several of the earlier ones, which
    no rule can split back.
    """

    root: str
    province_id: int | None = None
    undivided: bool = False


class Places:
    """Finds the place of each unit of the tree in one vintage of the provinces."""

    def __init__(self, tree: Mapping[int, UnitNode], vintage: Vintage) -> None:
        self._tree, self._vintage = tree, vintage
        self._found: dict[int, Place] = {}
        self._predecessors: dict[int, list[int]] = defaultdict(list)
        for unit in tree.values():
            if unit.successor_id is not None:
                self._predecessors[unit.successor_id].append(unit.id)

    def of(self, unit_id: int | None) -> Place:
        if unit_id is None or unit_id not in self._tree:
            return Place("")
        if unit_id not in self._found:
            self._found[unit_id] = self._find(self._tree[unit_id])
        return self._found[unit_id]

    def _find(self, unit: UnitNode) -> Place:
        if unit.kind == "province":
            return self._of_province(unit)
        own = self._as_it_stood(unit)
        stands = self._vintage == "2008" and own.province_id is not None
        if unit.successor_id is None or stands:  # the earlier list shows where it was then
            return own
        return self.of(unit.successor_id)

    def _as_it_stood(self, unit: UnitNode) -> Place:
        if unit.kind in ("central", "press", "enterprise") or unit.parent_id is None:
            return Place(unit.kind)
        return self.of(unit.parent_id)

    def _of_province(self, unit: UnitNode) -> Place:
        if unit.vintage == self._vintage:
            return Place("province", unit.id)
        if unit.vintage < self._vintage:
            return self.of(unit.successor_id)
        before = self._predecessors[unit.id]
        if len(before) == 1:
            return self.of(before[0])
        return Place("province", None, undivided=True)


def bucket_of(group: str | None, root: str) -> str:
    """``central``, ``local``, ``press``, or "" where no number is set for the group."""
    known = load_groups().get(group or "")
    if known is None:
        return ""
    if known.bucket == "by-unit":
        return {"central": "central", "province": "local"}.get(root, "")
    return known.bucket


def path_of(tree: Mapping[int, UnitNode], unit_id: int) -> tuple[UnitNode, ...]:
    """The units above this one, from the top; a merged province stands below its successor."""
    found: list[UnitNode] = []
    unit = tree[unit_id]
    while True:
        above = unit.successor_id if unit.successor_id is not None else unit.parent_id
        if above is None or above not in tree or len(found) > 20:
            return tuple(reversed(found))
        unit = tree[above]
        found.append(unit)


def units_up_from(tree: Mapping[int, UnitNode], unit_id: int | None) -> frozenset[int]:
    """Keys of the unit and of every unit above it; empty for none."""
    if unit_id is None or unit_id not in tree:
        return frozenset()
    return frozenset([unit_id, *(unit.id for unit in path_of(tree, unit_id))])
