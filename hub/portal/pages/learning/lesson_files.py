"""What goes out of a lesson: the files it hands out, and the way into the learner's lab."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import quote

from hub.labs import door
from hub.portal.pages.learning.player import load_page
from hub.portal.web import PageHandler
from records import Session
from records.courses import releases
from school import access
from school.learning import lessons
from school.learning.numbers import own
from school.refusals import Unavailable


class LessonFile(PageHandler):
    """A file a lesson hands out: the learner's own, with their own numbers in it."""

    async def get(self, course: str, lesson: str, name: str) -> None:
        content = await self.read(self._find, course, lesson, name)
        if content is None:
            raise self.absent()
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.set_header("Content-Type", kind)
        self.set_header(
            "Content-Disposition", f"attachment; filename*=UTF-8''{quote(PurePosixPath(name).name)}"
        )
        self.finish(content)

    def _find(self, session: Session, course: str, lesson: str, name: str) -> bytes | None:
        assert self.actor.person_id is not None
        place = lessons.find_place(session, self.actor.person_id, course, lesson)
        if place is None:
            return None
        handed = own.own_files(session, self.actor.person_id, place)
        return handed.get(name) or releases.release_file(
            session, place.release_id, "learner", f"files/{name}"
        )


class OpenInLab(PageHandler):
    """“Mở trong JupyterLab”: puts the draft into the learner's lab and goes there."""

    async def post(self, course: str, lesson: str) -> None:
        self.require(access.may_submit(self.actor))
        if self.portal.labs is None:
            raise self.absent()
        wanted = (self.actor, course, lesson, self.portal.settings, self.now, self._.language)
        loaded = await self.read(load_page, *wanted)
        if loaded is None or loaded.work is None or self.actor.username is None:
            raise self.absent()
        files = await self.read(self._files, loaded.place, loaded.work)
        words = loaded.place.words
        opened = door.Lesson(
            course=course,
            file=loaded.place.entry.file,
            notebook=words.shown(loaded.work.notebook) if words else loaded.work.notebook,
            revision=loaded.work.revision,
            slug=lesson,
            files=files,
        )
        try:
            address = await self.portal.labs.open_lesson(
                opened,
                username=self.actor.username,
                token=self.hub_auth.get_token(self),
                language=self._.language,
                narrow=self.get_body_argument("screen", "") == "narrow",
            )
        except Unavailable as unavailable:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
            errors = [self._.message(message) for message in unavailable.messages]
            self.page("error.html", status=HTTPStatus.SERVICE_UNAVAILABLE, errors=errors)
            return
        self.redirect(address)

    def _files(
        self, session: Session, place: lessons.Place, work: lessons.Work
    ) -> Mapping[str, bytes]:
        assert self.actor.person_id is not None
        return lessons.files_for_lab(session, self.actor.person_id, place, work)
