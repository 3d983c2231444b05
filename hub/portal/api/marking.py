"""Handing in, what came of it, and the caller's best marks."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from hub.portal.api.handler import ApiHandler
from hub.portal.api.learning import STORED_ELSEWHERE, LessonHandler
from hub.portal.api.sent import answers_of, key_of, read_notebook_of, release_of, revision_of
from records import Session
from records.assessment import certificates
from records.marking import queue, sent_once
from school import access
from school.learning import acts, lessons, overview, results
from school.people import looks
from school.refusals import TooLate

LONGEST_WAIT_S = 25


class Submissions(LessonHandler):
    """Handing in: the draft as it stands, or a notebook sent along."""

    cost = 4

    async def get(self) -> None:
        course, lesson = self.get_argument("course", ""), self.get_argument("lesson", "")
        if course or lesson:
            place = await self.place(course, lesson)
            found = await self.read(self._load, {place.release_id: course}, lesson)
        else:
            found = await self.read(self._load_all)
        self.json({"submissions": found})

    def _load_all(self, session: Session) -> list[dict[str, Any]]:
        assert self.actor.person_id is not None
        every = overview.load_courses(
            session, self.actor.person_id, pass_share=self.portal.settings.pass_share
        )
        return self._load(session, {course.release_id: course.slug for course in every})

    def _load(
        self, session: Session, courses: dict[int, str], lesson: str | None = None
    ) -> list[dict[str, Any]]:
        """``courses``: {release: its course's name}."""
        assert self.actor.person_id is not None
        rows = queue.submissions_of(session, self.actor.person_id, courses, lesson)
        return [
            {
                "id": row.id,
                "course": courses[row.release_id],
                "lesson": row.lesson,
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
        key = key_of(sent)
        if key is not None:
            await self._once(place, sent, key, language)
            return
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
        self._accepted(submission_id, "queued", self.now)

    async def _once(
        self, place: lessons.Place, sent: dict[str, Any], key: str, language: str
    ) -> None:
        """What a browser kept until there was a line: answers and hand-in together. The same key
        again is answered with what came of it the first time."""
        assert self.actor.person_id is not None
        known = await self.read(sent_once.look_for_sent, self.actor.person_id, key)
        if known is None:
            answers = answers_of(sent)
            await self.work(place)
            await self.look_into_files(place, answers)
            kept = lessons.Sent(key, answers, revision_of(sent), release_of(sent))
            try:
                number = await self.act(
                    acts.hand_in_once,
                    place,
                    kept,
                    at=self.now,
                    device=self.device(),
                    language=language,
                )
            except lessons.Changed as elsewhere:
                self.conflict(place, elsewhere.work)
                return
            known = await self.read(queue.find_submission, number)
            assert known is not None
        self._accepted(known.id, known.state, known.submitted_at)

    def _accepted(self, submission_id: int, state: str, at: dt.datetime) -> None:
        self.set_header("Location", self.url("api/v1/submissions", submission_id))
        said = {"id": submission_id, "state": state, "submitted_at": at.isoformat()}
        self.json(said, HTTPStatus.ACCEPTED)


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

    async def _find(self, number: int) -> results.Result:
        result = await self.look(self._load_result, number)
        if result is None:
            raise self.absent()
        return result

    def _load_result(self, session: Session, number: int) -> results.Result | None:
        result = results.find_result(session, number, self._.language)
        if result is None or not access.may_see_submission(self.actor, result.person_id):
            return None
        looks.show(session, [result.person_id], "marks")
        return result

    def _certificate(self, session: Session, result: results.Result) -> str | None:
        programme = self.programme
        found = overview.find_certificate(session, result.person_id, programme)
        return found.number if found else None

    def _as_json(self, result: results.Result, certificate: str | None) -> dict[str, Any]:
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
