"""`autograde`: marks a stock nbgrader course folder into its stock gradebook."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbgrader.apps.autogradeapp import AutogradeApp as StockAutogradeApp
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import NbGraderException
from traitlets.config import Config

from graders.compatible.converter import Autograde


class AutogradeApp(StockAutogradeApp):  # type: ignore[misc]
    """``nbgrader autograde`` with our converter: same arguments, configuration files and exits."""

    def start(self) -> None:
        NbGrader.start(self)
        if self.extra_args:
            if len(self.extra_args) > 1:
                self.fail("Only one argument (the assignment id) may be specified")
            if self.coursedir.assignment_id != "":
                self.fail("The assignment cannot both be specified in config and as an argument")
            self.coursedir.assignment_id = self.extra_args[0]
        elif self.coursedir.assignment_id == "":
            self.fail(
                "An assignment id must be specified, either as an argument or with --assignment"
            )
        try:
            Autograde(coursedir=self.coursedir, parent=self).start()
        except NbGraderException:
            sys.exit(1)


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

    ``workers``: submissions at once, by default one per core. ``students``: only these. ``force``:
    again, although already marked. ``notebook``: only notebooks of this glob. Configuration files
    are found as nbgrader finds them when started in ``course_dir``. Learners' failures (a kernel
    that died) are logged and make the answer False; the others are marked all the same.
    """
    arguments = [assignment, f"--notebook={notebook}", f"--Application.log_level={log_level}"]
    if workers is not None:
        arguments.append(f"--Autograde.workers={workers}")
    if force:
        arguments.append("--force")
    app: Any = AutogradeApp()
    if students is not None:
        app.update_config(Config({"Autograde": {"students": list(students)}}))
    course_dir = course_dir.absolute()
    with contextlib.chdir(course_dir):
        app.initialize(arguments, root=str(course_dir))
        try:
            app.start()
        except SystemExit as end:
            return not end.code
    return True
