"""Authoring in the browser: a course's files lie in the author's own lab; here it is begun,
previewed as a learner sees it, checked and published.

The portal reads the lab with the author's own token (`hub.labs.door`), so nothing has to be packed
or uploaded. Without labs the upload of a zip file stays (`publishing.Publish`).
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from tornado.httpclient import HTTPClientError
from tornado.web import HTTPError

import courses
from core.content_frame import FRAMES
from core.messages import Message, Refused
from hub.labs.door import AUTHORED, CANNOT_OPEN, LabDoor, TooMuch
from hub.portal import forms
from hub.portal.pages.courses import media
from hub.portal.pages.courses.layout import arrange
from hub.portal.returned_forms import at_field
from hub.portal.web import PageHandler
from records.courses import releases
from school import access
from school.courses import acts, offer_acts, publishing, releasing, writing
from school.learning import notebooks
from school.refusals import Unavailable

log = logging.getLogger("motcham.portal")

SEEDS = (0, 1, 2, 3)  # 0: the author's own numbers


@contextlib.contextmanager
def shut_lab_is_said() -> Iterator[None]:
    """A lab that does not answer, or not in time, is no fault of ours: say what to do."""
    try:
        yield
    except (HTTPClientError, OSError, TimeoutError) as error:
        log.warning("a lab did not answer: %r", error)
        raise Unavailable(CANNOT_OPEN) from None


@dataclass(frozen=True)
class Lab:
    """The author's lab while it runs. ``base``: its path, ``/user/name/``."""

    door: LabDoor
    base: str
    token: str

    def address(self, slug: str, file: str = "") -> str:
        """Where JupyterLab opens a file of an authored course."""
        return f"{self.base}lab/tree/{quote(f'{AUTHORED}/{slug}/{file}'.rstrip('/'))}"


class AuthoringPage(PageHandler):
    """What the pages share: who may, the way into the lab, and what to say when it is shut."""

    async def prepare(self) -> None:
        await super().prepare()
        if not self._finished:
            self.require(access.may_publish(self.actor))

    def door(self) -> LabDoor:
        if self.portal.labs is None:
            raise self.absent()
        return self.portal.labs

    async def find_lab(self) -> Lab | None:
        """The lab where it runs; starting one is left to a person's click."""
        token, username = self.hub_auth.get_token(self), self.actor.username or ""
        with shut_lab_is_said():
            base = await self.door().find_running(username=username, token=token)
        return Lab(self.door(), base, token) if base else None

    async def open_lab(self) -> Lab:
        token = self.hub_auth.get_token(self)
        base = await self.door().start(username=self.actor.username or "", token=token)
        return Lab(self.door(), base, token)

    async def read_course(self, lab: Lab, slug: str) -> dict[str, bytes] | None:
        try:
            with shut_lab_is_said():
                return await lab.door.read_course(lab.base, slug, lab.token)
        except TooMuch:
            raise Refused(
                Message(
                    "Thư mục khóa học quá lớn: tối đa {files} tệp và {size} MB.",
                    {"files": publishing.MOST_FILES, "size": publishing.MOST_MB},
                )
            ) from None

    async def own_courses(self, lab: Lab | None) -> list[str]:
        if lab is None:
            return []
        with shut_lab_is_said():
            return await lab.door.list_courses(lab.base, lab.token)


class Authoring(AuthoringPage):
    """The author's courses in their lab; begin a new one, or take a published one to mend."""

    async def get(self) -> None:
        lab = await self.find_lab() if self.portal.labs is not None else None
        self.page(
            "courses/authoring.html",
            labs=self.portal.labs is not None,
            lab=lab,
            own=await self.own_courses(lab),
            releases=await self.read(releases.current_releases),
            frames=FRAMES,
        )

    async def post(self) -> None:
        action = self.get_body_argument("action", "")
        slug = await self._do(action)
        self.redirect(self.url("teaching", "authoring", *([slug] if slug else [])))

    async def _do(self, action: str) -> str:
        """What the button asks; the course to go to, or "" for none."""
        slug = self.get_body_argument("slug", "").strip()
        if action in ("new", "empty"):
            title = self.get_body_argument("title", "").strip()[:200] or slug
            frame = self.get_body_argument("frame", "4.1")
            if frame not in FRAMES:
                raise Refused(Message("Hãy chọn một mục của khung nội dung"), field="frame")
            with at_field("slug"):
                files = await self.in_thread(lambda: publishing.template_files(slug, title, frame))
            if action == "empty":
                files = writing.empty_course(files, self._("Bài 1"))
        elif action == "take":
            found = await self.read(publishing.published_files, slug)
            if found is None:
                raise self.absent()
            files = found
        else:
            await self.open_lab()
            return ""
        lab = await self.open_lab()
        if slug in await self.own_courses(lab):
            raise Refused(
                Message(
                    "Trong phòng thực hành đã có thư mục {folder}: hãy mở khóa học ấy, "
                    "hoặc đổi tên thư mục.",
                    {"folder": f"{AUTHORED}/{slug}"},
                ),
                field="slug",
            )
        with shut_lab_is_said():
            await lab.door.write_course(lab.base, slug, files, lab.token)
        return slug


