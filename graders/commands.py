"""``!command`` in a cell, without a terminal.

IPython starts commands on a pseudo-terminal, which there is none of behind the walls: then the
first ``!ls`` would end its cell. Here they run on pipes, with the same output and exit code.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

SHELL = "/bin/sh"
NOT_FOUND = 127
MOST_OUTPUT = 1_000_000  # bytes of one command
# What programs that a notebook calls should know: there is no network to try again and again.
ENVIRONMENT: Mapping[str, str] = {
    "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
    "PIP_NO_INDEX": "1",
    "PIP_NO_INPUT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "TERM": "dumb",
}
_USERS = ("IPython.utils.process", "IPython.core.interactiveshell", "ipykernel.zmqshell")


def prepare() -> None:
    """Have IPython call these, wherever it has taken the originals by name."""
    for name in _USERS:
        with suppress(ImportError):
            module: Any = importlib.import_module(name)
            module.system, module.getoutput = system, getoutput


def system(command: str) -> int:
    """Run a command, show what it prints; its exit code, below 0 for a signal as in IPython."""
    said, code = _run(command)
    sys.stdout.write(said)
    sys.stdout.flush()
    return code


def getoutput(command: str) -> str:
    """Run a command; what it prints, on either stream."""
    return _run(command)[0]


def _run(command: str) -> tuple[str, int]:
    try:
        process = subprocess.Popen(
            [SHELL, "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return f"{SHELL}: {error.strerror}\n", NOT_FOUND
    try:
        assert process.stdout is not None
        said = process.stdout.read(MOST_OUTPUT)
        process.stdout.close()
        code = process.wait()
    except BaseException:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return said.decode("utf-8", "replace"), code
