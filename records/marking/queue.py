"""The queue of submissions: handed in, claimed with a lease, marked once or laid aside.

A submission's row is the truth. A worker holds it by a lease: whoever dies lets the lease run
out, and the next claim takes the row again. `store_marks` writes everything a marked submission
means in the caller's one transaction, and only for the worker that still holds the claim; so a
submission marked twice is stored once. See docs/queue.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, exists, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, defer

from core.messages import Message, Refused
from records.courses.releases import find_lesson
from records.marking import allowances, second_looks
from records.marking.marks import Result, replace_marks
from records.tables.courses import Release
from records.tables.marking import Submission
from records.wakeup import RING
from records.writing import hold_person

EXAM, PRACTICE, AGAIN = allowances.EXAM, allowances.PRACTICE, allowances.AGAIN
BOUNDS = allowances.BOUNDS
Bounds = allowances.Bounds
NoAttemptLeft, TooManyNow = allowances.NoAttemptLeft, allowances.TooManyNow
_WAITING = allowances.WAITING
_other = aliased(Submission)  # made once: making it is dearer than asking
_CLASHES = 20  # how often a claim looks again before it leaves the queue to the others


@dataclass(frozen=True)
class Line:
    """How many submissions are in which state, and since when the oldest is waiting."""

    queued: int
    claimed: int
    dead: int
    oldest_at: dt.datetime | None


# --- handing in -------------------------------------------------------------------------------


def submit(
    session: Session,
    *,
    person_id: int,
    release_id: int,
    lesson: str,
    notebook: bytes,
    at: dt.datetime,
    priority: int = PRACTICE,
    late: bool = False,
    seed: int | None = None,
    drawn_again: Mapping[str, int] | None = None,
    device: str | None = None,
    attempts: int | None = None,
    bounds: Bounds = BOUNDS,
) -> Submission:
    """Put a notebook into the queue.

    The same notebook again within ``bounds.repeat_within`` returns the row that is there: a
    double tap or a repeated request is one submission. `Refused` when the lesson is not in the
    release, this person has enough waiting, or the whole queue is over its bound; `NoAttemptLeft`
    when the lesson may be handed in ``attempts`` times and was; who taps twice with the last one
    has handed in once; `allowances` says what else. ``seed`` and ``drawn_again`` drew the learner's
    numbers (`courses.variant`). ``device``: a keyed hash of the browser's cookie (`analytics`).
    """
    release = session.get(Release, release_id)
    if release is None or find_lesson(release, lesson) is None:
        raise Refused(Message("Khóa học không có bài {lesson}", {"lesson": lesson}))
    hold_person(session, person_id)
    last = find_last(session, person_id, release_id, lesson)
    if last and last.notebook == notebook and at - last.submitted_at <= bounds.repeat_within:
        return last
    allowances.refuse_attempts(session, person_id, release.course, lesson, attempts)
    waiting = allowances.refuse_too_many(session, person_id, priority, at, bounds)
    allowances.make_room(session, person_id, release.course, lesson, len(notebook), bounds)
    submission = Submission(
        person_id=person_id,
        release_id=release_id,
        lesson=lesson,
        notebook=notebook,
        submitted_at=at,
        late=late,
        seed=seed,
        drawn_again=dict(drawn_again) if drawn_again else None,
        device=device,
        state="queued",
        priority=allowances.turn_of(priority, waiting),
    )
    session.add(submission)
    session.flush()
    session.info[RING] = True
    return submission


# --- working ----------------------------------------------------------------------------------


def claim(
    session: Session,
    *,
    worker: str,
    at: dt.datetime,
    lease: dt.timedelta,
    bounds: Bounds = BOUNDS,
) -> Submission | None:
    """Take the next submission for ``worker``, or None when nothing may be taken.

    ``worker`` must name one incarnation of one worker, never used again after a restart. Two
    workers never get the same row: SQLite has one writer (`Records.begin` takes the lock at
    once), PostgreSQL skips rows that another transaction holds. Of one person only one is claimed
    at a time, which a unique index holds: a learner whose notebooks never end keeps one worker
    busy and leaves the others to everybody else.
    """
    take_back_expired(session, at=at, bounds=bounds)
    for _ in range(_CLASHES):
        try:
            with session.begin_nested():
                return _claim_next(session, worker, at, lease)
        except IntegrityError:
            continue  # another worker took one of the same person's meanwhile: look again
    return None


def _claim_next(
    session: Session, worker: str, at: dt.datetime, lease: dt.timedelta
) -> Submission | None:
    return session.scalars(
        update(Submission)
        .where(Submission.id == next_waiting(at).scalar_subquery())
        .values(
            state="claimed",
            claimed_by=worker,
            lease_until=at + lease,
            retry_at=None,
            tries=Submission.tries + 1,
        )
        .returning(Submission)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()


def next_waiting(at: dt.datetime) -> Select[int]:
    """The key of the row that is served next: the first of somebody of whom none is claimed.

    Reads one end of ``ix_submission_waiting`` and, for each row there, ``uq_submission_claimed``.
    A person may have few waiting, so few rows are passed over.
    """
    return (
        select(Submission.id)
        .where(
            Submission.state == "queued",
            or_(Submission.retry_at.is_(None), Submission.retry_at <= at),
            ~exists().where(_other.person_id == Submission.person_id, _other.state == "claimed"),
        )
        .order_by(Submission.priority, Submission.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Submission)
    )


def take_back_expired(session: Session, *, at: dt.datetime, bounds: Bounds = BOUNDS) -> int:
    """Queue again what workers hold beyond their lease; lay aside what was tried too often."""
    return _take_back(session, Submission.lease_until <= at, "the worker's lease ran out", bounds)


def take_back_from(session: Session, worker: str, *, bounds: Bounds = BOUNDS) -> int:
    """The same at once, for a worker that is known to be dead."""
    return _take_back(session, Submission.claimed_by == worker, "the worker died", bounds)


def busy_workers(session: Session) -> Sequence[str]:
    """Names of the workers that hold a claim."""
    return session.scalars(
        select(Submission.claimed_by)
        .where(Submission.state == "claimed", Submission.claimed_by.is_not(None))
        .distinct()
    ).all()  # type: ignore[return-value]  # NULLs are left out above


def _take_back(session: Session, whose: Any, why: str, bounds: Bounds) -> int:
    found = session.scalars(
        select(Submission)
        .where(Submission.state == "claimed", whose)
        .order_by(Submission.id)
        .with_for_update(skip_locked=True)
        .options(defer(Submission.notebook))
        .execution_options(populate_existing=True)
    ).all()
    for submission in found:
        _put_back(submission, bounds=bounds, why=why, retry_at=None)
    session.flush()
    session.info[RING] = session.info.get(RING) or bool(found)
    return len(found)


def renew(
    session: Session, submission_id: int, *, worker: str, at: dt.datetime, lease: dt.timedelta
) -> bool:
    """Hold the claim for longer; False when it is no longer ``worker``'s."""
    return _held(session, submission_id, worker, lease_until=at + lease)


