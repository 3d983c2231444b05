"""The bank as the running platform knows it: read once from the package, and how its items stand.

Which items may be asked on a page, what the engine knows of each, and the digest by which a result
says what it was reckoned with (docs/decisions/0077). Nothing here is a person's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from courses.bank.bank import load_bank
from courses.bank.item import REVIEWED, Item
from skills_framework import adaptive, scale
from skills_framework.framework import Framework, load_framework

FRAMEWORK = "vn-tt02-2025"


@dataclass(frozen=True)
class Parameters:
    """How items stand, as it is kept with results. ``content``: plain JSON."""

    version: str
    content: Mapping[str, Any]

    @cached_property
    def engine(self) -> adaptive.Bank:
        """The items as the engine knows them, in the order of their names."""
        items = sorted(self.content["items"].items())
        return adaptive.Bank(tuple(_engine_item(slug, one) for slug, one in items), scale.PRIOR)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.engine.items)

    def about(self, item: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.content["items"][item]
        return found


@dataclass(frozen=True)
class ItemBank:
    """The items that may be asked on a page, by name, and how they stand."""

    items: Mapping[str, Item]
    parameters: Parameters

    def find(self, item: str, digest: str) -> Item | None:
        """The item, where it still has the text that this digest is of."""
        found = self.items.get(item)
        return found if found is not None and found.digest == digest else None


@cache
def the_bank() -> ItemBank:
    """The bank of the package, read when first asked for and kept: it changes with a new version
    of the platform only. Reading takes about a second."""
    return bank_of(load_bank())


def bank_of(items: Iterable[Item]) -> ItemBank:
    """The bank of these items: those that were reviewed and can be done on a page alone."""
    usable = {one.slug: one for one in items if is_usable(one)}
    return ItemBank(usable, parameters_of(usable.values(), load_framework(FRAMEWORK)))


def is_usable(item: Item) -> bool:
    """Reviewed by another, and can be answered on a page, on a phone, with nothing beside it: no
    other program, no code, no file."""
    all_forms = len(item.forms) == len(item.answer_cells)
    return (
        item.state in REVIEWED
        and item.review is not None
        and item.review.digest == item.digest
        and not item.tools
        and all_forms
        and all(form.kind != "file" for form in item.forms)
    )


def parameters_of(items: Iterable[Item], framework: Framework) -> Parameters:
    """Where items stand that nobody has answered (`skills_framework.scale.starting`)."""
    domains = [one.code for one in framework.domains]
    content = {
        "rule": scale.STARTING,
        "framework": framework.id,
        "items": {one.slug: _about(one, domains) for one in sorted(items, key=lambda i: i.slug)},
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return Parameters(hashlib.sha256(text.encode()).hexdigest()[:16], content)


def _about(item: Item, domains: list[str]) -> dict[str, Any]:
    start = scale.starting(item.level, item.points, item.chance)
    domain = item.competence.split(".")[0]
    return {
        "digest": item.digest,
        "domain": domains.index(domain),
        "measures": item.competence,
        "level": item.level,
        "minutes": item.minutes,
        "enemies": sorted(item.enemies),
        "slope": start.slope,
        "steps": list(start.steps),
        "error": start.error,
        "trial": item.state == "trial",
    }


def _engine_item(slug: str, one: Mapping[str, Any]) -> adaptive.Item:
    return adaptive.Item(
        slug,
        one["domain"],
        one["slope"],
        tuple(one["steps"]),
        groups=frozenset({f"domain {one['domain']}", one["measures"]}),
        minutes=one["minutes"],
        enemies=frozenset(one["enemies"]),
        difficulty_error=one["error"],
    )
