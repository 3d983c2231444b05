"""What a submission is marked against: its lesson as published, with its own seed's numbers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.marks import Marks, MarksNotebooks, Mode
from courses import downloads, read_notebook, variant, write_notebook
from graders import second_look
from records import Records, Session
from records.courses.releases import find_release, lesson_notebook
from records.tables.marking import Submission


@dataclass(frozen=True)
class LessonSource:
    """What a submission is marked against: the instructor's notebook, and files it hands out."""

    notebook: bytes
    files: Mapping[str, bytes]
    mode: Mode

    def drawn(self, seed: int, again: Mapping[str, int] | None = None) -> LessonSource:
        """The same with the numbers that ``seed`` draws, and what was drawn anew (``again``)."""
        own = variant(read_notebook(self.notebook), seed, again)
        return LessonSource(write_notebook(own), downloads(own), self.mode)

    def _for(self, submission: Submission) -> LessonSource:
        again = submission.drawn_again
        return self.drawn(submission.seed, again) if submission.seed else self

    def mark(self, marker: MarksNotebooks, submission: Submission) -> Marks:
        """Mark a submission, with the numbers of its own seed."""
        own = self._for(submission)
        return marker.mark(
            own.notebook,
            submission.notebook,
            mode=own.mode,
            seed=submission.seed or 0,
            files=own.files,
        )

    def look_again(
        self,
        marker: MarksNotebooks,
        submission: Submission,
        marks: Marks,
        *,
        of: Collection[str] | None = None,
    ) -> Marks:
        """The same submission marked the other way, beside ``marks`` (`second_look.take`)."""
        own = self._for(submission)
        return second_look.take(
            marker,
            own.notebook,
            submission.notebook,
            marks,
            seed=submission.seed or 0,
            files=own.files,
            of=of,
        )


def read_lesson_source(session: Session, release_id: int, lesson: str) -> LessonSource:
    """A lesson as published. Raises `Refused` when the release has no such lesson."""
    release = find_release(session, release_id)
    assert release is not None  # a foreign key says so
    notebook = lesson_notebook(session, release, lesson, "source")
    return LessonSource(notebook, downloads(read_notebook(notebook)), release.manifest.mode)


class Sources:
    """Instructors' notebooks, each read from the database once: a release never changes."""

    KEPT = 32

    def __init__(self, records: Records) -> None:
        self._records = records
        self._kept: OrderedDict[tuple[int, str], LessonSource] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, submission: Submission) -> LessonSource:
        """The source of the submission's lesson."""
        key = (submission.release_id, submission.lesson)
        with self._lock:
            found = self._kept.get(key)
            if found:
                self._kept.move_to_end(key)
        if found is None:
            with self._records.read() as session:
                found = read_lesson_source(session, *key)
            with self._lock:
                self._kept[key] = found
                while len(self._kept) > self.KEPT:
                    self._kept.popitem(last=False)
        return found
