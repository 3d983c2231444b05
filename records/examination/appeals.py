"""Appeals, as they are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.tables.assessment import Sitting
from records.tables.examination import Appeal


def record_appeal(session: Session, sitting: Sitting, text: str, *, at: dt.datetime) -> Appeal:
    """Write an appeal down; it waits for a person."""
    row = Appeal(
        person_id=sitting.person_id,
        about="sitting",
        sitting_id=sitting.id,
        text=text,
        asked_at=at,
        state="open",
        answer="",
    )
    session.add(row)
    session.flush()
    return row


def find_appeal(session: Session, key: int) -> Appeal | None:
    return session.get(Appeal, key)


def appeal_of(session: Session, sitting_id: int) -> Appeal | None:
    """The appeal about a sitting: there is one at most."""
    return session.scalar(select(Appeal).where(Appeal.sitting_id == sitting_id))


def appeals(session: Session, *, limit: int) -> Sequence[Appeal]:
    """Those that wait first, the oldest first; then those that were decided, the newest first."""
    waiting = session.scalars(
        select(Appeal).where(Appeal.state == "open").order_by(Appeal.asked_at).limit(limit)
    ).all()
    decided = session.scalars(
        select(Appeal)
        .where(Appeal.state != "open")
        .order_by(Appeal.decided_at.desc())
        .limit(limit - len(waiting))
    ).all()
    return [*waiting, *decided]
