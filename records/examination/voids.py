"""Items that were voided, and the sittings that asked them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from records.assessment.sittings import Known
from records.tables.assessment import Sitting, SittingAnswer, SittingResult
from records.tables.examination import Candidate, Examination, ItemVoid


def record_void(
    session: Session,
    *,
    item: str,
    digest: str,
    examination_id: int | None,
    reason: str,
    by_person: int,
    at: dt.datetime,
) -> ItemVoid:
    """Write down that an item counts no more."""
    row = ItemVoid(
        item=item,
        digest=digest,
        examination_id=examination_id,
        reason=reason,
        by_person=by_person,
        at=at,
    )
    session.add(row)
    session.flush()
    return row


def every_void(session: Session) -> Sequence[ItemVoid]:
    """All that were ever voided, the newest first."""
    return session.scalars(select(ItemVoid).order_by(ItemVoid.id.desc())).all()


def find_void(session: Session, key: int) -> ItemVoid | None:
    return session.get(ItemVoid, key)


def voids_for(session: Session, examination_id: int | None) -> Sequence[ItemVoid]:
    """What is void in this examination: there, and everywhere. None: in placements."""
    everywhere = ItemVoid.examination_id.is_(None)
    own = everywhere if examination_id is None else ItemVoid.examination_id == examination_id
    return session.scalars(select(ItemVoid).where(or_(everywhere, own)).order_by(ItemVoid.id)).all()


@dataclass(frozen=True)
class Concerned:
    """An ended sitting that asked an item, and its examination; None for a placement."""

    sitting: Sitting
    examination: Examination | None


def asked_in(
    session: Session, item: str, digest: str, examination_id: int | None
) -> Sequence[Concerned]:
    """The ended sittings that asked this item: this text, or any for ``digest`` ""; of one
    examination, or of every kind."""
    asked = select(SittingAnswer.sitting_id).where(
        SittingAnswer.item == item,
        SittingAnswer.given_at.is_not(None),
        SittingAnswer.set_aside.is_(False),
    )
    if digest:
        asked = asked.where(SittingAnswer.digest == digest)
    found = _with_examination().where(Sitting.state == "ended", Sitting.id.in_(asked))
    if examination_id is not None:
        found = found.where(Candidate.examination_id == examination_id)
    return _concerned(session, found)


def lost_on_paper(session: Session) -> Sequence[Concerned]:
    """Ended sittings whose pass stands although figures changed, the oldest first."""
    found = _with_examination().where(Sitting.passed.is_(True), Sitting.pass_kept != "")
    return _concerned(session, found)


def _concerned(session: Session, found: Select[Sitting, Examination]) -> list[Concerned]:
    rows = session.execute(found.order_by(Sitting.id))
    return [Concerned(sitting, examination) for sitting, examination in rows]


def _with_examination() -> Select[Sitting, Examination]:
    return (
        select(Sitting, Examination)
        .outerjoin(Candidate, Candidate.sitting_id == Sitting.id)
        .outerjoin(Examination, Examination.id == Candidate.examination_id)
    )


def answers_by_sitting(
    session: Session, sittings: Collection[int]
) -> dict[int, list[SittingAnswer]]:
    """All answers of these sittings, in the order in which they were asked."""
    found: dict[int, list[SittingAnswer]] = {key: [] for key in sittings}
    for some in _portions(sittings):
        rows = select(SittingAnswer).where(SittingAnswer.sitting_id.in_(some))
        for row in session.scalars(rows.order_by(SittingAnswer.sitting_id, SittingAnswer.number)):
            found[row.sitting_id].append(row)
    return found


def results_by_sitting(session: Session, sittings: Collection[int]) -> dict[int, dict[str, Known]]:
    """The figures of these sittings that are in force, by domain."""
    found: dict[int, dict[str, Known]] = {}
    for some in _portions(sittings):
        rows = select(SittingResult).where(SittingResult.sitting_id.in_(some))
        for row in session.scalars(rows.order_by(SittingResult.revision)):
            known = Known(row.domain, row.estimate, row.error, row.low, row.high)
            found.setdefault(row.sitting_id, {})[row.domain] = known
    return found


def _portions(keys: Collection[int], size: int = 500) -> list[list[int]]:
    """A statement holds so many keys only."""
    ordered = sorted(keys)
    return [ordered[at : at + size] for at in range(0, len(ordered), size)]
