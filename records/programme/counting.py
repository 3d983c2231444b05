"""Counts and lists for the officer's pages: people, learners and certificates by unit and group.

Each function answers with one grouped statement, whatever the number of units; what the numbers
mean (buckets, provinces, targets) is said in `analytics.programme.figures`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select, text
from sqlalchemy.orm import Session

from core.completion import CourseStanding
from core.folding import fold
from records.courses.releases import current_release
from records.learning.meetings import attended_lessons
from records.learning.progress import progress_in, stand_in
from records.tables.assessment import Certificate
from records.tables.courses import Release
from records.tables.learning import Enrolment, Progress
from records.tables.people import Person, Unit


@dataclass(frozen=True)
class UnitNode:
    """A unit as the tree of figures needs it."""

    id: int
    kind: str
    vintage: str
    code: str
    name: str
    parent_id: int | None
    successor_id: int | None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class Cell:
    """How many, in one unit and one audience group (and one month, where months are counted)."""

    unit_id: int | None
    group: str | None
    count: int
    month: str = ""  # "2026-03", months of Việt Nam


@dataclass(frozen=True)
class PersonLine:
    """One person in a list of a unit."""

    person_id: int
    code: str | None
    full_name: str
    position: str | None
    group: str | None
    unit_id: int | None
    lessons: int  # lessons with marks
    points: float
    certificate: str | None
    issued_at: dt.datetime | None
    revoked_at: dt.datetime | None


def load_units_tree(session: Session) -> dict[int, UnitNode]:
    """Every unit by its key."""
    columns = (
        Unit.id,
        Unit.kind,
        Unit.vintage,
        Unit.code,
        Unit.name,
        Unit.parent_id,
        Unit.successor_id,
        Unit.valid_from,
        Unit.valid_to,
    )
    return {row.id: UnitNode(*row) for row in session.execute(select(*columns))}


def count_people(session: Session) -> list[Cell]:
    """People on the lists: whoever has an audience group, has not left and was not erased."""
    rows = session.execute(
        select(Person.unit_id, Person.audience_group, func.count())
        .where(*_on_the_list(None))
        .group_by(Person.unit_id, Person.audience_group)
    )
    return [Cell(unit, group, count) for unit, group, count in rows]


def listed_people(session: Session, units: Collection[int]) -> Sequence[int]:
    """The keys of the people on the lists of these units."""
    return session.scalars(select(Person.id).where(*_on_the_list(units)).order_by(Person.id)).all()


def certified_of(session: Session, people: Collection[int], programme: str) -> frozenset[int]:
    """Those of these people who hold a valid certificate; as many as one statement takes."""
    return frozenset(
        session.scalars(
            select(Certificate.person_id).where(
                Certificate.person_id.in_(people),
                Certificate.programme == programme,
                Certificate.revoked_at.is_(None),
            )
        )
    )


def count_learning(session: Session, programme: str) -> list[Cell]:
    """Of the people on the lists, those who have begun at least one course of the programme."""
    rows = session.execute(
        select(Person.unit_id, Person.audience_group, func.count(distinct(Person.id)))
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(Release, Release.id == Enrolment.release_id)
        .where(
            Release.programme == programme,
            *_on_the_list(None),
        )
        .group_by(Person.unit_id, Person.audience_group)
    )
    return [Cell(unit, group, count) for unit, group, count in rows]


def count_certificates(session: Session, programme: str, *, until: dt.datetime) -> list[Cell]:
    """Valid certificates issued before ``until``, by the unit and group of that day, and month."""
    month = _month_in_vietnam(session).label("month")
    rows = session.execute(
        select(Certificate.unit_id, Certificate.audience_group, func.count(), month)
        .where(
            Certificate.programme == programme,
            Certificate.revoked_at.is_(None),
            Certificate.issued_at < until,
        )
        .group_by(Certificate.unit_id, Certificate.audience_group, text("month"))
    )
    return [Cell(unit, group, count, month) for unit, group, count, month in rows]


def count_certificates_between(
    session: Session, programme: str, *, since: dt.datetime, until: dt.datetime
) -> list[Cell]:
    """Valid certificates with ``since`` ≤ issued < ``until``, by unit and group of that day."""
    rows = session.execute(
        select(Certificate.unit_id, Certificate.audience_group, func.count())
        .where(
            Certificate.programme == programme,
            Certificate.revoked_at.is_(None),
            Certificate.issued_at >= since,
            Certificate.issued_at < until,
        )
        .group_by(Certificate.unit_id, Certificate.audience_group)
    )
    return [Cell(unit, group, count) for unit, group, count in rows]


def _month_in_vietnam(session: Session) -> ColumnElement[str]:
    if session.get_bind().dialect.name == "postgresql":
        there = func.timezone("Asia/Ho_Chi_Minh", Certificate.issued_at)
        return func.to_char(there, "YYYY-MM")
    return func.strftime("%Y-%m", Certificate.issued_at, "+7 hours")


# --- lists ------------------------------------------------------------------------------------


STATES = ("certified", "revoked", "learning", "waiting")  # everybody is in exactly one


@dataclass(frozen=True)
class _Standing:
    """How a person's certificate and beginning are found, for lists and their counts alike."""

    of_programme: ColumnElement[bool]
    begun: ColumnElement[bool]

    def state(self) -> ColumnElement[str]:
        return case(
            (Certificate.revoked_at.is_not(None), "revoked"),
            (Certificate.number.is_not(None), "certified"),
            (self.begun, "learning"),
            else_="waiting",
        )


