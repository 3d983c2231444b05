"""nbgrader's `Autograde` with several workers, warm kernels and one gradebook per worker.

A worker is a fork of the converter that takes one submission at a time and runs nbgrader's own
code over it; this module only hands out submissions, carries the log back, and sees to it that a
batch that was stopped can be taken up again.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import multiprocessing.connection
import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde as StockAutograde
from nbgrader.converters import NbGraderException
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.preprocessors import Execute as StockExecute
from nbgrader.utils import rmtree
from traitlets import Bool, Enum, Integer, List, Unicode

from graders.compatible.execute import Execute, runs_here
from graders.compatible.exporter import Exporter
from graders.compatible.gradebook import SharedGradebook, one_gradebook
from graders.compatible.imports import shared_beginnings
from graders.compatible.kernels import WarmKernels
from graders.compatible.walled import EarlyServers, WalledKernels
from sandbox import WallsMissing

UNFINISHED = ".autograde-unfinished"  # in the course folder: one empty file per submission in hand
LISTED = "Please see the"  # nbgrader's last words when single submissions failed
FORK = multiprocessing.get_context("fork")


class Autograde(StockAutograde):  # type: ignore[misc]
    """Drop-in for ``nbgrader.converters.Autograde``; configured by the same sections."""

    workers = Integer((os.cpu_count() or 1) + 1, help="How many submissions to mark at once.").tag(
        config=True
    )
    walls = Enum(
        ["available", "required", "none"],
        "available",
        help="Learners' code runs behind walls: where they are available, or else not at all.",
    ).tag(config=True)
    allow_reduced_walls = Bool(False, help="Whether reduced walls are accepted.").tag(config=True)
    students = List(Unicode(), help="Mark only these learners; empty: all.").tag(config=True)
    early: EarlyServers | None = None
    gradebook: SharedGradebook | None = None
    _marker: Path | None = None

    def convert_notebooks(self) -> None:
        """Mark every submission found; raises NbGraderException where nbgrader does."""
        _swap(self.sanitize_preprocessors)
        _swap(self.autograde_preprocessors)
        if self.exporter_class is NotebookExporter:
            make: Any = Exporter
            self.exporter = make(parent=self, config=self.config)
        # A worker meets what is wrong again, and reports it as nbgrader does.
        with suppress(Exception), _alembic_on_path():
            Gradebook(self.coursedir.db_url, self.coursedir.course_id).close()
        with self._open_kernels() as kernels:
            _warm_up(self.assignments)
            Execute.kernels = kernels
            gc.freeze()  # nbgrader and all it needs: workers need not look through it again
            try:
                failed = _Batch(self, sorted(self.assignments)).run()
            finally:
                gc.unfreeze()
                Execute.kernels = None
        if failed:
            raise NbGraderException(f"{LISTED} log for details on the failures above.")

    def _open_kernels(self) -> WarmKernels | WalledKernels:
        early = self.early or EarlyServers([])
        with early:  # what is not taken, ends here: before workers are forked
            if self.walls != "none":
                paths = [path for notebooks in self.assignments.values() for path in notebooks]
                try:
                    return WalledKernels(
                        shared_beginnings(paths),
                        allow_reduced=self.allow_reduced_walls,
                        early=early,
                    )
                except WallsMissing as missing:
                    if self.walls == "required":
                        raise NbGraderException(str(missing)) from None
                    self.log.warning("Marking without walls, as stock nbgrader does: %s", missing)
            return WarmKernels()

    def convert_one(self, assignment: str, notebooks: list[str]) -> None:
        """In a worker: nbgrader's own loop over this one submission."""
        self.assignments = {assignment: notebooks}
        self._marker = None
        try:
            super().convert_notebooks()
        except BaseException:
            assert self.gradebook is not None
            self.gradebook.abandon()
            raise
        finally:
            if self._marker is not None:
                self._marker.unlink(missing_ok=True)

    def init_notebooks(self) -> None:
        super().init_notebooks()
        if self.students:
            wanted = {
                self._format_source(self.coursedir.assignment_id, one) for one in self.students
            }
            found = {path: books for path, books in self.assignments.items() if path in wanted}
            for missing in sorted(wanted - set(found)):
                self.log.warning("No submission at %s", missing)
            self.assignments = found

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        folder = Path(self.coursedir.root) / UNFINISHED
        marker = folder / quote(assignment_id, safe="") / quote(student_id, safe="")
        dest = Path(os.path.normpath(self._format_dest(assignment_id, student_id)))
        if marker.exists() and dest.exists():
            self.log.warning("Taking up an unfinished submission again: %s", dest)
            rmtree(dest)
        should_process: bool = super().init_destination(assignment_id, student_id)
        if should_process:
            marker.parent.mkdir(parents=True, exist_ok=True)
            marker.touch()
            self._marker = marker
        return should_process

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        assert self.gradebook is not None
        try:
            super().init_assignment(assignment_id, student_id)
        except NbGraderException:
            # Refused, with rows written: nbgrader has committed each of them by now.
            self.gradebook.commit_now()
            raise
        self.gradebook.commit_now()

    def convert_single_notebook(self, notebook_filename: str) -> None:
        super().convert_single_notebook(notebook_filename)
        assert self.gradebook is not None
        self.gradebook.commit_now()

    def deferring(self) -> bool:
        """Whether nothing but nbgrader's own code runs between two commits of a notebook."""
        listed = [*self.sanitize_preprocessors, *self.autograde_preprocessors]
        known = all(
            isinstance(one, type) and one.__module__.startswith(("nbgrader.", "nbconvert."))
            for one in listed
            if one is not Execute
        )
        late = AssignLatePenalties(parent=self).plugin_class
        return known and late is LateSubmissionPlugin


