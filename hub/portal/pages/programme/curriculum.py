"""The map of the curriculum, and a page for each competence: for everybody logged in."""

from __future__ import annotations

from core.content_frame import FRAMES, ITEMS
from hub.portal.web import PageHandler
from school.assessment.competence import load_competence
from school.programme.curriculum import BASIC, load_curriculum


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
    async def get(self, code: str) -> None:
        found = await self.read(
            load_competence, self.actor.person_id, code, pass_share=self.pass_share
        )
        if found is None:
            raise self.absent()
        self.page("programme/competence.html", view=found, basic=BASIC)
