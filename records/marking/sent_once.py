"""Hand-ins that may arrive more than once: each has a key, and a key leads to one submission.

A browser sends again what it got no answer to. The primary key is the guard; whoever asks holds
the person, so that of two arrivals at once the second finds the first.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from records.tables.marking import HandInKey, Submission
from records.writing import hold_person


def find_sent(session: Session, person_id: int, key: str) -> Submission | None:
    """What this person's key has become; None where it never arrived. Holds the person."""
    hold_person(session, person_id)
    known = session.get(HandInKey, (person_id, key), populate_existing=True)
    return session.get(Submission, known.submission_id) if known else None


def look_for_sent(session: Session, person_id: int, key: str) -> Submission | None:
    """The same, only to look: holds nobody."""
    known = session.get(HandInKey, (person_id, key))
    return session.get(Submission, known.submission_id) if known else None


def keep_key(session: Session, person_id: int, key: str, submission_id: int) -> None:
    """Note that this key arrived. The caller holds the person (`find_sent`)."""
    session.add(HandInKey(person_id=person_id, key=key, submission_id=submission_id))
    session.flush()
