"""Files and folders that only their owner may read."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def make_private_folder(path: Path) -> None:
    """Make ``path`` (0700), its parents as the machine has them; tighten it if it is there."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)


def write_private(path: Path, content: bytes) -> None:
    """Replace ``path`` (0600) in one step: a reader sees the old or the new, never half."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    fresh.replace(path)


def keep_secret(path: Path) -> None:
    """Make a secret of 32 random bytes, in hexadecimal, unless there is one."""
    if not path.exists():
        write_private(path, secrets.token_hex(32).encode())
