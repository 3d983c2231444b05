"""Courses and lessons: what is to be done, and the caller's notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from core.messages import Message, Refused
from hub.locale import translate
from hub.portal import told_fields
from hub.portal.api.handler import ApiHandler
from hub.portal.api.sent import answers_of, read_notebook_of, revision_of, worked_of
from records import Session
from school import access
from school.learning import acts, answering, guide, lessons, notebooks, overview
from school.learning.languages.words import answers_shown
from school.learning.notebook_weight import as_bytes


class Courses(ApiHandler):
    async def get(self) -> None:
        found, way = await self.read(self._load)
        self.json({"courses": [self._course(course, way) for course in found]})

    def _load(self, session: Session) -> tuple[list[overview.CourseState], overview.CertificateWay]:
        person_id, settings = self.actor.person_id, self.portal.settings
        assert person_id is not None
        return (
            overview.load_courses(session, person_id, pass_share=settings.pass_share),
            overview.load_certificate_way(session, person_id, settings.programme, self.now),
        )

    def _course(self, course: overview.CourseState, way: overview.CertificateWay) -> dict[str, Any]:
        return {
            "course": course.slug,
            "release": course.number,
            "programme": course.manifest.programme,
            "title": self._.title(course.manifest),
            "frame": course.manifest.frame,
            "begun": course.begun,
            "required": course.slug in way.wanted,
            "lessons": [
                {
                    "lesson": lesson.slug,
                    "title": self._.title(lesson.titles),
                    "file": lesson.titles.file,
                    "minutes": lesson.minutes,
                    "state": lesson.state,
                    "points": lesson.points,
                    "max_points": lesson.max_points,
                }
                for lesson in course.lessons
            ],
        }


class LessonHandler(ApiHandler):
    """What the addresses below a lesson share."""

    for_labs = True

    async def place(self, course: str, lesson: str) -> lessons.Place:
        """The lesson; 404 where there is none."""
        assert self.actor.person_id is not None
        asked = (self.actor.person_id, course, lesson, self._.language)
        found = await self.read(lessons.find_place, *asked)
        if found is None:
            raise self.absent()
        return found

    async def work(self, place: lessons.Place) -> lessons.Work:
        """The caller's draft, opened where it was not yet."""
        assert self.actor.person_id is not None
        found = await self.read(lessons.find_work, self.actor.person_id, place)
        if found is not None:
            return found
        self.require(access.may_submit(self.actor))
        return await self.act(acts.open_lesson, place, at=self.now)

    def speak(self, sent: dict[str, Any]) -> str:
        """The language of the page that sends: numbers are read and answers are given by it."""
        language = sent.get("language", self._.language)
        if not isinstance(language, str) or language not in translate.LANGUAGES:
            raise Refused(Message("Phần “language” phải là vi hoặc en."))
        self._ = self.portal.translators[language]
        return self._.language

    def worked(self, sent: dict[str, Any]) -> dict[str, int]:
        """Seconds at exercises, where they are kept here at all."""
        told = worked_of(sent)
        return told if self.portal.settings.exercise_time_days else {}

    def saved(self, work: lessons.Work, said: Sequence[dict[str, Any]] = (), **more: Any) -> None:
        """``said``: of files; of what was typed the work knows itself."""
        fields = [*(told_fields.as_json(field, self._) for field in work.fields), *said]
        saved_at = work.saved_at.isoformat()
        self.json({"revision": work.revision, "saved_at": saved_at, "fields": fields, **more})

    async def look_into_files(
        self, place: lessons.Place, answers: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """What the files among ``answers`` are; `AtFields` where one is no good."""
        if not any(isinstance(value, dict) and "base64" in value for value in answers.values()):
            return []
        work = await self.read(lessons.find_work, self.actor.person_id or 0, place)
        cells = notebooks.answer_cells(work.notebook) if work else {}
        seen = await self.in_thread(lambda: answering.look_into_files(cells, answers))
        return [told_fields.file_as_json(cell, one, self._) for cell, one in seen.items()]

    def answers(self, place: lessons.Place, work: lessons.Work) -> dict[str, Any]:
        """The stored answers, as a page in the place's words has them; without files' content."""
        shown = place.words.shown(work.notebook) if place.words else work.notebook
        answers = answers_shown(notebooks.answers_in(work.notebook), notebooks.answer_cells(shown))
        return notebooks.without_content(answers)

    def conflict(self, place: lessons.Place, work: lessons.Work) -> None:
        """409 with what is stored, so that the caller can show both and overwrite nothing."""
        self.json(
            {
                "errors": [self._(STORED_ELSEWHERE.template)],
                "revision": work.revision,
                "saved_at": work.saved_at.isoformat(),
                "answers": self.answers(place, work),
            },
            HTTPStatus.CONFLICT,
        )


STORED_ELSEWHERE = Message(
    "Bài này vừa được lưu ở nơi khác. Hai bản được giữ; hãy chọn bản muốn dùng."
)


class Lesson(LessonHandler):
    async def get(self, course: str, lesson: str) -> None:
        place = await self.place(course, lesson)
        work = await self.work(place)
        self.json(
            {
                "course": course,
                "lesson": lesson,
                "title": self._.title(place.entry),
                "file": place.entry.file,
                "revision": work.revision,
                "saved_at": work.saved_at.isoformat(),
                "closes_at": place.closes_at.isoformat() if place.closes_at else None,
                "attempts": place.attempts,
                "answers": self.answers(place, work),
                "exercises": [
                    {
                        "grade_id": one.grade_id,
                        "title": one.title,
                        "points": one.points,
                        "competence": one.competence,
                        "level": one.level,
                    }
                    for one in place.exercises
                ],
            }
        )


class Notebook(LessonHandler):
    """The caller's notebook as ``.ipynb``."""

    async def get(self, course: str, lesson: str) -> None:
        place = await self.place(course, lesson)
        work = await self.work(place)
        self.set_header("Content-Type", "application/x-ipynb+json; charset=utf-8")
        self.set_header("Motcham-Revision", str(work.revision))
        self.finish(as_bytes(place.words.shown(work.notebook) if place.words else work.notebook))


class Guide(LessonHandler):
    """What the lab shows beside the notebook: tasks, points, deadline, last marks, the way back."""

    async def get(self, course: str, lesson: str) -> None:
        place = await self.place(course, lesson)
        work = await self.work(place)
        found = await self.read(
            guide.load_guide,
            self.actor.person_id or 0,
            place,
            work,
            time_days=self.portal.settings.exercise_time_days,
        )
        result = found.result
        self.json(
            {
                "title": self._.title(place.entry),
                "course_title": self._.title(place.manifest),
                "page": self.url("courses", course, "lessons", lesson),
                "revision": work.revision,
                "minutes": place.entry.minutes,
                "max_points": place.entry.max_points,
                "closes_at": place.closes_at.isoformat() if place.closes_at else None,
                "closed": place.is_closed(self.now),
                "attempts": place.attempts,
                "attempts_used": found.attempts_used,
                "result": {
                    "id": result.id,
                    "state": result.state,
                    "submitted_at": result.submitted_at.isoformat(),
                    "points": result.points,
                    "max_points": result.max_points,
                }
                if result
                else None,
                "tasks": [
                    task | {"feedback": self._.message(task["feedback"]) or None}
                    for task in found.tasks
                ],
                "videos": found.videos,
                "exercise_of": place.exercise_of if found.counts_time else {},
            }
        )


class Draft(LessonHandler):
    """A whole notebook, as JupyterLab has it."""

    async def put(self, course: str, lesson: str) -> None:
        self.require(access.may_submit(self.actor))
        sent = await self.in_thread(self.body_json)
        language = self.speak(sent)
        place = await self.place(course, lesson)
        notebook = await self.in_thread(lambda: read_notebook_of(sent))
        cells = notebooks.answer_cells(notebook)
        changed, fields = await self.in_thread(lambda: answering.read_notebook(cells, language))
        await self.work(place)
        try:
            saved = await self.act(
                acts.save_notebook,
                place,
                notebook,
                revision=revision_of(sent),
                at=self.now,
                worked=self.worked(sent),
            )
        except lessons.Changed as elsewhere:
            self.conflict(place, elsewhere.work)
            return
        self.saved(replace(saved, fields=fields), sources=changed)


class Answers(LessonHandler):
    """Only the answers that changed, as the player sends them: numbers as they were typed."""

    async def put(self, course: str, lesson: str) -> None:
        self.require(access.may_submit(self.actor))
        sent = await self.in_thread(self.body_json)
        language, answers = self.speak(sent), answers_of(sent)
        place = await self.place(course, lesson)
        files = await self.look_into_files(place, answers)
        try:
            saved = await self.act(
                acts.save_answers,
                place,
                answers,
                revision=revision_of(sent),
                at=self.now,
                worked=self.worked(sent),
                language=language,
            )
        except lessons.Changed as changed:
            self.conflict(place, changed.work)
            return
        self.saved(saved, files)
