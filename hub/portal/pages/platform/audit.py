"""The audit log, and whether its chain holds."""

from __future__ import annotations

from hub.portal import forms
from hub.portal.pages.officer import PAGE, OfficerPage
from records.people import persons
from records.platform import audit
from school import access


class AuditPage(OfficerPage):
    """Who did what, and whether the chain of entries holds together."""

    async def get(self) -> None:
        self.require(access.may_read_audit(self.actor))
        search = persons.clean(self.get_argument("q", ""))[:100]
        before = self.get_argument("before", "")
        found = await self.read(
            audit.entries,
            before=forms.read_key(before),
            search=search,
            limit=PAGE,
        )
        chain = await self.read(audit.verify) if self.get_argument("check", "") else None
        names = await self.read(audit.actor_names, listed=found)
        self.page(
            "platform/audit.html",
            entries=found,
            names=names,
            chain=chain,
            search=search,
            size=PAGE,
        )
