"""Bounds on memory and processes of a whole child, where the machine lets us have them.

Only the trusted side touches cgroups: a child never sees /sys. Version 1 (memory and pids
hierarchies) and version 2 (a delegated subtree) are both met in the field.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from dataclasses import dataclass
from pathlib import Path

WEIGHT = 33  # of the processor, where 100 is usual: niceness does not reach across groups
_ROOT = Path("/sys/fs/cgroup")
_serial = itertools.count(1)


@dataclass(frozen=True)
class Cgroups:
    """Folders below which a group can be made for each child. ``version`` 1 or 2."""

    version: int
    memory: Path
    pids: Path | None

    def make(self, *, memory_bytes: int, processes: int) -> Cgroup:
        """A fresh group with its bounds set. Raises OSError."""
        name = f"motcham-{os.getpid()}-{next(_serial)}"
        memory = self.memory / name
        memory.mkdir()
        folders = [memory]
        try:
            if self.version == 2:
                (memory / "memory.max").write_text(str(memory_bytes))
                _try_write(memory / "memory.swap.max", "0")
                _try_write(memory / "memory.oom.group", "1")
                _try_write(memory / "pids.max", str(processes))
                _try_write(memory / "cpu.weight", str(WEIGHT))
            else:
                (memory / "memory.limit_in_bytes").write_text(str(memory_bytes))
                _try_write(memory / "memory.memsw.limit_in_bytes", str(memory_bytes))
                if self.pids is not None:
                    pids = self.pids / name
                    pids.mkdir()
                    folders.append(pids)
                    _try_write(pids / "pids.max", str(processes))
        except BaseException:
            for folder in folders:
                _remove(folder)
            raise
        return Cgroup(self.version, tuple(folders))


@dataclass(frozen=True)
class Cgroup:
    """The groups of one child, one folder for each hierarchy; the first is memory's."""

    version: int
    folders: tuple[Path, ...]

    def add(self, pid: int) -> None:
        """Move a process, and thereby all it will start, into the groups."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def stand_back(self) -> None:
        """Take what other groups leave of the processor; version 1 has no such group here."""
        if self.version == 2:
            _try_write(self.folders[0] / "cpu.weight", "1")

    def ran_out(self) -> bool:
        """Whether the kernel killed for memory here."""
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        try:
            lines = (self.folders[0] / name).read_text().split("\n")
        except OSError:
            return False
        counts = dict(line.split(" ", 1) for line in lines if " " in line)
        return int(counts.get("oom_kill", "0")) > 0

    def remove(self) -> None:
        """Remove the groups; waits a moment for the last process to leave them."""
        for folder in self.folders:
            _remove(folder)


def find_cgroups() -> Cgroups | None:
    """Where this process may make groups with a memory bound; None when nowhere."""
    mine = _own_paths()
    unified = mine.get("")
    if unified is not None and (_ROOT / "cgroup.controllers").exists():
        folder = _ROOT / unified.lstrip("/")
        if "memory" in _words(folder / "cgroup.subtree_control") and os.access(folder, os.W_OK):
            return Cgroups(2, folder, None)
        return None
    memory = _version_one("memory", mine)
    if memory is None or not (memory / "memory.limit_in_bytes").exists():
        return None
    return Cgroups(1, memory, _version_one("pids", mine))


def _version_one(controller: str, mine: dict[str, str]) -> Path | None:
    if controller not in mine:
        return None
    folder = _ROOT / controller / mine[controller].lstrip("/")
    return folder if os.access(folder, os.W_OK) else None


def _own_paths() -> dict[str, str]:
    """Controller name ('' for version 2) to the path of this process's group."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return {}
    paths = {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            paths[controller] = path
    return paths


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []


def _try_write(path: Path, text: str) -> None:
    # Not every kernel has swap accounting, group kills and pids; the memory bound is what counts.
    with contextlib.suppress(OSError):
        path.write_text(text)


def _remove(folder: Path) -> None:
    for _ in range(50):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.002)
        else:
            return
