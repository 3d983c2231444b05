"""Where a person has been: from unit to unit, away, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.tables.people import Person
from records.tables.privacy import PostChange

Kind = Literal["transfer", "leave", "return"]


def changes_of(session: Session, person_id: int) -> Sequence[PostChange]:
    """Every change, oldest first."""
    return session.scalars(
        select(PostChange)
        .where(PostChange.person_id == person_id)
        .order_by(PostChange.on_day, PostChange.id)
    ).all()


def record_change(
    session: Session,
    person: Person,
    kind: Kind,
    *,
    to_unit_id: int | None,
    on_day: dt.date,
    reason: str,
    by: str,
    at: dt.datetime,
) -> PostChange:
    """Write the change down and let the person's own row follow. `Refused` where it comes before
    one that is known already: the person's row says how it is after the last."""
    known = changes_of(session, person.id)
    if known and known[-1].on_day > on_day:
        day = {"day": f"{known[-1].on_day:%d/%m/%Y}"}
        raise Refused(
            Message("Đã có thay đổi ngày {day}; ngày này phải từ hôm đó trở đi", day), field="day"
        )
    change = PostChange(
        person_id=person.id,
        kind=kind,
        from_unit_id=person.unit_id,
        to_unit_id=to_unit_id,
        on_day=on_day,
        reason=reason,
        recorded_by=by,
        recorded_at=at,
    )
    session.add(change)
    person.left_at = at if kind == "leave" else None
    if to_unit_id is not None:
        person.unit_id = to_unit_id
    session.flush()
    return change
