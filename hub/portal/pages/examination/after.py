"""After the examination: voiding an item, decisions about candidates, appeals. Decisions are
`school.examination`'s; everything works without script."""

from __future__ import annotations

from http import HTTPStatus

from core.messages import Message
from hub.portal import forms
from hub.portal.pages.officer import OfficerPage
from hub.portal.web import PageHandler
from records import Session
from school import access
from school.assessment.item_bank import FRAMEWORK, the_bank
from school.examination import after, after_acts
from school.examination.voiding import Void
from skills_framework import scale
from skills_framework.framework import load_framework

DONE = {
    "void": Message("Đã hủy câu hỏi; kết quả của mọi người liên quan đã được tính lại."),
    "kept": Message("Đã ghi: kết quả đạt được giữ."),
    "taken": Message("Đã ghi: kết quả không còn đạt."),
}
APPEAL_STATES = {
    "open": Message("Đang chờ xem xét"),
    "upheld": Message("Chấp nhận"),
    "dismissed": Message("Không chấp nhận"),
}
DECISIONS = {
    "done": Message("Kết quả được công nhận"),
    "jury": Message("Đưa ra hội đồng"),
    "rejected": Message("Không công nhận"),
    "cancelled": Message("Hủy bài"),
}


class VoidPage(OfficerPage):
    """Look whom voiding an item concerns, void it, decide about passes that wait."""

    async def get(self) -> None:
        self.require(access.may_see_examination_results(self.actor))
        item = self.get_argument("item", "")[:40]
        void = Void(item, self.get_argument("digest", "")[:12]) if item else None
        bank = await self.in_thread(the_bank)
        self.page(
            "examination/voids.html",
            desk=await self.look(
                after.load_void_desk, self.actor, void, self._where(), offset=self.offset()
            ),
            sought=item,
            digest=self.get_argument("digest", "")[:12],
            where=self._where(),
            items=sorted(bank.items),
            domains={one.code: one.name for one in load_framework(FRAMEWORK).domains},
            place_of=scale.place_of,
            offset=self.offset(),
            size=after.PAGE,
            count=self.count,
            done=DONE.get(self.get_query_argument("done", "")),
            may_decide=access.may_decide_examinations(self.actor),
        )

    async def post(self) -> None:
        self.require(access.may_decide_examinations(self.actor))
        if self.get_body_argument("action") == "void":
            void = Void(self.get_body_argument("item"), self.get_body_argument("digest", ""))
            await self.act(
                after_acts.void_item,
                void,
                examination_id=self._where(),
                reason=self.get_body_argument("reason"),
                seen=self.get_body_argument("seen"),
                at=self.now,
            )
            self._back("void")
            return
        keep = self.get_body_argument("action") == "keep"
        await self.act(
            after_acts.keep_or_take_pass,
            forms.read_key(self.get_body_argument("sitting")) or 0,
            keep=keep,
            reason=self.get_body_argument("reason"),
            at=self.now,
        )
        self._back("kept" if keep else "taken")

    def _where(self) -> int | None:
        return forms.read_key(self.get_argument("examination", ""))

    def _back(self, done: str) -> None:
        where = self.url("examinations", "voids", done=done)
        self.redirect(where, status=HTTPStatus.SEE_OTHER)


class DecidePage(OfficerPage):
    """Reject somebody, cancel a result, put it before a jury, or let it stand."""

    async def get(self, key: str) -> None:
        self.require(access.may_see_examination_results(self.actor))
        found = await self.look(self._load, int(key))
        if found is None:
            raise self.absent()
        self.page(
            "examination/decide.html",
            found=found,
            states=DECISIONS,
            done=bool(self.get_query_argument("done", "")),
            may_decide=access.may_decide_examinations(self.actor) and not found.is_own,
        )

    def _load(self, session: Session, key: int) -> after.Decided | None:
        return after.load_candidate(session, self.actor, key)

    async def post(self, key: str) -> None:
        self.require(access.may_decide_examinations(self.actor))
        said = self.get_body_argument("passed", "")
        await self.act(
            after_acts.decide_candidate,
            int(key),
            state=self.get_body_argument("state"),
            reason=self.get_body_argument("reason"),
            passed={"yes": True, "no": False}.get(said),
            at=self.now,
        )
        where = self.url("examinations", "decide", key, done=1)
        self.redirect(where, status=HTTPStatus.SEE_OTHER)


class Appeals(OfficerPage):
    """Appeals; those that wait come first."""

    async def get(self) -> None:
        self.require(access.may_see_examination_results(self.actor))
        found, names = await self.look(after.load_appeals)
        self.page("examination/appeals.html", appeals=found, names=names, states=APPEAL_STATES)


class AppealPage(OfficerPage):
    """One appeal with the answers it is about; a person answers it."""

    async def get(self, key: str) -> None:
        self.require(access.may_see_examination_results(self.actor))
        bank = await self.in_thread(the_bank)
        found = await self.look(after.load_review, self.actor, int(key), bank)
        if found is None:
            raise self.absent()
        self.page(
            "examination/appeal.html",
            found=found,
            states=APPEAL_STATES,
            decisions=DECISIONS,
            domains={one.code: one.name for one in load_framework(FRAMEWORK).domains},
            place_of=scale.place_of,
            may_decide=access.may_decide_examinations(self.actor),
        )

    async def post(self, key: str) -> None:
        self.require(access.may_decide_examinations(self.actor))
        await self.act(
            after_acts.decide_appeal,
            int(key),
            upheld=self.get_body_argument("decision") == "upheld",
            answer=self.get_body_argument("answer"),
            at=self.now,
        )
        where = self.url("examinations", "appeals", key)
        self.redirect(where, status=HTTPStatus.SEE_OTHER)


class OwnAppealPage(PageHandler):
    """Ask that a person looks at one's own result again, and read what came of it."""

    async def get(self, key: str) -> None:
        assert self.actor.person_id is not None
        found = await self.read(after.load_own_appeal, self.actor.person_id, int(key))
        if found is None:
            raise self.absent()
        self.page(
            "examination/own_appeal.html",
            found=found,
            states=APPEAL_STATES,
            decisions=DECISIONS,
            days=after_acts.APPEAL_DAYS,
            most=after_acts.MOST_TEXT,
        )

    async def post(self, key: str) -> None:
        assert self.actor.person_id is not None
        found = await self.read(after.load_own_appeal, self.actor.person_id, int(key))
        if found is None:
            raise self.absent()
        text = self.get_body_argument("text")
        await self.act(after_acts.ask_appeal, found.sitting.id, text, at=self.now)
        where = self.url("examinations", "own", key, "appeal")
        self.redirect(where, status=HTTPStatus.SEE_OTHER)
