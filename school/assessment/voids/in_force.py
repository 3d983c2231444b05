"""What is void now, and the bank without it: asked by every kind of sitting."""

from __future__ import annotations

from dataclasses import replace

from records import Session
from records.examination import voids as kept
from school.assessment.in_force import in_force
from school.assessment.item_bank import ItemBank
from school.assessment.voids.voiding import Void


def voids_in_force(session: Session, examination_id: int | None) -> list[Void]:
    """What does not count in this examination; None: in placements."""
    return [Void(one.item, one.digest) for one in kept.voids_for(session, examination_id)]


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
