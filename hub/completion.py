"""What follows when marks were stored: the certificate, if it is now due.

The composition roots (`hub.grading`, `hub.app`) hand this to whoever stores marks, so that the
certificate is issued in the very transaction that earned it.
"""

from __future__ import annotations

from collections.abc import Callable

from analytics.certificates import issue_if_due
from hub.settings import Settings
from records import Session
from records.releases import find_release
from records.tables import Submission


def make_on_marked(settings: Settings) -> Callable[[Session, Submission], None]:
    """The hook for `graders.service.GradingService`; safe to call again for the same marks."""

    def issue(session: Session, submission: Submission) -> None:
        release = find_release(session, submission.release_id)
        if release is None or submission.marked_at is None:
            return
        issue_if_due(
            session,
            submission.person_id,
            release.programme,
            at=submission.marked_at,
            pass_share=settings.pass_share,
        )

    return issue
