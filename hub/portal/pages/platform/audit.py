"""The audit log, and whether its chain holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from hub.platform.audit.files import MAKERS, TYPES
from hub.portal import forms
from hub.portal.pages.officer import PAGE, OfficerPage
from hub.portal.web import BaseHandler
from records import Session
from records.people import persons
from records.platform import audit
from records.tables.platform import AuditEntry
from school import access
from school.examination import seal, sealing
from school.people import looks
from school.platform import acts, log_words


class AuditPage(OfficerPage):
    """Who did what, and whether the chain of entries holds together."""

    async def get(self) -> None:
        self.require(access.may_read_audit(self.actor))
        search = persons.clean(self.get_argument("q", ""))[:100]
        before = self.get_argument("before", "")
        found, names = await self.look(self._load, search, forms.read_key(before))
        checked = bool(self.get_argument("check", ""))
        chain = await self.read(audit.verify) if checked else None
        seals = await self.read(_check_seals) if checked else ()
        self.page(
            "platform/audit.html",
            entries=found,
            names=names,
            chain=chain,
            seals=seals,
            broken=[one for one in seals if not one.sound],
            seal_words=seal.WORDS,
            search=search,
            size=PAGE,
            words=log_words,
        )

    def _load(
        self, session: Session, search: str, before: int | None
    ) -> tuple[Sequence[AuditEntry], Mapping[str, str]]:
        found = audit.entries(session, before=before, search=search, limit=PAGE)
        names = audit.actor_names(session, found)
        looks.show(session, audit.keys_of(names), "log")
        return found, names


def _check_seals(session: Session) -> list[seal.Verdict]:
    return list(sealing.check_seals(session))


class AuditFile(BaseHandler):
    """The whole log to take away, with its chain; that it was taken is in it."""

    cost: ClassVar[float] = 40

    async def get(self, ending: str) -> None:
        self.require(access.may_read_audit(self.actor))
        await self.act(acts.note_audit_export, at=self.now)
        content = await self.read(self._make, ending)
        self.set_header("Content-Type", TYPES[ending])
        self.set_header("Content-Disposition", f'attachment; filename="nhat-ky.{ending}"')
        self.finish(content)

    def _make(self, session: Session, ending: str) -> bytes:
        return b"".join(MAKERS[ending](audit.every_entry(session)))
