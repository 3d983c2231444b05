"""A lesson written on forms: its pieces in order, one piece with its preview, the bank, and what
the course is called. The notebook lies in the author's lab and is read anew for every change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from tornado.web import HTTPError

import courses
from core.messages import Refused
from courses.notebooks import Notebook
from courses.writing.draft import BY_HAND, KINDS, MOST_DRAWN, MOST_ROWS, Draft
from courses.writing.pieces import Piece, task_place
from hub.portal import forms
from hub.portal.pages.courses import media
from hub.portal.pages.courses.authoring import AuthoringPage, Lab, shut_lab_is_said
from hub.portal.pages.courses.layout import arrange
from hub.portal.returned_forms import return_form
from school.courses import exercise_bank, publishing, writing
from school.courses.writing import EMPTY, Change, Opened
from school.learning import notebooks
from skills_framework.framework import load_framework

SHOWN_ROWS = {"single": 4, "multiple": 5, "order": 5, "match": 5, "number": 3, "text": 3, "code": 3}
SPARE = 2  # empty lines below those that are filled


class WritingPage(AuthoringPage):
    """What these pages share: the lesson as it lies in the lab, and writing a change there."""

    async def opened(self, slug: str, lesson: str) -> tuple[Lab, Opened]:
        lab, files = await self.files(slug)
        found = await self.in_thread(lambda: writing.open_lesson(files, lesson))
        if found is None:
            raise self.absent()
        return lab, found

    async def files(self, slug: str) -> tuple[Lab, dict[str, bytes]]:
        lab = await self.open_lab()
        files = await self.read_course(lab, slug)
        if files is None or "course.toml" not in files:
            raise self.absent()
        return lab, files

    async def keep(self, lab: Lab, slug: str, change: Change) -> None:
        with shut_lab_is_said():
            await lab.door.write_course(lab.base, slug, change.write, lab.token)
            for path in change.remove:
                await lab.door.remove_file(lab.base, slug, path, lab.token)

    def typed(self, name: str) -> str:
        return self.get_body_argument(name, "", strip=False).replace("\r\n", "\n")

    def names(self, framework: str) -> Mapping[str, str]:
        """Competences by their code, in the reader's language."""
        known = load_framework(framework).competences
        return {one.code: one.name.get(self._.language) or one.name["vi"] for one in known}


class WriteLesson(WritingPage):
    """The lesson's pieces in order: move them, check them, add between them."""

    async def get(self, slug: str, lesson: str) -> None:
        if await self.find_lab() is None:
            self.redirect(self.url("teaching", "authoring"))
            return
        lab, opened = await self.opened(slug, lesson)
        self._show(slug, lab, opened, None)

    async def post(self, slug: str, lesson: str) -> None:
        action, piece = self.typed("action"), self.typed("piece")
        lab, opened = await self.opened(slug, lesson)
        if action == "check" and self.portal.marker is not None:
            marker = self.portal.marker
            found = await self.in_thread(
                lambda: publishing.check_one(opened.course, lesson, marker)
            )
            self._show(slug, lab, opened, found)
            return
        steps = {"up": -1, "down": 1}
        if action in steps:
            await self.keep(lab, slug, writing.move(opened, piece, steps[action]))
        elif action == "remove":
            await self.keep(lab, slug, writing.remove(opened, piece, seen=self.typed("seen")))
        else:
            raise HTTPError(HTTPStatus.BAD_REQUEST)
        address = self.url("teaching", "authoring", slug, "lessons", lesson, "write")
        self.redirect(address + (f"#{piece}" if action in steps else ""))

    def _show(
        self, slug: str, lab: Lab, opened: Opened, problems: list[courses.Problem] | None
    ) -> None:
        beside, rest = writing.beside_pieces(problems or [], opened)
        self.page(
            "courses/writing.html",
            slug=slug,
            lab=lab,
            course=opened.course,
            lesson=opened.lesson,
            pieces=opened.pieces,
            may_check=self.portal.marker is not None,
            checked=problems is not None,
            beside=beside,
            rest=rest,
        )


