"""`motcham test`: makes ready what only tests need, then runs them all.

The rules of the house (ruff, mypy, import contracts, documents) are tests themselves, in
``tests/test_house.py``, so that one closing line counts everything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from core.messages import Message
from hub.platform.doctor import chromium_program
from hub.settings import ROOT

Tell = Callable[[Message], None]

# A file's tests stay together, so that a hub or a PostgreSQL is started at most twice; files are
# handed out in the order of `tests/conftest.py`, the longest first.
# Real hubs and browsers miss a deadline on a machine that is busy with other things: a test that
# failed is asked once more, and the summary names it (RERUN). One that fails twice fails.
TWO = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--maxprocesses", "2")
ALL = (*TWO, "--reruns", "1", "-rfER", "--durations", "20")
FAST = "--fast"  # an option of ours to pytest: see `tests/conftest.py`


def prove(arguments: Sequence[str], *, fast: bool = False, tell: Tell) -> int:
    """Run pytest with ``arguments``, or everything; its exit code. ``fast``: only what takes
    neither hub, browser nor stock nbgrader."""
    if not fast:
        get_chromium(tell)
    command = [sys.executable, "-m", "pytest", *wanted(arguments, fast=fast)]
    # What the caller's platform was set to must not change what is tested.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCHAM_")}
    return subprocess.run(
        command, cwd=ROOT, env={**kept, "PYTHONUNBUFFERED": "1"}, check=False
    ).returncode


def wanted(arguments: Sequence[str], *, fast: bool) -> list[str]:
    """What pytest is told: the caller's words, or how everything (all that is fast) is run."""
    if fast:
        return [FAST, *(arguments or TWO)]
    return list(arguments or ALL)


def get_chromium(tell: Tell) -> None:
    """Install Debian's Chromium where it is missing and may be installed; else say what fails."""
    if chromium_program():
        return
    may = os.geteuid() == 0 and shutil.which("apt-get")
    if may:
        tell(Message("Cài Chromium của Debian cho các kiểm thử bằng trình duyệt…"))
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-q", *step], env=quiet, check=False)
    if not chromium_program():
        tell(
            Message(
                "Không có Chromium, nên các kiểm thử bằng trình duyệt sẽ báo lỗi. Cài bằng: "
                "sudo apt-get install -y chromium"
            )
        )
