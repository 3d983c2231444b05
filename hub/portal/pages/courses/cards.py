"""A course's teaching card as a PDF, in the reader's language. It is printed once and kept: what is
printed depends on nothing but the card and the course's address."""

from __future__ import annotations

from collections import OrderedDict
from typing import ClassVar

from core.teaching_card import TeachingCard
from hub.portal.web import BaseHandler
from records import Session
from school.programme import cards

MOST_KEPT = 64  # papers of some forty kilobytes


class CardFile(BaseHandler):
    """For whoever is in the list of people."""

    cost: ClassVar[float] = 5
    page_of: ClassVar[str] = "courses"  # what the paper's square code opens
    _printed: ClassVar[OrderedDict[tuple[TeachingCard, str, str], bytes]] = OrderedDict()

    async def get(self, course: str) -> None:
        card = await self.read(self.find, course)
        if card is None:
            raise self.absent()
        address = self.portal.settings.address.rstrip("/") + self.url(self.page_of, course)
        paper = await self._print(card, address)
        self.set_header("Content-Type", "application/pdf")
        name = f"{course}-{self._.language}.pdf"
        self.set_header("Content-Disposition", f'inline; filename="{name}"')
        self.finish(paper)

    def find(self, session: Session, course: str) -> TeachingCard | None:
        return cards.find_card(session, self.actor, course)

    async def _print(self, card: TeachingCard, address: str) -> bytes:
        key = (card, self._.language, address)
        if key not in self._printed:
            language, say = self._.language, self._.message
            paper = await self.in_thread(lambda: cards.print_card(card, language, address, say))
            self._printed[key] = paper
            while len(self._printed) > MOST_KEPT:
                self._printed.popitem(last=False)
        return self._printed[key]


class OpenCardFile(CardFile):
    """For everybody, of a course that may be read."""

    public: ClassVar[bool] = True
    page_of: ClassVar[str] = "read"

    async def prepare(self) -> None:
        await super().prepare()
        self.require(self.portal.settings.open_reading)

    def find(self, session: Session, course: str) -> TeachingCard | None:
        return cards.find_open_card(session, course)