class AddPiece(WritingPage):
    """What to add: a text, an exercise of a kind, or one of the bank."""

    async def get(self, slug: str, lesson: str) -> None:
        _lab, opened = await self.opened(slug, lesson)
        asked = {
            name: self.get_argument(name, "") for name in ("words", "competence", "level", "kind")
        }
        found, many = (
            await self.read(lambda session: exercise_bank.search(session, **asked))
            if any(asked.values())
            else ([], 0)
        )
        self._page(slug, opened, asked, found, many)

    async def post(self, slug: str, lesson: str) -> None:
        lab, opened = await self.opened(slug, lesson)
        key, after = self.typed("key"), self.typed("after")
        change = await self.read(
            lambda session: exercise_bank.take(session, key, opened, after=after)
        )
        await self.keep(lab, slug, change)
        address = self.url("teaching", "authoring", slug, "lessons", lesson, "write")
        self.redirect(f"{address}#{change.piece}")

    def _page(
        self, slug: str, opened: Opened, asked: Mapping[str, str], found: Sequence[Any], many: int
    ) -> None:
        self.page(
            "courses/writing_add.html",
            slug=slug,
            lesson=opened.lesson,
            after=self.get_argument("after", ""),
            asked=asked,
            searched=any(asked.values()),
            found=found,
            many=many,
            competences=self.names(opened.course.framework),
        )


