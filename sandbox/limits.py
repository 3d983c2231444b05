"""How much one walled child may use, and how it ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Reason = Literal["done", "failed", "killed", "memory", "time", "crashed", "lost"]


@dataclass(frozen=True)
class Limits:
    """Bounds of one child and of everything it starts.

    ``cpu_s``: CPU seconds of each process. ``wall_s``: seconds from the fork to the end of all.
    ``memory_mb``: MiB beyond what the warm parent already holds. ``processes``: processes and
    threads together. ``file_mb``: MiB of one file, and of the working folder and of /tmp each.
    ``frame_mb``: MiB of one JSON frame. ``output_mb``: MiB written to stdout and stderr before the
    pipe is closed (what a learner prints goes through a channel, not through these).
    ``open_files``: descriptors of one process. ``nice``: how far it stands back where processor
    time is short, so that pages and the database go first. ``short_s``: CPU seconds after which it
    is no short work any more and stands back behind all that is (`Child.stand_back`); None: never.
    """

    cpu_s: float = 20
    wall_s: float = 60
    memory_mb: int = 1024
    processes: int = 64
    file_mb: int = 64
    frame_mb: int = 32
    output_mb: int = 1
    open_files: int = 256
    nice: int = 5
    short_s: float | None = None

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be positive, not {value!r}")

    @property
    def most_memory_mb(self) -> int:
        """MiB at which the whole child is ended.

        What lies in the two folders is memory too; the slack lets Python's own MemoryError come
        first where one process is to blame.
        """
        return self.memory_mb + 2 * self.file_mb + 64

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Exit:
    """How a child ended.

    ``reason``: ``done`` the program returned or left with status 0; ``failed`` it raised or left
    with another status; ``crashed`` a signal of its own doing; ``memory``, ``time`` a limit;
    ``killed`` by `Child.kill`; ``lost`` the fork server itself ended. ``status``: exit status, or
    minus the signal's number. ``cpu_s``: CPU seconds used. ``peak_mb``: largest resident MiB of one
    process, pages shared with the warm parent included. ``last_words``: the end of what was written
    to stdout and stderr; the child's own words, so never show it as ours.
    """

    reason: Reason
    status: int
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    last_words: str = ""
