"""Classes in person and messages to groups: the instructor's pages and the learner's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import segno
from markupsafe import Markup

from core.calendar import HANOI
from core.manifest import LessonEntry
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.returned_forms import NOT_FILLED, at_field, collect
from hub.portal.web import PageHandler
from records import Session
from records.courses import releases
from records.learning import meetings, notices
from records.people import persons
from records.programme.counting import load_units_tree
from records.tables.courses import Release
from records.tables.learning import Attendance, Meeting
from records.tables.people import Unit
from school import access
from school.learning import acts
from school.marking import insight
from school.people import looks
from school.people.choosing_units import Choice, units_to_call

Entries = dict[tuple[str, str], LessonEntry]  # by course and lesson


class Classes(PageHandler):
    """All classes, and a form for a new one."""

    async def get(self) -> None:
        self.require(access.may_teach(self.actor))
        called, current, entries, units = await self.read(self._load)
        self.page(
            "learning/classes.html",
            called=called,
            units=units,
            own_unit=self.actor.unit_id,
            may_mail=self.portal.settings.sends_mail,
            releases=current,
            lesson_titles={key: self._.title(entry) for key, entry in entries.items()},
        )

    def _load(
        self, session: Session
    ) -> tuple[Sequence[tuple[Meeting, int]], Sequence[Release], Entries, Sequence[Choice]]:
        return (
            meetings.meetings(session),
            releases.current_releases(session),
            insight.lesson_entries(session),
            units_to_call(load_units_tree(session), self.actor.unit_id),
        )

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
        meeting = await self.act(
            acts.call_class,
            course,
            lesson,
            place=place,
            starts_at=dt.datetime.combine(_day(day), _time("starts", starts), HANOI),
            ends_at=dt.datetime.combine(_day(day), _time("ends", ends), HANOI),
            unit_id=forms.read_key(self.get_body_argument("unit", "")),
            by_mail=bool(self.get_body_argument("mail", "")) and self.portal.settings.sends_mail,
            at=self.now,
        )
        self.redirect(self.url("teaching", "classes", meeting))


class ClassScreen(PageHandler):
    """What the teacher shows on the wall: the code of this half minute, and who has come."""

    async def get(self, number: str) -> None:
        self.require(access.may_call_class(self.actor))
        meeting, present, entries = await self.look(self._load, int(number))
        shown = meeting.starts_at - meetings.EARLY <= self.now <= meeting.ends_at
        self.page(
            "learning/class.html",
            meeting=meeting,
            present=present,
            lesson_titles={key: self._.title(entry) for key, entry in entries.items()},
            code=meetings.code_at(meeting, self.now) if shown else None,
            square=self._square(meeting.id) if shown else None,
        )

    def _square(self, meeting: int) -> Markup:
        """A square code that opens the page to type the six digits on; it holds no secret."""
        address = self.portal.settings.address.rstrip("/") + self.url("attend", meeting=meeting)
        drawn = segno.make(address, error="m", micro=False, boost_error=False).svg_inline(
            border=4, dark="#000", light="#fff", omitsize=True
        )
        return Markup(drawn)  # noqa: S704 - an address of ours, drawn

    def _load(
        self, session: Session, number: int
    ) -> tuple[Meeting, Sequence[tuple[Attendance, str]], Entries]:
        meeting = meetings.find_meeting(session, number)
        if meeting is None:
            raise self.absent()
        entries = insight.lesson_entries(session)
        present = meetings.attendance_of(session, number)
        looks.show(session, (row.person_id for row, _name in present), "class")
        return meeting, present, entries

    async def post(self, number: str) -> None:
        self.require(access.may_call_class(self.actor))
        codes = self.get_body_argument("codes", "").replace(",", "\n").splitlines()
        with at_field("codes"):
            if not any(code.strip() for code in codes):
                raise Refused(NOT_FILLED)
            await self.act(
                acts.record_attendance,
                int(number),
                codes,
                pass_share=self.pass_share,
                at=self.now,
            )
        self.redirect(self.url("teaching", "classes", number))


class Attend(PageHandler):
    """A learner types the code that is on the screen."""

    cost = 30  # six digits must not be guessed

    async def get(self) -> None:
        self.require(access.may_learn(self.actor))
        await self._show(None)

    async def post(self) -> None:
        self.require(access.may_submit(self.actor))
        with at_field("code"):
            meeting = await self.act(
                acts.attend,
                forms.read_key(self.get_body_argument("meeting", "0")) or 0,
                self.get_body_argument("code", "")[:20],
                pass_share=self.pass_share,
                at=self.now,
            )
        await self._show(meeting)

    async def _show(self, done: Meeting | None) -> None:
        assert self.actor.person_id is not None
        own, everywhere = await self.read(self._load, self.actor.person_id)
        self.page(
            "learning/attend.html",
            meetings=own,
            elsewhere=[one for one in everywhere if one.id not in {mine.id for mine in own}],
            done=done,
            chosen=forms.read_key(self.get_argument("meeting", "")),
        )

    def _load(
        self, session: Session, person_id: int
    ) -> tuple[Sequence[Meeting], Sequence[Meeting]]:
        return (
            meetings.own_open_meetings(session, person_id, at=self.now),
            meetings.open_meetings(session, person_id, at=self.now),
        )


class Notices(PageHandler):
    """Send a message to a course or to one's unit."""

    async def get(self) -> None:
        await self._show()

    async def _show(self, *, sent: bool = False, letters: int = 0) -> None:
        current, units = await self.read(self._choices)
        self.require(bool(current or units))
        self.page(
            "learning/notices.html",
            releases=current,
            units=units,
            sent=sent,
            letters=letters,
            earlier=await self.read(notices.sent_by, self.actor.username or ""),
            course_titles={one.course: self._.title(one.manifest) for one in current},
            may_mail=self.portal.settings.sends_mail,
        )

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
        letters = await self.act(
            acts.send_notice,
            title=self.get_body_argument("title", ""),
            body=self.get_body_argument("body", ""),
            course=key if kind == "course" else None,
            unit_id=forms.read_key(key) if kind == "unit" else None,
            by_mail=self.get_body_argument("mail", "") in ("all", "unfinished"),
            without_certificate=self.programme
            if self.get_body_argument("mail", "") == "unfinished"
            else None,
            at=self.now,
        )
        await self._show(sent=True, letters=letters)


class PutAside(PageHandler):
    """A learner has read a message."""

    async def post(self) -> None:
        self.require(self.actor.known)
        notice = forms.read_key(self.get_body_argument("notice", ""))
        if notice is not None:
            await self.act(acts.put_aside, notice, at=self.now)
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
