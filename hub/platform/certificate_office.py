"""Where certificates are printed and signed: what the settings say, the press, and the key.

Nothing is loaded before the first certificate is asked for.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from analytics.certificates.certificate_pdf import Facts, Press, make_signed_paper
from analytics.certificates.credential import make_credential
from analytics.certificates.issuing import fault_of_name
from analytics.certificates.signing import Signer, load_or_make_signer, load_signer
from analytics.programme.targets import load_programmes
from core.messages import Refused
from hub.settings import Settings
from records import Session
from records.people import persons
from records.people.public import PUBLIC_PROGRAMMES
from records.tables.assessment import Certificate

SAMPLE_AUTHORITY = "Đơn vị cấp chứng nhận (mẫu)"  # a demonstration speaks for no real ministry


class CertificateOffice:
    """Prints what the records say. One per process; safe to use from several threads."""

    def __init__(self, settings: Settings, *, address: str) -> None:
        """``address`` is where the portal is seen from outside, with a closing slash."""
        self._settings, self._address = settings, address

    def facts(self, session: Session, certificate: Certificate) -> Facts:
        """What stands on the paper of this certificate."""
        unit = (
            persons.find_unit_by_id(session, certificate.unit_id) if certificate.unit_id else None
        )
        programme = load_programmes().get(certificate.programme)
        demo = self._settings.demonstration
        return Facts(
            number=certificate.number,
            full_name=certificate.full_name,
            unit=unit.name if unit else "",
            programme=programme.title["vi"] if programme else certificate.programme,
            issued_at=certificate.issued_at,
            authority=SAMPLE_AUTHORITY if demo else self._settings.ministry,
            signer=self._settings.certificate_signer,
            place=self._settings.certificate_place,
            verify_url=self.verify_address(certificate.number),
            sample=demo,
            public=certificate.programme in PUBLIC_PROGRAMMES.values(),
        )

    def paper(self, facts: Facts) -> bytes:
        """The signed PDF/A. Raises `Refused` for a name that cannot be printed."""
        if fault := fault_of_name(facts.full_name):
            raise Refused(fault)
        return make_signed_paper(self._press, self.signer, facts)

    def picture(self, facts: Facts) -> bytes:
        """The paper's page as PNG, to look at. Raises `Refused` for a name that cannot be
        printed."""
        if fault := fault_of_name(facts.full_name):
            raise Refused(fault)
        return self._press.draw(facts)

    def verify_address(self, number: str) -> str:
        """Where anybody sees whether this certificate holds."""
        return f"{self._address}verify/{number}"

    def credential(self, facts: Facts) -> str:
        """The Open Badges credential."""
        return make_credential(self.signer, facts, issuer_url=self._address)

    @cached_property
    def signer(self) -> Signer:
        return open_signer(self._settings)

    @cached_property
    def _press(self) -> Press:
        return Press()


def open_signer(settings: Settings) -> Signer:
    """The operator's own key where the settings name one, else the demonstration's."""
    if settings.certificate_key and settings.certificate_chain:
        return load_signer(settings.certificate_key, settings.certificate_chain)
    authority = SAMPLE_AUTHORITY if settings.demonstration else settings.ministry
    return load_or_make_signer(settings.secrets, authority=authority, at=dt.datetime.now(dt.UTC))
