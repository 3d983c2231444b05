"""Mended checks: tried on past submissions first, applied only by a person, with a reason.

Published releases never change. An instructor who mended a check publishes a new release and
begins a `Remark`: all past submissions of the lesson are marked with it *beside* their marks.
Somebody looks at who would gain and who would lose, and applies it. What was passed stays passed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.courses.releases import find_lesson, find_release
from records.learning.progress import find_standings
from records.marking.marks import marks_of, replace_marks, reviewed
from records.platform import audit
from records.tables.courses import Release
from records.tables.marking import Remark, RemarkedSubmission, Submission
from records.tables.people import Person
from records.writing import hold_person


@dataclass(frozen=True)
class Change:
    """One submission whose points the mended check would change.

    ``exercises``: grade_id, points before and points after, of each exercise that changes.
    """

    submission_id: int
    person_id: int
    full_name: str
    old_points: float
    new_points: float
    max_points: float
    applied: bool
    exercises: tuple[tuple[str, float, float], ...] = ()
    passed: bool = False  # the course, with the marks in force

    @property
    def rises(self) -> bool:
        return self.new_points > self.old_points


@dataclass(frozen=True)
class Outcome:
    """What applying did: submissions whose marks rose, fell, were left as they were, and whose
    points stayed while the machine's doubt about them changed."""

    raised: tuple[int, ...]
    lowered: tuple[int, ...]
    kept: tuple[int, ...]
    doubted: tuple[int, ...]

    @property
    def changed(self) -> tuple[int, ...]:
        """The submissions from which something new may follow (`school.settling`)."""
        return (*self.raised, *self.lowered, *self.doubted)


def begin_remark(
    session: Session, *, release_id: int, lesson: str, reason: str, by: str, at: dt.datetime
) -> Remark:
    """Begin trying the checks of ``release_id`` on past submissions of ``lesson``.

    `Refused` without a reason, without an older release, while another is open for this lesson,
    or when the exercises differ: then past notebooks have no answer for the new check.
    """
    release = find_release(session, release_id)
    if release is None or find_lesson(release, lesson) is None:
        raise Refused(Message("Khóa học không có bài {lesson}", {"lesson": lesson}), field="lesson")
    if not reason.strip():
        raise Refused(Message("Hãy ghi lý do chấm lại: lý do được lưu vào nhật ký"), field="reason")
    _hold_course(session, release.course)
    if _open(session, release.course, lesson):
        raise Refused(
            Message("Bài {lesson} đang có một lần chấm lại chưa xong", {"lesson": lesson})
        )
    older = _older_with_same_exercises(session, release, lesson)
    if not older:
        raise Refused(
            Message(
                "Không có bản trước nào của bài {lesson} có cùng các bài tập để chấm lại",
                {"lesson": lesson},
            )
        )
    remark = Remark(
        course=release.course,
        lesson=lesson,
        release_id=release.id,
        reason=reason.strip(),
        state="counting",
        begun_by=by,
        begun_at=at,
    )
    session.add(remark)
    session.flush()
    audit.append(
        session,
        at=at,
        actor=by,
        action="remark.begin",
        subject=f"{release.course}/{lesson}",
        detail={"remark": remark.id, "release": release.number, "reason": remark.reason},
    )
    return remark


def find_remark(session: Session, remark_id: int) -> Remark | None:
    """The remark with this key, as stored now."""
    return session.get(Remark, remark_id, populate_existing=True)


def remarks_of(session: Session, course: str) -> Sequence[Remark]:
    """All of a course's, newest first."""
    return session.scalars(
        select(Remark).where(Remark.course == course).order_by(Remark.id.desc())
    ).all()


def next_counting(session: Session) -> Remark | None:
    """The oldest one that is still being counted."""
    return session.scalar(
        select(Remark).where(Remark.state == "counting").order_by(Remark.id).limit(1)
    )


def progress_of(session: Session, remark: Remark) -> tuple[int, int]:
    """(submissions tried so far, all there are to try)."""
    done = session.scalar(
        select(func.count())
        .select_from(RemarkedSubmission)
        .where(RemarkedSubmission.remark_id == remark.id)
    )
    left = session.scalar(select(func.count()).select_from(_untried(session, remark).subquery()))
    return done or 0, (done or 0) + (left or 0)


def find_untried(session: Session, remark: Remark, *, limit: int) -> Sequence[Submission]:
    """The next past submissions to try; none means that all are done."""
    ids = session.scalars(_untried(session, remark).order_by(Submission.id).limit(limit)).all()
    return session.scalars(
        select(Submission).where(Submission.id.in_(ids)).order_by(Submission.id)
    ).all()


