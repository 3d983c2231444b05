"""What the figures of a sitting become when an item is voided. Pure.

A posterior is a sum over answers, so an item is voided by leaving its answer out; nothing else of
the sitting has to be known (docs/assessment.md). What follows for a pass is decided here as well:
one that is won counts at once, one that would be lost stands until a person decides by name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from records.assessment.sittings import Known
from school.assessment import sittings
from school.assessment.item_bank import Parameters
from school.assessment.voids import Asked, Void, counted
from skills_framework import scale

__all__ = ["Change", "Void", "counted", "figures", "fingerprint"]


class Answered(Asked, sittings.Given, Protocol):
    """An answer with what voiding and the figures look at."""


def figures(
    parameters: Parameters, rows: Iterable[Answered], voids: Sequence[Void]
) -> dict[str, Known]:
    """What the answers say without the voided items, by domain; "" is the whole."""
    found = sittings.results_of(parameters, counted(rows, voids))
    return {one.domain: one for one in found}


@dataclass(frozen=True)
class Change:
    """What voiding does to one sitting. ``passed``: in force before, None where nobody has said
    so yet or nobody ever does (a placement); ``would_pass``: by the new figures, None for a
    placement; ``by_name``: a person has decided about this pass already."""

    sitting_id: int
    person_id: int
    kind: str
    before: Mapping[str, Known]
    after: Mapping[str, Known]
    passed: bool | None
    would_pass: bool | None
    by_name: bool = False

    @property
    def is_lost(self) -> bool:
        """The pass would be lost, so a person has to decide."""
        return self.passed is True and self.would_pass is False and not self.by_name

    @property
    def is_won(self) -> bool:
        return self.passed is False and self.would_pass is True and not self.by_name

    @property
    def passes(self) -> bool | None:
        """What is in force afterwards: nobody's pass is taken away by arithmetic."""
        return True if self.is_won else self.passed

    def levels(self) -> list[tuple[str, int, int]]:
        """(domain, level before, level after); the whole comes first."""
        return [
            (name, scale.level_of(self.before[name].estimate), scale.level_of(one.estimate))
            for name, one in sorted(self.after.items())
            if name in self.before
        ]


def fingerprint(changes: Iterable[Change]) -> str:
    """Says whether what is about to be done is still what was looked at."""
    seen = [
        (one.sitting_id, one.passed, one.would_pass, sorted(one.levels()))
        for one in sorted(changes, key=lambda one: one.sitting_id)
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]
