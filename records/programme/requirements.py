"""Which courses a programme's certificate requires, from when and until when: the ministry's data.

What is shipped stands in ``data/programme.toml`` and holds until the first decision is recorded;
from then on the records hold all of it. Which of these requirements bind a person is decided in
`analytics.certificates.requirements`.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.people.public import is_public
from records.platform import audit
from records.tables.assessment import Certificate
from records.tables.courses import Release
from records.tables.learning import Enrolment
from records.tables.people import Person
from records.tables.programme import Requirement
from records.writing import insert_new

SHIPPED = Path(__file__).parent / "data" / "programme.toml"
VIETNAM = dt.timezone(dt.timedelta(hours=7))  # no daylight saving since 1975


@dataclass(frozen=True)
class Required:
    """A course is required in ``[from_at, until_at)``; ``until_at`` None: no end was decided."""

    course: str
    from_at: dt.datetime
    until_at: dt.datetime | None = None
    source: str = ""
    decided_by: str = ""

    def holds(self, at: dt.datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


def requirements_of(session: Session, programme: str) -> tuple[Required, ...]:
    """All of them, past, present and future, the earliest first; as shipped before the first
    decision."""
    rows = session.scalars(
        select(Requirement)
        .where(Requirement.programme == programme)
        .order_by(Requirement.from_at, Requirement.course)
    ).all()
    return tuple(
        Required(row.course, row.from_at, row.until_at, row.source, row.decided_by) for row in rows
    ) or load_shipped().get(programme, ())


def programmes_requiring(session: Session, course: str) -> frozenset[str]:
    """The programmes that require the course, or did, or will."""
    decided = set(session.scalars(select(Requirement.programme).distinct()))
    found = set(
        session.scalars(
            select(Requirement.programme).where(Requirement.course == course).distinct()
        )
    )
    for programme, shipped in load_shipped().items():
        if programme not in decided and any(one.course == course for one in shipped):
            found.add(programme)
    return frozenset(found)


@cache
def load_shipped(path: Path = SHIPPED) -> dict[str, tuple[Required, ...]]:
    """The requirements of ``programme.toml``, by programme."""
    found: dict[str, list[Required]] = {}
    for entry in tomllib.loads(path.read_text("utf-8"))["requirement"]:
        found.setdefault(entry["programme"], []).append(
            Required(
                entry["course"],
                _midnight(entry["from"]),
                _midnight(entry["until"]) if "until" in entry else None,
                entry["source"],
            )
        )
    return {programme: tuple(all_of_it) for programme, all_of_it in found.items()}


def require_course(
    session: Session,
    programme: str,
    course: str,
    *,
    from_at: dt.datetime,
    source: str,
    by: str,
    at: dt.datetime,
) -> None:
    """A course joins the programme from ``from_at`` on. `Refused` for a day that is past (whoever
    has begun since would be bound after the fact) and where the course is required already."""
    if from_at < at:
        raise Refused(Message("Ngày bắt đầu không được ở quá khứ"), field="day")
    if any(
        one.course == course and (one.until_at is None or one.until_at > from_at)
        for one in _kept(session, programme, at)
    ):
        raise Refused(Message("Khóa này đã nằm trong điều kiện vào ngày ấy"), field="course")
    session.add(
        Requirement(
            programme=programme,
            course=course,
            from_at=from_at,
            source=source,
            decided_by=by,
            decided_at=at,
        )
    )
    _audit(session, "programme.require", programme, course, from_at, source, by=by, at=at)


def end_requirement(
    session: Session,
    programme: str,
    course: str,
    *,
    until_at: dt.datetime,
    source: str,
    by: str,
    at: dt.datetime,
) -> None:
    """A course is no longer required from ``until_at`` on. `Refused` for a day that is past."""
    if until_at < at:
        raise Refused(Message("Ngày kết thúc không được ở quá khứ"), field="day")
    _kept(session, programme, at)
    row = session.scalar(
        select(Requirement)
        .where(
            Requirement.programme == programme,
            Requirement.course == course,
            or_(Requirement.until_at.is_(None), Requirement.until_at > until_at),
        )
        .order_by(Requirement.from_at.desc())
        .limit(1)
    )
    if row is None:
        raise Refused(Message("Khóa này không nằm trong điều kiện vào ngày ấy"), field="course")
    row.until_at = max(until_at, row.from_at)
    row.source = f"{row.source}; {source}"
    _audit(session, "programme.release", programme, course, until_at, source, by=by, at=at)


def _kept(session: Session, programme: str, at: dt.datetime) -> tuple[Required, ...]:
    """The requirements, from now on in the records: what was shipped is written down first."""
    for one in requirements_of(session, programme):
        insert_new(
            session,
            Requirement,
            programme=programme,
            course=one.course,
            from_at=one.from_at,
            until_at=one.until_at,
            source=one.source,
            decided_by=one.decided_by,
            decided_at=at,
        )
    return requirements_of(session, programme)


def _audit(
    session: Session,
    action: str,
    programme: str,
    course: str,
    when: dt.datetime,
    source: str,
    *,
    by: str,
    at: dt.datetime,
) -> None:
    session.flush()
    detail = {"course": course, "when": when.astimezone(dt.UTC).isoformat(), "source": source}
    audit.append(
        session, at=at, actor=by, action=action, subject=f"programme:{programme}", detail=detail
    )


# --- who has begun ------------------------------------------------------------------------------


def began_programme(
    session: Session, person_id: int, programme: str, courses: Collection[str]
) -> dt.datetime | None:
    """When the person began the first course that is of the programme or among ``courses``."""
    return session.scalar(
        select(func.min(Enrolment.began_at))
        .join(Release, Release.id == Enrolment.release_id)
        .where(
            Enrolment.person_id == person_id,
            or_(Release.programme == programme, Enrolment.course.in_(courses)),
        )
    )


@dataclass(frozen=True)
class Affected:
    """Whom a change meets: ``begun`` (no certificate yet) and ``holding`` keep what they have;
    ``not_begun``, of the people on the lists, begin under the new rule."""

    begun: int
    holding: int
    not_begun: int


def count_affected(session: Session, programme: str, courses: Collection[str]) -> Affected:
    """How many stand where, as of now. A person with a revoked certificate is in none of these,
    nor is one who came by themselves."""
    begun = exists(
        select(Enrolment.id)
        .join(Release, Release.id == Enrolment.release_id)
        .where(
            Enrolment.person_id == Person.id,
            or_(Release.programme == programme, Enrolment.course.in_(courses)),
        )
    )
    held = exists(
        select(Certificate.number).where(
            Certificate.person_id == Person.id, Certificate.programme == programme
        )
    )
    valid = select(func.count()).where(
        Certificate.programme == programme, Certificate.revoked_at.is_(None)
    )
    people = (
        select(func.count())
        .select_from(Person)
        .where(Person.left_at.is_(None), Person.erased_at.is_(None), ~held, ~is_public())
    )
    listed = people.where(Person.audience_group.is_not(None))
    return Affected(
        begun=session.scalar(people.where(begun)) or 0,
        holding=session.scalar(valid) or 0,
        not_begun=session.scalar(listed.where(~begun)) or 0,
    )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIETNAM)