@contextmanager
def _alembic_on_path() -> Iterator[None]:
    """nbgrader shells out to alembic when it makes a new gradebook."""
    kept = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept])
    try:
        yield
    finally:
        os.environ["PATH"] = kept


def _warm_up(assignments: dict[str, list[str]]) -> None:
    """Once, before workers are forked, what each would do before its first notebook."""
    for paths in assignments.values():
        with suppress(Exception):
            read: Any = nbformat.read
            notebook = read(paths[0], as_version=4)
            nbformat.validate(notebook, relax_add_props=True)
            runs_here("", notebook)
            return


def _swap(preprocessors: list[Any]) -> None:
    for index, one in enumerate(preprocessors):
        if one is StockExecute or one == "nbgrader.preprocessors.Execute":
            preprocessors[index] = Execute


class _Batch:
    """The submissions of one run and the workers they are handed to."""

    def __init__(self, converter: Autograde, submissions: list[str]) -> None:
        self.converter = converter
        self.waiting = deque(submissions)
        self.failed: list[str] = []
        self.stopped: str | None = None
        self.busy: dict[Any, str] = {}
        self.processes: dict[Any, Any] = {}

    def run(self) -> list[str]:
        """Returns the submissions that failed; raises NbGraderException to stop the batch."""
        try:
            for _ in range(min(self.converter.workers, len(self.waiting))):
                self._hire()
            while self.busy:
                for pipe in multiprocessing.connection.wait(list(self.busy)):
                    self._hear(pipe)
        finally:
            self._dismiss()
        with suppress(OSError):
            _prune(Path(self.converter.coursedir.root) / UNFINISHED)
        if self.stopped is not None:
            raise NbGraderException(self.stopped)
        return self.failed

    def _hire(self) -> None:
        ours, theirs = FORK.Pipe()
        process = FORK.Process(
            target=_work, args=(self.converter, theirs, [ours, *self.processes]), daemon=True
        )
        process.start()
        theirs.close()
        self.processes[ours] = process
        self._hand_out(ours)

    def _hand_out(self, pipe: Any) -> None:
        if self.waiting:
            self.busy[pipe] = self.waiting.popleft()
            pipe.send(self.busy[pipe])
        else:
            self.busy.pop(pipe, None)

    def _hear(self, pipe: Any) -> None:
        try:
            kind, value = pipe.recv()
        except (EOFError, ConnectionError):
            self._mourn(pipe)
            return
        if kind == "log":
            self._log(value)
            return
        if kind == "stop":
            # What others have in hand is finished: it came before, or would have come next.
            self.stopped = value
            self.waiting.clear()
        if kind == "failed":
            self.failed.append(self.busy[pipe])
        self._hand_out(pipe)

    def _log(self, value: dict[str, Any]) -> None:
        record = logging.makeLogRecord(value)
        if self.converter.log.isEnabledFor(record.levelno):
            self.converter.log.handle(record)

    def _mourn(self, pipe: Any) -> None:
        """A worker was killed: its submission has failed, the others go on with a new worker."""
        lost = self.busy.pop(pipe)
        self.processes.pop(pipe).join()
        self.converter.log.error("The worker marking %s died", lost)
        self.failed.append(lost)
        if self.waiting:
            self._hire()

    def _dismiss(self) -> None:
        for pipe, process in self.processes.items():
            if pipe in self.busy:
                process.terminate()
            pipe.close()
            process.join()


def _work(converter: Autograde, pipe: Any, others: list[Any]) -> None:
    """A worker's life."""
    for other in others:
        other.close()
    log = converter.log
    level = min((handler.level for handler in log.handlers), default=logging.INFO)
    log.handlers = [_ToParent(pipe)]
    log.setLevel(max(level, log.level))
    log.propagate = False
    notebooks = dict(converter.assignments)
    coursedir = converter.coursedir
    try:
        with _gradebook(converter, coursedir.db_url, coursedir.course_id):
            while True:
                submission = pipe.recv()
                pipe.send(_outcome(converter, submission, notebooks[submission]))
    except (EOFError, ConnectionError):
        pass
    except Exception as error:
        pipe.send(("stop", str(error)))


@contextmanager
def _gradebook(converter: Autograde, db_url: str, course_id: str) -> Iterator[None]:
    with one_gradebook(db_url, course_id, deferring=converter.deferring()) as shared:
        converter.gradebook = shared
        yield


def _outcome(converter: Autograde, submission: str, notebooks: list[str]) -> tuple[str, str]:
    try:
        converter.convert_one(submission, notebooks)
    except NbGraderException as error:
        return ("failed" if str(error).startswith(LISTED) else "stop"), str(error)
    except KeyboardInterrupt:
        return "stop", "Canceled"
    return "marked", ""


class _ToParent(logging.Handler):
    """Sends what is logged to the converter that the user started."""

    def __init__(self, pipe: Any) -> None:
        super().__init__()
        self.pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        value = dict(record.__dict__, msg=record.getMessage(), args=None)
        if value.get("exc_info"):
            value["exc_text"] = logging.Formatter().formatException(value["exc_info"])
            value["exc_info"] = None
        with suppress(OSError, ValueError):
            self.pipe.send(("log", value))


def _prune(folder: Path) -> None:
    for inner in folder.glob("*"):
        with suppress(OSError):
            inner.rmdir()
    folder.rmdir()
