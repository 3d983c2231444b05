"""`autograde`: marks a stock course folder, its kernels getting warm while nbgrader is loaded.

Half of the time before the first notebook is nbgrader's own start, the other half that of the fork
servers, and neither needs the other. Which imports are worth a fork server is guessed from where
the submissions lie by default; a wrong guess costs a process that is not used.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from graders.compatible.imports import shared_beginnings
from graders.compatible.walled import EarlyServers


def autograde(
    course_dir: Path,
    assignment: str,
    *,
    workers: int | None = None,
    students: Sequence[str] | None = None,
    notebook: str = "*",
    force: bool = False,
    log_level: int = logging.INFO,
) -> bool:
    """Mark ``assignment`` in ``course_dir`` as ``nbgrader autograde`` would; True when all went.

    ``workers``: submissions at once, by default one more than there are cores: while one waits for
    its kernel to start or to end, another computes. ``students``: only these. ``force``: again,
    although already marked. ``notebook``: only notebooks of this glob. Configuration files are
    found as nbgrader finds them when started in ``course_dir``. Learners' failures (a kernel that
    died) are logged and make the answer False; the others are marked all the same.
    """
    submitted = [str(path) for path in course_dir.glob(f"submitted/*/{assignment}/*.ipynb")]
    with EarlyServers(shared_beginnings(submitted) if submitted else []) as early:
        course = import_module("graders.compatible.course")
        done: bool = course.run(
            course_dir,
            assignment,
            workers=workers,
            students=students,
            notebook=notebook,
            force=force,
            log_level=log_level,
            early=early,
        )
        return done
