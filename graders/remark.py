"""Tries a mended check on past submissions, a few at a time, beside the marks in force.

What was tried is stored at once, so that a stop costs nothing: the next call goes on where this
one ended. Nothing here changes anybody's marks; a person applies them (`records.remarking`).
"""

from __future__ import annotations

from collections.abc import Callable

from courses import read_notebook, variant, write_notebook
from graders.marks import Marks
from records import Records, remarking
from records.releases import find_release, lesson_notebook

BATCH = 4


def try_next(records: Records, mark: Callable[[bytes, bytes], Marks]) -> bool:
    """Mark the next few past submissions of the oldest open remark; False when none is open.

    ``mark(source, submitted)`` marks notebook bytes strictly. A learner's own numbers are drawn
    with the seed that their submission was marked with.
    """
    with records.read() as session:
        remark = remarking.next_counting(session)
        if remark is None:
            return False
        release = find_release(session, remark.release_id)
        assert release is not None
        source = read_notebook(lesson_notebook(session, release, remark.lesson, "source"))
        submissions = remarking.find_untried(session, remark, limit=BATCH)
    marked = [
        (one, mark(write_notebook(variant(source, one.seed or 0)), one.notebook))
        for one in submissions
    ]
    with records.begin() as session:
        current = remarking.find_remark(session, remark.id)
        if current is None or current.state != "counting":
            return True  # withdrawn in the meantime
        for submission, marks in marked:
            remarking.record_try(session, current, submission, marks.as_dict())
        if not remarking.find_untried(session, current, limit=1):
            remarking.finish_counting(session, current)
    return True
