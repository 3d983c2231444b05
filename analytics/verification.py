"""Judges what somebody holds in hand: a certificate's file, or only its number."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.x509 import Certificate as SigningCertificate

from analytics.certificates import PublicFacts, verify_number
from analytics.signing import SignatureCheck, check_signature
from records import Session
from skills_framework.messages import Message

LARGEST_FILE_MB = 5


@dataclass(frozen=True)
class Verdict:
    """``good`` only when everything that was asked holds; ``messages`` say each finding."""

    good: bool
    messages: tuple[Message, ...]
    facts: PublicFacts | None
    signature: SignatureCheck | None = None


def judge_number(session: Session, typed: str) -> Verdict:
    """What we know of a number."""
    facts = verify_number(session, typed)
    return Verdict(facts.state == "valid", (describe(facts),), facts)


def judge_file(session: Session, pdf: bytes, certificate: SigningCertificate) -> Verdict:
    """Whether the file is ours, unbroken, and its certificate still holds.

    The number is taken from the file only after the signature was found good.
    """
    if len(pdf) > LARGEST_FILE_MB * 1_000_000:
        return Verdict(False, (Message("Tệp lớn hơn {n} MB", {"n": LARGEST_FILE_MB}),), None)
    signature = check_signature(pdf, certificate)
    if signature.reason is not None:
        return Verdict(False, (signature.reason,), None, signature)
    facts = verify_number(session, signature.keywords)
    signed = Message("Chữ ký số đúng của đơn vị cấp, tệp nguyên vẹn")
    return Verdict(facts.state == "valid", (signed, describe(facts)), facts, signature)


def describe(facts: PublicFacts) -> Message:
    """The finding about a number as one sentence."""
    number = {"number": facts.number}
    if facts.state == "valid":
        return Message("Chứng nhận {number} có hiệu lực", number)
    if facts.state == "revoked":
        return Message("Chứng nhận {number} đã bị thu hồi", number)
    if facts.state == "unknown":
        return Message("Không có chứng nhận nào mang số {number}", number)
    return Message("Số {number} không đúng: có ký tự gõ nhầm hoặc thiếu", number)
