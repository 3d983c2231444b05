"""The same files given to stock nbgrader, behind our walls and in a course folder of its own each.

Stock has no walls: a trick that gets out of the kernel writes into whatever the account may write.
So the whole command runs in a `sandbox` child, which sees Python (read-only), the course, and
nothing else: every file of the suite can be given to it. What it earns there is what it would earn
anywhere; that the walls keep it from more is not counted in its favour.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from notebooks import as_bytes
from tricks import Trick

from sandbox import Channel, ChannelClosed, ChannelTimeout, ForkServer, Limits

_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
CONFIG = (
    "c = get_config()\nc.CourseDirectory.course_id = 'x'\nc.ExecutePreprocessor.timeout = {}\n"
    # There is no network behind the walls. Unless told where, kernel and client each look for the
    # sockets in their own working folder, and nbgrader starts the kernel in another than its own.
    "c.KernelManager.transport = 'ipc'\nc.KernelManager.ip = '/tmp/kernel'\n"
    "c.ExecutePreprocessor.startup_timeout = 60\n"
)
LIMITS = Limits(cpu_s=120, wall_s=300, memory_mb=3000, processes=200, file_mb=64, open_files=1024)


class SourceRefused(Exception):
    """An exercise that stock nbgrader releases to nobody, so that there is nothing to attack."""


class Stock:
    """Stock nbgrader on tricks. A context manager; ``folder`` is its own. ``cell_s``: its timeout
    for a cell. Raises `sandbox.WallsMissing` where there are no full walls."""

    def __init__(self, folder: Path, *, cell_s: int = 5) -> None:
        self._folder = folder
        self._cell_s = cell_s
        self._homes = folder / "homes"
        self._homes.mkdir()
        self._courses: dict[bytes, Path] = {}
        self._server = ForkServer(
            programs={"stock": "stock_program:main"},
            limits=LIMITS,
            homes=self._homes,
            loopback=True,
            tools=True,
        )

    def __enter__(self) -> "Stock":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def total(self, trick: Trick) -> float | None:
        """Points that stock nbgrader gives; None where it gave up and stored no mark.

        Raises `SourceRefused`.
        """
        mine = self._home("marked")
        shutil.copytree(self._course(trick.source), mine, dirs_exist_ok=True)
        submitted = mine / "submitted" / "hv" / "ps" / "bai.ipynb"
        submitted.parent.mkdir(parents=True)
        submitted.write_bytes(trick.raw or as_bytes(_with_kernel(trick.notebook)))
        self._run(mine, "autograde", "ps", "--student=hv")
        return _points(mine / "gradebook.db")

    def _course(self, source: dict) -> Path:
        """A course with the exercise released; made once, copied for each trick."""
        content = as_bytes(_with_kernel(source))
        if content not in self._courses:
            made = self._home("made")
            (made / "source" / "ps").mkdir(parents=True)
            (made / "source" / "ps" / "bai.ipynb").write_bytes(content)
            (made / "nbgrader_config.py").write_text(CONFIG.format(self._cell_s))
            said = self._run(made, "generate_assignment", "ps")
            if not (made / "release" / "ps" / "bai.ipynb").exists():
                raise SourceRefused(said)
            kept = self._folder / f"course-{len(self._courses)}"
            self._courses[content] = kept
            shutil.copytree(made, kept)
        return self._courses[content]

    def _home(self, name: str) -> Path:
        found = self._homes / name
        shutil.rmtree(found, ignore_errors=True)
        found.mkdir()
        return found

    def _run(self, home: Path, *words: str) -> str:
        if os.geteuid() == 0:
            _give_away(home)
        control, theirs = Channel.pair()
        options = {"words": list(words)}
        with (
            control,
            self._server.fork("stock", channels=[theirs], home=home.name, options=options),
        ):
            try:
                return str(control.receive(LIMITS.wall_s + 5))
            except (ChannelClosed, ChannelTimeout):
                return "it was killed"


def _give_away(home: Path, uid: int = 65_534) -> None:
    """The folder's owner is who the child runs as; root is not allowed."""
    for path in (home, *home.rglob("*")):
        os.chown(path, uid, uid, follow_symlinks=False)


def _with_kernel(found: dict) -> dict:
    return found | {"metadata": {"kernelspec": _KERNEL} | found["metadata"]}


def _points(gradebook: Path) -> float | None:
    try:
        with closing(sqlite3.connect(gradebook)) as database:
            rows = database.execute(
                "select coalesce(manual_score, auto_score, 0) + coalesce(extra_credit, 0) "
                "from grade join submitted_notebook on grade.notebook_id = submitted_notebook.id"
            ).fetchall()
    except sqlite3.Error:
        return None
    return float(sum(score for (score,) in rows)) if rows else None
