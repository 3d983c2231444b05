"""How far a learner is in a course: best marks per lesson, and the facts of completion.

Whether that earns a certificate is decided elsewhere; here is only what happened.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from core.passing import reaches
from core.points import total_points
from records.courses.tables import Release
from records.learning.enrolments import find_enrolment
from records.learning.meetings import attended_lessons
from records.learning.tables import Enrolment, Progress
from records.marking.tables import Submission
from records.writing import hold_person


@dataclass(frozen=True)
class CourseFacts:
    """One learner in one course. Points are the best marks of each lesson, added up.

    ``pass_share`` is the release's own (0..1); ``max_points`` counts every lesson of the release,
    also those not handed in yet.
    """

    course: str
    release_id: int
    lessons: int
    lessons_done: int
    points: float
    max_points: float
    pass_share: float

    @property
    def took_part(self) -> bool:
        """Every lesson was handed in and marked, or attended in person."""
        return self.lessons > 0 and self.lessons_done == self.lessons

    @property
    def passed(self) -> bool:
        return self.took_part and reaches(self.points, self.max_points, self.pass_share)


def progress_in(session: Session, person_id: int, course: str) -> Sequence[Progress]:
    """Best marks so far, lesson by lesson; lessons never marked have none."""
    return session.scalars(
        select(Progress)
        .where(Progress.person_id == person_id, Progress.course == course)
        .order_by(Progress.lesson)
    ).all()


def find_course_facts(session: Session, person_id: int, course: str) -> CourseFacts | None:
    """The facts of completion, on the release of the enrolment; None when not enrolled."""
    enrolment = find_enrolment(session, person_id, course)
    return _facts(session, [enrolment])[person_id] if enrolment else None


def find_passed(session: Session, course: str, people: Collection[int]) -> frozenset[int]:
    """Who of these people has passed the course, each on the release of their enrolment."""
    enrolled = session.scalars(
        select(Enrolment).where(Enrolment.course == course, Enrolment.person_id.in_(people))
    ).all()
    facts = _facts(session, enrolled)
    return frozenset(person_id for person_id, one in facts.items() if one.passed)


def record_completion(session: Session, person_id: int, course: str, *, at: dt.datetime) -> None:
    """Keep the date of completion, where every lesson was handed in or attended by now.

    Safe to repeat: the first date stays.
    """
    hold_person(session, person_id)
    enrolment = find_enrolment(session, person_id, course)
    if enrolment is None or enrolment.completed_at is not None:
        return
    if _facts(session, [enrolment])[person_id].took_part:
        session.execute(
            update(Enrolment)
            .where(Enrolment.id == enrolment.id, Enrolment.completed_at.is_(None))
            .values(completed_at=at)
        )


def record_best(session: Session, submission: Submission, release: Release) -> None:
    """Keep the better of what is stored and this marked submission; then the completion date.

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
    assert submission.marked_at is not None
    record_completion(session, submission.person_id, release.course, at=submission.marked_at)


def _take(progress: Progress, submission: Submission) -> None:
    assert submission.marked_at is not None
    progress.points = submission.points or 0.0
    progress.max_points = submission.max_points or 0.0
    progress.submission_id = submission.id
    progress.at = submission.marked_at


def _facts(session: Session, enrolled: Sequence[Enrolment]) -> Mapping[int, CourseFacts]:
    """By person, of enrolments in one course."""
    if not enrolled:
        return {}
    course, people = enrolled[0].course, [enrolment.person_id for enrolment in enrolled]
    marked: defaultdict[int, list[Progress]] = defaultdict(list)
    for progress in session.scalars(
        select(Progress).where(Progress.person_id.in_(people), Progress.course == course)
    ):
        marked[progress.person_id].append(progress)
    attended = attended_lessons(session, course, people)
    keys = {enrolment.release_id for enrolment in enrolled}
    releases = {one.id: one for one in session.scalars(select(Release).where(Release.id.in_(keys)))}
    return {
        enrolment.person_id: _count(
            course,
            releases[enrolment.release_id],
            marked[enrolment.person_id],
            attended[enrolment.person_id],
        )
        for enrolment in enrolled
    }


def _count(
    course: str, release: Release, marked: Sequence[Progress], attended: frozenset[str]
) -> CourseFacts:
    maxima = {lesson.slug: lesson.max_points for lesson in release.manifest.lessons}
    done = [progress for progress in marked if progress.lesson in maxima]
    took_part = {progress.lesson for progress in done} | (attended & maxima.keys())
    return CourseFacts(
        course=course,
        release_id=release.id,
        lessons=len(maxima),
        lessons_done=len(took_part),
        points=total_points(progress.points for progress in done),
        max_points=sum(maxima.values()),
        pass_share=release.manifest.pass_share,
    )


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
