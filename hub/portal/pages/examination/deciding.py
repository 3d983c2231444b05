"""The ministry's pages after an examination: items that are voided, passes that wait for a person,
appeals. The auditor reads along."""

from __future__ import annotations

from hub.portal import forms
from hub.portal.pages.examination import words
from hub.portal.pages.examination.planning import Filling
from school import access
from school.assessment.item_bank import the_bank
from school.examination import after, after_acts
from school.examination.voiding import Void


class VoidPage(Filling):
    """Void an item: look first whom it concerns, then do it; passes that wait are decided here."""

    async def get(self) -> None:
        self.require(access.may_see_examination_results(self.actor))
        desk = await self.look(
            after.load_void_desk,
            self.actor,
            self._void(),
            self._examination(),
            offset=self.offset(),
        )
        self.page(
            "examination/void.html",
            desk=desk,
            words=words,
            offset=self.offset(),
            size=after.PAGE,
            count=self.count,
            typed={name: self.get_argument(name, "") for name in ("item", "digest", "examination")},
        )

    def _void(self) -> Void | None:
        item = self.get_argument("item", "").strip()[:40]
        return Void(item, self.get_argument("digest", "").strip()[:12]) if item else None

    def _examination(self) -> int | None:
        return forms.read_key(self.get_argument("examination", ""))

    async def post(self) -> None:
        self.require(access.may_decide_examinations(self.actor))
        if self.said("action") == "pass":
            keep, reason = self.said("keep") == "1", self.said("reason")
            decide, sitting = after_acts.keep_or_take_pass, self.whole("sitting")
            await self.act(decide, sitting, keep=keep, reason=reason, at=self.now)
        else:
            void = self._void()
            self.require(void is not None)
            await self.act(
                after_acts.void_item,
                void or Void(""),
                examination_id=self._examination(),
                reason=self.said("reason"),
                seen=self.said("seen"),
                at=self.now,
            )
        self.go("voids")


class Appeals(Filling):
    """All appeals, those that wait first."""

    async def get(self) -> None:
        self.require(access.may_see_examination_results(self.actor))
        found, names = await self.look(after.load_appeals)
        self.page("examination/appeals.html", appeals=found, names=names, words=words)


class AppealPage(Filling):
    """One appeal with everything that a person needs to judge it."""

    async def get(self, key: str) -> None:
        self.require(access.may_see_examination_results(self.actor))
        bank = await self.in_thread(the_bank)
        review = await self.look(after.load_review, self.actor, int(key), bank)
        if review is None:
            raise self.absent()
        self.page("examination/appeal.html", review=review, words=words)

    async def post(self, key: str) -> None:
        self.require(access.may_decide_examinations(self.actor))
        upheld, answer = self.said("upheld") == "1", self.said("answer")
        decide = after_acts.decide_appeal
        await self.act(decide, int(key), upheld=upheld, answer=answer, at=self.now)
        self.go("appeals", key)