def give_back(session: Session, submission_id: int, *, worker: str) -> bool:
    """Return a claim unworked (at a graceful stop); it costs no try."""
    given = _held(
        session,
        submission_id,
        worker,
        state="queued",
        claimed_by=None,
        lease_until=None,
        tries=Submission.tries - 1,
    )
    session.info[RING] = session.info.get(RING) or given
    return given


def fail(
    session: Session,
    submission_id: int,
    *,
    worker: str,
    at: dt.datetime,
    why: str,
    bounds: Bounds = BOUNDS,
) -> bool:
    """Marking broke down (not the learner's fault): try later, or lay aside with the reason.

    ``why`` is for the instructor and the log, in one line. False when the claim was lost.
    """
    submission = session.scalar(
        select(Submission)
        .where(_is_held(submission_id, worker))
        .with_for_update()
        .options(defer(Submission.notebook))
        .execution_options(populate_existing=True)
    )
    if submission is None:
        return False
    wait = bounds.retry_after * 2 ** max(0, submission.tries - 1)
    _put_back(submission, bounds=bounds, why=why, retry_at=at + wait)
    session.flush()
    return True


def store_marks(
    session: Session,
    submission_id: int,
    marks: Result,
    *,
    worker: str,
    at: dt.datetime,
    look_again: bool = False,
) -> bool:
    """Store marks and the state ``marked``: all, once, or nothing. What follows from them is
    for the caller to settle in the same transaction (`school.settling`).

    ``look_again``: a second look is due (`records.marking.second_looks`).

    False, and nothing written, when ``worker`` no longer holds the claim. A notebook that could
    not be read or is not this course's is marked too: 0 points with a reason. What a person has
    marked before keeps that person's points.
    """
    person_id = session.scalar(select(Submission.person_id).where(Submission.id == submission_id))
    if person_id is None:
        return False
    # One writer per person: completion looks at all lessons, which two workers may be storing.
    hold_person(session, person_id)
    submission = session.scalars(
        update(Submission)
        .where(_is_held(submission_id, worker))
        .values(
            state="marked",
            claimed_by=None,
            lease_until=None,
            marked_at=at,
            outcome=marks.state,
            points=marks.total,
            max_points=marks.max,
            mode=marks.mode,
            reason=marks.reason and marks.reason.as_dict(),
            failure=None,
            second_look_at=at if look_again else None,
        )
        .returning(Submission)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if submission is None:
        return False
    if look_again:
        second_looks.forget_older(session, submission)
    replace_marks(session, submission, marks.cells)
    return True


def _put_back(
    submission: Submission, *, bounds: Bounds, why: str, retry_at: dt.datetime | None
) -> None:
    submission.claimed_by = None
    submission.lease_until = None
    submission.failure = why
    if submission.tries >= bounds.tries:
        submission.state = "dead"
        return
    submission.state = "queued"
    submission.retry_at = retry_at


def _held(session: Session, submission_id: int, worker: str, **values: Any) -> bool:
    changed = session.execute(
        update(Submission)
        .where(_is_held(submission_id, worker))
        .values(**values)
        .returning(Submission.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def _is_held(submission_id: int, worker: str) -> Any:
    return (
        (Submission.id == submission_id)
        & (Submission.state == "claimed")
        & (Submission.claimed_by == worker)
    )


# --- looking ----------------------------------------------------------------------------------


def find_submission(session: Session, submission_id: int) -> Submission | None:
    """The submission as stored now."""
    return session.get(Submission, submission_id, populate_existing=True)


def find_last(session: Session, person_id: int, release_id: int, lesson: str) -> Submission | None:
    """The person's last submission of a lesson."""
    return session.scalar(_of_lesson(person_id, release_id, lesson).limit(1))


def submissions_of(
    session: Session, person_id: int, release_ids: Collection[int], lesson: str | None = None
) -> Sequence[Submission]:
    """The person's submissions in these releases, or of one lesson of them, newest first, without
    their notebooks."""
    found = (
        select(Submission)
        .where(Submission.person_id == person_id, Submission.release_id.in_(release_ids))
        .order_by(Submission.id.desc())
        .options(defer(Submission.notebook))
        .execution_options(populate_existing=True)
    )
    return session.scalars(found if lesson is None else found.filter_by(lesson=lesson)).all()


def line(session: Session) -> Line:
    """The queue as an operator sees it."""
    counts = {
        state: session.scalar(
            select(func.count()).select_from(Submission).where(Submission.state == state)
        )
        or 0
        for state in ("queued", "claimed", "dead")
    }
    oldest_at = session.scalar(
        select(func.min(Submission.submitted_at)).where(Submission.state.in_(_WAITING))
    )
    return Line(counts["queued"], counts["claimed"], counts["dead"], oldest_at)


def anything_waits(session: Session, *, at: dt.datetime) -> bool:
    """Whether `claim` would find something: a look that takes no lock."""
    queued = next_waiting(at).with_only_columns(text("1"))
    queued._for_update_arg = None
    expired = (
        select(text("1"))
        .select_from(Submission)
        .where(Submission.state == "claimed", Submission.lease_until <= at)
        .limit(1)
    )
    return any(session.execute(look).first() for look in (queued, expired))


def dead_letters(session: Session, *, limit: int = 100) -> Sequence[Submission]:
    """What was tried too often, newest first, with the reason in ``failure``."""
    return session.scalars(
        select(Submission)
        .where(Submission.state == "dead")
        .order_by(Submission.id.desc())
        .limit(limit)
        .options(defer(Submission.notebook))
    ).all()


def mark_again(session: Session, submission_id: int, *, priority: int = AGAIN) -> bool:
    """Queue a marked or dead submission anew; its marks stand until the new ones replace them.

    False where it waits already, or where its notebook was not kept.
    """
    queued = session.execute(
        update(Submission)
        .where(
            Submission.id == submission_id,
            Submission.state.in_(("marked", "dead")),
            func.length(Submission.notebook) > 0,
        )
        .values(
            state="queued",
            # An exam stays one: two people mark it, and it waits before all others.
            priority=case((Submission.priority == EXAM, EXAM), else_=priority),
            tries=0,
            retry_at=None,
            failure=None,
        )
        .returning(Submission.id)
        .execution_options(synchronize_session=False)
    )
    session.info[RING] = True
    return queued.first() is not None


def _of_lesson(person_id: int, release_id: int, lesson: str) -> Select[Submission]:
    return (
        select(Submission)
        .where(
            Submission.person_id == person_id,
            Submission.release_id == release_id,
            Submission.lesson == lesson,
        )
        .order_by(Submission.id.desc())
        .execution_options(populate_existing=True)
    )


def still_waiting(session: Session, submissions: Collection[int]) -> frozenset[int]:
    """Those of ``submissions`` that are neither marked nor dead yet."""
    found = select(Submission.id).where(
        Submission.id.in_(submissions), Submission.state.in_(_WAITING)
    )
    return frozenset(session.scalars(found))
