"""How long to wait on a machine that is busy with others.

A limit is meant for the learner's code, not for its neighbours: time that a process was ready to
run and had no processor does not count against it. The kernel keeps that time for each process. It
is granted up to `MOST` times the limit, so that nobody waits for ever.
"""

from __future__ import annotations

from pathlib import Path

MOST = 4.0


def starved_s(pid: int | str = "self") -> float:
    """Seconds that the process has waited for a processor; 0 where the kernel does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def allowance(limit: float, starved: float) -> float:
    """Seconds of wall clock for something that may run ``limit`` seconds."""
    return min(limit + max(0.0, starved), limit * MOST)
