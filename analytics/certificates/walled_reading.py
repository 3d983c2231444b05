"""The program of the walled child that looks into a stranger's PDF (see
`hub.portal.paper_desk`)."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from cryptography import x509

from analytics.certificates.resaved import Added
from analytics.certificates.signing import REASONS, SignatureCheck, check_signature

PAPER = "paper.pdf"  # in the child's working folder
UNHEARD = SignatureCheck(False, False, False, "", "", REASONS[0])
_ADDED: tuple[Added, ...] = ("nothing", "harmless", "over")


def main(channel: Any, certificate: str, **_: Any) -> None:
    """Judge the file and send what was found."""
    found = check_signature(
        Path(PAPER).read_bytes(), x509.load_pem_x509_certificate(certificate.encode())
    )
    said = asdict(found)
    said["reason"] = None if found.reason is None else REASONS.index(found.reason)
    channel.send(said)


def read_check(said: Any) -> SignatureCheck:
    """What the child sent, taken for what it may be: it had a hostile file in hand."""
    if not isinstance(said, dict):
        return UNHEARD
    number, added = said.get("reason"), said.get("added")
    if number is not None and number not in range(len(REASONS)):
        return UNHEARD
    return SignatureCheck(
        signed=said.get("signed") is True,
        unbroken=said.get("unbroken") is True,
        ours=said.get("ours") is True,
        signer=str(said.get("signer", ""))[:200],
        keywords=str(said.get("keywords", ""))[:80],
        reason=None if number is None else REASONS[number],
        added=added if added in _ADDED else "over",
    )
