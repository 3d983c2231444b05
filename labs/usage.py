"""What a lab uses, read from outside: its processes and memory from /proc, its home from the disk.

Nothing here asks the lab itself, whose learner could answer anything.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_BLOCK = 4096
KERNEL = "lab-kernel"  # the name a forked kernel gives itself


@dataclass(frozen=True)
class Figures:
    """``memory_mb``: proportional share (PSS) of all its processes."""

    kernels: int
    processes: int
    memory_mb: int
    disk_mb: int


def figures_of(pid: int, home: Path) -> Figures:
    """What the lab with process 1 ``pid`` uses now; zeros where it has just ended."""
    tree = processes_below(pid)
    return Figures(
        kernels=sum(map(is_kernel, tree)),
        processes=len(tree),
        memory_mb=sum(map(pss_kb, tree)) >> 10,
        disk_mb=size_of(home) >> 20,
    )


def children_of(pid: int) -> list[int]:
    """Process numbers of its direct children."""
    try:
        return [int(one) for one in (PROC / f"{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def processes_below(pid: int) -> list[int]:
    """``pid`` and everything it started, directly or not."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        if (PROC / str(one)).exists():
            found.append(one)
            waiting += children_of(one)
    return found


def pss_kb(pid: int) -> int:
    """Proportional memory of a process in KiB; 0 where it has ended.

    Of one that hides its memory from this account too, all that is its own or not yet copied.
    """
    for name, wanted in (("smaps_rollup", "Pss:"), ("status", "RssAnon:")):
        with contextlib.suppress(OSError):
            for line in (PROC / f"{pid}/{name}").read_text().splitlines():
                if line.startswith(wanted):
                    return int(line.split()[1])
    return 0


def is_kernel(pid: int) -> bool:
    """Whether this is a kernel: a forked one calls itself so, a cold one was started as such."""
    with contextlib.suppress(OSError):
        name = (PROC / f"{pid}/comm").read_text().strip()
        return name == KERNEL or b"ipykernel_launcher" in (PROC / f"{pid}/cmdline").read_bytes()
    return False


def size_of(folder: Path) -> int:
    """Bytes that a folder's content takes on the disk, links not followed.

    Nothing counts less than a block: a disk runs out of numbers for empty files too.
    """
    total, waiting = 0, [str(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    total += max(_BLOCK, entry.stat(follow_symlinks=False).st_blocks * 512)
    return total


class Watched:
    """A folder's size, looked at seldom enough to cost little: the longer a look took, the later
    the next one (``share`` of the time at most)."""

    def __init__(self, folder: Path, *, least_s: float = 5, share: float = 0.02) -> None:
        self.folder, self.least_s, self.share = folder, least_s, share
        self._bytes = 0
        self._next = float("-inf")

    def is_due(self, *, at: float) -> bool:
        """Whether `bytes` would look at the disk now. ``at``: monotonic seconds."""
        return at >= self._next

    def bytes(self, *, at: float) -> int:
        """Its size as last seen, with what was `add`-ed since. ``at``: monotonic seconds."""
        if self.is_due(at=at):
            began = time.perf_counter()
            self._bytes = size_of(self.folder)
            took = time.perf_counter() - began
            self._next = at + max(self.least_s, took / self.share)
        return self._bytes

    def add(self, count: int) -> None:
        """Count what was just written (or, below zero, freed) until the next look."""
        self._bytes += count

    def look_again(self) -> None:
        """Look at the disk when next asked, whatever the time."""
        self._next = float("-inf")
