"""What may be mended about a certificate once issued: its name, or a revocation that was an error.

Both need a reason, which the audit log keeps. Nothing issued is deleted or counted twice: a
corrected name keeps the number and supersedes the paper, a new certificate replaces the revoked.
"""

from __future__ import annotations

import datetime as dt

from analytics.certificates.issuing import LONGEST_REASON, fault_of_name
from core.messages import Message, Refused
from core.names import in_small_letters, with_capitals
from records import Session
from records.assessment.certificate_numbers import read_number
from records.assessment.certificates import correct_name as record_name
from records.assessment.certificates import find_certificate, replace_revoked
from records.people import persons
from records.platform import audit
from records.tables.assessment import Certificate


def correct_name(
    session: Session, number: str, *, full_name: str, reason: str, actor: str, at: dt.datetime
) -> Certificate:
    """Correct the name on a certificate and on its holder. Raises `Refused`."""
    certificate, reason = _found(session, number), _checked(reason)
    full_name = persons.clean(full_name)
    if certificate.revoked_at is not None:
        raise Refused(Message("Chứng nhận {number} đã bị thu hồi", {"number": certificate.number}))
    if fault := fault_of_name(full_name):
        raise Refused(fault)
    if in_small_letters(full_name):
        raise Refused(
            Message(
                "Họ tên viết toàn chữ thường; hãy viết hoa chữ đầu mỗi tiếng: {name}",
                {"name": with_capitals(full_name)},
            )
        )
    if len(full_name) > persons.LONGEST_NAME:
        raise Refused(Message("Họ tên dài quá {n} ký tự", {"n": persons.LONGEST_NAME}))
    if full_name == certificate.full_name:
        raise Refused(Message("Họ tên trên chứng nhận đã là như vậy"))
    record_name(session, certificate.number, full_name, at=at)
    person = persons.find_person_by_id(session, certificate.person_id)
    if person is not None and person.erased_at is None:
        person.full_name = full_name
    _log(session, certificate, "certificate.correct", {"reason": reason}, actor=actor, at=at)
    return certificate


def issue_again(
    session: Session, number: str, *, reason: str, actor: str, at: dt.datetime
) -> Certificate:
    """A new certificate in place of one that was revoked in error. Raises `Refused`."""
    old, reason = _found(session, number), _checked(reason)
    if old.revoked_at is None:
        raise Refused(Message("Chứng nhận {number} chưa bị thu hồi", {"number": old.number}))
    if old.replaced_by is not None:
        raise Refused(
            Message(
                "Chứng nhận {number} đã được thay bằng {other}",
                {"number": old.number, "other": old.replaced_by},
            )
        )
    person = persons.find_person_by_id(session, old.person_id)
    if fault := fault_of_name(person.full_name if person else ""):
        raise Refused(fault)
    certificate = replace_revoked(session, old, at=at)
    detail = {"reason": reason, "replaces": old.number, "person": old.person_id}
    _log(session, certificate, "certificate.issue", detail, actor=actor, at=at)
    return certificate


def _found(session: Session, typed: str) -> Certificate:
    number = read_number(typed)
    certificate = find_certificate(session, number) if number else None
    if certificate is None:
        raise Refused(Message("Không có chứng nhận số {number}", {"number": typed[:40]}))
    return certificate


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise Refused(Message("Phải ghi lý do"))
    if len(reason) > LONGEST_REASON:
        raise Refused(Message("Lý do dài quá {n} ký tự", {"n": LONGEST_REASON}))
    return reason


def _log(
    session: Session,
    certificate: Certificate,
    action: str,
    detail: dict[str, object],
    *,
    actor: str,
    at: dt.datetime,
) -> None:
    subject = f"certificate:{certificate.number}"
    audit.append(session, at=at, actor=actor, action=action, subject=subject, detail=detail)
