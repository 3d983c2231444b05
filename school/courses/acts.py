"""What people do about courses: publish a release, agree on a lesson's deadline and attempts."""

from __future__ import annotations

import datetime as dt

import courses
from core.messages import Message, Refused
from records import Session
from records.courses import lesson_terms, releases
from records.platform import audit
from records.tables.courses import Release
from school import access
from school.access import Actor
from school.acts import act, require
from school.courses import releasing

ALREADY_PAST = Message(
    "Hạn này đã qua. Nếu lưu, bài đóng ngay và mọi người học thấy lời giải mẫu. "
    "Hãy sửa lại hạn, hoặc đánh dấu ô xác nhận bên dưới rồi lưu."
)
SECOND_READER = Message(
    "Chương trình này cần người thứ hai đọc trước khi công bố: hãy gửi duyệt thay cho công bố."
)


@act(may=access.may_publish, audited="publish")
def publish(
    session: Session, actor: Actor, course: courses.Course, *, at: dt.datetime
) -> tuple[Release, bool]:
    """Publish a checked course; the release in force, and whether it is a new one.

    `Refused` where its programme asks for a second reader: then it is offered (`offer_acts`).
    """
    if releasing.asks_second_reader(session, course):
        raise Refused(SECOND_READER)
    return releasing.put_out(session, actor, course, at=at)


@act(may=access.may_publish, audited="terms.set")
def set_terms(
    session: Session,
    actor: Actor,
    course: str,
    lesson: str,
    *,
    closes_at: dt.datetime | None,
    attempts: int | None,
    sure: bool,
    at: dt.datetime,
) -> None:
    """Agree on a lesson's deadline and number of attempts; None is without.

    `Refused` for a new deadline that is past, unless ``sure``: it shows everybody the solutions.
    """
    release = releases.current_release(session, course)
    require(release is not None and releases.find_lesson(release, lesson) is not None)
    before = lesson_terms.find_terms(session, course, lesson)
    unchanged = before is not None and before.closes_at == closes_at
    if lesson_terms.has_closed(closes_at, at) and not (sure or unchanged):
        raise Refused(ALREADY_PAST, field="closes")
    lesson_terms.set_terms(session, course, lesson, closes_at=closes_at, attempts=attempts)
    audit.append(
        session,
        at=at,
        actor=actor.username or "",
        action="terms.set",
        subject=f"{course}/{lesson}",
        detail={"closes_at": closes_at and closes_at.isoformat(), "attempts": attempts},
    )
