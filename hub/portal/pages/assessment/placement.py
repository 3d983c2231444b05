"""*Kiểm tra đầu vào*: begin, one item at a time, what it said. Decisions are `school.assessment`'s;
works without script."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from core.messages import Message, Refused
from hub.portal.pages.assessment.items import ItemPage
from hub.portal.web import PageHandler
from school import access
from school.assessment import placement, placement_acts, sittings
from school.assessment.item_bank import the_bank
from school.learning.notebooks import Answers
from school.refusals import WithStatus


class PlacementPage(ItemPage):
    """What it is and how long; begin, come back, or look at what it said before."""

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
            await self.act(placement_acts.resume, at=self.now)
        else:
            bank = await self.in_thread(the_bank)
            seed = secrets.randbelow(2**31)
            await self.act(
                placement_acts.begin, bank, seed=seed, again_days=self._days, at=self.now
            )
        self.redirect(self.url("placement", "question"))

    @property
    def _days(self) -> int:
        return self.portal.settings.placement_again_days


class QuestionPage(PlacementPage):
    """The item that is asked; the start page where none is."""

    async def get(self) -> None:
        self.require(access.may_sit(self.actor))
        asked = await self._asked()
        if asked is None or asked.state != "open":
            await super().get()
        else:
            self._show(asked, asked.kept, ())

    async def post(self) -> None:
        self.require(access.may_sit(self.actor))
        asked = await self._asked()
        if asked is None:
            self.redirect(self.url("placement"))
            return
        action = self.get_body_argument("action", "answer")
        saying = action in ("answer", "unknown", "pause") and self._is_about(asked)
        if saying and asked.state == "open" and asked.question is not None:
            typed = self.posted(asked.question)
            if action == "pause":
                await self.act(placement_acts.pause, asked.number, typed, at=self.now)
                self.redirect(self.url("placement", paused=1))
                return
            try:
                given = None if action == "unknown" else self.read_answers(asked.question, typed)
            except Refused as refused:
                self.set_status(refused.status if isinstance(refused, WithStatus) else 422)
                fault = [self._.message(one) for one in refused.messages]
                self._show(asked, typed, fault)
                return
            await self.act(placement_acts.answer, asked.number, given, at=self.now)
        await self._go_on(early=action == "end")

    def _is_about(self, asked: placement.Asked) -> bool:
        """A form of an earlier item, sent twice or from another window, changes nothing."""
        return self.get_body_argument("number", "") == str(asked.number)

    async def _asked(self) -> placement.Asked | None:
        assert self.actor.person_id is not None
        bank = await self.in_thread(the_bank)
        return await self.read(placement.load_asked, self.actor.person_id, bank)

    async def _go_on(self, *, early: bool) -> None:
        """Mark what waits, ask the next item; end where it is enough, or somebody wants to."""
        asked = await self._asked()
        if asked is None:  # ended in another window
            self.redirect(self.url("placement"))
            return
        earned = {
            number: share
            for number, (question, answers) in asked.unmarked.items()
            if (share := await self.mark(question, answers)) is not None
        }
        bank = await self.in_thread(the_bank)
        ending = await self.act(placement_acts.go_on, bank, earned, at=self.now)
        if early or ending:
            key = await self.act(placement_acts.end, ending=ending or "person", at=self.now)
            self.redirect(self.url("placement", "results", key))
        else:
            self.redirect(self.url("placement", "question"))

    def _show(self, asked: placement.Asked, answers: Answers, errors: Sequence[str]) -> None:
        self.page(
            "assessment/question.html",
            asked=asked,
            errors=errors,
            **self.item_parts(asked.question, answers, refused=bool(errors)),
        )


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
        )
        if found is None:
            raise self.absent()
        self.page("assessment/profile.html", profile=found, endings=ENDINGS)


ENDINGS = {
    "sure": Message("Dừng vì đã đủ rõ."),
    "items": Message("Dừng vì đã đủ số câu."),
    "time": Message("Dừng vì đã đủ thời gian."),
    "bank": Message("Dừng vì đã hết câu phù hợp."),
    "person": Message("Anh/chị đã dừng sớm, nên kết quả chưa chắc bằng khi làm hết."),
}
