"""How far a learner is in a course: best marks per lesson, and the facts of completion.

Whether that earns a certificate is decided elsewhere; here is only what happened.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from core.completion import CourseStanding, share_in_force, stand
from records.learning.enrolments import find_enrolment
from records.learning.meetings import attended_lessons
from records.marking.allowances import WAITING
from records.tables.courses import Release
from records.tables.learning import Enrolment, Progress
from records.tables.marking import Submission
from records.writing import hold_person

AT_ONCE = 500  # people of one statement


def progress_in(session: Session, person_id: int, course: str) -> Sequence[Progress]:
    """Best marks so far, lesson by lesson; lessons never marked have none."""
    return session.scalars(
        select(Progress)
        .where(Progress.person_id == person_id, Progress.course == course)
        .order_by(Progress.lesson)
    ).all()


def waiting_lessons(session: Session, person_id: int) -> frozenset[tuple[int, str]]:
    """Release and lesson of what somebody handed in and nobody has marked yet."""
    rows = session.execute(
        select(Submission.release_id, Submission.lesson).where(
            Submission.person_id == person_id, Submission.state.in_(WAITING)
        )
    )
    return frozenset((release_id, lesson) for release_id, lesson in rows)


def find_standing(
    session: Session, person_id: int, course: str, *, pass_share: float | None
) -> CourseStanding | None:
    """How somebody stands in a course they began, on their own release; None when they did not.

    ``pass_share``: the ministry's own (`core.completion.share_in_force`).
    """
    return find_standings(session, course, [person_id], pass_share=pass_share).get(person_id)


def find_standings(
    session: Session, course: str, people: Collection[int], *, pass_share: float | None
) -> Mapping[int, CourseStanding]:
    """The same of several people, by their keys; those who did not begin the course are absent."""
    enrolled = session.scalars(
        select(Enrolment).where(Enrolment.course == course, Enrolment.person_id.in_(people))
    ).all()
    return _standings(session, enrolled, pass_share)


def standings_in(
    session: Session, course: str, *, pass_share: float | None
) -> Mapping[int, CourseStanding]:
    """How everybody who began the course stands in it."""
    enrolled = session.scalars(select(Enrolment).where(Enrolment.course == course)).all()
    return _standings(session, enrolled, pass_share)


def record_completion(session: Session, person_id: int, course: str, *, at: dt.datetime) -> None:
    """Keep the date of completion, where every lesson was handed in or attended by now.

    Safe to repeat: the first date stays.
    """
    hold_person(session, person_id)
    enrolment = find_enrolment(session, person_id, course)
    if enrolment is None or enrolment.completed_at is not None:
        return
    if _standings(session, [enrolment], None)[person_id].took_part:
        session.execute(
            update(Enrolment)
            .where(Enrolment.id == enrolment.id, Enrolment.completed_at.is_(None))
            .values(completed_at=at)
        )


def record_best(session: Session, submission: Submission, release: Release) -> None:
    """Keep the better of what is stored and this marked submission.

    Called by the transaction that stores the marks, which holds the person's row. A submission
    that could not be read changes nothing, unless it is the stored one, marked again.
    """
    stored = session.get(Progress, (submission.person_id, release.course, submission.lesson))
    if stored and stored.submission_id == submission.id:
        best = _best_submission(session, submission, release)
        if best is None:
            session.delete(stored)
        else:
            _take(stored, best)
    elif submission.outcome != "marked":
        return
    elif stored is None:
        stored = Progress(
            person_id=submission.person_id, course=release.course, lesson=submission.lesson
        )
        session.add(stored)
        _take(stored, submission)
    elif _share(submission) > _share(stored):
        _take(stored, submission)
    session.flush()


def _take(progress: Progress, submission: Submission) -> None:
    assert submission.marked_at is not None
    progress.points = submission.points or 0.0
    progress.max_points = submission.max_points or 0.0
    progress.submission_id = submission.id
    progress.at = submission.marked_at


def _standings(
    session: Session, enrolled: Sequence[Enrolment], pass_share: float | None
) -> Mapping[int, CourseStanding]:
    """By person, of enrolments in one course."""
    if not enrolled:
        return {}
    course, people = enrolled[0].course, [enrolment.person_id for enrolment in enrolled]
    best: defaultdict[int, dict[str, float]] = defaultdict(dict)
    for some in _portions(people):
        for progress in session.scalars(
            select(Progress).where(Progress.person_id.in_(some), Progress.course == course)
        ):
            best[progress.person_id][progress.lesson] = progress.points
    attended: dict[int, frozenset[str]] = {}
    for some in _portions(people):
        attended |= attended_lessons(session, course, some)
    keys = {enrolment.release_id for enrolment in enrolled}
    releases = {one.id: one for one in session.scalars(select(Release).where(Release.id.in_(keys)))}
    return {
        enrolment.person_id: stand_in(
            releases[enrolment.release_id],
            points=best[enrolment.person_id],
            attended=attended[enrolment.person_id],
            pass_share=pass_share,
        )
        for enrolment in enrolled
    }


def stand_in(
    release: Release,
    *,
    points: Mapping[str, float],
    attended: Collection[str],
    pass_share: float | None,
) -> CourseStanding:
    """`core.completion.stand` on a release."""
    return stand(
        [(lesson.slug, lesson.max_points) for lesson in release.manifest.lessons],
        points=points,
        attended=attended,
        pass_share=share_in_force(release.manifest.pass_share, pass_share),
    )


def _portions(values: Sequence[int]) -> Iterator[Sequence[int]]:
    """A statement takes a bounded number of parameters."""
    for begin in range(0, len(values), AT_ONCE):
        yield values[begin : begin + AT_ONCE]


def _best_submission(
    session: Session, submission: Submission, release: Release
) -> Submission | None:
    share = case((Submission.max_points > 0, Submission.points / Submission.max_points), else_=0.0)
    return session.scalar(
        select(Submission)
        .join(Release, Release.id == Submission.release_id)
        .where(
            Submission.person_id == submission.person_id,
            Release.course == release.course,
            Submission.lesson == submission.lesson,
            Submission.state == "marked",
            Submission.outcome == "marked",
        )
        .order_by(share.desc(), Submission.id)
        .limit(1)
    )


def _share(marks: Submission | Progress) -> float:
    return (marks.points or 0.0) / marks.max_points if marks.max_points else 0.0


def completed_since(session: Session, course: str, since: dt.datetime) -> Sequence[Enrolment]:
    """Enrolments of a course whose last lesson was marked at or after ``since``."""
    return session.scalars(
        select(Enrolment)
        .where(Enrolment.course == course, Enrolment.completed_at >= since)
        .order_by(Enrolment.completed_at)
    ).all()
