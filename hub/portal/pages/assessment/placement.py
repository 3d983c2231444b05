"""*Kiểm tra đầu vào*: begin, one item at a time, what it said. Decisions are `school.assessment`'s;
works without script."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.pages.assessment.items import ItemPage
from hub.portal.pages.courses.layout import arrange
from hub.portal.web import PageHandler
from records import Session
from records.assessment import sittings as kept
from records.tables.assessment import Sitting
from school import access
from school.assessment import placement, placement_acts, retained, sittings
from school.assessment.item_bank import ItemBank, the_bank
from school.assessment.ordering import places_of
from school.assessment.sittings import PLACEMENT, RETAINED
from school.learning.notebooks import Answers
from school.refusals import WithStatus


class PlacementPage(ItemPage):
    """What it is and how long; begin, come back, or look at what it said before."""

    kind: ClassVar[str] = PLACEMENT  # of sitting; its pages lie below this name

    async def get(self) -> None:
        assert self.actor.person_id is not None
        bank = await self.in_thread(the_bank)
        desk = await self.read(placement.load_desk, self.actor.person_id, bank, self._days)
        self.page(
            "assessment/placement.html",
            desk=desk,
            rules=sittings.RULES,
            days=self._days,
            may_begin=access.may_sit(self.actor),
        )

    async def post(self) -> None:
        self.require(access.may_sit(self.actor))
        if self.get_body_argument("action", "") == "resume":
            await self.act(placement_acts.resume, kind=self.kind, at=self.now)
        else:
            bank = await self.in_thread(the_bank)
            seed = secrets.randbelow(2**31)
            await self._begin(bank, seed)
        self.redirect(self.url(self.kind, "question"))

    async def _begin(self, bank: ItemBank, seed: int) -> None:
        await self.act(placement_acts.begin, bank, seed=seed, again_days=self._days, at=self.now)

    @property
    def _days(self) -> int:
        return self.portal.settings.placement_again_days


class QuestionPage(PlacementPage):
    """The item that is asked; the start page where none is."""

    async def get(self) -> None:
        self.require(access.may_sit(self.actor))
        asked = await self._asked()
        if asked is None or asked.state != "open":
            await self._show_start()
        else:
            self._show(asked, asked.kept, ())

    async def post(self) -> None:
        self.require(access.may_sit(self.actor))
        asked = await self._asked()
        if asked is None:
            self.redirect(self.url(self.kind))
            return
        action = self.get_body_argument("action", "answer")
        saying = action in ("answer", "unknown", "pause") and self._is_about(asked)
        if saying and asked.state == "open" and asked.question is not None:
            typed = self.posted(asked.question)
            if action == "pause":
                await self.act(
                    placement_acts.pause, asked.number, typed, kind=self.kind, at=self.now
                )
                self.redirect(self.url(self.kind, paused=1))
                return
            try:
                given = None if action == "unknown" else self.read_answers(asked.question, typed)
            except Refused as refused:
                self.set_status(refused.status if isinstance(refused, WithStatus) else 422)
                fault = [self._.message(one) for one in refused.messages]
                self._show(asked, typed, fault)
                return
            await self.act(placement_acts.answer, asked.number, given, kind=self.kind, at=self.now)
        await self._go_on(early=action == "end")

    async def _show_start(self) -> None:
        await PlacementPage.get(self)

    def _is_about(self, asked: placement.Asked) -> bool:
        """A form of an earlier item, sent twice or from another window, changes nothing."""
        return self.get_body_argument("number", "") == str(asked.number)

    async def _asked(self) -> placement.Asked | None:
        assert self.actor.person_id is not None
        bank = await self.in_thread(the_bank)
        return await self.read(placement.load_asked, self.actor.person_id, bank, self.kind)

    async def _go_on(self, *, early: bool) -> None:
        """Mark what waits, ask the next item; end where it is enough, or somebody wants to."""
        asked = await self._asked()
        if asked is None:  # ended in another window
            self.redirect(self.url(self.kind))
            return
        earned = {
            number: share
            for number, (question, answers) in asked.unmarked.items()
            if (share := await self.mark(question, answers)) is not None
        }
        bank = await self.in_thread(the_bank)
        ending = await self.act(placement_acts.go_on, bank, earned, kind=self.kind, at=self.now)
        if early or ending:
            key = await self.act(
                placement_acts.end, ending=ending or "person", kind=self.kind, at=self.now
            )
            self.redirect(self.url("placement", "results", key))
        else:
            self.redirect(self.url(self.kind, "question"))

    def _show(self, asked: placement.Asked, answers: Answers, errors: Sequence[str]) -> None:
        self.page(
            "assessment/question.html",
            kind=self.kind,
            title=TITLES[self.kind],
            asked=asked,
            errors=errors,
            **self.item_parts(asked.question, answers, refused=bool(errors)),
        )


class RetainedPage(PlacementPage):
    """Half a year later: what is still there."""

    kind = RETAINED

    async def get(self) -> None:
        assert self.actor.person_id is not None
        found = await self.read(self._load, self.actor.person_id)
        self.page(
            "assessment/retained.html",
            desk=found,
            rules=sittings.RETAINED_RULES,
            may_begin=access.may_sit(self.actor),
        )

    def _load(self, session: Session, person: int) -> RetainedDesk:
        return RetainedDesk(
            kept.find_open(session, person, RETAINED),
            retained.load_due(session, person, at=self.now),
            kept.ended_of(session, person, RETAINED),
        )

    async def _begin(self, bank: ItemBank, seed: int) -> None:
        await self.act(placement_acts.begin_retained, bank, seed=seed, at=self.now)


@dataclass(frozen=True)
class RetainedDesk:
    """What the start page of a check shows. ``due``: since when what it is about was there."""

    open: Sitting | None
    due: dt.datetime | None
    ended: Sequence[Sitting]


class RetainedQuestion(QuestionPage, RetainedPage):
    """An item of a check; its start page where none is asked."""

    async def _show_start(self) -> None:
        await RetainedPage.get(self)


class ResultPage(PageHandler):
    """What one's own sitting said."""

    async def get(self, key: str) -> None:
        assert self.actor.person_id is not None
        found = await self.read(
            placement.load_profile,
            self.actor.person_id,
            int(key),
            again_days=self.portal.settings.placement_again_days,
            pass_share=self.pass_share,
            at=self.now,
        )
        if found is None:
            raise self.absent()
        self.require(access.may_see_sitting(self.actor, self.actor.person_id))
        page = "profile" if found.sitting.kind == PLACEMENT else "retained_result"
        self.page(f"assessment/{page}.html", profile=found, endings=ENDINGS)


class AnswersPage(PageHandler):
    """Every answer of one's own sitting, as it was given."""

    async def get(self, key: str) -> None:
        assert self.actor.person_id is not None
        bank = await self.in_thread(the_bank)
        found = await self.read(placement.load_answered, self.actor.person_id, int(key), bank)
        if found is None:
            raise self.absent()
        shown = [
            (one, arrange(one.question.blocks(), one.answers)[0] if one.question else [])
            for one in found.answers
        ]
        self.page(
            "assessment/answers.html",
            sitting=found.sitting,
            title=TITLES[found.sitting.kind],
            shown=shown,
            forms=forms,
            places_of=places_of,
        )


TITLES = {PLACEMENT: Message("Kiểm tra đầu vào"), RETAINED: Message("Kiểm tra còn nhớ")}
ENDINGS = {
    "sure": Message("Dừng vì đã đủ rõ."),
    "items": Message("Dừng vì đã đủ số câu."),
    "time": Message("Dừng vì đã đủ thời gian."),
    "bank": Message("Dừng vì đã hết câu phù hợp."),
    "person": Message("Anh/chị đã dừng sớm, nên kết quả chưa chắc bằng khi làm hết."),
}
