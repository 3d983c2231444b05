"""Certificates once issued: recorded once per person and programme, found, revoked.

Who deserves one is decided in `analytics.certificates.issuing`; here is only what makes it safe to
repeat and impossible to number twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records.assessment.certificate_numbers import make_number
from records.tables.assessment import Certificate, CertificatePaper
from records.tables.people import Person
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
    """The person's certificate of a programme; of one revoked in error, what took its place."""
    return session.scalar(
        select(Certificate).where(
            Certificate.person_id == person_id,
            Certificate.programme == programme,
            Certificate.replaced_by.is_(None),
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


def replace_revoked(session: Session, old: Certificate, *, at: dt.datetime) -> Certificate:
    """A new certificate with a number of its own in place of ``old``, which stays revoked.

    The name is the person's as it stands now; everything else was earned before.
    """
    hold_person(session, old.person_id)
    person = session.get_one(Person, old.person_id)
    year = at.astimezone(_VIETNAM).year
    prefix = old.number.partition("-")[0]
    number = make_number(next_number(session, f"certificate:{year}"), year, prefix=prefix)
    old.replaced_by = number
    session.flush()
    kept = ("person_id", "programme", "unit_id", "audience_group", "points", "max_points")
    certificate = Certificate(
        number=number,
        full_name=person.full_name,
        framework=old.framework,
        issued_at=at,
        **{name: getattr(old, name) for name in kept},
    )
    session.add(certificate)
    session.flush()
    return certificate


# --- papers -----------------------------------------------------------------------------------


def find_paper(session: Session, sha256: str) -> CertificatePaper | None:
    """The paper that was handed out with this digest."""
    return session.get(CertificatePaper, sha256)


def newest_paper(session: Session) -> CertificatePaper | None:
    """The paper that was printed last and is kept."""
    return session.scalar(
        select(CertificatePaper)
        .where(CertificatePaper.content.is_not(None), CertificatePaper.superseded_at.is_(None))
        .order_by(CertificatePaper.printed_at.desc())
        .limit(1)
    )


def newest_certificate(session: Session) -> Certificate | None:
    """The certificate that was issued last."""
    return session.scalar(select(Certificate).order_by(Certificate.issued_at.desc()).limit(1))


def current_paper(session: Session, number: str) -> CertificatePaper | None:
    """The paper of this certificate that holds, if one was printed."""
    return session.scalar(
        select(CertificatePaper)
        .where(CertificatePaper.number == number, CertificatePaper.superseded_at.is_(None))
        .order_by(CertificatePaper.printed_at)
        .limit(1)
    )


def keep_paper(
    session: Session, number: str, content: bytes, *, full_name: str, at: dt.datetime
) -> bytes | None:
    """Keep a paper just printed and return what is to be handed out: the one kept before, where
    another was quicker; None where the name was corrected meanwhile."""
    certificate = session.get_one(Certificate, number)
    hold_person(session, certificate.person_id)
    session.refresh(certificate)
    if certificate.full_name != full_name:
        return None
    kept = current_paper(session, number)
    if kept is not None:
        return kept.content
    session.add(
        CertificatePaper(
            sha256=hashlib.sha256(content).hexdigest(),
            number=number,
            person_id=certificate.person_id,
            content=content,
            printed_at=at,
        )
    )
    session.flush()
    return content


def correct_name(session: Session, number: str, full_name: str, *, at: dt.datetime) -> None:
    """Put another name on the certificate; papers with the old one are superseded, and kept."""
    certificate = session.get_one(Certificate, number)
    hold_person(session, certificate.person_id)
    certificate.full_name, certificate.corrected_at = full_name, at
    session.execute(
        update(CertificatePaper)
        .where(CertificatePaper.number == number, CertificatePaper.superseded_at.is_(None))
        .values(superseded_at=at)
    )
    session.flush()


_VIETNAM = dt.timezone(dt.timedelta(hours=7))  # no daylight saving since 1975
