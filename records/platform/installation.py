"""What these records are for: a demonstration with made-up people, or real use. Decided once.

It stands in the records themselves, so that no variable that was forgotten and no second folder can
say otherwise, also where the records are in a PostgreSQL of their own.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.tables.people import Person
from records.tables.platform import Installation
from records.writing import insert_new

Kind = Literal["demonstration", "real"]
DEMONSTRATION: Kind = "demonstration"
REAL: Kind = "real"
_ONLY = 1


def kind_of(session: Session) -> Kind | None:
    """What was decided; None before that."""
    row = session.get(Installation, _ONLY, populate_existing=True)
    if row is None:
        return None
    return DEMONSTRATION if row.kind == DEMONSTRATION else REAL


def decide(session: Session, kind: Kind, *, at: dt.datetime) -> bool:
    """Decide what these records are for; False where that is what they are already.

    `Refused` where they are something else, and for a demonstration among real people.
    """
    if kind == DEMONSTRATION and count_people(session, made_up=False):
        raise Refused(Message("Ở đây đã có người thật, nên không thể thành hệ thống dùng thử."))
    if insert_new(session, Installation, id=_ONLY, kind=kind, decided_at=at):
        return True
    if kind_of(session) == kind:
        return False
    raise Refused(
        Message("Ở đây là hệ thống dùng thử. Muốn dùng thật, hãy chạy motcham demo clear trước.")
        if kind == REAL
        else Message("Ở đây là hệ thống thật, không thể thành hệ thống dùng thử.")
    )


def become_real(session: Session, *, at: dt.datetime) -> None:
    """From now on for real, whatever it was; for whoever has just taken the made-up people out."""
    session.merge(Installation(id=_ONLY, kind=REAL, decided_at=at))
    session.flush()


def count_people(session: Session, *, made_up: bool) -> int:
    """How many people there are who were not erased: the made-up ones, or the others."""
    found = select(func.count()).where(Person.made_up == made_up, Person.erased_at.is_(None))
    return session.scalar(found) or 0
