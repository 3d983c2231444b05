"""The audit log, and whether its chain holds."""

from __future__ import annotations

from hub import access, forms
from hub.pages.officer import PAGE, OfficerPage
from records import audit, people


class AuditPage(OfficerPage):
    """Who did what, and whether the chain of entries holds together."""

    async def get(self) -> None:
        self.require(access.may_read_audit(self.actor))
        search = people.clean(self.get_argument("q", ""))[:100]
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
            "officer/audit.html",
            entries=found,
            names=names,
            chain=chain,
            search=search,
            size=PAGE,
        )