def record_try(
    session: Session, remark: Remark, submission: Submission, marks: Mapping[str, Any]
) -> None:
    """Keep what the mended check gives; ``marks`` is `graders.Marks.as_dict`. Safe to repeat."""
    by_hand = reviewed(session, submission.id)
    before = {row.grade_id: row.points for row in marks_of(session, submission.id)}
    after = {
        cell["grade_id"]: by_hand.get(cell["grade_id"], cell["points"]) for cell in marks["cells"]
    }
    new_points = sum(after.values())
    session.merge(
        RemarkedSubmission(
            remark_id=remark.id,
            submission_id=submission.id,
            old_points=submission.points or 0.0,
            new_points=float(new_points),
            max_points=float(marks["max"]),
            marks={**marks, "changed": _changed(before, after)},
            applied=False,
        )
    )
    session.flush()


def _changed(before: Mapping[str, float], after: Mapping[str, float]) -> list[list[Any]]:
    """[grade_id, before, after] of the exercises whose points differ."""
    return [
        [grade_id, before.get(grade_id, 0.0), points]
        for grade_id, points in after.items()
        if before.get(grade_id, 0.0) != points
    ]


def finish_counting(session: Session, remark: Remark) -> None:
    """All are tried: an instructor may look."""
    remark.state = "ready"
    session.flush()


def changes_of(session: Session, remark_id: int, *, pass_share: float | None) -> tuple[Change, ...]:
    """Submissions whose points would change: losses first, then gains, largest first.

    ``pass_share``: the ministry's own (`core.completion.share_in_force`).
    """
    remark = find_remark(session, remark_id)
    rows = session.execute(
        select(RemarkedSubmission, Submission.person_id, Person.full_name)
        .join(Submission, Submission.id == RemarkedSubmission.submission_id)
        .join(Person, Person.id == Submission.person_id)
        .where(
            RemarkedSubmission.remark_id == remark_id,
            RemarkedSubmission.new_points != RemarkedSubmission.old_points,
        )
        .order_by(
            RemarkedSubmission.new_points - RemarkedSubmission.old_points,
            RemarkedSubmission.submission_id,
        )
    ).all()
    losers = {person for tried, person, _ in rows if tried.new_points < tried.old_points}
    standings = (
        find_standings(session, remark.course, losers, pass_share=pass_share) if remark else {}
    )
    passed = {person_id for person_id, standing in standings.items() if standing.passed}
    return tuple(
        Change(
            submission_id=tried.submission_id,
            person_id=person_id,
            full_name=full_name,
            old_points=tried.old_points,
            new_points=tried.new_points,
            max_points=tried.max_points,
            applied=tried.applied,
            exercises=tuple(
                (str(grade_id), float(old), float(new))
                for grade_id, old, new in tried.marks.get("changed", ())
            ),
            passed=tried.new_points < tried.old_points and person_id in passed,
        )
        for tried, person_id, full_name in rows
    )


def apply_remark(
    session: Session,
    remark_id: int,
    *,
    by: str,
    at: dt.datetime,
    also_lower: bool = False,
    pass_share: float | None,
) -> Outcome:
    """Put the mended marks in force.

    What follows from the changed marks is for the caller to settle in the same transaction
    (`school.settling`).

    Marks that rise are taken. Marks that fall are left as they are, unless ``also_lower`` says
    otherwise; and even then whoever passed the course with the old marks keeps them. Of two who
    apply it at once, the second is `Refused`.
    """
    remark = _hold_remark(session, remark_id)
    if remark is None or remark.state != "ready":
        raise Refused(Message("Lần chấm lại này chưa sẵn sàng hoặc đã kết thúc"))
    raised: list[int] = []
    lowered: list[int] = []
    kept: list[int] = []
    changes = changes_of(session, remark_id, pass_share=pass_share)
    for person_id in sorted({change.person_id for change in changes}):
        hold_person(session, person_id)
    for change in changes_of(session, remark_id, pass_share=pass_share):
        if not (change.rises or (also_lower and not change.passed)):
            kept.append(change.submission_id)
            continue
        _take(session, remark, change.submission_id)
        (raised if change.rises else lowered).append(change.submission_id)
    doubted = _take_doubts(session, remark)
    _end(session, remark, "applied", by=by, at=at)
    outcome = Outcome(tuple(raised), tuple(lowered), tuple(kept), doubted)
    audit.append(
        session,
        at=at,
        actor=by,
        action="remark.apply",
        subject=f"{remark.course}/{remark.lesson}",
        detail={
            "remark": remark.id,
            "reason": remark.reason,
            "raised": list(raised),
            "lowered": list(lowered),
            "kept": list(kept),
        },
    )
    return outcome


