"""Classes in person and messages to groups: the instructor's pages and the learner's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from core.calendar import HANOI
from core.manifest import LessonEntry
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.returned_forms import NOT_FILLED, at_field, collect
from hub.portal.web import PageHandler
from records import Session
from records.courses import releases
from records.courses.tables import Release
from records.learning import meetings, notices
from records.learning.tables import Attendance, Meeting
from records.people import persons
from records.people.tables import Unit
from school import access
from school.marking import insight

Entries = dict[tuple[str, str], LessonEntry]  # by course and lesson


class Classes(PageHandler):
    """All classes, and a form for a new one."""

    async def get(self) -> None:
        self.require(access.may_teach(self.actor))
        called, current, entries = await self.read(self._load)
        self.page(
            "teaching/classes.html",
            called=called,
            releases=current,
            lesson_titles={key: self._.title(entry) for key, entry in entries.items()},
        )

    def _load(
        self, session: Session
    ) -> tuple[Sequence[tuple[Meeting, int]], Sequence[Release], Entries]:
        entries = insight.lesson_entries(session)
        return meetings.meetings(session), releases.current_releases(session), entries

    async def post(self) -> None:
        self.require(access.may_call_class(self.actor))
        course, _, lesson = self.get_body_argument("lesson").partition("/")
        day, place = self.get_body_argument("day"), self.get_body_argument("place", "")
        starts, ends = self.get_body_argument("starts"), self.get_body_argument("ends")
        collect(
            lambda: _day(day),
            lambda: _time("starts", starts),
            lambda: _time("ends", ends),
        )
        meeting = await self.record(
            lambda session: meetings.call_meeting(
                session,
                course=course,
                lesson=lesson,
                place=place,
                starts_at=dt.datetime.combine(_day(day), _time("starts", starts), HANOI),
                ends_at=dt.datetime.combine(_day(day), _time("ends", ends), HANOI),
                by=self.actor.username or "",
            )
        )
        self.redirect(self.url("teaching", "classes", meeting.id))


class ClassScreen(PageHandler):
    """What the teacher shows on the wall: the code of this half minute, and who has come."""

    async def get(self, number: str) -> None:
        self.require(access.may_call_class(self.actor))
        meeting, present, entries = await self.read(self._load, int(number))
        shown = meeting.starts_at - meetings.EARLY <= self.now <= meeting.ends_at
        self.page(
            "teaching/class.html",
            meeting=meeting,
            present=present,
            lesson_titles={key: self._.title(entry) for key, entry in entries.items()},
            code=meetings.code_at(meeting, self.now) if shown else None,
        )

    def _load(
        self, session: Session, number: int
    ) -> tuple[Meeting, Sequence[tuple[Attendance, str]], Entries]:
        meeting = meetings.find_meeting(session, number)
        if meeting is None:
            raise self.absent()
        entries = insight.lesson_entries(session)
        return meeting, meetings.attendance_of(session, number), entries

    async def post(self, number: str) -> None:
        self.require(access.may_call_class(self.actor))
        codes = self.get_body_argument("codes", "").replace(",", "\n").splitlines()
        with at_field("codes"):
            if not any(code.strip() for code in codes):
                raise Refused(NOT_FILLED)
            await self.record(self._keep_list, int(number), codes[:1000])
        self.redirect(self.url("teaching", "classes", number))

    def _keep_list(self, session: Session, number: int, codes: Sequence[str]) -> None:
        new = meetings.attend_by_list(
            session, number, codes, by=self.actor.username or "", at=self.now
        )
        meeting = meetings.find_meeting(session, number)
        assert meeting is not None
        for person_id in new:
            self.portal.on_attended(session, person_id, meeting.course, self.now)


class Attend(PageHandler):
    """A learner types the code that is on the screen."""

    cost = 30  # six digits must not be guessed

    async def get(self) -> None:
        self.require(access.may_learn(self.actor))
        await self._show(None)

    async def post(self) -> None:
        self.require(access.may_submit(self.actor))
        with at_field("code"):
            meeting = await self.record(
                self._attend,
                self.get_body_argument("meeting", "0"),
                self.get_body_argument("code", "")[:20],
            )
        await self._show(meeting)

    def _attend(self, session: Session, meeting: str, code: str) -> Meeting:
        assert self.actor.person_id is not None
        number = forms.read_key(meeting) or 0
        person_id = self.actor.person_id
        attended = meetings.attend_by_code(session, number, person_id, code, at=self.now)
        self.portal.on_attended(session, person_id, attended.course, self.now)
        return attended

    async def _show(self, done: Meeting | None) -> None:
        assert self.actor.person_id is not None
        still_open = await self.read(meetings.open_meetings, self.actor.person_id, at=self.now)
        self.page("attend.html", meetings=still_open, done=done)


class Notices(PageHandler):
    """Send a message to a course or to one's unit."""

    async def get(self) -> None:
        await self._show(sent=False)

    async def _show(self, *, sent: bool) -> None:
        current, units = await self.read(self._choices)
        self.require(bool(current or units))
        self.page("teaching/notices.html", releases=current, units=units, sent=sent)

    def _choices(self, session: Session) -> tuple[list[Release], list[Unit]]:
        own = [
            persons.find_unit_by_id(session, u) for u in self.actor.units_as(access.UNIT_OFFICER)
        ]
        if access.may_notify_unit(self.actor, ()):
            own.append(persons.find_nation(session))
        teaches = access.may_notify_course(self.actor)
        return (
            list(releases.current_releases(session)) if teaches else [],
            [unit for unit in own if unit is not None],
        )

    async def post(self) -> None:
        kind, _, key = self.get_body_argument("to", "").partition(":")
        await self.record(self._send(kind, key))
        await self._show(sent=True)

    def _send(self, kind: str, key: str) -> Callable[[Session], None]:
        def send(session: Session) -> None:
            unit_id = forms.read_key(key) if kind == "unit" else None
            if unit_id is not None:
                path = notices.path_of(session, unit_id)
                self.require(access.may_notify_unit(self.actor, path))
            else:
                self.require(access.may_notify_course(self.actor))
            notices.send_notice(
                session,
                title=self.get_body_argument("title", ""),
                body=self.get_body_argument("body", ""),
                by=self.actor.username or "",
                at=self.now,
                course=key if kind == "course" else None,
                unit_id=unit_id,
            )

        return send


class PutAside(PageHandler):
    """A learner has read a message."""

    async def post(self) -> None:
        self.require(self.actor.known)
        assert self.actor.person_id is not None
        notice = forms.read_key(self.get_body_argument("notice", ""))
        if notice is not None:
            await self.record(notices.put_aside, notice, self.actor.person_id, at=self.now)
        self.redirect(self.url())


def _day(text: str) -> dt.date:
    """A date, as forms send it."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Refused(Message("Ngày không đúng dạng, ví dụ 2026-12-31"), field="day") from None


def _time(field: str, text: str) -> dt.time:
    """A time of day on Vietnam's clock, as forms send it."""
    try:
        return dt.time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Refused(Message("Giờ không đúng dạng, ví dụ 08:30"), field=field) from None
