"""The platform's log: bounded while it runs, and a line that repeats is told once, with a count.

Everything that the hub and its services say passes through here on its way to the disk, so whoever
makes one of them complain without end fills neither the disk nor the log that others need.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Self

REPEATS_S = 10.0
MOST_KNOWN = 200  # different lines of which it is known when they were last told
LONGEST_LINE = 16_384
_VARIES = re.compile(rb"\d+(\.\d+)?|0x[0-9a-f]+|\b[0-9a-f]{8,}\b")


class Repeats:
    """Decides which lines are told. Times are monotonic seconds."""

    def __init__(self, *, within_s: float = REPEATS_S, most: int = MOST_KNOWN) -> None:
        self.within_s, self.most = within_s, most
        self._known: OrderedDict[bytes, tuple[float, int, bytes]] = OrderedDict()

    def lines(self, line: bytes, *, at: float) -> Iterator[bytes]:
        """What to write for ``line``: itself, or nothing where the like was told a moment ago.

        Lines are alike that differ in numbers only: times, counts, process numbers.
        """
        yield from self.due(at=at)
        key = _VARIES.sub(b"0", line)
        if not key.strip():
            yield line
            return
        known = self._known.get(key)
        if known is not None:
            self._known[key] = (known[0], known[1] + 1, line)
            return
        while len(self._known) >= self.most:
            yield from _told(*self._known.popitem(last=False)[1][1:])
        self._known[key] = (at, 0, line)
        yield line

    def due(self, *, at: float) -> Iterator[bytes]:
        """What is to be told of lines that have been kept back long enough."""
        while self._known:
            key, (since, count, line) = next(iter(self._known.items()))
            if at - since < self.within_s:
                return
            del self._known[key]
            yield from _told(count, line)

    def rest(self) -> Iterator[bytes]:
        """What is left to tell at the end."""
        while self._known:
            yield from _told(*self._known.popitem(last=False)[1][1:])


def _told(count: int, line: bytes) -> Iterator[bytes]:
    if count:
        yield line.rstrip(b"\n") + b" (+ %d)\n" % count


class RotatingLog:
    """A file that is put aside as ``….log.1`` when it has grown beyond ``largest`` bytes."""

    def __init__(
        self, path: Path, *, largest: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.path, self.largest, self.clock = path, largest, clock
        self._repeats = Repeats()
        self._lock = threading.Lock()
        self._file = self._open()

    def _open(self) -> IO[bytes]:
        if self.path.exists() and self.path.stat().st_size > self.largest:
            self.path.replace(self.path.with_suffix(".log.1"))
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        file = os.fdopen(descriptor, "ab", buffering=0)
        file.seek(0, os.SEEK_END)
        return file

    def tell(self) -> int:
        """Where the next line goes."""
        return self._file.tell()

    def write(self, line: bytes) -> None:
        """Take one line."""
        with self._lock:
            for told in self._repeats.lines(line, at=self.clock()):
                self._append(told)

    def _append(self, line: bytes) -> None:
        if self._file.tell() + len(line) > self.largest:
            self._file.close()
            self.path.replace(self.path.with_suffix(".log.1"))
            self._file = self._open()
        self._file.write(line)

    def keep(self, source: IO[bytes] | None) -> threading.Thread:
        """A thread that takes every line of ``source`` until its end."""
        assert source is not None
        thread = threading.Thread(target=self._keep, args=(source,), daemon=True)
        thread.start()
        return thread

    def _keep(self, source: IO[bytes]) -> None:
        for line in iter(lambda: source.readline(LONGEST_LINE), b""):
            self.write(line)

    def close(self) -> None:
        """Tell what is left, and end."""
        with self._lock:
            for told in self._repeats.rest():
                self._append(told)
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
