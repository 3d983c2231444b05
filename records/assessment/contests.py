"""Contests: levels that somebody does not agree with, and what a person decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.people.merging import same_person
from records.tables.assessment import LevelContest


def add_contest(
    session: Session,
    person_id: int,
    framework: str,
    competence: str,
    *,
    level: int,
    text: str,
    at: dt.datetime,
) -> LevelContest:
    """A new contest, where none of this competence is open."""
    row = LevelContest(
        person_id=person_id,
        framework=framework,
        competence=competence,
        level=level,
        text=text,
        asked_at=at,
        state="open",
    )
    session.add(row)
    session.flush()
    return row


def contests_of(
    session: Session, person_id: int, framework: str, competence: str | None = None
) -> Sequence[LevelContest]:
    """A person's contests, the latest first."""
    found = select(LevelContest).where(
        LevelContest.person_id.in_(same_person(session, person_id)),
        LevelContest.framework == framework,
    )
    if competence is not None:
        found = found.where(LevelContest.competence == competence)
    return session.scalars(found.order_by(LevelContest.id.desc())).all()


def find_contest(session: Session, key: int) -> LevelContest | None:
    return session.get(LevelContest, key)


def open_contests(session: Session) -> Sequence[LevelContest]:
    """What waits for somebody to decide, the oldest first."""
    return session.scalars(
        select(LevelContest).where(LevelContest.state == "open").order_by(LevelContest.id)
    ).all()


def decide(
    session: Session,
    row: LevelContest,
    *,
    state: str,
    answer: str,
    given_level: int | None,
    by: int | None,
    at: dt.datetime,
) -> None:
    """Write down what was decided. ``by``: a person's key; None: whoever runs the machine."""
    row.state, row.answer, row.given_level = state, answer, given_level
    row.decided_by, row.decided_at = by, at
    session.flush()


def given_levels(
    session: Session, person_id: int, framework: str
) -> dict[str, tuple[int, dt.datetime]]:
    """Levels that a person decided, with when; of each competence the latest."""
    found: dict[str, tuple[int, dt.datetime]] = {}
    for row in contests_of(session, person_id, framework):
        if row.given_level is not None and row.decided_at is not None:
            found.setdefault(row.competence, (row.given_level, row.decided_at))
    return found
