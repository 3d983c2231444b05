"""The administrator's page of letters: what is on its way, what could not be sent and why, and in a
demonstration without a mail server what would have been sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.mail.letters import Letter
from hub.mail.sending import Writer
from hub.portal.web import PageHandler
from records import Session
from records.platform import outbox
from records.tables.people import Person
from records.tables.platform import Mail
from school import access
from school.people import looks

SHOWN = 50


@dataclass(frozen=True)
class Line:
    """A letter as the page shows it; ``letter`` where its words may be read."""

    mail: Mail
    to: Person | None
    letter: Letter | None = None


class MailPage(PageHandler):
    """Letters, by what became of them."""

    async def get(self) -> None:
        self.require(access.may_administer(self.actor))
        settings = self.portal.settings
        counts = await self.read(outbox.count_by_state)
        self.page(
            "platform/mail.html",
            counts=counts,
            waiting=await self.look(self._lines, "waiting"),
            dead=await self.look(self._lines, "dead"),
            shown=await self.look(self._lines, "shown"),
            server=settings.mail_host,
            sender=settings.mail_sender,
            demo=settings.demonstration and not settings.mail_host,
            most=SHOWN,
        )

    def _lines(self, session: Session, state: str) -> Sequence[Line]:
        found = outbox.latest(session, state, limit=SHOWN)
        looks.show(session, (person.id for _mail, person in found if person), "letters")
        if state != "shown":
            return [Line(mail, person) for mail, person in found]
        writer = Writer(self.portal.settings, self.portal.translators)
        return [
            Line(mail, person, writer.write(session, mail, person).letter if mail.facts else None)
            for mail, person in found
        ]
