"""Runs a command that ends when whoever started it ends, however that one ends.

``python -I -S hub/platform/lifetime.py COMMAND…``: JupyterHub starts its proxy and services through
this, and `hub.platform.up` JupyterHub, so that even ``kill -9`` of any of them leaves nothing
behind. Linux only; imports nothing but the standard library, for it stands before every start.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM at the death of the parent. Survives exec, not fork."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl({option})")


if __name__ == "__main__":
    starter = int(os.environ.pop("MOTCHAM_STARTER", "0")) or os.getppid()
    die_with_parent()
    if os.getppid() != starter:  # gone before we could ask
        sys.exit(1)
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
