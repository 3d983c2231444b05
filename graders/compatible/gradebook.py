"""nbgrader's gradebook, opened once per worker instead of nine times per submission.

nbgrader's own preprocessors run unchanged on it. What they ask cell by cell is read once per
notebook, and what they commit cell by cell is committed once per notebook, by `commit_now`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jsonschema
import nbgrader.converters.autograde
import nbgrader.nbgraderformat.common
import nbgrader.preprocessors.latesubmissions
import nbgrader.preprocessors.overwritecells
import nbgrader.preprocessors.overwritekernelspec
import nbgrader.preprocessors.saveautogrades
from nbgrader.api import Gradebook
from sqlalchemy import create_engine
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import scoped_session, sessionmaker

MOST_REMEMBERED = 10_000
BUSY_S = 60  # how long a worker waits for another's write; each lasts milliseconds

OPENERS = (
    nbgrader.converters.autograde,
    nbgrader.preprocessors.latesubmissions,
    nbgrader.preprocessors.overwritecells,
    nbgrader.preprocessors.overwritekernelspec,
    nbgrader.preprocessors.saveautogrades,
)


class SharedGradebook(Gradebook):  # type: ignore[misc]
    """One engine and one session for a worker's whole life.

    ``deferring`` decides whether a commit by nbgrader's code waits for `commit_now`. Rows are not
    expired at a commit: the assignment is not changed while it is marked, and a submission belongs
    to one worker.
    """

    def __init__(self, db_url: str, course_id: str, *, deferring: bool) -> None:
        super().__init__(db_url, course_id)
        super().close()
        arguments = {"timeout": BUSY_S} if db_url.startswith("sqlite") else {}
        self.engine = create_engine(db_url, connect_args=arguments)
        self.db = scoped_session(sessionmaker(bind=self.engine, expire_on_commit=False))
        self._commit: Callable[[], None] = self.db.commit
        if deferring:
            self.db.commit = _later  # type: ignore[method-assign]
        self._grades: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._comments: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._cells: dict[tuple[str, str], dict[str, Any]] = {}
        self._graded: dict[tuple[str, str], dict[str, Any]] = {}
        self._held: list[Any] = []

    def commit_now(self) -> None:
        """Commit, and forget what was read about the submission."""
        self._commit()
        self._grades.clear()
        self._comments.clear()

    def abandon(self) -> None:
        """Roll back what a failed notebook left, and trust nothing read before."""
        self.db.rollback()
        self._held.clear()
        for cache in (self._grades, self._comments, self._cells, self._graded):
            cache.clear()
        self.db.expunge_all()

    def close(self) -> None:
        """Nothing: nbgrader closes after each use. See `close_for_good`."""

    def close_for_good(self) -> None:
        self.db.rollback()
        super().close()

    def find_submission_notebook(self, notebook: str, assignment: str, student: str) -> Any:
        # Its score is computed by the database; after a change it must be read again.
        self.db.flush()
        found = super().find_submission_notebook(notebook, assignment, student)
        self.db.refresh(found)
        return found

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Any:
        key = (notebook, assignment, student)
        if key not in self._grades:
            rows = self.find_submission_notebook(*key).grades
            self._grades[key] = {row.cell.name: row for row in rows}
        found = self._grades[key].get(grade_cell)
        return found or super().find_grade(grade_cell, *key)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Any:
        key = (notebook, assignment, student)
        if key not in self._comments:
            rows = self.find_submission_notebook(*key).comments
            self._comments[key] = {row.cell.name: row for row in rows}
        found = self._comments[key].get(solution_cell)
        return found or super().find_comment(solution_cell, *key)

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> Any:
        key = (notebook, assignment)
        if key not in self._cells:
            found = self.find_notebook(*key)
            self._cells[key] = {row.name: row for row in found.source_cells}
            # Held, so that the session need not ask for the cell of each grade and comment.
            self._held += [*found.grade_cells, *found.solution_cells, *found.task_cells]
        return self._cells[key].get(name) or super().find_source_cell(name, *key)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> Any:
        key = (notebook, assignment)
        if key not in self._graded:
            found = self.find_notebook(*key)
            # As nbgrader asks: a grade cell first, then a task cell.
            rows = [*found.task_cells, *found.grade_cells]
            self._graded[key] = {row.name: row for row in rows}
        return self._graded[key].get(name) or super().find_graded_cell(name, *key)


def _later() -> None:
    """In place of a commit that `SharedGradebook.commit_now` will make."""


@contextmanager
def one_gradebook(db_url: str, course_id: str, *, deferring: bool) -> Iterator[SharedGradebook]:
    """While this lasts, nbgrader's own autograding code in this process works on one gradebook."""
    shared = SharedGradebook(db_url, course_id, deferring=deferring)

    def opened(url: str, course: str = "default_course", authenticator: Any = None) -> Gradebook:
        if url == db_url and authenticator is None:
            return shared
        return Gradebook(url, course, authenticator)

    # nbgrader adds submissions to the session piece by piece, and SQLAlchemy remarks on each.
    warnings.filterwarnings("ignore", category=SAWarning)
    kept = [module.Gradebook for module in OPENERS]
    validation = nbgrader.nbgraderformat.common.jsonschema
    try:
        for module in OPENERS:
            module.Gradebook = opened
        nbgrader.nbgraderformat.common.jsonschema = _Validation()
        yield shared
    finally:
        for module, original in zip(OPENERS, kept, strict=True):
            module.Gradebook = original
        nbgrader.nbgraderformat.common.jsonschema = validation
        shared.close_for_good()


class _Validation:
    """``jsonschema.validate`` that checks nbgrader's schema once, not once per cell.

    What was found valid is remembered: all learners' cells carry the same few settings.
    """

    def __init__(self) -> None:
        self._validators: dict[str, Any] = {}
        self._valid: set[tuple[str, str]] = set()

    def validate(self, instance: Any, schema: Any) -> None:
        key = repr(schema)
        text = repr(instance)
        if (key, text) in self._valid:
            return
        if key not in self._validators:
            kind = jsonschema.validators.validator_for(schema)
            kind.check_schema(schema)
            self._validators[key] = kind(schema)
        error = jsonschema.exceptions.best_match(self._validators[key].iter_errors(instance))
        if error is not None:
            raise error
        if len(self._valid) < MOST_REMEMBERED:
            self._valid.add((key, text))
