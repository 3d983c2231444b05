"""Items that are void: which they are, and what is left without them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from records import Session
from records.examination import voids
from school.assessment.in_force import in_force
from school.assessment.item_bank import ItemBank


class Asked(Protocol):
    """A row of a sitting's answers, as far as voiding looks at it."""

    @property
    def item(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def set_aside(self) -> bool: ...


Row = TypeVar("Row", bound=Asked)


@dataclass(frozen=True)
class Void:
    """An item that does not count; ``digest`` "" is every text of it."""

    item: str
    digest: str = ""

    def covers(self, row: Asked) -> bool:
        return row.item == self.item and self.digest in ("", row.digest)


def counted(rows: Iterable[Row], voids: Sequence[Void]) -> list[Row]:
    """The rows of items that are not voided, and in whose place no other came."""
    return [row for row in rows if not row.set_aside and not any(one.covers(row) for one in voids)]


def voids_in_force(session: Session, examination_id: int | None) -> list[Void]:
    """What does not count in this examination; None: in placements."""
    return [Void(one.item, one.digest) for one in voids.voids_for(session, examination_id)]


def bank_in_force(session: Session, bank: ItemBank, examination_id: int | None) -> ItemBank:
    """The bank as it stands now, without what is void in this examination: that is asked no
    more."""
    bank = in_force(session, bank)
    found = voids_in_force(session, examination_id)
    texts = {name: Void(name, item.digest) for name, item in bank.items.items()}
    gone = {name for name, text in texts.items() if any(_covers(one, text) for one in found)}
    items = {name: item for name, item in bank.items.items() if name not in gone}
    return replace(bank, items=items) if gone else bank


def _covers(void: Void, text: Void) -> bool:
    return void.item == text.item and void.digest in ("", text.digest)
