"""Messages to a group of people, shown on their home page until they put them aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.people.persons import find_unit_by_id, unit_and_below
from records.platform import audit
from records.tables.learning import Enrolment, Notice, NoticeRead
from records.tables.people import Person
from records.writing import insert_new

LONGEST, LONGEST_TITLE = 4000, 200


def send_notice(
    session: Session,
    *,
    title: str,
    body: str,
    by: str,
    at: dt.datetime,
    course: str | None = None,
    unit_id: int | None = None,
) -> Notice:
    """Send a message to the learners of a course, to a unit and all below, or to both at once.

    `Refused` without a text, or without naming anybody: nobody writes to everyone by accident.
    """
    title, body = title.strip(), body.strip()
    wrong = {
        name: Message("Thông báo cần có tiêu đề và nội dung, không quá {n} ký tự", {"n": most})
        for name, text, most in (("title", title, LONGEST_TITLE), ("body", body, LONGEST))
        if not 0 < len(text) <= most
    }
    if course is None and unit_id is None:
        wrong["to"] = Message("Hãy chọn khóa học hoặc đơn vị nhận thông báo")
    if wrong:
        raise Refused.at_fields(wrong)
    notice = Notice(course=course, unit_id=unit_id, title=title, body=body, sent_by=by, sent_at=at)
    session.add(notice)
    session.flush()
    audit.append(
        session,
        at=at,
        actor=by,
        action="notice.send",
        subject=f"notice/{notice.id}",
        detail={"course": course, "unit": unit_id, "title": title},
    )
    return notice


@dataclass(frozen=True)
class Sent:
    """A message that somebody sent: how many people see it, and how many put it aside as read."""

    notice: Notice
    people: int
    read: int


def sent_by(session: Session, username: str, *, limit: int = 30) -> Sequence[Sent]:
    """The latest messages of this sender, newest first."""
    found = session.scalars(
        select(Notice).where(Notice.sent_by == username).order_by(Notice.id.desc()).limit(limit)
    ).all()
    return [Sent(one, _count_people(session, one), _count_read(session, one.id)) for one in found]


def _count_people(session: Session, notice: Notice) -> int:
    people = select(func.count()).select_from(Person).where(Person.erased_at.is_(None))
    people = people.where(Person.left_at.is_(None))
    if notice.course is not None:
        took = select(Enrolment.person_id).where(Enrolment.course == notice.course)
        people = people.where(Person.id.in_(took))
    if notice.unit_id is not None:
        people = people.where(Person.unit_id.in_(unit_and_below(session, notice.unit_id)))
    return session.scalar(people) or 0


def _count_read(session: Session, notice_id: int) -> int:
    read = select(func.count()).where(NoticeRead.notice_id == notice_id)
    return session.scalar(read.select_from(NoticeRead)) or 0


def find_notice(session: Session, notice_id: int) -> Notice | None:
    """The message with this key."""
    return session.get(Notice, notice_id)


def unread_notices(
    session: Session, person_id: int, unit_id: int | None, *, since: dt.datetime
) -> Sequence[Notice]:
    """Messages for a person that were not put aside yet, newest first."""
    mine = select(Enrolment.course).where(Enrolment.person_id == person_id)
    aside = select(NoticeRead.notice_id).where(NoticeRead.person_id == person_id)
    return session.scalars(
        select(Notice)
        .where(
            Notice.sent_at >= since,
            or_(Notice.course.is_(None), Notice.course.in_(mine)),
            or_(Notice.unit_id.is_(None), Notice.unit_id.in_(path_of(session, unit_id))),
            Notice.id.not_in(aside),
        )
        .order_by(Notice.id.desc())
        .limit(20)
    ).all()


def put_aside(session: Session, notice_id: int, person_id: int, *, at: dt.datetime) -> None:
    """The person has read it."""
    if session.get(Notice, notice_id) is not None:
        insert_new(session, NoticeRead, notice_id=notice_id, person_id=person_id, at=at)


def path_of(session: Session, unit_id: int | None) -> list[int]:
    """The unit and every unit above it."""
    path: list[int] = []
    while unit_id is not None and unit_id not in path:
        path.append(unit_id)
        unit = find_unit_by_id(session, unit_id)
        unit_id = unit.parent_id if unit else None
    return path