def _standing_in(programme: str) -> _Standing:
    begun = (
        select(Enrolment.id)
        .join(Release, Release.id == Enrolment.release_id)
        .where(Enrolment.person_id == Person.id, Release.programme == programme)
    )
    held = and_(
        Certificate.person_id == Person.id,
        Certificate.programme == programme,
        Certificate.replaced_by.is_(None),
    )
    return _Standing(held, begun.exists())


def _on_the_list(units: Collection[int] | None) -> tuple[ColumnElement[bool], ...]:
    listed = (
        Person.audience_group.is_not(None),
        Person.left_at.is_(None),
        Person.erased_at.is_(None),
    )
    return listed if units is None else (Person.unit_id.in_(units), *listed)


def count_states(session: Session, units: Collection[int] | None, programme: str) -> dict[str, int]:
    """How many people of these units (None: of the whole list) are in each of `STATES`; together
    they are all people on the list."""
    standing = _standing_in(programme)
    state = standing.state().label("state")
    rows = session.execute(
        select(state, func.count())
        .select_from(Person)
        .outerjoin(Certificate, standing.of_programme)
        .where(*_on_the_list(units))
        .group_by(text("state"))
    )
    found = {str(name): int(count) for name, count in rows}
    return dict.fromkeys(STATES, 0) | found


def list_people(
    session: Session,
    units: Collection[int],
    programme: str,
    *,
    state: str = "all",
    search: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[int, Sequence[PersonLine]]:
    """How many people these units have in this state, and one page of them, in
    the order of a Vietnamese list: by given name.

    ``state``: ``all``, or one of `STATES`: ``certified``, ``revoked`` (had a certificate),
    ``learning`` (begun, no certificate), ``waiting`` (not begun). ``search``: words of a name,
    with or without diacritics, or of a code.
    """
    progress = (
        select(
            Progress.person_id,
            func.count().label("lessons"),
            func.sum(Progress.points).label("points"),
        )
        .where(Progress.course.in_(select(Release.course).where(Release.programme == programme)))
        .group_by(Progress.person_id)
        .subquery()
    )
    standing = _standing_in(programme)
    people: Select[*tuple[Any, ...]] = (
        select(
            Person.id,
            Person.code,
            Person.full_name,
            Person.position,
            Person.audience_group,
            Person.unit_id,
            func.coalesce(progress.c.lessons, 0),
            func.coalesce(progress.c.points, 0.0),
            Certificate.number,
            Certificate.issued_at,
            Certificate.revoked_at,
        )
        .outerjoin(progress, progress.c.person_id == Person.id)
        .outerjoin(Certificate, standing.of_programme)
        .where(*_on_the_list(units))
    )
    if state in STATES:
        people = people.where(standing.state() == state)
    for word in fold(search).split():
        people = people.where(_holds(word, Person.name_folded, Person.code))
    total = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    page = people.order_by(Person.name_key, Person.id).offset(offset).limit(limit)
    return total, [PersonLine(*row) for row in session.execute(page)]


def _holds(word: str, folded: Any, *plain: Any) -> ColumnElement[bool]:
    """Whether a folded word is part of the folded column or, in small letters, of another."""
    return or_(
        folded.contains(word, autoescape=True),
        *(func.lower(column).contains(word, autoescape=True) for column in plain),
    )


def list_certificates(
    session: Session,
    *,
    programme: str | None = None,
    units: Collection[int] | None = None,
    search: str = "",
    state: str = "all",
    offset: int = 0,
    limit: int = 50,
) -> tuple[int, Sequence[Certificate]]:
    """How many certificates match, and one page of them, newest first.

    ``search``: words, each part of the number or of the name, with or without diacritics;
    ``state`` is ``all``, ``valid`` or ``revoked``; ``units`` None means everywhere.
    """
    found = select(Certificate)
    if programme is not None:
        found = found.where(Certificate.programme == programme)
    if units is not None:
        found = found.where(Certificate.unit_id.in_(units))
    if state != "all":
        revoked = Certificate.revoked_at
        found = found.where(revoked.is_(None) if state == "valid" else revoked.is_not(None))
    for word in fold(search).split():
        found = found.where(_holds(word, Certificate.name_folded, Certificate.number))
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = found.order_by(Certificate.issued_at.desc(), Certificate.number)
    return total, session.scalars(page.offset(offset).limit(limit)).all()


# --- one person's way to the certificate ------------------------------------------------------


def standings_of(
    session: Session, person_id: int, courses: Sequence[str], *, pass_share: float | None
) -> list[tuple[str, Release | None, CourseStanding]]:
    """How a person stands in each of the courses, on their own release.

    A course not begun counts with its current release; one never published has no release and no
    lesson. ``pass_share``: the ministry's own (`core.completion.share_in_force`).
    """
    begun = {
        enrolment.course: enrolment.release_id
        for enrolment in session.scalars(select(Enrolment).where(Enrolment.person_id == person_id))
    }
    found: list[tuple[str, Release | None, CourseStanding]] = []
    for course in courses:
        own = begun.get(course)
        release = current_release(session, course) if own is None else session.get(Release, own)
        best = {row.lesson: row.points for row in progress_in(session, person_id, course)}
        attended = attended_lessons(session, course, [person_id])[person_id]
        standing = (
            stand_in(release, points=best, attended=attended, pass_share=pass_share)
            if release
            else CourseStanding((), 1.0)
        )
        found.append((course, release, standing))
    return found
