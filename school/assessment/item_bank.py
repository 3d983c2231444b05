"""The bank as the running platform knows it: read once from the package, and how its items stand.

Which items may be asked on a page, what the engine knows of each, and the digest by which a result
says what it was reckoned with (docs/decisions/0077). Nothing here is a person's.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from core.messages import Message, Refused
from courses.bank.bank import item_folders, load_all, load_bank
from courses.bank.item import REVIEWED, Item
from skills_framework import adaptive, scale
from skills_framework.framework import Framework, load_framework

FRAMEWORK = "vn-tt02-2025"


@dataclass(frozen=True)
class Parameters:
    """How items stand, as it is kept with results. ``content``: plain JSON, which ``version`` is
    the digest of."""

    version: str
    content: Mapping[str, Any] = field(compare=False)

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


@dataclass(frozen=True, eq=False)
class ItemBank:
    """The items that may be asked on a page, by name, and how they stand. ``retired``: what comes
    in no sitting any more, though what was answered of it is still marked; ``retired_variants``:
    likewise of single variants, by item."""

    items: Mapping[str, Item]
    parameters: Parameters
    retired: frozenset[str] = frozenset()
    retired_variants: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def may_come(self, item: str, digest: str) -> bool:
        """Whether the item may be asked: it has this text still, and a variant that was not
        retired."""
        known = self.find(item, digest) is not None and item not in self.retired
        return known and bool(self.seeds(item))

    def seeds(self, item: str) -> tuple[int, ...]:
        """The variants of an item that may be given."""
        gone = self.retired_variants.get(item, frozenset())
        return tuple(seed for seed in self.items[item].seeds if seed not in gone)

    def find(self, item: str, digest: str) -> Item | None:
        """The item, where it still has the text that this digest is of."""
        found = self.items.get(item)
        return found if found is not None and found.digest == digest else None


_BESIDE: list[Path] = []  # folders of items beside the package's
logger = logging.getLogger("motcham.items")


def read_also(folder: Path | None) -> None:
    """Say once, when a process starts, where the installation's own items lie (MOTCHAM_ITEMS)."""
    _BESIDE[:] = [folder] if folder is not None else []
    the_bank.cache_clear()


@cache
def the_bank() -> ItemBank:
    """The bank of the package with the installation's own items, read when first asked for and
    kept: it changes with a new start only. Reading takes about a second. What is wrong with items
    of one's own goes to the log, and they are left out."""
    ours, faults = load_beside(load_bank(), _BESIDE)
    for fault in faults:
        logger.error("%s", fault)
    return bank_of(ours)


def load_beside(
    package: Iterable[Item], folders: Iterable[Path]
) -> tuple[list[Item], list[Message]]:
    """The package's items with those of other folders, and what is wrong with these: an item that
    cannot be read, or bears a name that another has."""
    found = {one.slug: one for one in package}
    faults: list[Message] = []
    for folder in folders:
        try:
            beside, wrong = load_all(item_folders(folder))
        except Refused as refused:
            faults += refused.messages
            continue
        faults += wrong
        for one in beside:
            if one.slug in found:
                said = {"item": one.slug, "folder": str(folder)}
                faults.append(Message("{folder}: “{item}” trùng tên với một câu hỏi khác", said))
            else:
                found[one.slug] = one
    return list(found.values()), faults


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
    return versioned(content)


def versioned(content: Mapping[str, Any]) -> Parameters:
    """The content with the digest of all of it."""
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
