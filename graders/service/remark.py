"""Tries a mended check on past submissions, a few at a time, beside the marks in force.

What was tried is stored at once, so that a stop costs nothing: the next call goes on where this one
ended. Nothing here changes anybody's marks; a person applies them (`records.marking.remarking`).
"""

from __future__ import annotations

from core.marks import MarksNotebooks
from graders.service.sources import read_lesson_source
from graders.service.worker import MarkingUnavailable
from records import Records
from records.marking import remarking

BATCH = 4


def try_next(records: Records, marker: MarksNotebooks) -> bool:
    """Mark the next few past submissions of the oldest open remark; False when none is open.

    Each is marked as at its first time: with the numbers of its own seed, and the files that the
    lesson hands out. Raises `MarkingUnavailable` when none of them could be marked, which is
    nobody's loss of points: they stay to be tried.
    """
    with records.read() as session:
        remark = remarking.next_counting(session)
        if remark is None:
            return False
        source = read_lesson_source(session, remark.release_id, remark.lesson)
        submissions = remarking.find_untried(session, remark, limit=BATCH)
    tried = [(one, source.look_again(marker, one, source.mark(marker, one))) for one in submissions]
    marked = [(one, marks) for one, marks in tried if marks.state != "failed"]
    if tried and not marked:
        raise MarkingUnavailable(str(tried[0][1].reason))
    with records.begin() as session:
        current = remarking.find_remark(session, remark.id)
        if current is None or current.state != "counting":
            return True  # withdrawn in the meantime
        for submission, marks in marked:
            remarking.record_try(session, current, submission, marks.as_dict())
        if not remarking.find_untried(session, current, limit=1):
            remarking.finish_counting(session, current)
    return True
