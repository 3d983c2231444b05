"""Sealed sittings: the text and its hash as they were kept, and what the audit log says of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.assessment.sittings import Known
from records.tables.assessment import Sitting, SittingResult
from records.tables.examination import SittingSeal
from records.tables.platform import AuditEntry

SUBJECT = "sitting:"  # of an audit line: this and the sitting's key
SEAL = "seal"  # in the detail of the line that says a sitting ended: the hash


def keep_seal(
    session: Session, sitting: Sitting, content: str, sha256: str, *, at: dt.datetime
) -> None:
    """Keep a seal; a sitting has one, once."""
    session.add(
        SittingSeal(
            sitting_id=sitting.id,
            person_id=sitting.person_id,
            content=content,
            sha256=sha256,
            sealed_at=at,
        )
    )
    session.flush()


def find_seal(session: Session, sitting_id: int) -> SittingSeal | None:
    return session.get(SittingSeal, sitting_id)


def ended_examinations(session: Session) -> Iterator[int]:
    """The keys of all sittings of examinations that have ended: each is to have a seal."""
    yield from session.scalars(
        select(Sitting.id)
        .where(Sitting.kind == "examination", Sitting.state == "ended")
        .order_by(Sitting.id)
    )


def sealed(session: Session) -> Sequence[int]:
    """The keys of all sittings that have a seal."""
    return session.scalars(select(SittingSeal.sitting_id).order_by(SittingSeal.sitting_id)).all()


def logged_hashes(session: Session, sitting_id: int | None = None) -> dict[int, list[str]]:
    """The hashes that the audit log has, by sitting; of this one, or of all."""
    found: dict[int, list[str]] = {}
    lines = select(AuditEntry.subject, AuditEntry.detail).order_by(AuditEntry.id)
    if sitting_id is None:
        lines = lines.where(AuditEntry.subject.startswith(SUBJECT, autoescape=True))
    else:
        lines = lines.where(AuditEntry.subject == f"{SUBJECT}{sitting_id}")
    for subject, detail in session.execute(lines.execution_options(yield_per=1000)):
        key, sha256 = subject.removeprefix(SUBJECT), detail.get(SEAL)
        if key.isdigit() and sha256:
            found.setdefault(int(key), []).append(sha256)
    return found


def first_results(session: Session, sitting_id: int) -> dict[str, Known]:
    """What a sitting said when it ended, by domain: later revisions are not sealed."""
    rows = select(SittingResult).where(
        SittingResult.sitting_id == sitting_id, SittingResult.revision == 0
    )
    return {
        row.domain: Known(row.domain, row.estimate, row.error, row.low, row.high)
        for row in session.scalars(rows)
    }
