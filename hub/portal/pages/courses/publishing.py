"""Publishing a course that was written elsewhere: a folder as zip, checked, then published."""

from __future__ import annotations

import courses
from core.messages import Message, Refused
from hub.portal.returned_forms import at_field
from hub.portal.uploads import UploadPage
from school import access
from school.courses import acts, offer_acts, packages, publishing
from school.courses.packages import Package

UPLOAD_MB = 20


class Publish(UploadPage):
    """Upload a course folder as zip: it is checked with the real marker, then published."""

    body_mb = UPLOAD_MB + 0.5  # with the rest of the form

    async def get(self) -> None:
        self.require(access.may_publish(self.actor))
        self.page(
            "courses/publish.html",
            problems=None,
            course=None,
            package=None,
            published=None,
            required=False,
        )

    async def post(self) -> None:
        self.require(access.may_publish(self.actor))
        self.take_form("course")
        files = self.request.files.get("course", [])
        if not files or len(files[0]["body"]) > UPLOAD_MB * 1_000_000:
            raise Refused(
                Message("Hãy chọn một tệp .zip không quá {size} MB.", {"size": UPLOAD_MB}),
                field="course",
            )
        content = files[0]["body"]
        with at_field("course"):
            package, problems = await self.in_thread(lambda: self._check(content))
        course, published = package.course, None
        clean = not any(problem.severity == "error" for problem in problems)
        if clean and self.get_body_argument("keep", ""):
            with at_field("course"):
                offer = await self.act(
                    offer_acts.offer_course, course, package.files, way="import", at=self.now
                )
            self.redirect(self.url("teaching", "offers", offer, done="kept"))
            return
        if clean and self.get_body_argument("publish", ""):
            published, _is_new = await self.act(acts.publish, course, at=self.now)
        required = await self.read(publishing.is_required, course.slug, self.programme, at=self.now)
        self.page(
            "courses/publish.html",
            problems=problems,
            course=course,
            package=package,
            published=published,
            required=required,
        )

    def _check(self, content: bytes) -> tuple[Package, list[courses.Problem]]:
        package = packages.unpack(content)
        return package, publishing.check(package.course, self.portal.marker)
