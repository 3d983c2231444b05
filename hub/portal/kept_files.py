"""Files that somebody sent to be looked at, kept until they say what to do with them.

One a person, for an hour, on disk and readable for this account alone: they are about people.
Whoever sent one names it by a word that nobody else knows.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import secrets
from pathlib import Path

from hub.platform.private_files import make_private_folder, write_private

KEPT_S = 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")


class KeptFiles:
    """``folder``: of their own; what an earlier run left there is forgotten."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for left in folder.glob("*"):
            left.unlink(missing_ok=True)

    def keep(self, owner: int, name: str, content: bytes, *, at: dt.datetime) -> str:
        """Keep a file in place of the owner's earlier one; the word for it."""
        make_private_folder(self._folder)
        self._forget_old(at)
        self.forget(owner)
        token = secrets.token_hex(16)
        first_line = name.replace("\n", " ").encode() + b"\n"
        path = self._folder / f"{owner}.{token}"
        write_private(path, first_line + content)
        os.utime(path, (at.timestamp(), at.timestamp()))
        return token

    def find(self, owner: int, token: str, *, at: dt.datetime) -> tuple[str, bytes] | None:
        """Name and content of the owner's file; None where it is not kept, or not any more."""
        self._forget_old(at)
        if not _TOKEN.fullmatch(token):
            return None
        try:
            kept = (self._folder / f"{owner}.{token}").read_bytes()
        except FileNotFoundError:
            return None
        name, _, content = kept.partition(b"\n")
        return name.decode(), content

    def forget(self, owner: int) -> None:
        """The owner's file has done its duty."""
        for path in self._folder.glob(f"{owner}.*"):
            path.unlink(missing_ok=True)

    def _forget_old(self, at: dt.datetime) -> None:
        for path in self._folder.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if at.timestamp() - path.stat().st_mtime > KEPT_S:
                    path.unlink()
