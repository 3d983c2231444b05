"""Certificates once issued: recorded once per person and programme, found, revoked.

Who deserves one is decided in `analytics.certificates`; here is only what makes it safe to
repeat and impossible to number twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records.certificate_numbers import make_number
from records.tables import Certificate, Person
from records.writing import hold_person, next_number


def record_certificate(
    session: Session,
    *,
    person_id: int,
    programme: str,
    points: float,
    max_points: float,
    framework: str,
    at: dt.datetime,
    prefix: str = "MC",
) -> tuple[Certificate, bool]:
    """The person's certificate of the programme, and whether it is new.

    Name, unit and audience group are copied as they stand now. Safe to repeat and to race: one
    person has one certificate per programme, and a number is given out once.
    """
    hold_person(session, person_id)
    issued = find_certificate_of(session, person_id, programme)
    if issued:
        return issued, False
    person = session.get_one(Person, person_id)
    year = at.astimezone(_VIETNAM).year
    certificate = Certificate(
        number=make_number(next_number(session, f"certificate:{year}"), year, prefix=prefix),
        person_id=person_id,
        programme=programme,
        full_name=person.full_name,
        unit_id=person.unit_id,
        audience_group=person.audience_group,
        points=points,
        max_points=max_points,
        framework=framework,
        issued_at=at,
    )
    session.add(certificate)
    session.flush()
    return certificate, True


def find_certificate(session: Session, number: str) -> Certificate | None:
    """The certificate with this number, valid or revoked."""
    return session.get(Certificate, number.strip().upper())


def find_certificate_of(session: Session, person_id: int, programme: str) -> Certificate | None:
    """The person's certificate of a programme."""
    return session.scalar(
        select(Certificate).where(
            Certificate.person_id == person_id, Certificate.programme == programme
        )
    )


def certificates_of(session: Session, person_id: int) -> Sequence[Certificate]:
    """The person's certificates, oldest first."""
    return session.scalars(
        select(Certificate)
        .where(Certificate.person_id == person_id)
        .order_by(Certificate.issued_at)
    ).all()


def revoke_certificate(session: Session, number: str, *, reason: str, at: dt.datetime) -> bool:
    """Revoke; False when there is no such certificate or it was revoked before."""
    revoked = session.execute(
        update(Certificate)
        .where(Certificate.number == number, Certificate.revoked_at.is_(None))
        .values(revoked_at=at, revoked_reason=reason)
        .returning(Certificate.number)
    )
    return revoked.first() is not None


_VIETNAM = dt.timezone(dt.timedelta(hours=7))  # no daylight saving since 1975
