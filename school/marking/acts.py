"""What people do about marks: give them by hand, have a check's mend tried and put in force, send a
submission back to the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import courses
from core.messages import Message, Refused
from records import Session
from records.courses import releases
from records.marking import queue, remarking, reviewing
from records.platform import audit, outbox
from school import access
from school.access import Actor
from school.acts import act, nothing_changed, require
from school.settling import settle_submission

LONGEST_COMMENT, LONGEST_REASON = 4000, 2000


@act(may=access.may_mark, audited="review")
def give_marks(
    session: Session,
    actor: Actor,
    submission_id: int,
    grade_id: str,
    *,
    points: float | None,
    picks: Mapping[int, float | None],
    comment: str,
    pass_share: float | None,
    at: dt.datetime,
) -> bool:
    """Mark one exercise of a submission by hand; True when the exercise is decided by it.

    ``picks``: the points chosen for each criterion by its number from 0, where the exercise has a
    rubric; ``points`` where it has none. `Refused` as in `records.marking.reviewing.record_review`.
    """
    require(actor.person_id is not None)
    assert actor.person_id is not None
    rubric = find_rubric(session, submission_id, grade_id)
    picked = [picks.get(number) for number in range(len(rubric))]
    chosen = courses.check_picks(rubric, picked) if rubric else None
    given = sum(chosen) if chosen is not None else points
    if given is None:
        raise Refused(Message("Điểm phải là một số"), field="points")
    decided = reviewing.record_review(
        session,
        submission_id,
        grade_id,
        marker_id=actor.person_id,
        marker=actor.username or "",
        points=given,
        comment=comment[:LONGEST_COMMENT],
        at=at,
        picks=chosen,
    )
    if decided:
        settle_submission(session, submission_id, pass_share=pass_share, at=at)
        _tell(session, submission_id, at)
    return decided


def _tell(session: Session, submission_id: int, at: dt.datetime) -> None:
    """Write to the learner that a person has marked; once, when nothing of it waits any more."""
    submission = queue.find_submission(session, submission_id)
    release = releases.find_release(session, submission.release_id) if submission else None
    lesson = releases.find_lesson(release, submission.lesson) if release and submission else None
    if submission is None or release is None or lesson is None:
        return
    if reviewing.still_waits(session, submission_id):
        return
    facts = {
        "course": release.course,
        "lesson": lesson.slug,
        "title": {"vi": lesson.title, "en": lesson.title_en or lesson.title},
    }
    once = f"marked:{submission_id}"
    outbox.put(session, "marked", submission.person_id, facts, once=once, at=at)


@act(may=access.may_publish, audited="remark.begin")
def begin_remark(
    session: Session, actor: Actor, course: str, lesson: str, *, reason: str, at: dt.datetime
) -> int:
    """Have the newest release's checks tried on all past submissions of a lesson; the remark's key.

    `Refused` as in `records.marking.remarking.begin_remark`.
    """
    release = releases.current_release(session, course)
    require(release is not None)
    assert release is not None
    return remarking.begin_remark(
        session,
        release_id=release.id,
        lesson=lesson,
        reason=reason[:LONGEST_REASON],
        by=actor.username or "",
        at=at,
    ).id


@act(may=access.may_publish, audited="remark.apply")
def apply_remark(
    session: Session,
    actor: Actor,
    remark_id: int,
    *,
    also_lower: bool,
    pass_share: float | None,
    at: dt.datetime,
) -> remarking.Outcome:
    """Put the mended marks in force (`records.marking.remarking.apply_remark`)."""
    outcome = remarking.apply_remark(
        session,
        remark_id,
        by=actor.username or "",
        at=at,
        also_lower=also_lower,
        pass_share=pass_share,
    )
    for submission_id in outcome.changed:
        settle_submission(session, submission_id, pass_share=pass_share, at=at)
    return outcome


@act(may=access.may_publish, audited="remark.withdraw")
def withdraw_remark(session: Session, actor: Actor, remark_id: int, *, at: dt.datetime) -> None:
    """Leave all marks as they are."""
    remarking.withdraw_remark(session, remark_id, by=actor.username or "", at=at)


@act(may=access.may_mark, audited="queue.again")
def mark_again(session: Session, actor: Actor, submission_id: int, *, at: dt.datetime) -> bool:
    """Send a submission back to the queue; False where it waits there already."""
    if not queue.mark_again(session, submission_id):
        nothing_changed(session)
        return False
    audit.append(
        session,
        at=at,
        actor=actor.username or "",
        action="queue.again",
        subject=f"submission/{submission_id}",
        detail={},
    )
    return True


def find_rubric(
    session: Session, submission_id: int, grade_id: str
) -> tuple[courses.Criterion, ...]:
    """The rubric of an exercise, on the release that was handed in; empty where it has none."""
    submission = queue.find_submission(session, submission_id)
    release = releases.find_release(session, submission.release_id) if submission else None
    lesson = releases.find_lesson(release, submission.lesson) if release and submission else None
    exercise = lesson.find_exercise(grade_id) if lesson else None
    return exercise.rubric if exercise else ()
