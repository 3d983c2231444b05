"""Takes second looks that are due, one at a time, when no submission waits to be marked.

Like `graders.service.remark`, it works beside the service and stores at once; see
`graders.second_look`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from core.marks import CellMarks, Marks, MarksNotebooks, Mode
from graders import second_look
from graders.service.sources import read_lesson_source
from graders.service.worker import Settle
from records import Records
from records.marking import queue, second_looks
from records.marking.marks import marks_of
from records.tables.marking import ExerciseMarks, Submission


def take_next(
    records: Records, marker: MarksNotebooks, *, at: dt.datetime, settle: Settle | None = None
) -> bool:
    """Take the look that has been due longest; False when none is, or learners wait for marks.

    ``settle``: as in `GradingService`.
    """
    with records.read() as session:
        if queue.anything_waits(session, at=at):
            return False
    with records.begin() as session:
        submission = second_looks.claim_look(session, at=at)
    if submission is None:
        return False
    with records.read() as session:
        source = read_lesson_source(session, submission.release_id, submission.lesson)
        marks = _as_stored(submission, marks_of(session, submission.id))
        allowed = second_looks.may_look_at(session, submission, second_look.wanted(marks), at=at)
    looked = source.look_again(marker, submission, marks, of=allowed)
    with records.begin() as session:
        waiting = second_looks.finish_look(session, submission.id, looked.cells, at=at)
        if waiting and settle is not None:
            settle(session, submission.id, at)
    return True


def _as_stored(submission: Submission, rows: Sequence[ExerciseMarks]) -> Marks:
    cells = tuple(
        CellMarks(
            row.grade_id,
            row.points,
            row.max_points,
            row.feedback,
            needs_review=row.needs_review,
            note=row.note,
        )
        for row in rows
    )
    mode: Mode = "compatible" if submission.mode == "compatible" else "strict"
    return Marks(
        "marked", submission.points or 0.0, submission.max_points or 0.0, cells, None, mode
    )
