"""Classes in person: who was there, by a list or by the code on the screen.

The code is a time-based one-time password (RFC 6238 with SHA-256 and six digits): it changes
every half minute, so a photograph of the screen sent to somebody at home is soon worth nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.courses.releases import current_release, find_lesson
from records.learning.enrolments import enrolments_of
from records.people.persons import clean, units_above
from records.people.roster import people_by_code
from records.platform import audit
from records.tables.learning import Attendance, Meeting
from records.tables.people import Person
from records.writing import insert_new

STEP = dt.timedelta(seconds=30)
DIGITS = 6
EARLY = dt.timedelta(minutes=30)  # people come before a class begins


def call_meeting(
    session: Session,
    *,
    course: str,
    lesson: str,
    place: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    by: str,
    unit_id: int | None = None,
) -> Meeting:
    """Announce a class in person for the people of a unit; `Refused` for an unknown lesson or an
    end before the start."""
    release = current_release(session, course)
    if release is None or find_lesson(release, lesson) is None:
        raise Refused(Message("Khóa học không có bài {lesson}", {"lesson": lesson}), field="lesson")
    if not dt.timedelta(0) < ends_at - starts_at <= dt.timedelta(hours=12):
        raise Refused(
            Message("Giờ kết thúc phải sau giờ bắt đầu và trong vòng 12 giờ"), field="ends"
        )
    if not place.strip():
        raise Refused(Message("Hãy ghi nơi học"), field="place")
    meeting = Meeting(
        course=course,
        lesson=lesson,
        place=place.strip()[:200],
        starts_at=starts_at,
        ends_at=ends_at,
        secret=secrets.token_bytes(32),
        called_by=by,
        unit_id=unit_id,
    )
    session.add(meeting)
    session.flush()
    return meeting


def find_meeting(session: Session, meeting_id: int) -> Meeting | None:
    """The meeting with this key."""
    return session.get(Meeting, meeting_id)


def meetings(session: Session, *, limit: int = 50) -> Sequence[tuple[Meeting, int]]:
    """Meetings with how many attended, newest first."""
    rows = session.execute(
        select(Meeting, func.count(Attendance.person_id))
        .outerjoin(Attendance, Attendance.meeting_id == Meeting.id)
        .group_by(Meeting.id)
        .order_by(Meeting.starts_at.desc())
        .limit(limit)
    )
    return [(meeting, count) for meeting, count in rows]


def code_at(meeting: Meeting, at: dt.datetime) -> str:
    """The code on the screen at a moment: six digits."""
    counter = int(at.timestamp() // STEP.total_seconds())
    digest = hmac.new(meeting.secret, counter.to_bytes(8), hashlib.sha256).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def attend_by_code(
    session: Session, meeting_id: int, person_id: int, code: str, *, at: dt.datetime
) -> Meeting:
    """Record who typed the code that is on the screen now, or was half a minute ago."""
    meeting = find_meeting(session, meeting_id)
    typed = "".join(code.split())
    if meeting is None or not meeting.starts_at - EARLY <= at <= meeting.ends_at:
        raise Refused(Message("Lớp học này chưa mở hoặc đã kết thúc điểm danh"))
    shown = (code_at(meeting, at), code_at(meeting, at - STEP))
    if not any(hmac.compare_digest(typed.encode(), one.encode()) for one in shown):
        raise Refused(Message("Mã điểm danh không đúng. Hãy nhập mã đang hiện trên màn hình."))
    _record(session, meeting, person_id, way="code", by="", at=at)
    return meeting


def attend_by_list(
    session: Session, meeting_id: int, codes: Iterable[str], *, by: str, at: dt.datetime
) -> tuple[int, ...]:
    """Record everybody on a list of officials' codes; keys of the persons who are new.

    All or nothing: `Refused` names every code that nobody has.
    """
    meeting = find_meeting(session, meeting_id)
    if meeting is None:
        raise Refused(Message("Không có lớp học này"))
    wanted = dict.fromkeys(clean(code) for code in codes if code.strip())
    people = people_by_code(session, wanted)
    unknown = [code for code in wanted if code not in people]
    if unknown:
        raise Refused(
            *(Message("Không có cán bộ mang mã {code}", {"code": code[:40]}) for code in unknown)
        )
    new = tuple(
        key
        for key in sorted(person.id for person in people.values())
        if _record(session, meeting, key, way="list", by=by, at=at)
    )
    audit.append(
        session,
        at=at,
        actor=by,
        action="attendance.list",
        subject=f"meeting/{meeting.id}",
        detail={"people": len(people), "new": len(new)},
    )
    return new


def attendance_of(session: Session, meeting_id: int) -> Sequence[tuple[Attendance, str]]:
    """Who was there, with names, in the order they came."""
    rows = session.execute(
        select(Attendance, Person.full_name)
        .join(Person, Person.id == Attendance.person_id)
        .where(Attendance.meeting_id == meeting_id)
        .order_by(Attendance.at, Attendance.person_id)
    )
    return [(row, name) for row, name in rows]


def attended_lessons(
    session: Session, course: str, people: Collection[int]
) -> Mapping[int, frozenset[str]]:
    """Lessons of a course that each of these people took part in, in a class; none are left out."""
    rows = session.execute(
        select(Attendance.person_id, Meeting.lesson)
        .join(Meeting, Attendance.meeting_id == Meeting.id)
        .where(Attendance.person_id.in_(people), Meeting.course == course)
    )
    found: defaultdict[int, set[str]] = defaultdict(set)
    for person_id, lesson in rows:
        found[person_id].add(lesson)
    return {person_id: frozenset(found[person_id]) for person_id in people}


def attended_in_courses(session: Session, person_id: int) -> frozenset[tuple[str, str]]:
    """(course, lesson) of every class that the person took part in."""
    rows = session.execute(
        select(Meeting.course, Meeting.lesson)
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .where(Attendance.person_id == person_id)
    )
    return frozenset((course, lesson) for course, lesson in rows)


def open_meetings(session: Session, person_id: int, *, at: dt.datetime) -> Sequence[Meeting]:
    """Classes anywhere whose attendance is open now and which the person is not yet recorded
    for."""
    recorded = select(Attendance.meeting_id).where(Attendance.person_id == person_id)
    return session.scalars(
        select(Meeting)
        .where(Meeting.starts_at <= at + EARLY, Meeting.ends_at >= at, Meeting.id.not_in(recorded))
        .order_by(Meeting.starts_at)
    ).all()


def own_open_meetings(session: Session, person_id: int, *, at: dt.datetime) -> list[Meeting]:
    """Those of them that call this person: their unit or one above it, or, where no unit was named,
    who began the course."""
    found = open_meetings(session, person_id, at=at)
    if not found:
        return []
    person = session.get(Person, person_id)
    units = units_above(session, person.unit_id if person else None)
    begun = {one.course for one in enrolments_of(session, person_id)}
    return [
        one
        for one in found
        if one.unit_id in units or (one.unit_id is None and one.course in begun)
    ]


def _record(
    session: Session, meeting: Meeting, person_id: int, *, way: str, by: str, at: dt.datetime
) -> bool:
    return insert_new(
        session,
        Attendance,
        meeting_id=meeting.id,
        person_id=person_id,
        way=way,
        recorded_by=by,
        at=at,
    )
