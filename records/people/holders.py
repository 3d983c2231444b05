"""Who holds which role, for whom and until when: the lists that show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.folding import fold
from records.people.persons import in_force
from records.tables.people import Person, RoleGrant


@dataclass(frozen=True)
class Holder:
    """Somebody's role, as lists show it."""

    grant_id: int
    person_id: int
    username: str | None
    code: str | None
    full_name: str
    role: str
    unit_id: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None

    def standing(self, on: dt.date) -> str:
        """``now``, ``later`` or ``over``."""
        if self.starts_on and self.starts_on > on:
            return "later"
        return "over" if self.ends_on and self.ends_on < on else "now"


def list_holders(
    session: Session,
    *,
    units: Collection[int] | None = None,
    role: str = "",
    search: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[int, Sequence[Holder]]:
    """How many roles beyond a learner's are granted, and one page of them, by name.

    ``units``: only those for one of these; ``search``: words of a name, with or without diacritics,
    of a login name or of a code.
    """
    found = (
        select(
            RoleGrant.id,
            Person.id.label("person_id"),
            Person.username,
            Person.code,
            Person.full_name,
            RoleGrant.role,
            RoleGrant.unit_id,
            RoleGrant.starts_on,
            RoleGrant.ends_on,
        )
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role != "learner", Person.erased_at.is_(None))
    )
    if units is not None:
        found = found.where(RoleGrant.unit_id.in_(units))
    if role:
        found = found.where(RoleGrant.role == role)
    for word in fold(search).split():
        found = found.where(
            or_(
                Person.name_folded.contains(word, autoescape=True),
                func.lower(Person.username).contains(word, autoescape=True),
                func.lower(Person.code).contains(word, autoescape=True),
            )
        )
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = found.order_by(Person.name_key, RoleGrant.id).offset(offset).limit(limit)
    return total, [Holder(*row) for row in session.execute(page)]


def is_held(session: Session, role: str, *, on: dt.date) -> bool:
    """Whether anybody holds this role on this day (of Việt Nam)."""
    found = (
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == role, in_force(on), Person.erased_at.is_(None))
        .limit(1)
    )
    return session.scalar(found) is not None


def find_holder(session: Session, grant_id: int) -> Holder | None:
    """The role with this key."""
    row = session.get(RoleGrant, grant_id)
    person = row and session.get(Person, row.person_id)
    if row is None or not isinstance(person, Person):
        return None
    return Holder(
        *(row.id, person.id, person.username, person.code, person.full_name),
        *(row.role, row.unit_id, row.starts_on, row.ends_on),
    )
