"""Frameworks of competences: for everybody to read; the ministry puts a completed one in and says
what corresponds in it. What a file must say is `school.programme.frameworks`'s."""

from __future__ import annotations

from pathlib import PurePosixPath

from core.messages import Message, Refused
from hub.portal.uploads import UploadPage
from hub.portal.web import PageHandler
from records.people import persons
from school import access
from school.programme import framework_acts, frameworks
from school.programme.frameworks import OURS
from skills_framework.framework import draft_file, load_framework


class FrameworksPage(UploadPage):
    """All of them; here a completed one is sent."""

    body_mb = 3

    async def get(self) -> None:
        self.page(
            "programme/frameworks.html",
            every=await self.read(frameworks.load_all),
            drafts=frameworks.draft_names(),
            may_keep=access.may_keep_frameworks(self.actor),
        )

    async def post(self) -> None:
        self.require(access.may_keep_frameworks(self.actor))
        self.take_form("file")
        sent = self.request.files.get("file")
        if not sent:
            raise Refused(Message("Hãy chọn tệp khung năng lực (.json)"), field="file")
        name = persons.clean(PurePosixPath(sent[0]["filename"]).name)[:80]
        key = await self.act(framework_acts.add_framework, sent[0]["body"], name, at=self.now)
        self.redirect(self.url("frameworks", key, done="added"))


class FrameworkPage(PageHandler):
    """One: domains, competences, levels; and what corresponds to what."""

    async def get(self, name: str) -> None:
        shown = await self.read(frameworks.load_one, name)
        if shown is None:
            raise self.absent()
        self.page(
            "programme/framework.html",
            shown=shown,
            ours=load_framework(OURS),
            may_keep=access.may_keep_frameworks(self.actor) and shown.version is not None,
            done=self.get_query_argument("done", ""),
        )

    async def post(self, name: str) -> None:
        self.require(access.may_keep_frameworks(self.actor))
        typed = {
            field.removeprefix("to-"): self.get_body_argument(field, "")[:400]
            for field in self.request.body_arguments
            if field.startswith("to-")
        }
        await self.act(framework_acts.set_crosswalk, name, typed, at=self.now)
        self.redirect(self.url("frameworks", name, done="crosswalk"))


class FrameworkFile(PageHandler):
    """The file itself: to check, to correct, to send again."""

    async def get(self, name: str) -> None:
        shown = await self.read(frameworks.load_one, name)
        if shown is None and name not in frameworks.draft_names():
            raise self.absent()
        content = frameworks.file_of(shown) if shown else draft_file(name)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}.json"')
        self.finish(content)


class FrameworkCompetence(PageHandler):
    """One competence: its levels, lessons and exercises. Those of `OURS` have a page elsewhere."""

    async def get(self, name: str, code: str) -> None:
        if name == OURS:
            self.redirect(self.url("competences", code))
            return
        found = await self.read(
            frameworks.load_competence,
            self.actor.person_id,
            name,
            code,
            pass_share=self.pass_share,
        )
        if found is None:
            raise self.absent()
        self.page("programme/framework_competence.html", view=found, ours=load_framework(OURS))
