"""Examinations of a demonstration go whole; in others the made-up who sat or decided there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, not_, select, union
from sqlalchemy.orm import Session

from records.tables.examination import (
    Appeal,
    Candidate,
    Examination,
    ExamIncident,
    ExamInvigilator,
    ExamPause,
    ExamRoom,
    ItemVoid,
)
from records.tables.people import Person

# Who did something about another, in rows that are not theirs.
_DID = (
    Examination.made_by,
    ExamInvigilator.named_by,
    Candidate.identity_by,
    Candidate.decided_by,
    ExamPause.by_person,
    ExamIncident.by_person,
    ExamIncident.decided_by,
    Appeal.decided_by,
    ItemVoid.by_person,
)
BY_OTHERS = frozenset(column.key for column in _DID)


def clear_examinations(session: Session, people: Select[Any]) -> None:
    """Delete the examinations that one of these people made and nobody else sits, and what else
    stands in the way of their own rows."""
    real = select(Candidate.examination_id).join(Person, Person.id == Candidate.person_id)
    gone = session.scalars(
        select(Examination.id).where(
            Examination.made_by.in_(people),
            not_(Examination.id.in_(real.where(not_(Person.id.in_(people))))),
        )
    ).all()
    rooms = select(ExamRoom.id).where(ExamRoom.examination_id.in_(gone))
    theirs = select(Candidate.id).where(Candidate.person_id.in_(people))
    for statement in (
        delete(ExamIncident).where(ExamIncident.room_id.in_(rooms)),
        delete(ExamPause).where(ExamPause.room_id.in_(rooms)),
        delete(ExamPause).where(ExamPause.candidate_id.in_(theirs)),
        delete(ExamInvigilator).where(ExamInvigilator.room_id.in_(rooms)),
        delete(Candidate).where(Candidate.examination_id.in_(gone)),
        delete(ItemVoid).where(ItemVoid.examination_id.in_(gone)),
        delete(ExamRoom).where(ExamRoom.examination_id.in_(gone)),
        delete(Examination).where(Examination.id.in_(gone)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def who_did_something(people: Select[Any]) -> Select[Any]:
    """Those of these people without whom a row of an examination would not say by whom."""
    done = union(*(select(column.label("id")).where(column.in_(people)) for column in _DID))
    return select(done.subquery().c.id)
