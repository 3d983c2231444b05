"""Looks into PDFs that strangers hand in, in a walled child: bounded in time and memory.

A file of a few kilobytes can make whoever reads it take gigabytes. So no such file is ever read
by the portal itself, one address may hand in only so many, and only two are looked into at once.
"""

from __future__ import annotations

import asyncio

from cryptography.hazmat.primitives import serialization
from cryptography.x509 import Certificate as SigningCertificate

from analytics.certificates.signing import SignatureCheck
from analytics.certificates.walled_reading import PAPER, read_check
from core.messages import Message
from hub.login.callers import SpeedLimit
from hub.portal.walled_child import WalledChild
from sandbox import Limits
from school.refusals import WithStatus

AT_ONCE, MOST_WAITING = 2, 16
LIMITS = Limits(cpu_s=4, wall_s=6, memory_mb=192, processes=8, file_mb=8, frame_mb=1, nice=15)
BURST, PER_SECOND = 8, 1 / 15  # files an address may have looked into


class Busy(WithStatus):
    """Too many files at once, of all or of one address."""

    status = 429


class PaperDesk:
    """Looks into files in their turn. Safe to use from several threads."""

    def __init__(self, *, allow_reduced: bool = False) -> None:
        self._child = WalledChild(
            "analytics.certificates.walled_reading", limits=LIMITS, allow_reduced=allow_reduced
        )
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._callers = SpeedLimit(burst=BURST, per_second=PER_SECOND)

    async def look_into(
        self, pdf: bytes, certificate: SigningCertificate, *, caller: str
    ) -> SignatureCheck:
        """`examine` in its turn. Raises `Busy`."""
        if not self._callers.allow(caller) or self._waiting >= MOST_WAITING:
            raise Busy(
                Message(
                    "Đang có nhiều tệp chờ kiểm tra. Xin thử lại sau một phút, hoặc kiểm tra "
                    "theo số."
                )
            )
        self._waiting += 1
        try:
            async with self._places:
                return await asyncio.to_thread(self.examine, pdf, certificate)
        finally:
            self._waiting -= 1

    def examine(self, pdf: bytes, certificate: SigningCertificate) -> SignatureCheck:
        """What the signature of ``pdf`` is worth; unreadable where the child ran out of bounds, and
        where this machine gives no walls."""
        pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        return read_check(self._child.ask({PAPER: pdf}, {"certificate": pem}))

    def close(self) -> None:
        """End what was started. Safe to repeat."""
        self._child.close()
