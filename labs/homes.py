"""Whose folder a lab's home is, by name.

A home is a person's, not a login name's: names are given anew, and two that differ may once have
led to one folder. So it is named after the person's number (`PERSON`), in a way that no login name
ever was; a folder of the older kind moves there when its person comes.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterable
from pathlib import Path

log = logging.getLogger("motcham.labs")

PERSON = "person."  # with a dot, which no folder named after a login has
_LIKE_A_HASH = re.compile(r"-[0-9a-f]{10}$")


def home_name(username: str) -> str:
    """A folder name for a login name: readable, lower case, and never that of another."""
    plain = _plain(username)
    if plain and plain == username and not _LIKE_A_HASH.search(plain):
        return plain
    return f"{plain}-{hashlib.sha256(username.encode()).hexdigest()[:10]}"


def old_name(username: str) -> str:
    """As homes were named once: `x.y` and somebody called like the folder of `x.y` shared one."""
    plain = _plain(username)
    if plain and plain == username:
        return plain
    return f"{plain}-{hashlib.sha256(username.encode()).hexdigest()[:10]}"


def move_in(homes: Path, name: str, *, username: str, logins: Callable[[], Iterable[str]]) -> None:
    """Give the person's folder ``name`` what lies under the login's older name, once.

    ``logins``: of everybody. Where the older name was that of two it is left to neither: it stays,
    and the log tells whose it may be, so that an administrator looks. Nothing is ever removed or
    written over.
    """
    home, older = homes / name, homes / old_name(username)
    if home.exists() or older.is_symlink() or not older.is_dir():
        return
    others = sorted(one for one in logins() if one != username and old_name(one) == older.name)
    if others:
        log.error(
            "The lab home %s may be of %s and is given to none: move it by hand to whose it is,"
            " %s for the first",
            *(older.name, [username, *others], name),
        )
        return
    older.rename(home)


def _plain(username: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", username.lower()).strip("-")[:32]
