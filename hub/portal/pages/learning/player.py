"""The player: a lesson's notebook as a page to read, answer, try out and hand in."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import courses
from core.completion import LessonStanding, share_in_force
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.pages.courses import media
from hub.portal.pages.courses.layout import arrange
from hub.portal.pages.learning import checking, lesson_view
from hub.portal.pages.learning.lesson_view import View
from hub.portal.pages.learning.lesson_words import SCRIPT_SAYS
from hub.portal.web import CONTENT_POLICY, PageHandler
from hub.settings import Settings
from records import Session
from records.courses import lesson_terms
from records.tables.assessment import Certificate
from school import access
from school.learning import (
    acts,
    answering,
    checks,
    lessons,
    notebooks,
    overview,
    results,
    steps,
    tasks,
    traces,
)
from school.learning.languages.words import answers_shown
from school.learning.numbers import own
from school.learning.practice import fresh
from school.refusals import AtFields, Busy

BUILT = "built/editor.js"


@dataclass(frozen=True)
class Loaded:
    """Everything the lesson page shows."""

    place: lessons.Place
    work: lessons.Work | None
    course: overview.CourseState | None
    result: results.Result | None
    certificate: Certificate | None
    attempts_used: int
    broken: bool
    settings: Settings
    counts_time: bool  # how long the learner works at each exercise
    checked: tuple[tasks.Said, ...]  # what checks said of single exercises
    fresh: fresh.Fresh  # whose numbers may be drawn anew

    @property
    def pass_share(self) -> float:
        """The share of points in force (`core.completion`)."""
        return share_in_force(self.place.manifest.pass_share, self.settings.pass_share)

    @property
    def has_passed(self) -> bool:
        """The last submission reached the share of points that is asked for."""
        last = self.result
        if last is None or last.points is None:
            return False
        standing = LessonStanding(last.lesson, last.max_points or 0.0, last.points)
        return standing.passes(self.pass_share)

    @property
    def attempts_left(self) -> int | None:
        """How often the lesson may still be handed in; None without a limit."""
        allowed = self.place.attempts
        return None if allowed is None else max(0, allowed - self.attempts_used)

    @property
    def has_full_points(self) -> bool:
        lesson = self.course.lesson(self.place.lesson) if self.course else None
        return lesson is not None and lesson.points is not None and lesson.share >= 1


def load_page(
    session: Session,
    actor: access.Actor,
    course: str,
    lesson: str,
    settings: Settings,
    at: dt.datetime,
    language: str,
) -> Loaded | None:
    assert actor.person_id is not None
    place = lessons.find_place(session, actor.person_id, course, lesson, language)
    if place is None:
        return None
    work = lessons.find_work(session, actor.person_id, place)
    return Loaded(
        place=place,
        work=work,
        course=overview.find_course(
            session, actor.person_id, course, pass_share=settings.pass_share
        ),
        result=results.find_last_result(
            session, actor.person_id, place, work.again if work else None
        ),
        certificate=overview.find_certificate(session, actor.person_id, settings.programme),
        attempts_used=lesson_terms.count_attempts(session, actor.person_id, course, lesson)
        if place.attempts is not None
        else 0,
        broken=work is not None and lessons.lost_exercises(work.notebook, place),
        settings=settings,
        counts_time=traces.counts_time(session, actor.person_id, days=settings.exercise_time_days),
        checked=checks.said_by_checks(session, actor.person_id, place, at),
        fresh=fresh.find_fresh(session, actor.person_id, place, work, at),
    )


class LessonPage(PageHandler):
    """Read, answer, try, hand in. All of it also works by ordinary form posts."""

    async def get(self, course: str, lesson: str) -> None:
        loaded = await self._load(course, lesson)
        part = self.get_argument("part", "")
        if part in lesson_view.PARTS and loaded.work is not None:
            self._part(part, loaded)
        else:
            self.remember_browser()
            await self._show(loaded)

    async def post(self, course: str, lesson: str) -> None:
        """Without script: save what was typed, and hand it in where that button was pressed."""
        self.require(access.may_submit(self.actor))
        loaded = await self._load(course, lesson)
        assert loaded.work is not None and self.actor.person_id is not None
        action = self.get_body_argument("action", "save")
        errors: list[str] = []
        answers: dict[str, Any] = {}
        refused: dict[str, Message] = {}
        typed: dict[str, Any] = {}  # what is not stored, to be shown again
        try:
            if action == "restore":
                await self.act(acts.restore_lesson, loaded.place, loaded.work, at=self.now)
            else:
                answers, refused = await self.in_thread(lambda: self._posted(loaded))
                typed = answers
                work = (
                    loaded.work
                    if not answers
                    else await self.act(
                        acts.save_answers,
                        loaded.place,
                        answers,
                        revision=forms.read_key(self.get_body_argument("revision", "")) or 0,
                        language=self._.language,
                        at=self.now,
                    )
                )
                typed = {}
                if action.startswith("check-") and not refused:
                    await checking.check(self, loaded.place, work, action.removeprefix("check-"))
                if action.startswith("again-") and not refused:
                    if not self.portal.checks.allow(self.asker):
                        raise Busy(checking.TOO_FAST)
                    grade_id = action.removeprefix("again-")
                    await self.act(acts.draw_again, loaded.place, work, grade_id, at=self.now)
                if action == "submit" and not refused:
                    loaded = await self._load(course, lesson)
                    if self._own_view(loaded).asks(loaded.attempts_left):
                        await self._show(loaded, asks=True)
                        return
                if action in ("submit", "submit-now") and not refused:
                    await self.act(
                        acts.hand_in,
                        loaded.place,
                        work.notebook,
                        at=self.now,
                        device=self.device(),
                        language=self._.language,
                    )
        except Refused as said:
            errors = [self._.message(message) for message in said.messages]
        except lessons.Changed as changed:
            typed = {}  # the page shows what is stored: whoever sends it again must have seen it
            errors = [
                self._(CHANGED_ELSEWHERE.template),
                *self._not_stored(loaded, changed.work, answers),
            ]
        if refused:
            errors.append(self._(SEE_FIELDS.template))
        if self.get_argument("part", "") == "results":  # for the script
            if errors:
                self.json({"errors": errors}, HTTPStatus.UNPROCESSABLE_ENTITY)
            else:
                self._part("results", await self._load(course, lesson))
        elif errors:
            self.set_status(HTTPStatus.UNPROCESSABLE_ENTITY)
            await self._show(await self._load(course, lesson), errors, refused, typed)
        else:
            self._go_on(loaded, action)

    def _go_on(self, loaded: Loaded, action: str) -> None:
        """After a form: to the step that was asked for, or to where handing in is."""
        view = self._own_view(loaded)
        number = forms.read_key(action.removeprefix("go-")) if action.startswith("go-") else None
        about = action.removeprefix("check-").removeprefix("again-")
        checked = view.by_exercise.get(about)
        if checked is not None:
            number = number if view.whole else checked.step
        if view.whole and number is None:
            anchor = f"bai-{checked.number}" if checked else "ket-qua"
            asked = {"xem": lesson_view.WHOLE}
        else:
            asked, anchor = {"buoc": str(number or view.count)}, "buoc"
        place = loaded.place
        page = self.url("courses", place.course, "lessons", place.lesson, **asked)
        self.redirect(f"{page}#{anchor}")

    async def _load(self, course: str, lesson: str) -> Loaded:
        wanted = (self.actor, course, lesson, self.portal.settings, self.now, self._.language)
        loaded = await self.read(load_page, *wanted)
        if loaded is None:
            raise self.absent()
        if loaded.work is None and access.may_submit(self.actor):
            await self.act(acts.open_lesson, loaded.place, at=self.now)
            loaded = await self.read(load_page, *wanted)
            assert loaded is not None
        return loaded

    def _posted(self, loaded: Loaded) -> tuple[dict[str, Any], dict[str, Message]]:
        """What the form says, by cell, without the files that are no good; and why they are not."""
        assert loaded.work is not None
        cells = notebooks.answer_cells(loaded.work.notebook)
        shown = set(self.get_body_arguments("cell"))  # a step's page has only its own cells
        answers: dict[str, Any] = {}
        for cell_id, cell in cells.items():
            if shown and cell_id not in shown:
                continue
            form = answering.form_of(cell)
            if form is None and not self.get_body_arguments(f"a-{cell_id}"):
                continue
            value = forms.read_posted(
                form,
                cell_id,
                lambda name: self.get_body_arguments(name, strip=False),
                self._upload,
            )
            if value is not forms.KEEP:
                answers[cell_id] = value
        try:
            answering.look_into_files(cells, answers)
        except AtFields as refused:
            bad = {field.cell: field.fault for field in refused.unread if field.fault}
            return {cell: one for cell, one in answers.items() if cell not in bad}, bad
        return answers, {}

    def _not_stored(
        self, loaded: Loaded, stored: lessons.Work, posted: dict[str, Any]
    ) -> list[str]:
        """What was typed into each field and is not what is stored: nothing typed is lost."""
        cells = notebooks.answer_cells(stored.notebook)
        words = loaded.place.words
        said = notebooks.answer_cells(words.shown(stored.notebook)) if words else cells
        kept = notebooks.answers_in(stored.notebook)
        typed, _fields = answering.read_answers(cells, posted, self._.language)
        return [
            self._(TYPED_BEFORE.template, label=self._label(said[cell_id]), typed=shown)
            for cell_id, value in typed.items()
            if value != kept.get(cell_id) and (shown := forms.in_one_line(posted[cell_id]))
        ]

    def _label(self, cell: Mapping[str, Any]) -> str:
        form = answering.form_of(cell)
        return form.label if form else self._("Ô soạn mã Python")

    def _upload(self, name: str) -> forms.Upload | None:
        sent = self.request.files.get(name)
        return forms.Upload(sent[0].filename, sent[0].body) if sent else None

    async def _show(
        self,
        loaded: Loaded,
        errors: Sequence[str] = (),
        refused: Mapping[str, Message] | None = None,
        typed: Mapping[str, Any] | None = None,
        *,
        asks: bool = False,
    ) -> None:
        place = loaded.place
        if loaded.work is not None:
            notebook = loaded.work.notebook
        else:  # someone who only reads
            published = await self.read(own.published_for, place, 0)
            notebook = published.notebook
        words = place.words
        said = words.shown(notebook) if words else notebook  # what is read; answers are the same
        answers = answers_shown(notebooks.answers_in(notebook), notebooks.answer_cells(said))
        solutions: dict[str, str] = {}
        over = place.is_over(self.now, loaded.attempts_used) or loaded.has_full_points
        # What is not marked yet may come back as an attempt that did not count.
        settled = loaded.result is None or not loaded.result.waiting
        if over and settled and self.actor.person_id is not None:
            solutions = await self.read(own.solutions_for, self.actor.person_id, place)
            if words:
                solutions = {cell: words.solution(cell, one) for cell, one in solutions.items()}
        blocks = self._blocks(place, said)
        view = self._view(loaded, notebook, blocks)
        shown, contents = arrange(blocks, {**answers, **(typed or {})})
        await self._keep(view, loaded)
        nonce = secrets.token_urlsafe(16)  # the editor writes its own style sheet
        self.set_header(
            "Content-Security-Policy",
            self._policy() + f"; style-src 'self' 'nonce-{nonce}'",
        )
        self.page(
            "learning/lesson.html",
            loaded=loaded,
            place=place,
            view=view,
            shown=view.of(shown),
            look_back=view.look_back(shown),
            cells=list(notebooks.answer_cells(notebook)),
            contents=contents,
            errors=errors,
            asks=asks,
            refused=refused or {},
            focus=forms.first_unread(shown, self._.language) if errors else None,
            exercises={one.grade_id: one for one in place.exercises},
            checkable=checks.checked_exercises(place, self.now)
            if self.portal.marker is not None and access.may_submit(self.actor)
            else (),
            next_lesson=place.manifest.find_next(place.lesson),
            may_answer=loaded.work is not None,
            forms=forms,
            nonce=nonce,
            solutions=solutions,
            labs=self.portal.labs,
            editor=self.static_url(BUILT) if self.portal.has_editor else "",
            state=json.dumps(self._state(loaded, answers, view), ensure_ascii=False).replace(
                "<", "\\u003c"
            ),
        )

    def _policy(self) -> str:
        """“Mở trong JupyterLab” is a form that leads to the lab, which may have its own host."""
        settings = self.portal.settings
        if not settings.lab_domain:
            return CONTENT_POLICY
        here = urlsplit(settings.address)
        port = f":{here.port}" if here.port else ""
        labs = f"{here.scheme}://*.{settings.lab_domain}{port}"
        return CONTENT_POLICY.replace("form-action 'self'", f"form-action 'self' {labs}")

    def _blocks(self, place: lessons.Place, notebook: dict[str, Any]) -> list[courses.Block]:
        address = self.url("courses", place.course, "media")
        return courses.blocks(notebook, media.addressed(place.manifest, address))

    def _own_view(self, loaded: Loaded) -> View:
        """`_view` of the learner's draft."""
        assert loaded.work is not None
        notebook = loaded.work.notebook
        words = loaded.place.words
        said = words.shown(notebook) if words else notebook
        return self._view(loaded, notebook, self._blocks(loaded.place, said))

    def _view(self, loaded: Loaded, notebook: dict[str, Any], blocks: list[courses.Block]) -> View:
        """What of the lesson is asked for, and how each of its exercises stands. ``notebook`` is
        the draft, ``blocks`` what is read of it."""
        own = self._blocks(loaded.place, notebook) if loaded.place.words else blocks
        found = steps.steps_of(own, blocks)
        whole, number = lesson_view.asked_for(self, found, loaded.work)
        return View(
            steps=found,
            tasks=tasks.tasks_of(
                notebook,
                loaded.place.exercises,
                steps.numbers_by_exercise(found),
                [*tasks.said_in(loaded.result), *loaded.checked],
                language=self._.language,
            ),
            whole=whole,
            number=number,
        )

    async def _keep(self, view: View, loaded: Loaded) -> None:
        """Note where the learner is, for the next device."""
        work = loaded.work
        if work is None or view.whole or view.stands_at == work.stands_at:
            return
        if access.may_submit(self.actor):
            await self.act(acts.keep_place, loaded.place, view.stands_at, at=self.now)

    def _state(self, loaded: Loaded, answers: notebooks.Answers, view: View) -> dict[str, Any]:
        """What the script needs to begin with."""
        place = loaded.place
        return {
            "api": self.url("api/v1/courses", place.course, "lessons", place.lesson),
            "submissions": self.url("api/v1/submissions"),
            "page": self.url("courses", place.course, "lessons", place.lesson),
            "course": place.course,
            "lesson": place.lesson,
            "release": place.release_id,
            "who": self.actor.username,
            "language": self._.language,
            "revision": loaded.work.revision if loaded.work else 0,
            "answers": notebooks.without_content(answers),
            "exercise_of": place.exercise_of,
            "counts_time": loaded.counts_time,
            "step": view.number,
            "step_of": {cell: step.number for step in view.steps for cell in step.cells},
            "waiting": loaded.result.id if loaded.result and loaded.result.waiting else None,
            "say": {key: self._(message.template) for key, message in SCRIPT_SAYS.items()},
        }

    def _part(self, part: str, loaded: Loaded) -> None:
        """A part of the page, for the script to put in place: what marking changes, or what is
        asked before handing in."""
        self.page(
            f"learning/{part}.html",
            loaded=loaded,
            place=loaded.place,
            view=self._own_view(loaded),
            exercises={one.grade_id: one for one in loaded.place.exercises},
            next_lesson=loaded.place.manifest.find_next(loaded.place.lesson),
        )


CHANGED_ELSEWHERE = Message(
    "Bài này vừa được sửa ở một cửa sổ khác. Bản ở đó được giữ; hãy kiểm tra lại rồi sửa tiếp."
)

TYPED_BEFORE = Message("“{label}”: vừa gõ “{typed}”, chưa lưu.")
SEE_FIELDS = Message("Có tệp chưa nhận được: xem lý do ngay dưới ô chọn tệp. Các ô khác đã lưu.")
