"""What officers do about certificates once issued: correct, revoke, replace; and the paper that is
handed out first is the one that is kept."""

from __future__ import annotations

import datetime as dt

from analytics.certificates import amendments, issuing
from records import Session
from records.assessment import certificates
from records.tables.assessment import Certificate
from school import access
from school.access import Actor
from school.acts import act


@act(may=access.may_correct_certificate, audited="certificate.correct")
def correct_certificate(
    session: Session, actor: Actor, number: str, *, full_name: str, reason: str, at: dt.datetime
) -> Certificate:
    """Correct the name on a certificate and on its holder (`analytics.certificates.amendments`)."""
    return amendments.correct_name(
        session, number, full_name=full_name, reason=reason, actor=actor.username or "", at=at
    )


@act(may=access.may_revoke_certificate, audited="certificate.issue")
def replace_certificate(
    session: Session, actor: Actor, number: str, *, reason: str, at: dt.datetime
) -> Certificate:
    """A new certificate in place of one that was revoked in error."""
    return amendments.issue_again(session, number, reason=reason, actor=actor.username or "", at=at)


@act(may=access.may_revoke_certificate, audited="certificate.revoke")
def revoke_certificate(
    session: Session, actor: Actor, number: str, *, reason: str, at: dt.datetime
) -> Certificate:
    """Revoke a certificate, for a reason that is kept."""
    return issuing.revoke(session, number, reason=reason, actor=actor.username or "", at=at)


@act(may=access.may_learn, kept_in="certificate_paper")
def keep_paper(
    session: Session, _actor: Actor, number: str, content: bytes, *, full_name: str, at: dt.datetime
) -> bytes | None:
    """Keep a paper that was just printed (`records.assessment.certificates.keep_paper`). Who may
    see the certificate at all is asked before it is printed."""
    return certificates.keep_paper(session, number, content, full_name=full_name, at=at)
