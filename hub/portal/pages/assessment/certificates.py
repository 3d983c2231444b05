"""Certificates with search, one certificate, and revoking it."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.programme.targets import (
    load_groups,
    load_programmes,
)
from core.messages import Message
from hub.portal.pages.assessment.verify import find_seen_certificate
from hub.portal.pages.officer import PAGE, OfficerPage
from hub.portal.returned_forms import at_field
from records import Session
from records.people import persons
from records.programme import counting
from records.tables.assessment import Certificate
from school import access
from school.assessment import acts
from school.people import looks

STATES = {
    "all": Message("Tất cả"),
    "valid": Message("Có hiệu lực"),
    "revoked": Message("Đã thu hồi"),
}


class Certificates(OfficerPage):
    """Certificates with search: all of them, or those of the officer's units."""

    async def get(self) -> None:
        nation = access.may_see_nation(self.actor)
        own = self.actor.units_as(access.UNIT_OFFICER)
        self.require(nation or bool(own))
        search = self.get_argument("q", "")[:100]
        state = self.get_argument("state", "all")
        state = state if state in STATES else "all"
        total, found, tree = await self.look(
            self._load, None if nation else own, search, state, self.offset()
        )
        self.page(
            "assessment/certificates.html",
            certificates=found,
            total=total,
            units=tree,
            search=search,
            state=state,
            states=STATES,
            offset=self.offset(),
            size=PAGE,
            groups=load_groups(),
            count=self.count,
        )

    def _load(
        self, session: Session, own: Sequence[int] | None, search: str, state: str, offset: int
    ) -> tuple[int, Sequence[Certificate], dict[int, counting.UnitNode]]:
        units = None
        if own is not None:
            units = frozenset[int]().union(*(persons.unit_and_below(session, u) for u in own))
        total, found = counting.list_certificates(
            session,
            units=units,
            search=persons.clean(search),
            state=state,
            offset=offset,
            limit=PAGE,
        )
        looks.show(session, (one.person_id for one in found), "certificate")
        return total, found, counting.load_units_tree(session)


class CertificatePage(OfficerPage):
    """One certificate; correcting its name, revoking it, and replacing one revoked in error."""

    async def get(self, number: str) -> None:
        certificate, tree = await self.look(self._load, number)
        self.require(certificate is not None)
        assert certificate is not None
        self.page(
            "assessment/certificate.html",
            certificate=certificate,
            units=tree,
            programmes=load_programmes(),
            groups=load_groups(),
        )

    async def post(self, number: str) -> None:
        self.require(access.may_revoke_certificate(self.actor))
        with at_field("full_name" if self.get_argument("act", "") == "correct" else "reason"):
            certificate = await self._mend(number)
        self.redirect(self.url("certificates", certificate.number))

    async def _mend(self, number: str) -> Certificate:
        reason = self.get_argument("reason", "")
        match self.get_argument("act", "revoke"):
            case "correct":
                name = self.get_argument("full_name", "")
                return await self.act(
                    acts.correct_certificate, number, full_name=name, reason=reason, at=self.now
                )
            case "again":
                return await self.act(acts.replace_certificate, number, reason=reason, at=self.now)
            case _:
                return await self.act(acts.revoke_certificate, number, reason=reason, at=self.now)

    def _load(
        self, session: Session, number: str
    ) -> tuple[Certificate | None, dict[int, counting.UnitNode]]:
        certificate = find_seen_certificate(session, self.actor, number)
        self.require(certificate is not None)
        return certificate, counting.load_units_tree(session)
