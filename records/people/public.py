"""Who came in by themselves, and what they earn.

Whoever registered and is in no officer's list is *public*: a learner like others, in none of the
eight groups and in no unit. Once a list or a merge gives them a group, they are public no more.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from records.tables.entry import Registration
from records.tables.people import Person


def is_public() -> ColumnElement[bool]:
    """Of `Person`: came by themselves, and is in no officer's list."""
    own = select(Registration.id).where(Registration.person_id == Person.id)
    came = exists(own.correlate(Person))
    return and_(Person.audience_group.is_(None), came)


def is_public_person(session: Session, person_id: int) -> bool:
    """`is_public` of the person with this key."""
    found = select(Person.id).where(Person.id == person_id, is_public())
    return session.scalar(found) is not None


# --- what they earn -------------------------------------------------------------------------------

# Whose certificate a public person earns by what a programme asks for. The experts' is nobody's:
# ministries and provinces nominate those.
PUBLIC_PROGRAMMES = {"chuyen-doi-so-10000": "pho-cap-ky-nang-so"}


def certificate_for(session: Session, person_id: int, programme: str) -> str | None:
    """The programme whose certificate this person earns by what ``programme`` asks for: its own,
    of the public the public's; None where the public earns none."""
    if not is_public_person(session, person_id):
        return programme
    return PUBLIC_PROGRAMMES.get(programme)


def certificates_by(programme: str) -> tuple[str, ...]:
    """The programmes whose certificates are earned by what this one asks for."""
    public = PUBLIC_PROGRAMMES.get(programme)
    return (programme, public) if public else (programme,)