def withdraw_remark(session: Session, remark_id: int, *, by: str, at: dt.datetime) -> None:
    """Leave all marks as they are."""
    remark = _hold_remark(session, remark_id)
    if remark is None or remark.state not in ("counting", "ready"):
        raise Refused(Message("Lần chấm lại này chưa sẵn sàng hoặc đã kết thúc"))
    _end(session, remark, "withdrawn", by=by, at=at)
    audit.append(
        session,
        at=at,
        actor=by,
        action="remark.withdraw",
        subject=f"{remark.course}/{remark.lesson}",
        detail={"remark": remark.id},
    )


def _hold_remark(session: Session, remark_id: int) -> Remark | None:
    """The remark, as whoever held it before left it; nobody else may end it meanwhile."""
    return session.get(Remark, remark_id, populate_existing=True, with_for_update=True)


def _hold_course(session: Session, course: str) -> None:
    """Have those who begin a remark of one course wait for each other."""
    session.execute(
        select(Release.id).where(Release.course == course).order_by(Release.id).with_for_update()
    ).all()


def _end(session: Session, remark: Remark, state: str, *, by: str, at: dt.datetime) -> None:
    remark.state, remark.ended_by, remark.ended_at = state, by, at
    session.flush()


def _open(session: Session, course: str, lesson: str) -> bool:
    return bool(
        session.scalar(
            select(
                exists().where(
                    Remark.course == course,
                    Remark.lesson == lesson,
                    Remark.state.in_(("counting", "ready")),
                )
            )
        )
    )


def _older_with_same_exercises(session: Session, release: Release, lesson: str) -> list[int]:
    wanted = _grade_ids(release, lesson)
    older = session.scalars(
        select(Release).where(Release.course == release.course, Release.number < release.number)
    )
    return [other.id for other in older if _grade_ids(other, lesson) == wanted]


def _grade_ids(release: Release, lesson: str) -> frozenset[str]:
    entry = find_lesson(release, lesson)
    return frozenset(one.grade_id for one in entry.exercises) if entry else frozenset()


def _untried(session: Session, remark: Remark) -> Select[int]:
    release = session.get_one(Release, remark.release_id)
    tried = exists().where(
        RemarkedSubmission.remark_id == remark.id,
        RemarkedSubmission.submission_id == Submission.id,
    )
    return (
        select(Submission.id)
        .join(Person, Person.id == Submission.person_id)
        .where(
            Submission.release_id.in_(_older_with_same_exercises(session, release, remark.lesson)),
            Submission.lesson == remark.lesson,
            Submission.state == "marked",
            Submission.outcome == "marked",
            Person.erased_at.is_(None),
            func.length(Submission.notebook) > 0,  # blank: erased, or not kept; the marks stand
            ~tried,
        )
    )


@dataclass(frozen=True)
class _Cell:
    """One exercise of `RemarkedSubmission.marks`, as `graders.CellMarks` was written down."""

    KEYS: ClassVar = ("grade_id", "points", "max", "feedback", "needs_review", "note", "other")

    grade_id: str
    points: float
    max: float
    feedback: str | None
    needs_review: bool
    note: str | None
    other: float | None


def _take_doubts(session: Session, remark: Remark) -> tuple[int, ...]:
    """Where the points stay and only the machine's doubt changes: a mended check has no doubt any
    more, or has one now. Keys of the submissions where that is so."""
    taken = []
    same = session.scalars(
        select(RemarkedSubmission).where(
            RemarkedSubmission.remark_id == remark.id,
            RemarkedSubmission.new_points == RemarkedSubmission.old_points,
        )
    ).all()
    for tried in same:
        doubts = {cell["grade_id"]: cell.get("note") for cell in tried.marks["cells"]}
        rows = marks_of(session, tried.submission_id)
        by_hand = reviewed(session, tried.submission_id)
        if any(row.note != doubts.get(row.grade_id) for row in rows if row.grade_id not in by_hand):
            submission = session.get_one(Submission, tried.submission_id)
            hold_person(session, submission.person_id)
            _take(session, remark, tried.submission_id)
            taken.append(tried.submission_id)
    return tuple(taken)


def _take(session: Session, remark: Remark, submission_id: int) -> None:
    tried = session.get_one(RemarkedSubmission, (remark.id, submission_id))
    submission = session.get_one(Submission, submission_id)
    cells = [_Cell(**{key: cell.get(key) for key in _Cell.KEYS}) for cell in tried.marks["cells"]]
    replace_marks(session, submission, cells)
    submission.max_points = tried.max_points
    tried.applied = True
    session.flush()
