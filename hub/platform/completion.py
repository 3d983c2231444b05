"""What follows when marks were stored or a class was attended: the certificate, if it is due.

The composition roots (`hub.platform.grading`, `hub.portal.app`) hand this to whoever stores marks,
so that the certificate is issued in the very transaction that earned it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from analytics.certificates.issuing import issue_if_due
from hub.settings import Settings
from records import Session
from records.courses.releases import find_release
from records.learning.progress import record_completion
from records.programme.requirements import programmes_requiring
from records.tables.marking import Submission


def make_on_marked(settings: Settings) -> Callable[[Session, Submission, dt.datetime], None]:
    """The hook for `graders.service.worker.GradingService`; safe to call again for the same marks.

    It is told when: a person may mark long after the machine did, and no paper is dated back.
    """

    def issue(session: Session, submission: Submission, at: dt.datetime) -> None:
        release = find_release(session, submission.release_id)
        if release is not None:
            _issue(session, settings, submission.person_id, release.course, at)

    return issue


def make_on_attended(settings: Settings) -> Callable[[Session, int, str, dt.datetime], None]:
    """The same for a person who attended a class of a course: it may have been the last lesson."""

    def issue(session: Session, person_id: int, course: str, at: dt.datetime) -> None:
        record_completion(session, person_id, course, at=at)
        _issue(session, settings, person_id, course, at)

    return issue


def _issue(
    session: Session, settings: Settings, person_id: int, course: str, at: dt.datetime
) -> None:
    """In every programme that asks for the course, whatever programme its author wrote down."""
    for programme in sorted(programmes_requiring(session, course)):
        issue_if_due(session, person_id, programme, at=at, pass_share=settings.pass_share)
