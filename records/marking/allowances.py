"""What one person may hand in, so that nobody's share of the platform is taken by another.

Each refusal is told with what one can do. Whoever asks holds the person's row
(`writing.hold_person`), so that of two requests at once the second sees the first. See
docs/decisions/0026-what-one-person-may-take.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.courses.lesson_terms import count_attempts
from records.tables.courses import Release
from records.tables.learning import Progress
from records.tables.marking import ExerciseMarks, Review, Submission

EXAM, PRACTICE, AGAIN = 0, 10, 20  # priorities: smaller is served first
WAITING = ("queued", "claimed")
KEPT_NOTEBOOKS = 5  # the first, the best, the newest two, and one to spare


@dataclass(frozen=True)
class Bounds:
    """How much may wait and be kept. ``repeat_within``: the same notebook is one submission.

    ``per_hour``: submissions of one person. ``kept_bytes``: of one person's notebooks of a lesson;
    or five notebooks like the one that comes, where that is more.
    """

    per_person: int = 3
    whole: int = 5000
    repeat_within: dt.timedelta = dt.timedelta(seconds=10)
    tries: int = 5
    retry_after: dt.timedelta = dt.timedelta(seconds=1)  # doubled with each further try
    per_hour: int = 60
    kept_bytes: int = 24_000_000


BOUNDS = Bounds()


class NoAttemptLeft(Refused):
    """The lesson was handed in as often as it may be."""


class TooManyNow(Refused):
    """Too much waits, or was handed in lately: a little later it may be handed in."""


def refuse_attempts(
    session: Session, person_id: int, course: str, lesson: str, attempts: int | None
) -> None:
    """Raise `NoAttemptLeft` where ``attempts`` were used; None means without a limit."""
    if attempts is None or count_attempts(session, person_id, course, lesson) < attempts:
        return
    raise NoAttemptLeft(
        Message(
            "Anh/chị đã nộp đủ {n} lần cho phép của bài này; kết quả tốt nhất được giữ. Nếu gặp "
            "sự cố khi nộp, xin báo giảng viên để được thêm lần nộp.",
            {"n": attempts},
        )
    )


def refuse_too_many(
    session: Session, person_id: int, priority: int, at: dt.datetime, bounds: Bounds
) -> int:
    """Raise `TooManyNow` where too much waits; else how many of this person's wait already."""
    waiting = _count(session, _of_person(person_id, WAITING), bounds.per_person)
    if waiting >= bounds.per_person:
        raise TooManyNow(
            Message(
                "Anh/chị còn {count} bài đang chờ chấm. Xin đợi kết quả rồi nộp tiếp; "
                "bài làm của anh/chị vẫn được giữ.",
                {"count": bounds.per_person},
            )
        )
    lately = select(Submission.id).where(
        Submission.person_id == person_id, Submission.submitted_at > at - dt.timedelta(hours=1)
    )
    if _count(session, lately, bounds.per_hour) >= bounds.per_hour:
        raise TooManyNow(
            Message(
                "Anh/chị đã nộp {count} lần trong một giờ qua. Xin xem góp ý của lần chấm trước "
                "rồi nộp lại sau ít phút; bài làm của anh/chị vẫn được giữ.",
                {"count": bounds.per_hour},
            )
        )
    # Only what would be served before this one counts: practice can not close the door to exams.
    ahead = select(Submission.id).where(
        Submission.state.in_(WAITING), Submission.priority <= priority
    )
    if _count(session, ahead, bounds.whole) >= bounds.whole:
        raise TooManyNow(
            Message(
                "Hệ thống đang có rất nhiều bài chờ chấm. Bài làm của anh/chị vẫn được giữ; "
                "xin nộp lại sau ít phút."
            )
        )
    return waiting


def turn_of(priority: int, waiting: int) -> int:
    """The priority of a person's next submission while ``waiting`` of theirs wait already; pure.

    A second practice waits for everybody's first. Exams are served in the order they came.
    """
    return priority + waiting if PRACTICE <= priority < AGAIN else priority


def make_room(
    session: Session, person_id: int, course: str, lesson: str, coming: int, bounds: Bounds
) -> None:
    """See to it that ``coming`` more bytes stay within what is kept of a person and a lesson.

    Notebooks of old practice that nothing rests on are blanked, oldest first; their marks stay.
    `Refused` where even that leaves too little room.
    """
    mine = _notebooks(person_id, course, lesson)
    sizes = mine.with_only_columns(Submission.id, func.length(Submission.notebook))
    stored = {key: size for key, size in session.execute(sizes)}  # noqa: C416 - rows, not pairs
    most = max(bounds.kept_bytes, KEPT_NOTEBOOKS * coming)
    over = sum(stored.values()) + coming - most
    if over <= 0:
        return
    blanked = oldest_that_free(over, stored, needed(session, mine, stored))
    if blanked is None:
        raise Refused(
            Message(
                "Các lần nộp bài này của anh/chị đã chiếm hết {limit} MB được giữ. Hãy bỏ hình "
                "hoặc tệp lớn rồi nộp lại, hoặc đợi giảng viên chấm các lần đã nộp.",
                {"limit": max(1, most // 1_000_000)},
            )
        )
    session.execute(
        update(Submission)
        .where(Submission.id.in_(blanked))
        .values(notebook=b"")
        .execution_options(synchronize_session=False)
    )


def oldest_that_free(
    over: int, stored: dict[int, int], keep: frozenset[int]
) -> tuple[int, ...] | None:
    """The oldest submissions, of those not to ``keep``, that hold ``over`` bytes together; pure.

    None where all of them together do not.
    """
    chosen: list[int] = []
    for key in sorted(stored.keys() - keep):
        if over <= 0:
            break
        if stored[key]:
            chosen.append(key)
            over -= stored[key]
    return tuple(chosen) if over <= 0 else None


def needed(session: Session, mine: Select[Any], stored: Iterable[int]) -> frozenset[int]:
    """Submissions that something rests on: the first, the last and the best, all of exams, what
    is not marked yet, and what a person has marked or will."""
    keys = sorted(stored)
    to_review = exists().where(
        ExerciseMarks.submission_id == Submission.id, ExerciseMarks.needs_review.is_(True)
    )
    rests = (
        (Submission.priority == EXAM)
        | (Submission.state != "marked")
        | exists().where(Review.submission_id == Submission.id)
        | exists().where(Progress.submission_id == Submission.id)
        | to_review
    )
    found = session.scalars(mine.with_only_columns(Submission.id).where(rests))
    return frozenset([*found, *keys[:1], *keys[-1:]])


def _notebooks(person_id: int, course: str, lesson: str) -> Select[Any]:
    return (
        select(Submission.id)
        .join(Release, Release.id == Submission.release_id)
        .where(
            Submission.person_id == person_id,
            Submission.lesson == lesson,
            Release.course == course,
        )
    )


def _of_person(person_id: int, states: tuple[str, ...]) -> Select[Any]:
    return select(Submission.id).where(
        Submission.person_id == person_id, Submission.state.in_(states)
    )


def _count(session: Session, rows: Select[Any], at_most: int) -> int:
    limited = rows.limit(at_most).subquery()
    return session.scalar(select(func.count()).select_from(limited)) or 0


def waiting_lessons(session: Session, person_id: int) -> frozenset[tuple[int, str]]:
    """Release and lesson of what somebody handed in and nobody has marked yet."""
    rows = session.execute(
        select(Submission.release_id, Submission.lesson).where(
            Submission.person_id == person_id, Submission.state.in_(WAITING)
        )
    )
    return frozenset((release_id, lesson) for release_id, lesson in rows)
