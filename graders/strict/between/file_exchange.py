"""Keeps the two working folders alike: what one side writes, the other may read.

Only small regular files below the folder travel; the examiner never imports from its folder, so
a file there is data and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from pathlib import Path, PurePosixPath
from typing import Any

MAX_FILES = 100
MAX_BYTES = 8 * 1024 * 1024


class Folder:
    """A working folder and what is known of it. ``root`` is absolute. ``own``: what is there
    already may not be replaced by the other side."""

    def __init__(self, root: str, *, own: bool = True) -> None:
        self.root = root
        self._seen: dict[str, tuple[int, int, int]] = {}
        self._own: set[str] = {path for path, _ in self._files()} if own else set()
        self._lent: set[str] = set()
        self.news()
        self.begin()

    @property
    def own(self) -> frozenset[str]:
        """Relative paths that the other side may not replace."""
        return frozenset(self._own)

    def begin(self) -> None:
        """A new test: files that the last one wrote are no longer looked after."""
        self._lent.clear()

    def keep(self) -> None:
        """Files written here since the last news are ours: the other side's never replace them."""
        for path, status in self._files():
            if self._seen.get(path) != _key(status):
                self._own.add(path)

    def news(self) -> dict[str, str]:
        """Files that changed since the last call: relative path to base64, within the bounds."""
        found: dict[str, str] = {}
        budget = MAX_BYTES
        for path, status in self._files():
            key = _key(status)
            if self._seen.get(path) == key or status.st_size > budget or len(found) >= MAX_FILES:
                continue
            try:
                content = _read(os.path.join(self.root, path), budget)  # noqa: PTH118
            except OSError:
                continue
            budget -= len(content)
            self._seen[path] = key
            found[path] = base64.b64encode(content).decode("ascii")
        self._lent.update(found)
        return found

    def take(self, news: Any, *, over: bool = True) -> bool:
        """Write what the other side sent; whatever is not a plain path below the root is left.

        ``over``: also over files that were written here since `begin`. True: one was kept back.
        """
        kept_back = False
        if not isinstance(news, dict):
            return kept_back
        for path, content in list(news.items())[:MAX_FILES]:
            if not isinstance(content, str) or not is_plain(path) or path in self._own:
                continue
            if path in self._lent and not over:
                kept_back = True
                continue
            try:
                self._write(path, base64.b64decode(content, validate=True))
            except (OSError, ValueError, binascii.Error):
                continue
        return kept_back

    def _write(self, path: str, content: bytes) -> None:
        target = Path(self.root, path)
        if any(parent.is_symlink() for parent in (target, *target.parents)):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        status = target.lstat()
        self._seen[path] = _key(status)

    def _files(self) -> list[tuple[str, os.stat_result]]:
        found: list[tuple[str, os.stat_result]] = []
        waiting = [""]
        while waiting and len(found) < MAX_FILES:
            below = waiting.pop()
            try:
                with os.scandir(os.path.join(self.root, below)) as entries:  # noqa: PTH118
                    for entry in entries:
                        path = f"{below}/{entry.name}" if below else entry.name
                        status = entry.stat(follow_symlinks=False)
                        if stat.S_ISDIR(status.st_mode):
                            if path.count("/") < 5:
                                waiting.append(path)
                        elif stat.S_ISREG(status.st_mode) and is_plain(path):
                            found.append((path, status))
            except OSError:
                continue
        return found


def _key(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_size, status.st_ino


def is_plain(path: object) -> bool:
    """A relative path of ordinary names: nothing hidden, nothing above."""
    if not isinstance(path, str) or not path or len(path) > 300 or "\0" in path:
        return False
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    parts = PurePosixPath(path).parts
    return "/".join(parts) == path and not any(part.startswith((".", "/")) for part in parts)


def _read(path: str, limit: int) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        return file.read(limit)
