"""The JSON interface, version 1. ``hub/portal/openapi.json`` describes it, a test holds the two
together.

Whoever calls is known by the portal's cookie or by a hub API token (``Authorization: token …``).
Errors are ``{"errors": ["…"]}`` in the caller's language.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from core.messages import Message, Refused
from hub.locale import translate
from hub.portal import outputs, told_fields
from hub.portal.turns import TooManyWaiting
from hub.portal.web import ApiHandler, BaseHandler
from records import Session
from records.assessment import certificates
from records.marking import queue
from school import access
from school.learning import acts, answering, guide, lessons, overview
from school.learning.notebook_weight import as_bytes
from school.refusals import Busy, TooLate, Unavailable

MOST_WORKED_S = 6 * 60 * 60  # between two saves; more is no work but a clock gone wrong
DESCRIPTION = Path(__file__).parent / "openapi.json"
LONGEST_WAIT_S = 25
RUN_WAIT_S = 20  # for a free place to run in


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return found


class Health(BaseHandler):
    """Says that the portal and its database answer."""

    public = True

    async def prepare(self) -> None:
        pass

    async def get(self) -> None:
        await self.read(queue.line)
        self.json({"ok": True})


class Description(ApiHandler):
    public = True

    async def get(self) -> None:
        self.json(description())


class Me(ApiHandler):
    for_labs = True

    async def get(self) -> None:
        self.json(
            {
                "username": self.actor.username,
                "full_name": self.actor.full_name,
                "roles": sorted(self.actor.roles),
                "unit_id": self.actor.unit_id,
                "language": self._.language,
            }
        )


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
        found = await self.read(lessons.find_place, self.actor.person_id, course, lesson)
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

    def saved(self, work: lessons.Work, said: Sequence[dict[str, Any]] = (), **more: Any) -> None:
        """``said``: of files; of what was typed the work knows itself."""
        fields = [*(told_fields.as_json(field, self._) for field in work.fields), *said]
        saved_at = work.saved_at.isoformat()
        self.json({"revision": work.revision, "saved_at": saved_at, "fields": fields, **more})

    def conflict(self, work: lessons.Work) -> None:
        """409 with what is stored, so that the caller can show both and overwrite nothing."""
        self.json(
            {
                "errors": [self._(STORED_ELSEWHERE.template)],
                "revision": work.revision,
                "saved_at": work.saved_at.isoformat(),
                "answers": lessons.without_content(lessons.answers_in(work.notebook)),
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
                "answers": lessons.without_content(lessons.answers_in(work.notebook)),
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
        self.finish(as_bytes(work.notebook))


class Guide(LessonHandler):
    """What the lab shows beside the notebook: tasks, points, deadline, last marks, the way back."""

    async def get(self, course: str, lesson: str) -> None:
        place = await self.place(course, lesson)
        work = await self.work(place)
        found = await self.read(guide.load_guide, self.actor.person_id or 0, place, work)
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
                "exercise_of": place.exercise_of,
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
        cells = lessons.answer_cells(notebook)
        changed, fields = await self.in_thread(lambda: answering.read_notebook(cells, language))
        await self.work(place)
        try:
            saved = await self.act(
                acts.save_notebook,
                place,
                notebook,
                revision=revision_of(sent),
                at=self.now,
                worked=worked_of(sent),
            )
        except lessons.Changed as elsewhere:
            self.conflict(elsewhere.work)
            return
        self.saved(replace(saved, fields=fields), sources=changed)


class Answers(LessonHandler):
    """Only the answers that changed, as the player sends them: numbers as they were typed."""

    async def put(self, course: str, lesson: str) -> None:
        self.require(access.may_submit(self.actor))
        sent = await self.in_thread(self.body_json)
        language, answers = self.speak(sent), answers_of(sent)
        place = await self.place(course, lesson)
        files = await self._look_into_files(place, answers)
        try:
            saved = await self.act(
                acts.save_answers,
                place,
                answers,
                revision=revision_of(sent),
                at=self.now,
                worked=worked_of(sent),
                language=language,
            )
        except lessons.Changed as changed:
            self.conflict(changed.work)
            return
        self.saved(saved, files)

    async def _look_into_files(
        self, place: lessons.Place, answers: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if not any(isinstance(value, dict) and "base64" in value for value in answers.values()):
            return []
        work = await self.read(lessons.find_work, self.actor.person_id or 0, place)
        cells = lessons.answer_cells(work.notebook) if work else {}
        seen = await self.in_thread(lambda: answering.look_into_files(cells, answers))
        return [told_fields.file_as_json(cell, one, self._) for cell, one in seen.items()]


class Run(LessonHandler):
    """“Chạy thử”: the cells up to this one, in a fresh walled process; nothing is kept."""

    cost = 4

    async def post(self, course: str, lesson: str) -> None:
        self.require(access.may_submit(self.actor))
        sent = await self.in_thread(self.body_json)
        place = await self.place(course, lesson)
        work = await self.work(place)
        cell = sent.get("cell")
        if not isinstance(cell, str):
            raise Refused(Message("Thiếu tên ô cần chạy."))
        cells = lessons.answer_cells(work.notebook)
        answers, _fields = answering.read_answers(cells, answers_of(sent), self.speak(sent))
        notebook = await self.in_thread(lambda: lessons.apply_answers(work.notebook, answers))
        sources, ids = lessons.sources_up_to(notebook, cell)
        runs = await self._run(sources)
        self.json(run_as_json(runs, ids, self._))

    async def _run(self, sources: list[str]) -> Any:
        marker = self.portal.marker
        if marker is None:
            raise Unavailable(Message("Máy này chưa chạy được mã. Xin báo người quản trị."))
        try:
            async with self.portal.runs.turn(self.asker, patience_s=RUN_WAIT_S):
                return await asyncio.to_thread(marker.run_cells, sources)
        except TooManyWaiting:
            raise Busy(OWN_RUN) from None
        except TimeoutError:
            own = self.portal.runs.holds(self.asker) > 0
            raise (Busy(OWN_RUN) if own else Unavailable(MANY_RUN)) from None


OWN_RUN = Message(
    "Lần chạy thử trước của anh/chị chưa xong (có thể ở cửa sổ khác, hoặc vòng lặp không kết "
    "thúc). Xin đợi lần đó kết thúc rồi chạy lại."
)
MANY_RUN = Message("Đang có nhiều người chạy thử. Xin thử lại sau ít giây.")


def run_as_json(runs: Any, ids: list[str], _: Any) -> dict[str, Any]:
    """This cell's outputs. Cells go on after an error, as in marking, so an earlier cell that
    failed is only told of where this one failed too: it is probably the cause."""
    last = runs[-1]
    html = outputs.render(last.outputs, _) if last.outputs or last.ok else ""
    if last.timed_out:
        html += outputs.sentence(outputs.KNOWN["CellTimeoutError"], _)
    earlier = [run for run in runs[:-1] if not run.ok]
    if not last.ok and earlier:
        html = outputs.sentence(EARLIER_CELL, _) + html
        if not last.outputs:
            html += outputs.render(earlier[-1].outputs, _) if earlier[-1].outputs else ""
    elif not last.ok and not html:
        html = outputs.sentence(STOPPED, _)
    return {"ok": last.ok, "timed_out": last.timed_out, "cell": ids[-1], "html": html}


STOPPED = Message("Ô này bị dừng giữa chừng: có thể do dùng quá nhiều bộ nhớ hoặc thời gian.")
EARLIER_CELL = Message("Một ô phía trên gặp lỗi, có thể vì vậy mà ô này không chạy được.")


class Submissions(LessonHandler):
    """Handing in: the draft as it stands, or a notebook sent along."""

    cost = 4

    async def get(self) -> None:
        course, lesson = self.get_argument("course", ""), self.get_argument("lesson", "")
        place = await self.place(course, lesson)
        found = await self.read(self._load, place)
        self.json({"submissions": found})

    def _load(self, session: Session, place: lessons.Place) -> list[dict[str, Any]]:
        assert self.actor.person_id is not None
        rows = queue.submissions_of(session, self.actor.person_id, place.release_id, place.lesson)
        return [
            {
                "id": row.id,
                "course": place.course,
                "lesson": place.lesson,
                "state": row.state,
                "submitted_at": row.submitted_at.isoformat(),
                "points": row.points,
                "max_points": row.max_points,
            }
            for row in rows
        ]

    async def post(self) -> None:
        self.require(access.may_submit(self.actor))
        sent = await self.in_thread(self.body_json)
        language = self.speak(sent)
        place = await self.place(str(sent.get("course", "")), str(sent.get("lesson", "")))
        if "notebook" in sent:
            notebook = await self.in_thread(lambda: read_notebook_of(sent))
        else:
            work = await self.work(place)
            if "revision" in sent and revision_of(sent) != work.revision:
                raise TooLate(STORED_ELSEWHERE)
            notebook = work.notebook
        submission_id = await self.act(
            acts.hand_in,
            place,
            notebook,
            at=self.now,
            device=self.device(),
            language=language,
        )
        self.set_header("Location", self.url("api/v1/submissions", submission_id))
        self.json({"id": submission_id, "state": "queued"}, HTTPStatus.ACCEPTED)


class Submission(ApiHandler):
    """One submission; ``?wait=20`` answers as soon as it is marked, at the latest after that."""

    for_labs = True

    async def get(self, number: str) -> None:
        result = await self._find(int(number))
        if result.waiting:
            await self.portal.watch.settled(result.id, timeout=self._patience())
            result = await self._find(result.id)
        certificate = await self.read(self._certificate, result) if not result.waiting else None
        self.json(self._as_json(result, certificate))

    def _patience(self) -> float:
        try:
            return min(max(float(self.get_argument("wait", "0")), 0), LONGEST_WAIT_S)
        except ValueError:
            return 0

    async def _find(self, number: int) -> lessons.Result:
        result = await self.read(lessons.find_result, number)
        if result is None or not access.may_see_submission(self.actor, result.person_id):
            raise self.absent()
        return result

    def _certificate(self, session: Session, result: lessons.Result) -> str | None:
        programme = self.programme
        found = overview.find_certificate(session, result.person_id, programme)
        return found.number if found else None

    def _as_json(self, result: lessons.Result, certificate: str | None) -> dict[str, Any]:
        return {
            "id": result.id,
            "course": result.course,
            "lesson": result.lesson,
            "state": result.state,
            "submitted_at": result.submitted_at.isoformat(),
            "marked_at": result.marked_at.isoformat() if result.marked_at else None,
            "points": result.points,
            "max_points": result.max_points,
            "reason": self._.message(result.reason) if result.reason else None,
            "certificate": certificate,
            "exercises": [
                {
                    "grade_id": one.grade_id,
                    "title": one.title,
                    "points": one.points,
                    "max_points": one.max_points,
                    "feedback": self._.message(one.feedback) or None,
                    "needs_review": one.needs_review,
                    "rubric": [asdict(criterion) for criterion in one.rubric],
                }
                for one in result.exercises
            ],
        }


class SubmittedNotebook(Submission):
    """A submission's notebook as it was handed in, for whoever may see the submission."""

    async def get(self, number: str) -> None:
        result = await self._find(int(number))
        submission = await self.read(queue.find_submission, result.id)
        assert submission is not None
        if not submission.notebook:  # an old practice, or of a person who was erased
            raise self.absent()
        self.set_header("Content-Type", "application/x-ipynb+json; charset=utf-8")
        self.finish(submission.notebook)


