"""nbgrader's command: marks a stock course folder into its stock gradebook."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbgrader.apps.autogradeapp import AutogradeApp as StockAutogradeApp
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import NbGraderException
from traitlets.config import Config

from graders.compatible.converter import Autograde
from graders.compatible.walled import EarlyServers


class AutogradeApp(StockAutogradeApp):  # type: ignore[misc]
    """``nbgrader autograde`` with our converter: same arguments, configuration files and exits."""

    early: EarlyServers | None = None

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
            converter: Any = Autograde(coursedir=self.coursedir, parent=self)
            converter.early = self.early
            converter.start()
        except NbGraderException:
            sys.exit(1)


def run(
    course_dir: Path,
    assignment: str,
    *,
    workers: int | None,
    students: Sequence[str] | None,
    notebook: str,
    force: bool,
    log_level: int,
    early: EarlyServers,
) -> bool:
    """As `graders.compatible.autograde`, on fork servers that may be starting already."""
    arguments = [assignment, f"--notebook={notebook}", f"--Application.log_level={log_level}"]
    if workers is not None:
        arguments.append(f"--Autograde.workers={workers}")
    if force:
        arguments.append("--force")
    app: Any = AutogradeApp()
    app.early = early
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