class AuthoredCourse(AuthoringPage):
    """One course in the lab: open it, preview it, check it, publish it."""

    async def get(self, slug: str) -> None:
        if await self.find_lab() is None:  # the page before has the button that starts it
            self.redirect(self.url("teaching", "authoring"))
            return
        await self._show(slug)

    async def post(self, slug: str) -> None:
        action = self.get_body_argument("action")
        if action not in ("check", "publish", "offer"):
            raise HTTPError(HTTPStatus.BAD_REQUEST)
        lab, files = await self._files(slug)
        try:
            course = await self.in_thread(lambda: publishing.load_files(files))
            problems = await self.in_thread(lambda: publishing.check(course, self.portal.marker))
        except Refused:
            await self._show(slug)  # which says why it can not be read
            return
        published, is_new = None, False
        wanted = action != "check"
        clean = not any(problem.severity == "error" for problem in problems)
        if clean and action == "offer":
            note = self.get_body_argument("note", "")
            offer = await self.act(
                offer_acts.offer_course, course, files, way="review", note=note, at=self.now
            )
            self.redirect(self.url("teaching", "offers", offer, done="kept"))
            return
        if clean and action == "publish":
            published, is_new = await self.act(acts.publish, course, at=self.now)
        await self._page(
            slug, lab, course, problems=problems, published=published, is_new=is_new, wanted=wanted
        )

    async def _files(self, slug: str) -> tuple[Lab, dict[str, bytes]]:
        lab = await self.open_lab()
        files = await self.read_course(lab, slug)
        if files is None:
            raise self.absent()
        return lab, files

    async def _show(self, slug: str) -> None:
        lab, files = await self._files(slug)
        course, faults = None, []
        try:
            course = await self.in_thread(lambda: publishing.load_files(files))
        except Refused as refused:
            faults = [self._.message(message) for message in refused.messages]
        await self._page(slug, lab, course, faults=faults)

    async def _page(self, slug: str, lab: Lab, course: courses.Course | None, **said: Any) -> None:
        current = await self.read(releases.current_release, course.slug if course else slug)
        values: dict[str, Any] = {
            "faults": [],
            "problems": None,
            "published": None,
            "is_new": False,
        }
        values |= {"wanted": False, **said}
        programme = self.programme
        values["second_reader"] = course is not None and await self.read(
            releasing.asks_second_reader, course
        )
        values["required"] = await self.read(
            publishing.is_required, course.slug if course else slug, programme, at=self.now
        )
        self.page(
            "courses/authored.html", slug=slug, lab=lab, course=course, current=current, **values
        )


class Preview(AuthoringPage):
    """A lesson as a learner will see it, with numbers drawn for them; nothing is kept. Checked on
    request: what was found stands beside the cell that it is about."""

    async def get(self, slug: str, lesson: str) -> None:
        await self._show(slug, lesson, checked=False)

    async def post(self, slug: str, lesson: str) -> None:
        await self._show(slug, lesson, checked=True)

    async def _show(self, slug: str, lesson: str, *, checked: bool) -> None:
        lab = await self.find_lab()
        if lab is None:
            self.redirect(self.url("teaching", "authoring"))
            return
        files = await self.read_course(lab, slug)
        if files is None:
            raise self.absent()
        course = await self.in_thread(lambda: publishing.load_files(files))
        problems, marker = None, self.portal.marker
        if checked and marker is not None:
            problems = await self.in_thread(lambda: publishing.check_one(course, lesson, marker))
        back, may_check = ("teaching", "authoring", slug), marker is not None
        await show_preview(self, course, lesson, back, may_check=may_check, problems=problems)


async def show_preview(
    page: PageHandler,
    course: courses.Course,
    lesson: str,
    back: tuple[str | int, ...],
    *,
    may_check: bool = False,
    problems: list[courses.Problem] | None = None,
) -> None:
    """A lesson of a course that is not published; ``back``: the page it is looked at from;
    ``problems``: what a check found, None where none was asked for."""
    shown = next((one for one in course.lessons if one.slug == lesson), None)
    if shown is None:
        raise page.absent()
    asked = forms.read_key(page.get_argument("seed", "0"))
    seed = asked if asked in SEEDS else SEEDS[0]
    content, _handed = await page.in_thread(
        lambda: courses.lesson_for(courses.write_notebook(shown.source), seed)
    )
    notebook = json.loads(content)
    pictures = await page.in_thread(lambda: media.embedded(course))
    answers = notebooks.answers_in(notebook)
    arranged = courses.blocks(notebook, pictures)
    beside, rest = courses.beside_blocks(problems or [], shown.file, arranged)
    blocks, contents = arrange(arranged, answers)
    page.page(
        "courses/preview.html",
        back=back,
        course=course,
        lesson=shown,
        shown=blocks,
        contents=contents,
        exercises={one.grade_id: one for one in shown.exercises},
        forms=forms,
        seed=seed,
        may_check=may_check,
        checked=problems is not None,
        beside=beside,
        rest=rest,
        seeds=SEEDS if courses.has_variants(shown.source) else (),
    )
