"""Settling: what follows whenever marks or attendance change, whoever changed them.

The machine, a hand, a re-marking, a second look and a class in person all call `settle` in the
transaction of the change. Its followers run in their order, each in a savepoint of its own: one
that breaks undoes neither the marks nor the others. What broke is kept and tried again
(`settle_again`), until it is done.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from analytics.certificates.issuing import issue_if_due
from records import Records, Session
from records.assessment.evidence import record_evidence
from records.courses.releases import find_release
from records.learning.progress import record_best, record_completion
from records.marking import queue, unsettled
from records.marking.marks import marks_of
from records.programme.requirements import programmes_requiring
from records.tables.courses import Release
from records.tables.marking import Submission

logger = logging.getLogger("motcham.settling")


@dataclass(frozen=True)
class Matter:
    """What changed. ``submission_id`` is None where a class was attended. ``pass_share``: the
    ministry's own (`core.completion.share_in_force`). ``at``: when it is settled; no paper is
    dated back to the machine's marks when a person's came later."""

    person_id: int
    course: str
    submission_id: int | None
    pass_share: float | None
    at: dt.datetime


Follower = Callable[[Session, Matter], None]


def _evidence(session: Session, matter: Matter) -> None:
    if found := _submission(session, matter):
        submission, release = found
        record_evidence(session, submission, release, marks_of(session, submission.id))


def _best_result(session: Session, matter: Matter) -> None:
    if found := _submission(session, matter):
        record_best(session, *found)


def _completion(session: Session, matter: Matter) -> None:
    found = _submission(session, matter)
    at = found[0].marked_at if found else None
    record_completion(session, matter.person_id, matter.course, at=at or matter.at)


def _certificates(session: Session, matter: Matter) -> None:
    """In every programme that asks for the course, whatever programme its author wrote down."""
    for programme in sorted(programmes_requiring(session, matter.course)):
        issue_if_due(
            session, matter.person_id, programme, at=matter.at, pass_share=matter.pass_share
        )


# The order matters: each may rest on those above it.
FOLLOWERS: tuple[tuple[str, Follower], ...] = (
    ("evidence", _evidence),
    ("best result", _best_result),
    ("completion", _completion),
    ("certificates", _certificates),
)


def settle(session: Session, matter: Matter) -> bool:
    """Let everything follow, in the transaction that changed marks or attendance. Safe to repeat.

    False where a follower broke: that is logged, and kept to be tried again.
    """
    broken = [
        f"{name}: {why}"
        for name, follower in FOLLOWERS
        if (why := _follow(session, name, follower, matter))
    ]
    about = (matter.person_id, matter.course, matter.submission_id)
    if broken:
        unsettled.note_broken(session, *about, why="; ".join(broken), at=matter.at)
    else:
        unsettled.clear_broken(session, *about)
    return not broken


def settle_submission(
    session: Session, submission_id: int, *, pass_share: float | None, at: dt.datetime
) -> bool:
    """`settle` for a submission whose marks changed."""
    submission = queue.find_submission(session, submission_id)
    release = find_release(session, submission.release_id) if submission else None
    if submission is None or release is None:
        return True
    return settle(
        session,
        Matter(submission.person_id, release.course, submission.id, pass_share, at),
    )


def settle_again(records: Records, *, pass_share: float | None, at: dt.datetime) -> int:
    """Try again what broke and is due; how much of it is settled now."""
    with records.read() as session:
        due = [
            (one.person_id, one.course, one.submission_id)
            for one in unsettled.due_again(session, at=at)
        ]
    settled = 0
    for person_id, course, submission_id in due:
        with records.begin() as session:
            settled += settle(session, Matter(person_id, course, submission_id, pass_share, at))
    return settled


def _follow(session: Session, name: str, follower: Follower, matter: Matter) -> str:
    """Why the follower broke, in one line; nothing when it did not."""
    try:
        with session.begin_nested():
            follower(session, matter)
    except Exception as error:
        # What follows from marks can be done again later; the marks must not wait for it.
        fields = {"follower": name, "submission": matter.submission_id}
        logger.exception("a follower broke", extra={"fields": fields})
        return " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return ""


def _submission(session: Session, matter: Matter) -> tuple[Submission, Release] | None:
    if matter.submission_id is None:
        return None
    submission = queue.find_submission(session, matter.submission_id)
    release = find_release(session, submission.release_id) if submission else None
    return (submission, release) if submission and release else None