class WritePiece(WritingPage):
    """One piece: a text, an exercise on its form, or somebody's own cells with their task."""

    async def get(self, slug: str, lesson: str) -> None:
        _lab, opened = await self.opened(slug, lesson)
        await self._show(slug, opened, self._piece(opened))

    async def post(self, slug: str, lesson: str) -> None:
        action = self.typed("action")
        lab, opened = await self.opened(slug, lesson)
        piece = self._piece(opened)
        if action == "preview":
            await self._show(slug, opened, piece, tried=True)
            return
        if action == "upload":
            await self._upload(slug, lab, opened, piece)
            return
        change = await self.in_thread(lambda: self._saved(opened, piece))
        await self.keep(lab, slug, change)
        if action == "stay":
            self.redirect(self.url(*self._address(slug, lesson), piece=change.piece))
            return
        address = self.url("teaching", "authoring", slug, "lessons", lesson, "write")
        self.redirect(f"{address}#{change.piece}")

    def _address(self, slug: str, lesson: str) -> tuple[str, ...]:
        return ("teaching", "authoring", slug, "lessons", lesson, "write", "piece")

    def _piece(self, opened: Opened) -> Piece | None:
        """The one that the address names; None for a new one."""
        name = self.get_argument("piece", "")
        found = next((one for one in opened.pieces if one.name == name), None)
        if name and found is None:
            raise self.absent()
        return found

    def _kind(self, piece: Piece | None) -> str:
        """reading (a text), a kind of exercise, own (an exercise that no form wrote) or cell."""
        if piece is None:
            asked = self.get_argument("new", "")
            if asked not in (*KINDS, "reading"):
                raise self.absent()
            return asked
        if piece.kind == "exercise":
            return piece.draft.kind if piece.draft else "own"
        return "reading" if piece.kind == "text" else "cell"

    def _saved(self, opened: Opened, piece: Piece | None) -> Change:
        kind, seen, after = self._kind(piece), self.typed("seen"), self.typed("after")
        name = piece.name if piece else ""
        if kind == "reading":
            return writing.save_text(opened, self.typed("text"), piece=name, seen=seen, after=after)
        if kind == "own":
            return writing.save_task(opened, self.typed("text"), piece=name, seen=seen)
        if kind == "cell":
            raise HTTPError(HTTPStatus.BAD_REQUEST)
        draft = writing.typed_draft(kind, self.typed)
        return writing.save_exercise(opened, draft, piece=name, seen=seen, after=after)

    async def _upload(self, slug: str, lab: Lab, opened: Opened, piece: Piece | None) -> None:
        """The file goes to the lab, and what shows it to the end of the text, which is saved."""
        sent = self.request.files.get("upload", [])
        name, content = (sent[0]["filename"], sent[0]["body"]) if sent else ("", b"")
        files, shown = await self.in_thread(
            lambda: writing.with_upload(opened, name, content, self.typed("words"))
        )
        text = "\n\n".join(filter(None, (self.typed("text").strip(), shown)))
        change = writing.save_text(
            opened,
            text,
            piece=piece.name if piece else "",
            seen=self.typed("seen"),
            after=self.typed("after"),
        )
        await self.keep(lab, slug, writing.with_files(change, files))
        self.redirect(self.url(*self._address(slug, opened.lesson.slug), piece=change.piece))

    async def _show(
        self, slug: str, opened: Opened, piece: Piece | None, *, tried: bool = False
    ) -> None:
        kind = self._kind(piece)
        draft = (piece.draft if piece else None) or Draft(kind)
        text = self._text_of(piece)
        if tried or self.form:  # as typed: nothing is kept, and the fields show it again
            draft, text = writing.typed_draft(kind, self.typed), self.typed("text")
        preview, faults = await self._previewed(opened, piece, kind, draft, text)
        if tried and faults:
            self.form = return_form(
                faults, self.request.body_arguments, self._.message, had_files=False
            )
        said = list(faults.messages) if faults else []
        lines = max(SHOWN_ROWS.get(kind, 3), len(draft.rows) + SPARE)
        self.page(
            "courses/writing_piece.html",
            slug=slug,
            lesson=opened.lesson,
            piece=piece,
            kind=kind,
            draft=draft,
            text=text,
            tried=tried,
            after=self.get_argument("after", ""),
            rows=range(1, min(lines, MOST_ROWS) + 1),
            drawn=range(1, min(len(draft.drawn) + SPARE, MOST_DRAWN) + 1),
            by_hand=kind in BY_HAND,
            competences=self.names(opened.course.framework),
            lab_address=(await self.open_lab()).address(slug, opened.lesson.file),
            faults=[self._.message(one) for one in said if one != EMPTY],
            unfilled=said.count(EMPTY),
            **{"shown": (), "contents": (), "exercises": {}, "draws": (), "cells": (), **preview},
            forms=forms,
            beside={},
        )

    def _text_of(self, piece: Piece | None) -> str:
        if piece is None:
            return ""
        place = 0 if piece.kind != "exercise" else task_place(piece)
        return "" if place is None else courses.notebooks.source_of(piece.cells[place])

    async def _previewed(
        self, opened: Opened, piece: Piece | None, kind: str, draft: Draft, text: str
    ) -> tuple[dict[str, Any], Refused | None]:
        """What a learner will see, and what keeps it from being shown."""
        name = piece.name if piece else writing.next_name(opened)
        seed = 1 if draft.drawn else 0

        def make() -> tuple[Notebook, dict[str, Any]]:
            if kind == "reading":
                return writing.preview_text(text), {}
            if kind in ("own", "cell"):
                assert piece is not None
                return writing.preview_own(opened, piece), {"cells": writing.own_cells(piece)}
            return writing.preview_cells(draft, seed, name), {
                "draws": writing.draws_shown(draft, name),
                "cells": writing.written_cells(draft, name),
            }

        try:
            notebook, more = await self.in_thread(make)
        except Refused as refused:
            return {}, refused
        pictures = await self.in_thread(lambda: media.embedded(opened.course))
        blocks, contents = arrange(
            courses.blocks(notebook, pictures), notebooks.answers_in(notebook)
        )
        return {"shown": blocks, "contents": contents, **more}, None


class AboutCourse(WritingPage):
    """What the course and its lessons are called; lessons added and taken out."""

    async def get(self, slug: str) -> None:
        _lab, files = await self.files(slug)
        course = await self.in_thread(lambda: publishing.load_files(files))
        self.page("courses/about.html", slug=slug, course=course)

    async def post(self, slug: str) -> None:
        lab, files = await self.files(slug)
        make: Mapping[str, Callable[[], Change]] = {
            "course": lambda: writing.save_about(
                files, {key: self.typed(key) for key in ("title", "summary", "title_en")}
            ),
            "lesson": lambda: writing.save_about(
                files,
                {key: self.typed(key) for key in ("title", "title_en")},
                lesson=self.typed("lesson"),
                minutes=self.typed("minutes"),
            ),
            "add": lambda: writing.add_lesson(
                files, self.typed("title"), self.typed("title_en"), self.typed("minutes")
            ),
            "remove": lambda: writing.remove_lesson(files, self.typed("lesson")),
        }
        action = self.typed("action")
        if action not in make:
            raise HTTPError(HTTPStatus.BAD_REQUEST)
        change = await self.in_thread(make[action])
        await self.keep(lab, slug, change)
        self.redirect(self.url("teaching", "authoring", slug, "about"))
