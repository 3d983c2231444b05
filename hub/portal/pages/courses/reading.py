"""Lessons for strangers, to read: where the installation allows it, and the course's author.

Nothing is written. A lesson is laid out once for each release and kept: a release never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import ClassVar

import courses
from core.content_frame import FRAMES
from core.manifest import Manifest
from hub.portal.pages.courses import media
from hub.portal.pages.courses.layout import Entry, Shown, arrange
from hub.portal.web import PageHandler
from records import Session
from records.tables.courses import Release
from school.learning import open_reading

MOST_KEPT = 64  # lessons laid out, some hundred kilobytes each
Laid = tuple[list[Shown], list[Entry]]


class OpenPage(PageHandler):
    """What these pages share: absent unless the installation opens them; a browser keeps one for a
    few minutes, for this language and this person."""

    public: ClassVar[bool] = True

    async def prepare(self) -> None:
        await super().prepare()
        self.require(self.portal.settings.open_reading)
        self.set_header("Cache-Control", "private, max-age=300")
        self.set_header("Vary", "Cookie, Accept-Language")

    @property
    def door(self) -> str:
        """Whether somebody without an account can get one here."""
        return self.portal.settings.door if self.portal.keeps_passwords else "closed"


class OpenCatalogue(OpenPage):
    """The courses that may be read."""

    async def get(self) -> None:
        found = await self.read(open_reading.open_courses)
        self.page(
            "courses/open_catalogue.html",
            found=found,
            lessons_of=open_reading.lessons_to_read,
            frames=FRAMES,
            door=self.door,
        )


class OpenCourse(OpenPage):
    """A course and its lessons."""

    async def get(self, course: str) -> None:
        found = await self.read(_manifest_of, course)
        if found is None:
            raise self.absent()
        self.page(
            "courses/open_course.html",
            course=found,
            lessons=open_reading.lessons_to_read(found),
            door=self.door,
        )


class OpenLesson(OpenPage):
    """A lesson: its text and pictures; what its exercises ask, without anything to answer in."""

    _laid: ClassVar[OrderedDict[tuple[int, str, str], Laid]] = OrderedDict()

    async def get(self, course: str, lesson: str) -> None:
        found = await self.read(open_reading.find_open_lesson, course, lesson, self._.language)
        if found is None:
            raise self.absent()
        shown, contents = await self._lay_out(course, found)
        self.page(
            "courses/open_lesson.html",
            course=found.manifest,
            lesson=found.entry,
            next_lesson=found.next_lesson,
            shown=shown,
            contents=contents,
            exercises={one.grade_id: one for one in found.entry.exercises},
            spoken="en" if found.words else "vi",
            door=self.door,
        )

    async def _lay_out(self, course: str, found: open_reading.OpenLesson) -> Laid:
        base = self.url("read", course, "media")
        key = (
            found.release_id,
            found.manifest.course,
            f"{base} {found.entry.slug} {bool(found.words)}",
        )
        if key in self._laid:
            self._laid.move_to_end(key)
            return self._laid[key]
        notebook = await self.read(open_reading.load_notebook, found)
        addresses = media.addressed(found.manifest, base)
        laid = await self.in_thread(lambda: arrange(courses.blocks(notebook, addresses), {}))
        self._laid[key] = laid
        while len(self._laid) > MOST_KEPT:
            self._laid.popitem(last=False)
        return laid


class OpenMedia(media.MediaFile):
    """A picture or a video of a course that may be read."""

    public: ClassVar[bool] = True

    def may_see(self) -> bool:
        return self.portal.settings.open_reading

    def find_release(self, session: Session, course: str) -> Release | None:
        return open_reading.find_open_release(session, course)


def _manifest_of(session: Session, course: str) -> Manifest | None:
    release = open_reading.find_open_release(session, course)
    return release.manifest if release else None
