"""Two persons who are one become one, and nothing of either is lost.

Every row that says whose it is goes over to the one who stays. A row that cannot, because the one
who stays has its like (the same draft, the same enrolment), stays with the other, whose own row is
kept and points on: `same_person` names both. Best results are compared.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.people import account_links, security_keys
from records.schema import Table
from records.tables.assessment import Certificate
from records.tables.learning import Enrolment, Progress
from records.tables.marking import Submission
from records.tables.people import Person, RoleGrant
from records.writing import hold_person

# Not what a person did. A link that was handed out opens the account of whom it was for or none,
# and so does a key (`security_keys.follow_account`).
_STAY = {
    *("person", "erasure", "role_grant", "account_link"),
    *("security_key", "recovery_code", "sessions_end"),
}


def same_person(session: Session, person_id: int) -> list[int]:
    """This key, and those of all that were merged into it."""
    found = [person_id]
    for key in found:
        found += session.scalars(
            select(Person.id).where(Person.merged_into == key).order_by(Person.id)
        ).all()
    return found


def merge(session: Session, kept: Person, other: Person, *, at: dt.datetime) -> dict[str, int]:
    """Make ``other`` a part of ``kept``; how many rows of each table went over.

    Raises `Refused` where both hold a certificate that is valid in the same programme, or a
    submission of each is being marked.
    """
    for person in sorted((kept, other), key=lambda one: one.id):
        hold_person(session, person.id)
    _refuse_while_marking(session, kept.id, other.id)
    _tie_certificates(session, kept.id, other.id)
    moved = Counter[str]()
    _best_of_both(session, kept.id, other.id)
    for table, column in _tables_of_people():
        moved[table.name] += _hand_over(session, table, column, other.id, kept.id)
    if not _roles(session, kept.id):
        session.execute(
            update(RoleGrant).where(RoleGrant.person_id == other.id).values(person_id=kept.id)
        )
    account_links.end_links(session, other.id, at=at)
    _identity(session, kept, other, at)
    session.expire_all()
    return {name: count for name, count in moved.items() if count}


def _identity(session: Session, kept: Person, other: Person, at: dt.datetime) -> None:
    given = {
        name: getattr(other, name)
        for name in ("username", "code", "email", "position", "born", "audience_group", "unit_id")
        if getattr(kept, name) is None and getattr(other, name) is not None
    }
    kept.full_time_digital = kept.full_time_digital or other.full_time_digital
    other.username = None
    if "code" in given:
        other.code = None
    other.audience_group = None
    other.merged_into, other.erased_at = kept.id, at
    session.flush()
    for name, value in given.items():
        setattr(kept, name, value)
    security_keys.follow_account(session, other.id, kept.id, with_account="username" in given)
    session.flush()


def _refuse_while_marking(session: Session, *people: int) -> None:
    claimed = session.scalars(
        select(Submission.person_id).where(
            Submission.person_id.in_(people), Submission.state == "claimed"
        )
    ).all()
    if len(claimed) > 1:
        raise Refused(Message("Cả hai đang có bài được chấm; hãy thử lại sau ít phút"))


def _tie_certificates(session: Session, kept: int, other: int) -> None:
    """Of two certificates in one programme one must stand for the other."""
    for theirs in session.scalars(_standing(other)).all():
        ours = session.scalar(_standing(kept).where(Certificate.programme == theirs.programme))
        if ours is None:
            continue
        if ours.revoked_at is None and theirs.revoked_at is None:
            numbers = {"one": ours.number, "two": theirs.number}
            raise Refused(
                Message(
                    "Hai người đều có chứng nhận có hiệu lực ({one} và {two}); hãy thu hồi một "
                    "giấy trước",
                    numbers,
                )
            )
        gone, stays = (theirs, ours) if theirs.revoked_at is not None else (ours, theirs)
        gone.replaced_by = stays.number
        session.flush()


def _standing(person_id: int) -> Any:
    return select(Certificate).where(
        Certificate.person_id == person_id, Certificate.replaced_by.is_(None)
    )


def _best_of_both(session: Session, kept: int, other: int) -> None:
    """Best results and completions of the one who stays are those of both."""
    for theirs in _of(session, Progress, other):
        ours = session.get(Progress, (kept, theirs.course, theirs.lesson))
        if ours is not None and _share(theirs) > _share(ours):
            for name in ("points", "max_points", "submission_id", "at"):
                setattr(ours, name, getattr(theirs, name))
    for their in _of(session, Enrolment, other):
        our = session.scalar(
            select(Enrolment).where(Enrolment.person_id == kept, Enrolment.course == their.course)
        )
        if our is not None:
            our.began_at = min(our.began_at, their.began_at)
            done = [one for one in (our.completed_at, their.completed_at) if one is not None]
            our.completed_at = min(done) if done else None
    session.flush()


def _of(session: Session, table: Any, person_id: int) -> Sequence[Any]:
    return session.scalars(select(table).where(table.person_id == person_id)).all()


def _share(progress: Progress) -> float:
    return progress.points / progress.max_points if progress.max_points else 0.0


def _roles(session: Session, person_id: int) -> bool:
    return (
        session.scalar(select(RoleGrant.id).where(RoleGrant.person_id == person_id).limit(1))
        is not None
    )


def _tables_of_people() -> list[tuple[SqlTable, Column[Any]]]:
    """(table, column) of everything that refers to a person, as the tables declare it."""
    return [
        (table, column)
        for table in Table.metadata.sorted_tables
        if table.name not in _STAY
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == Person.__tablename__
    ]


def _hand_over(
    session: Session, table: SqlTable, column: Column[Any], other: int, kept: int
) -> int:
    """Each row by itself: one that has its like already stays where it is."""
    keys = list(table.primary_key)
    rows = session.execute(select(*keys).where(column == other)).all()
    moved = 0
    for row in rows:
        exactly = [key == value for key, value in zip(keys, row, strict=True)]
        try:
            with session.begin_nested():
                session.execute(
                    update(table)
                    .where(*exactly, column == other)
                    .values({column.name: kept})
                    .execution_options(synchronize_session=False)
                )
            moved += 1
        except IntegrityError:
            continue
    return moved
