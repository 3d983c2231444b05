"""How the platform runs, and what to do where it is not well."""

from __future__ import annotations

from hub.platform import condition
from hub.platform.findings import link_findings
from hub.portal.web import PageHandler
from school import access


class OperationPage(PageHandler):
    """Each thing looked at, with what mends it; the newest copies."""

    async def get(self) -> None:
        self.require(access.may_see_operation(self.actor))
        settings = self.portal.settings
        found = await self.read(condition.look, settings)
        findings = list(condition.judge(found, settings, at=self.now))
        findings += await self.read(lambda s: [*condition.course_findings(s, settings, self.now)])
        findings += link_findings(settings)
        order = {"missing": 0, "note": 1, "good": 2}
        self.page(
            "platform/operation.html",
            found=found,
            findings=sorted(findings, key=lambda one: order[one.state]),
            bad=sum(one.state != "good" for one in findings),
        )
