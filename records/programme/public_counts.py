"""Counts of people who came in by themselves: beside the programme's figures, never in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, distinct, func, select
from sqlalchemy.orm import Session

from records.people.public import PUBLIC_PROGRAMMES, is_public
from records.tables.assessment import Certificate
from records.tables.courses import Release
from records.tables.entry import PUBLIC_GROUPS, Registration
from records.tables.learning import Enrolment
from records.tables.people import Person


@dataclass(frozen=True)
class PublicCount:
    """Of one group: how many registered, have begun a course of the programme, hold a valid
    certificate of the public's."""

    group: str
    registered: int = 0
    learning: int = 0
    certified: int = 0


def count_public(
    session: Session,
    programme: str,
    *,
    units: Collection[int] | None = None,
    until: dt.datetime,
) -> list[PublicCount]:
    """A line for each group, also where nobody is; of those who say to be from these units (None:
    of all)."""
    begun = select(Enrolment.person_id).join(Release, Release.id == Enrolment.release_id)
    held = select(Certificate.person_id).where(
        Certificate.programme == PUBLIC_PROGRAMMES.get(programme, ""),
        Certificate.revoked_at.is_(None),
        Certificate.issued_at < until,
    )

    def among(people: Select[int]) -> ColumnElement[int]:
        return func.count(distinct(case((Person.id.in_(people), Person.id))))

    counted = (
        select(
            Registration.public_group,
            func.count(distinct(Person.id)),
            among(begun.where(Release.programme == programme)),
            among(held),
        )
        .join(Person, Person.id == Registration.person_id)
        .where(is_public(), Person.erased_at.is_(None), Person.left_at.is_(None))
        .group_by(Registration.public_group)
    )
    if units is not None:
        counted = counted.where(Registration.unit_id.in_(units))
    found = {row[0]: PublicCount(*row) for row in session.execute(counted)}
    return [found.get(group, PublicCount(group)) for group in PUBLIC_GROUPS]
