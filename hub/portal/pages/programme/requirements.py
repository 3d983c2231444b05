"""Which courses the programme's certificate takes: seen by the nation's readers, decided by the
ministry, after a preview of whom it meets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from analytics.certificates.requirements import in_force
from core.calendar import midnight, today_in_vietnam
from core.messages import Message, Refused
from courses import Titles
from hub.portal.pages.officer import OfficerPage
from hub.portal.returned_forms import collect
from records import Session
from records.courses import releases
from records.courses.offers import wants_second_reader
from records.people import persons
from records.programme.requirements import (
    Affected,
    Required,
    count_affected,
    requirements_of,
)
from records.tables.courses import Release
from school import access
from school.learning import overview
from school.programme import acts

CHANGES = ("require", "end")


@dataclass(frozen=True)
class Change:
    """What is to be decided. ``day`` None: from this moment on."""

    kind: str
    course: str
    when: dt.datetime
    source: str


@dataclass(frozen=True)
class Shown:
    """What the page shows. ``affected``: whom a change meets; ``titles``: of all its courses;
    ``missing``: required today, and nobody can begin them."""

    requirements: tuple[Required, ...]
    published: dict[str, Release]
    now: tuple[str, ...]
    affected: Affected
    titles: dict[str, Titles]
    missing: list[str]


class RequirementsPage(OfficerPage):
    """The requirements with their days; a change is previewed, then decided."""

    async def get(self) -> None:
        await self._show(None)

    async def post(self) -> None:
        self.require(access.may_decide_requirements(self.actor))
        change = self._change()
        if not self.get_body_argument("decide", ""):
            await self._decide(change, keep=False)  # refuses the same
            await self._show(change)
            return
        await self._decide(change, keep=True)
        self.redirect(self.url("requirements", done="1"))

    def _change(self) -> Change:
        kind, course = self.get_body_argument("kind", ""), self.get_body_argument("course", "")
        collect(lambda: _one_of(kind), self._day, self._source)
        return Change(kind, course, self._day(), self._source())

    def _day(self) -> dt.datetime:
        """The day's beginning in Việt Nam; today means from now on."""
        try:
            day = dt.date.fromisoformat(self.get_body_argument("day", ""))
        except ValueError:
            raise Refused(Message("Hãy chọn một ngày"), field="day") from None
        return self.now if day == today_in_vietnam(self.now) else midnight(day)

    def _source(self) -> str:
        source = persons.clean(self.get_body_argument("source", ""))[:500]
        if not source:
            why = Message("Hãy ghi văn bản quyết định, ví dụ số và ngày")
            raise Refused(why, field="source")
        return source

    async def _decide(self, change: Change, *, keep: bool) -> None:
        ask = self.act if keep else self.preview
        about, source = (self.programme, change.course), change.source
        if change.kind == "require":
            await ask(acts.require_course, *about, from_at=change.when, source=source, at=self.now)
        else:
            await ask(
                acts.end_requirement, *about, until_at=change.when, source=source, at=self.now
            )

    async def _show(self, preview: Change | None) -> None:
        self.require(access.may_see_nation(self.actor))
        shown = await self.read(self._load)
        self.page(
            "programme/requirements.html",
            shown=shown,
            preview=preview,
            today=today_in_vietnam(self.now),
            done=bool(self.get_query_argument("done", "")),
            said=lambda name: self.get_body_argument(name, ""),
            second_reader=await self.read(wants_second_reader, self.programme),
            count=self.count,
        )

    def _load(self, session: Session) -> Shown:
        requirements = requirements_of(session, self.programme)
        ever = {one.course for one in requirements}
        return Shown(
            requirements,
            {release.course: release for release in releases.current_releases(session)},
            in_force(requirements, self.now),
            count_affected(session, self.programme, ever),
            overview.titles_of(session, ever),
            overview.unpublished_courses(session, self.programme, self.now),
        )


def _one_of(kind: str) -> None:
    if kind not in CHANGES:
        raise Refused(Message("Hãy chọn thêm hay bớt một khóa"), field="kind")
