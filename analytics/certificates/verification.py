"""Judges what somebody holds in hand: a certificate's file, or only its number.

What was issued is known by its digest, so a true paper is never parsed. Any other file is a
stranger's; `examine` looks into it, and the portal does that in a walled child.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cryptography.x509 import Certificate as SigningCertificate

from analytics.certificates.issuing import PublicFacts, verify_number
from analytics.certificates.resaved import signed_part
from analytics.certificates.signing import RESAVED, SignatureCheck, check_signature
from core.messages import Message
from records import Session
from records.assessment.certificates import find_certificate, find_paper
from records.tables.assessment import CertificatePaper

LARGEST_FILE_MB = 5
TOO_LARGE = Message(
    "Tệp lớn hơn {n} MB nên không phải giấy chứng nhận do hệ thống cấp; hãy kiểm tra theo số",
    {"n": LARGEST_FILE_MB},
)
SIGNED = Message("Chữ ký số đúng của đơn vị cấp, tệp nguyên vẹn")
SUPERSEDED = Message(
    "Đây là giấy cũ: họ tên trên chứng nhận này đã được đính chính và giấy đã được in lại cùng số. "
    "Hãy dùng giấy mới"
)
# The beginning of files that people take for a PDF.
KINDS = (
    (b"PK\x03\x04", Message("Đây là tệp nén (zip) hoặc tệp Word, Excel, không phải PDF")),
    (b"\xd0\xcf\x11\xe0", Message("Đây là tệp Word, Excel đời cũ, không phải PDF")),
    (b"Rar!", Message("Đây là tệp nén (rar), không phải PDF; hãy giải nén rồi gửi tệp PDF")),
    (b"7z\xbc\xaf", Message("Đây là tệp nén (7z), không phải PDF; hãy giải nén rồi gửi tệp PDF")),
    (b"\xff\xd8\xff", Message("Đây là ảnh; hãy gửi tệp PDF gốc hoặc kiểm tra theo số trên giấy")),
    (b"\x89PNG", Message("Đây là ảnh; hãy gửi tệp PDF gốc hoặc kiểm tra theo số trên giấy")),
)


@dataclass(frozen=True)
class Verdict:
    """``good`` only when everything that was asked holds; ``messages`` say each finding.

    ``state``: ``resaved`` when what was signed holds and something harmless was added behind it,
    ``superseded`` when the name was corrected after this paper was printed.
    """

    good: bool
    messages: tuple[Message, ...]
    facts: PublicFacts | None
    signature: SignatureCheck | None = None
    state: Literal["good", "resaved", "superseded", "bad"] = "bad"


def judge_number(session: Session, typed: str) -> Verdict:
    """What we know of a number."""
    facts = verify_number(session, typed)
    good = facts.state == "valid"
    return Verdict(good, (describe(facts),), facts, state="good" if good else "bad")


def judge_file(
    session: Session,
    pdf: bytes,
    certificate: SigningCertificate,
    *,
    examine: Callable[[bytes, SigningCertificate], SignatureCheck] = check_signature,
) -> Verdict:
    """Whether the file is ours, unbroken, and its certificate still holds.

    The number is taken from the file only after the signature was found good.
    """
    verdict = judge_at_sight(session, pdf)
    return verdict or judge_examined(session, pdf, examine(pdf, certificate))


def judge_at_sight(session: Session, pdf: bytes) -> Verdict | None:
    """What can be said of a file without looking into it: it is one we issued, byte for byte, or no
    PDF at all. None where it has to be examined."""
    if refusal := refuse_kind(pdf):
        return Verdict(False, (refusal,), None)
    paper = find_paper(session, _digest(pdf))
    if paper is None:
        signed = signed_part(pdf)
        blank = bool(signed) and not pdf[len(signed) :].strip(b"\r\n\t \0")
        paper = find_paper(session, _digest(signed)) if blank else None
        return _of_paper(session, paper, resaved=True) if paper else None
    return _of_paper(session, paper, resaved=False)


def judge_examined(session: Session, pdf: bytes, signature: SignatureCheck) -> Verdict:
    """The verdict on a file that was examined."""
    if signature.added == "over" or not signature.signed or not signature.ours:
        return Verdict(False, (signature.reason or SIGNED,), None, signature)
    resaved = signature.added == "harmless"
    if not signature.unbroken and not resaved:
        return Verdict(False, (signature.reason or SIGNED,), None, signature)
    facts = verify_number(session, signature.keywords)
    paper = find_paper(session, _digest(signed_part(pdf)))
    certificate = find_certificate(session, facts.number) if facts.issued_at else None
    superseded = (
        paper.superseded_at is not None
        if paper
        else certificate is not None and certificate.corrected_at is not None
    )
    return _verdict(facts, resaved=resaved, superseded=superseded, signature=signature)


def refuse_size() -> Verdict:
    """The verdict on a file too large to be one of ours, which nobody kept."""
    return Verdict(False, (TOO_LARGE,), None)


def refuse_kind(content: bytes) -> Message | None:
    """In words, what a file is that cannot be a certificate; None for what may be one."""
    if not content:
        return Message("Tệp trống, không có gì bên trong")
    if len(content) > LARGEST_FILE_MB * 1_000_000:
        return TOO_LARGE
    for beginning, message in KINDS:
        if content.startswith(beginning):
            return message
    if b"%PDF-" not in content[:1024]:
        return Message("Đây không phải tệp PDF đọc được")
    return None


def _of_paper(session: Session, paper: CertificatePaper, *, resaved: bool) -> Verdict:
    facts = verify_number(session, paper.number)
    return _verdict(facts, resaved=resaved, superseded=paper.superseded_at is not None)


def _verdict(
    facts: PublicFacts,
    *,
    resaved: bool,
    superseded: bool,
    signature: SignatureCheck | None = None,
) -> Verdict:
    findings = (RESAVED if resaved else SIGNED, describe(facts))
    if facts.state != "valid":
        return Verdict(False, findings, facts, signature)
    if superseded:
        return Verdict(False, (SUPERSEDED, describe(facts)), facts, signature, "superseded")
    state: Literal["good", "resaved"] = "resaved" if resaved else "good"
    return Verdict(not resaved, findings, facts, signature, state)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
