"""The map of the curriculum, and a page for each competence: for everybody logged in."""

from __future__ import annotations

from core.content_frame import FRAMES, ITEMS
from core.messages import Message
from hub.portal.web import PageHandler
from school import access
from school.assessment import contest_acts
from school.assessment.competence import load_competence
from school.programme.curriculum import BASIC, load_curriculum
from skills_framework import evidence as rule

SOURCES = {
    rule.EXAMINATION: Message("Kỳ thi"),
    rule.PLACEMENT: Message("Kiểm tra đầu vào"),
    rule.RETAINED: Message("Kiểm tra còn nhớ"),
    rule.PRACTICE: Message("Bài luyện tập"),
}
SURETY = {
    "sure": Message("chắc"),
    "fairly": Message("khá chắc"),
    "hardly": Message("chưa chắc"),
}


class CurriculumPage(PageHandler):
    """“Bản đồ chương trình”."""

    async def get(self) -> None:
        found = await self.read(load_curriculum, self.actor.person_id, pass_share=self.pass_share)
        self.page(
            "programme/curriculum.html",
            curriculum=found,
            basic=BASIC,
            frames=FRAMES,
            items=ITEMS,
        )


class CompetencePage(PageHandler):
    """One competence: what it means, one's own level with all it rests on, and the way to say that
    one does not agree."""

    async def get(self, code: str) -> None:
        found = await self.read(
            load_competence,
            self.actor.person_id,
            code,
            pass_share=self.pass_share,
            at=self.now,
        )
        if found is None:
            raise self.absent()
        self.page(
            "programme/competence.html",
            view=found,
            basic=BASIC,
            rule=rule,
            sources=SOURCES,
            surety=SURETY,
            states=contest_acts.STATES,
            longest=contest_acts.LONGEST,
            sent=self.get_query_argument("sent", ""),
        )

    async def post(self, code: str) -> None:
        self.require(access.may_contest(self.actor))
        text = self.get_body_argument("text", "")
        await self.act(contest_acts.ask, code, text, at=self.now)
        self.redirect(self.url("competences", code, sent=1) + "#contest")
