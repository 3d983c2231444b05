"""What checks of single exercises said last: beside the draft, and never a mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.marks import MarkedCell
from records.tables.learning import CheckedAnswer
from records.writing import hold_person


def checks_of(
    session: Session, person_id: int, release_id: int, lesson: str
) -> Sequence[CheckedAnswer]:
    """The last check of each exercise of a lesson that has one."""
    return session.scalars(
        select(CheckedAnswer).where(
            CheckedAnswer.person_id == person_id,
            CheckedAnswer.release_id == release_id,
            CheckedAnswer.lesson == lesson,
        )
    ).all()


def numbers_changed(
    session: Session, person_id: int, release_id: int, lesson: str, *, exercises: Iterable[str]
) -> None:
    """What was checked had other numbers: nothing is said of it any more; misses stay counted."""
    session.execute(
        update(CheckedAnswer)
        .where(
            CheckedAnswer.person_id == person_id,
            CheckedAnswer.release_id == release_id,
            CheckedAnswer.lesson == lesson,
            CheckedAnswer.grade_id.in_(list(exercises)),
        )
        .values(answer="")
        .execution_options(synchronize_session=False)
    )


def keep_check(
    session: Session,
    *,
    person_id: int,
    release_id: int,
    lesson: str,
    cell: MarkedCell,
    answer: str,
    at: dt.datetime,
) -> CheckedAnswer:
    """Keep what a check gave the exercise, in the place of the check before."""
    hold_person(session, person_id)  # two checks at once: both misses count
    key = {
        "person_id": person_id,
        "release_id": release_id,
        "lesson": lesson,
        "grade_id": cell.grade_id,
    }
    kept = session.get(CheckedAnswer, key)
    if kept is None:
        kept = CheckedAnswer(**key, misses=0)
        session.add(kept)
    kept.answer, kept.at = answer, at
    kept.points, kept.max_points = cell.points, cell.max
    kept.feedback, kept.needs_review = cell.feedback, cell.needs_review
    kept.misses += cell.points < cell.max and not cell.needs_review
    session.flush()
    return kept
