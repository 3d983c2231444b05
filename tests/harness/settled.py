"""Marks as the grading service stores them: with everything that follows, in one transaction."""

from records.marking import queue
from records.marking.remarking import apply_remark as _apply_remark
from records.marking.reviewing import record_review as _record_review
from school.settling import settle_submission


def store_marks(session, submission_id, marks, *, worker, at, pass_share=None, **more):
    """`queue.store_marks`, settled; False, and nothing written, where the claim was lost."""
    stored = queue.store_marks(session, submission_id, marks, worker=worker, at=at, **more)
    if stored:
        assert settle_submission(session, submission_id, pass_share=pass_share, at=at)
    return stored


def record_review(session, submission_id, grade_id, *, at, pass_share=None, **more):
    """`reviewing.record_review`, settled where it decided."""
    decided = _record_review(session, submission_id, grade_id, at=at, **more)
    if decided:
        assert settle_submission(session, submission_id, pass_share=pass_share, at=at)
    return decided


def apply_remark(session, remark_id, *, by, at, also_lower=False, pass_share=None):
    """`remarking.apply_remark`, settled."""
    outcome = _apply_remark(
        session, remark_id, by=by, at=at, also_lower=also_lower, pass_share=pass_share
    )
    for submission_id in outcome.changed:
        assert settle_submission(session, submission_id, pass_share=pass_share, at=at)
    return outcome
