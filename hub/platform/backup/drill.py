"""A rehearsal: a backup made, put back in a temporary place, and looked at.

Only a copy that was restored is known to be one. So the drill makes a copy of what runs, puts it
back, compares every row and file with the copy (`restoring`), walks the chain of the restored audit
log and verifies a certificate with the restored key. Nothing of what runs is touched.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from analytics.certificates.signing import check_signature
from analytics.certificates.verification import judge_number
from core.messages import Message, Refused
from hub.platform.backup.making import Made, Tell, make_backup, say_nothing
from hub.platform.backup.restoring import restore_backup
from hub.platform.certificate_office import open_signer
from hub.settings import Settings
from records import open_records
from records.assessment.certificates import newest_certificate, newest_paper
from records.backup.envelope import SHORTEST
from records.platform import audit


@dataclass(frozen=True)
class Rehearsed:
    """What the drill found; all of it held, or it had been refused."""

    made: Made
    making_s: float
    restoring_s: float
    audit_entries: int
    certificate: str  # the number of the one that was verified; "" where none was issued


def rehearse(
    settings: Settings,
    *,
    passphrase: str = "",
    labs: bool = False,
    place: Path | None = None,
    at: dt.datetime,
    tell: Tell = say_nothing,
) -> Rehearsed:
    """Make a backup, restore it below ``place`` (else where temporary files go), and compare.

    Raises `Refused` for the first thing that does not hold. Nothing is left behind.
    """
    passphrase = passphrase or "d" * SHORTEST  # the copy is gone in a moment
    with tempfile.TemporaryDirectory(dir=place, prefix="motcham-drill-") as temporary:
        began = time.monotonic()
        made = make_backup(settings, Path(temporary), passphrase, labs=labs, at=at, tell=tell)
        done = time.monotonic()
        elsewhere = settings.model_copy(
            update={"data": Path(temporary) / "data", "database_url": "", "hub_database": ""}
        )
        restored = restore_backup(made.path, passphrase, elsewhere, tell=tell)
        if restored.contents != made.contents:
            raise Refused(Message("Bản khôi phục không giống bản sao."))
        entries, certificate = _look(elsewhere)
        return Rehearsed(made, done - began, time.monotonic() - done, entries, certificate)


def _look(settings: Settings) -> tuple[int, str]:
    """What a restored platform must be able to do."""
    records = open_records(settings.records_url, audit_key=settings.audit_key)
    try:
        with records.read() as session:
            chain = audit.verify(session)
            if not chain.sound:
                raise Refused(
                    Message("Nhật ký khôi phục đứt ở dòng {id}.", {"id": chain.broken_at})
                )
            paper, certificate = newest_paper(session), newest_certificate(session)
            number = paper.number if paper else certificate.number if certificate else ""
            if paper is not None and paper.content is not None:
                found = check_signature(paper.content, open_signer(settings).certificate)
                if not (found.signed and found.ours and found.unbroken):
                    raise Refused(
                        Message("Chứng nhận {number} khôi phục không đúng", {"number": number})
                    )
            if number and judge_number(session, number).facts is None:
                raise Refused(
                    Message("Chứng nhận {number} khôi phục không đúng", {"number": number})
                )
            return chain.entries, number
    finally:
        records.close()
