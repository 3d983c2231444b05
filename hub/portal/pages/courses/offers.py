"""Courses that wait to be published: read, checked, published or returned by a person; a published
course as one file, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from tornado.web import HTTPError

import courses
from core.calendar import today_in_vietnam
from core.messages import Message
from hub.portal.pages.courses.authoring import show_preview
from hub.portal.pages.marking.teaching import CourseView
from hub.portal.web import BaseHandler, PageHandler
from records.courses import offers
from records.tables.teaching import OfferedCourse
from school import access
from school.courses import offer_acts, packages, publishing, releasing

DONE = {
    "kept": Message("Đã kiểm tra và giữ lại. Chưa có gì được công bố."),
    "returned": Message("Đã trả lại kèm lý do."),
}


class Offers(PageHandler):
    """What waits, and what became of the latest others."""

    async def get(self) -> None:
        self.require(access.may_publish(self.actor))
        found: Sequence[OfferedCourse] = await self.read(offers.list_offers)
        done = DONE.get(self.get_query_argument("done", ""))
        self.page("courses/offers.html", offers=found, done=done)


class Offered(PageHandler):
    """What the pages of one offer share."""

    async def prepare(self) -> None:
        await super().prepare()
        if not self._finished:
            self.require(access.may_publish(self.actor))

    async def offer(self, key: str) -> OfferedCourse:
        found = await self.read(offers.find_offer, int(key))
        if found is None:
            raise self.absent()
        return found

    async def course_of(self, row: OfferedCourse) -> courses.Course | None:
        """The course that was kept; None once it was published."""
        if not row.content:
            return None
        return (await self.in_thread(lambda: packages.unpack(row.content))).course


class OfferPage(Offered):
    """One of them: what it is, its lessons, and the decision."""

    async def get(self, key: str) -> None:
        await self._show(await self.offer(key))

    async def post(self, key: str) -> None:
        row = await self.offer(key)
        action = self.get_body_argument("action", "")
        if action == "return":
            reason = self.get_body_argument("reason", "")
            await self.act(offer_acts.return_offer, row.id, reason=reason, at=self.now)
            self.redirect(self.url("teaching", "offers", done="returned"))
            return
        course = await self.course_of(row)
        if course is None or action not in ("check", "publish"):
            raise HTTPError(400)
        problems = await self.in_thread(lambda: publishing.check(course, self.portal.marker))
        published = None
        if action == "publish" and not any(one.severity == "error" for one in problems):
            published, _new = await self.act(offer_acts.publish_offer, row.id, course, at=self.now)
            row = await self.offer(key)
        await self._show(row, course=course, problems=problems, published=published)

    async def _show(
        self, row: OfferedCourse, course: courses.Course | None = None, **said: Any
    ) -> None:
        course = course or await self.course_of(row)
        asked = course is not None and await self.read(releasing.asks_second_reader, course)
        values: dict[str, Any] = {"problems": None, "published": None, **said}
        self.page(
            "courses/offer.html",
            offer=row,
            course=course,
            second_reader=asked,
            own=await self.read(releasing.is_own, self.actor, row),
            done=DONE.get(self.get_query_argument("done", "")),
            **values,
        )


class OfferPreview(Offered):
    """A lesson of it as a learner would see it."""

    async def get(self, key: str, lesson: str) -> None:
        course = await self.course_of(await self.offer(key))
        if course is None:
            raise self.absent()
        await show_preview(self, course, lesson, ("teaching", "offers", int(key)))


class CourseFile(BaseHandler):
    """A published course to be carried elsewhere; that it was taken is in the log."""

    cost: ClassVar[float] = 20

    async def get(self, slug: str) -> None:
        self.require(access.may_publish(self.actor))
        content = await self.act(offer_acts.export_course, slug, at=self.now)
        name = f"{slug}-{today_in_vietnam(self.now):%Y-%m-%d}.zip"
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(content)


class Withdraw(CourseView):
    """Take a course or one of its lessons back, or let people begin the course again."""

    async def post(self, slug: str) -> None:
        self.require(access.may_publish(self.actor))
        what = self.get_body_argument("what", "")
        reason = self.get_body_argument("reason", "")
        if self.get_body_argument("restore", ""):
            await self.act(offer_acts.restore_course, slug, at=self.now)
        elif what:
            await self.act(offer_acts.withdraw_lesson, slug, what, reason=reason, at=self.now)
        else:
            await self.act(offer_acts.withdraw_course, slug, reason=reason, at=self.now)
        self.redirect(self.url("teaching", "courses", slug) + "#withdraw")


class SecondReader(PageHandler):
    """Whether the programme's courses are read by a second person before they are published."""

    async def post(self) -> None:
        self.require(access.may_decide_requirements(self.actor))
        wanted = bool(self.get_body_argument("wanted", ""))
        await self.act(offer_acts.set_second_reader, self.programme, wanted, at=self.now)
        self.redirect(self.url("requirements", done="1"))
