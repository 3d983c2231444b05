"""People who come in by themselves: invitations, and registrations until they are confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from records.people.account_links import hash_of
from records.tables.entry import Invitation, Registration
from records.tables.people import Person
from records.writing import insert_new

# --- invitations --------------------------------------------------------------------------------


def plain_code(typed: str) -> str:
    """A code as it is kept: whoever types it from paper may leave out its dashes."""
    return "".join(letter for letter in typed.casefold() if letter.isalnum())[:40]


def add_invitation(
    session: Session,
    *,
    code: str,
    title: str,
    programme: str,
    public_group: str,
    unit_id: int | None,
    places: int,
    opens_on: dt.date,
    closes_on: dt.date,
    by: str,
    at: dt.datetime,
) -> Invitation:
    made = Invitation(
        code=code,
        title=title,
        programme=programme,
        public_group=public_group,
        unit_id=unit_id,
        places=places,
        used=0,
        opens_on=opens_on,
        closes_on=closes_on,
        made_by=by,
        made_at=at,
    )
    session.add(made)
    session.flush()
    return made


def find_invitation_by_id(session: Session, invitation_id: int) -> Invitation | None:
    return session.get(Invitation, invitation_id)


def find_invitation(session: Session, typed: str) -> Invitation | None:
    """The invitation with this code, also one that is over."""
    code = plain_code(typed)
    return session.scalar(select(Invitation).where(Invitation.code == code)) if code else None


def list_invitations(
    session: Session, units: Collection[int] | None = None
) -> Sequence[Invitation]:
    """Invitations, newest first; of these units only, or all."""
    found = select(Invitation).order_by(Invitation.id.desc())
    if units is not None:
        found = found.where(Invitation.unit_id.in_(units))
    return session.scalars(found).all()


def takes_anybody(invitation: Invitation, programme: str, *, on: dt.date) -> bool:
    """Whether it opens the door on this day (of Việt Nam), to one more."""
    return (
        invitation.revoked_at is None
        and invitation.programme == programme
        and invitation.opens_on <= on <= invitation.closes_on
        and invitation.used < invitation.places
    )


def take_place(session: Session, invitation_id: int, *, on: dt.date) -> bool:
    """Take one place; False where there is none any more. Counted in the statement itself, so that
    of two who come for the last place one gets it."""
    taken = session.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.revoked_at.is_(None),
            Invitation.opens_on <= on,
            Invitation.closes_on >= on,
            Invitation.used < Invitation.places,
        )
        .values(used=Invitation.used + 1)
        .returning(Invitation.id)
    )
    return taken.first() is not None


def revoke_invitation(session: Session, invitation_id: int, *, by: str, at: dt.datetime) -> bool:
    """Nobody comes in by it any more; False where that was so. Who came stays."""
    gone = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by=by)
        .returning(Invitation.id)
    )
    return gone.first() is not None


# --- registrations ------------------------------------------------------------------------------


def keep_request(
    session: Session,
    *,
    email: str,
    token: str,
    full_name: str,
    public_group: str,
    unit_id: int | None,
    invitation_id: int | None,
    language: str,
    at: dt.datetime,
    expires_at: dt.datetime,
) -> bool:
    """Keep what somebody asks for until they confirm it; what was asked for this address before is
    gone, with its link. False where somebody was quicker by a moment."""
    session.execute(delete(Registration).where(Registration.email == email))
    return insert_new(
        session,
        Registration,
        email=email,
        token_hash=hash_of(token),
        full_name=full_name,
        public_group=public_group,
        unit_id=unit_id,
        invitation_id=invitation_id,
        language=language,
        asked_at=at,
        expires_at=expires_at,
    )


def find_request(session: Session, token: str, *, at: dt.datetime) -> Registration | None:
    """What the link of a letter is about, while it opens anything."""
    return session.scalar(
        select(Registration).where(
            Registration.token_hash == hash_of(token), Registration.expires_at > at
        )
    )


def use_request(session: Session, token: str, *, at: dt.datetime) -> Registration | None:
    """Use the link up: what it is about, or None where it opens nothing, or no more."""
    used = session.execute(
        update(Registration)
        .where(Registration.token_hash == hash_of(token), Registration.expires_at > at)
        .values(token_hash=None, confirmed_at=at)
        .returning(Registration.id)
    ).first()
    return session.get(Registration, used.id, populate_existing=True) if used else None


def note_person(session: Session, registration: Registration, person_id: int) -> None:
    """This person came of it; name and address are theirs from here on."""
    registration.person_id = person_id
    registration.full_name = registration.email = None
    session.flush()


def count_requests(session: Session) -> int:
    """How many wait to be confirmed."""
    waiting = Registration.confirmed_at.is_(None)
    return session.scalar(select(func.count()).select_from(Registration).where(waiting)) or 0


def forget_expired(session: Session, *, at: dt.datetime) -> int:
    """Remove what nobody confirmed in time; how many."""
    gone = session.execute(
        delete(Registration)
        .where(Registration.confirmed_at.is_(None), Registration.expires_at <= at)
        .returning(Registration.id)
    )
    return len(gone.all())


def find_owner(session: Session, email: str) -> Person | None:
    """Somebody who has this address, in whatever letters; whoever can log in comes first."""
    return session.scalar(
        select(Person)
        .where(
            or_(Person.email == email, func.lower(Person.email) == email),
            Person.erased_at.is_(None),
        )
        .order_by(Person.left_at.is_not(None), Person.username.is_(None), Person.id)
        .limit(1)
    )