class Marks(ApiHandler):
    """The caller's best marks and certificates."""

    async def get(self) -> None:
        self.json(await self.read(self._load))

    def _load(self, session: Session) -> dict[str, Any]:
        assert self.actor.person_id is not None
        return {
            "courses": [
                {
                    "course": course.slug,
                    "points": course.points,
                    "max_points": course.max_points,
                    "passed": course.passed,
                    "lessons": [
                        {
                            "lesson": one.slug,
                            "points": one.points,
                            "max_points": one.max_points,
                            "state": one.state,
                        }
                        for one in course.lessons
                    ],
                }
                for course in overview.load_courses(
                    session, self.actor.person_id, pass_share=self.pass_share
                )
                if course.begun
            ],
            "certificates": [
                {
                    "number": one.number,
                    "programme": one.programme,
                    "issued_at": one.issued_at.isoformat(),
                    "revoked": one.revoked_at is not None,
                }
                for one in certificates.certificates_of(session, self.actor.person_id)
            ],
        }


# --- what callers send ------------------------------------------------------------------------


def answers_of(sent: dict[str, Any]) -> dict[str, Any]:
    found = sent.get("answers", {})
    if not isinstance(found, dict):
        raise Refused(Message("Phần “answers” phải là một đối tượng JSON."))
    return found


def worked_of(sent: dict[str, Any]) -> dict[str, int]:
    """Seconds at exercises since the last save, by grade_id."""
    found: Any = sent.get("worked", {})
    plain = isinstance(found, dict) and all(
        type(seconds) is int and 0 <= seconds <= MOST_WORKED_S for seconds in found.values()
    )
    if not plain:
        raise Refused(
            Message(
                "Phần “worked” phải ghi số giây (số nguyên, từ 0 đến {most}) cho từng bài tập.",
                {"most": MOST_WORKED_S},
            )
        )
    return dict(found)


def revision_of(sent: dict[str, Any]) -> int:
    found = sent.get("revision")
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 2**31:
        raise Refused(Message("Phần “revision” phải là số nguyên: số của bản đã lấy về."))
    return found


def read_notebook_of(sent: dict[str, Any]) -> dict[str, Any]:
    """The notebook sent along, as an object or as the text of the file."""
    found = sent.get("notebook")
    if isinstance(found, str):
        return lessons.read_submitted(found.encode("utf-8", "surrogatepass"))
    if isinstance(found, dict):
        return lessons.read_submitted(as_bytes(found))
    raise Refused(Message("Thiếu phần “notebook”: nội dung sổ bài học."))
