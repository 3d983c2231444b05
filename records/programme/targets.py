"""Figures to reach, each with the source it comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.tables.programme import Target


def set_target(
    session: Session,
    *,
    programme: str,
    key: str,
    amount: int,
    source: str,
    unit_id: int | None = None,
    deadline_on: dt.date | None = None,
) -> Target:
    """Set a figure, for the whole programme or for one unit; setting it again changes it."""
    target = find_target(session, programme, key, unit_id)
    if target is None:
        target = Target(programme=programme, key=key, unit_id=unit_id)
        session.add(target)
    target.amount, target.source, target.deadline_on = amount, source, deadline_on
    session.flush()
    return target


def find_target(
    session: Session, programme: str, key: str, unit_id: int | None = None
) -> Target | None:
    """One figure."""
    return session.scalar(
        select(Target).where(
            Target.programme == programme,
            Target.key == key,
            Target.unit_id.is_not_distinct_from(unit_id),
        )
    )


def targets_of(session: Session, programme: str) -> Sequence[Target]:
    """Every figure of a programme: the programme's own first, then units' shares."""
    return session.scalars(
        select(Target)
        .where(Target.programme == programme)
        .order_by(Target.unit_id.is_not(None), Target.key, Target.unit_id)
    ).all()
