"""The public page that says whether a certificate holds, and the certificate's own files."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from tornado.web import HTTPError

from analytics.certificates import verification
from analytics.certificates.certificate_pdf import Facts
from analytics.certificates.issuing import PublicFacts, verify_number
from analytics.programme import places, targets
from core.messages import Message, Refused
from hub.platform.certificate_office import CertificateOffice
from hub.portal.uploads import UploadPage
from hub.portal.web import BaseHandler, PageHandler
from records import Session
from records.assessment.certificate_numbers import read_number
from records.assessment.certificates import current_paper, find_certificate
from records.programme.counting import load_units_tree
from records.tables.assessment import Certificate
from school import access
from school.assessment import acts
from school.people import looks

SLOW = 6  # of the speed limit: about thirty questions at once, then one or two a second


class Verify(UploadPage):
    """Asks for a number or a file. Public; says no more than the paper does."""

    public: ClassVar[bool] = True
    cost: ClassVar[float] = SLOW

    async def get(self) -> None:
        typed = self.get_argument("number", "").strip()
        if typed:
            self.redirect(self.url("verify", read_number(typed) or _harmless(typed)))
        else:
            self.page(
                "assessment/verify.html",
                facts=None,
                verdict=None,
                programmes=targets.load_programmes(),
                sample=self.portal.settings.demonstration,
            )

    async def post(self) -> None:
        if not self.receive():
            self.set_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            self._show(verification.refuse_size())
            return
        sent = self.request.files.get("file")
        if not sent:
            raise Refused(Message("Hãy chọn tệp chứng nhận (PDF)"), field="file")
        office, desk = self.portal.office, self.portal.desk
        if office is None or desk is None:
            raise self.absent()
        pdf = sent[0]["body"]
        verdict = await self.read(verification.judge_at_sight, pdf)
        if verdict is None:
            signer = await self.in_thread(lambda: office.signer)
            found = await desk.look_into(pdf, signer.certificate, caller=self.caller)
            verdict = await self.read(verification.judge_examined, pdf, found)
        self._show(verdict)

    def _show(self, verdict: verification.Verdict) -> None:
        self.page(
            "assessment/verify.html",
            facts=verdict.facts,
            verdict=verdict,
            programmes=targets.load_programmes(),
            sample=self.portal.settings.demonstration,
        )


class VerifyNumber(PageHandler):
    """What the QR code on the paper opens: valid, revoked, unknown or mistyped."""

    public: ClassVar[bool] = True
    cost: ClassVar[float] = SLOW

    async def get(self, typed: str) -> None:
        facts: PublicFacts = await self.read(verify_number, typed)
        if facts.state in ("unknown", "mistyped"):
            self.set_status(404)
        self.set_header("X-Robots-Tag", "noindex")
        self.page(
            "assessment/verify.html",
            facts=facts,
            verdict=None,
            programmes=targets.load_programmes(),
            sample=self.portal.settings.demonstration,
        )


class CertificateFile(BaseHandler):
    """The signed PDF, its page as a picture, or the credential (JWT), for its holder and for
    officers in charge."""

    cost: ClassVar[float] = 4

    async def get(self, number: str, kind: str) -> None:
        office = self.portal.office
        if office is None:
            raise self.absent()
        facts = await self.look(self._load, number, office)
        if facts is None:
            raise self.absent()
        if kind == "png":
            picture = await self.in_thread(lambda: office.picture(facts))
            self.set_header("Content-Type", "image/png")
            self.finish(picture)
            return
        if kind == "pdf":
            content: bytes | str = await self._paper(office, facts)
            self.set_header("Content-Type", "application/pdf")
        else:
            content = await self.in_thread(lambda: office.credential(facts))
            self.set_header("Content-Type", "application/vc+jwt")
        name = f"{facts.number}.{kind}"
        # Opened in the browser to be printed, where that is asked for.
        how = "inline" if kind == "pdf" and self.get_argument("xem", "") else "attachment"
        self.set_header("Content-Disposition", f'{how}; filename="{name}"')
        self.finish(content)

    async def _paper(self, office: CertificateOffice, facts: Facts) -> bytes:
        """The paper as it was first handed out; printed and kept where there is none yet."""
        kept = await self.read(current_paper, facts.number)
        if kept is not None and kept.content:
            return kept.content
        fresh = await self.in_thread(lambda: office.paper(facts))
        content = await self.act(
            acts.keep_paper, facts.number, fresh, full_name=facts.full_name, at=self.now
        )
        if content is None:  # the name was corrected while this one was being printed
            raise HTTPError(HTTPStatus.CONFLICT)
        return content

    def _load(self, session: Session, typed: str, office: CertificateOffice) -> Facts | None:
        certificate = find_seen_certificate(session, self.actor, typed)
        return office.facts(session, certificate) if certificate else None


def find_seen_certificate(session: Session, actor: access.Actor, typed: str) -> Certificate | None:
    """The certificate, where this actor may see more of it than the public page shows."""
    number = read_number(typed)
    certificate = find_certificate(session, number) if number else None
    if certificate is None:
        return None
    if actor.person_id != certificate.person_id and not access.may_see_nation(actor):
        path = places.units_up_from(load_units_tree(session), certificate.unit_id)
        if not access.may_see_people_of(actor, path):
            return None
    looks.show(session, [certificate.person_id], "certificate")
    return certificate


def _harmless(typed: str) -> str:
    """What was typed, as one part of an address."""
    return "".join(c for c in typed[:40] if c.isalnum() or c == "-") or "-"
