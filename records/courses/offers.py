"""Courses that wait to be published, programmes that ask for a second reader, courses withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from core.messages import Message, Refused
from records.tables.teaching import OfferedCourse, SecondReader, WithdrawnCourse

MOST_WAITING = 20  # of one person
LISTED = 50


def add_offer(
    session: Session,
    *,
    course: str,
    programme: str,
    title: str,
    way: str,
    digest: str,
    content: bytes,
    note: str,
    by: str,
    offerer_id: int | None,
    at: dt.datetime,
) -> OfferedCourse:
    """Keep a course that waits. `Refused` where the same waits already, or too many of theirs."""
    waiting = select(OfferedCourse).where(OfferedCourse.state == "waiting")
    same = waiting.where(OfferedCourse.course == course, OfferedCourse.digest == digest)
    if (found := session.scalar(same.limit(1))) is not None:
        raise Refused(
            Message("Đúng nội dung này đang chờ duyệt, ở bản gửi số {n}.", {"n": found.id})
        )
    own = select(func.count()).select_from(waiting.where(OfferedCourse.offered_by == by).subquery())
    if (session.scalar(own) or 0) >= MOST_WAITING:
        raise Refused(
            Message("Anh/chị đã có {n} khóa học đang chờ; hãy xử lý bớt.", {"n": MOST_WAITING})
        )
    row = OfferedCourse(
        course=course,
        programme=programme,
        title=title[:300],
        way=way,
        digest=digest,
        content=content,
        note=note,
        offered_at=at,
        offered_by=by,
        offerer_id=offerer_id,
        state="waiting",
        reason="",
    )
    session.add(row)
    session.flush()
    return row


def find_offer(session: Session, key: int) -> OfferedCourse | None:
    """The one with this key."""
    return session.get(OfferedCourse, key)


def list_offers(session: Session) -> Sequence[OfferedCourse]:
    """What waits, oldest first, and then what was decided, newest first; without the files."""
    waiting = OfferedCourse.state == "waiting"
    found = select(OfferedCourse).options(defer(OfferedCourse.content))
    return [
        *session.scalars(found.where(waiting).order_by(OfferedCourse.id)),
        *session.scalars(found.where(~waiting).order_by(OfferedCourse.id.desc()).limit(LISTED)),
    ]


def decide(row: OfferedCourse, state: str, *, by: str, reason: str = "", at: dt.datetime) -> None:
    """Note what became of it. A release has the files of what was published."""
    row.state, row.decided_by, row.decided_at, row.reason = state, by, at, reason
    if state == "published":
        row.content = b""


def count_waiting(session: Session) -> int:
    """How many courses wait."""
    waiting = select(func.count()).where(OfferedCourse.state == "waiting")
    return session.scalar(waiting.select_from(OfferedCourse)) or 0


# --- second readers -----------------------------------------------------------------------------


def wants_second_reader(session: Session, *programmes: str) -> bool:
    """Whether one of these programmes asks for one."""
    asked = select(SecondReader.programme).where(SecondReader.programme.in_(programmes))
    return session.scalar(asked.limit(1)) is not None


def set_second_reader(
    session: Session, programme: str, wanted: bool, *, by: str, at: dt.datetime
) -> bool:
    """Ask for a second reader, or no longer; whether that changed anything."""
    found = session.get(SecondReader, programme)
    if (found is not None) == wanted:
        return False
    if found is not None:
        session.delete(found)
    else:
        session.add(SecondReader(programme=programme, since_at=at, decided_by=by))
    session.flush()
    return True


# --- withdrawn ----------------------------------------------------------------------------------


def find_withdrawal(session: Session, course: str) -> WithdrawnCourse | None:
    """Why and by whom the course is withdrawn now; None where it is not."""
    return session.scalar(
        select(WithdrawnCourse)
        .where(WithdrawnCourse.course == course, WithdrawnCourse.ended_at.is_(None))
        .limit(1)
    )


def withdrawn_courses(session: Session) -> frozenset[str]:
    """Every course that nobody may begin now."""
    now = select(WithdrawnCourse.course).where(WithdrawnCourse.ended_at.is_(None))
    return frozenset(session.scalars(now))


def withdraw(session: Session, course: str, *, reason: str, by: str, at: dt.datetime) -> None:
    """Let nobody begin it from now on."""
    session.add(WithdrawnCourse(course=course, reason=reason, withdrawn_by=by, withdrawn_at=at))
    session.flush()


def end_withdrawal(row: WithdrawnCourse, *, by: str, at: dt.datetime) -> None:
    """Let people begin it again."""
    row.ended_by, row.ended_at = by, at
