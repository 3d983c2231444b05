"""Landlock: the kernel's own file wall for processes without privileges (Linux 5.13 on).

Used where namespaces are not to be had: the child then still reads only Python's files and writes
only in its own folder.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence

from sandbox import linux

_EXECUTE, _READ_FILE, _READ_DIR = 1, 4, 8
_V1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FILE_RIGHTS = _EXECUTE | 2 | _READ_FILE | _TRUNCATE
_PATH_BENEATH = 1
_VERSION = 1
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def version() -> int:
    """The kernel's Landlock version; 0 when there is none."""
    try:
        return linux.syscall("landlock_create_ruleset", 0, 0, _VERSION)
    except OSError:
        return 0


def confine(readable: Sequence[str], folder: str) -> None:
    """Leave this process ``readable`` to read and ``folder`` to write. Raises OSError.

    Needs no_new_privs. From version 6 abstract sockets and signals stop at the wall too.
    """
    abi = version()
    if abi < 1:
        raise OSError(38, "no Landlock in this kernel")
    rights = _V1 | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
    rights |= _IOCTL_DEV if abi >= 5 else 0
    scopes = 3 if abi >= 6 else 0
    network = 3 if abi >= 4 else 0
    attributes = struct.pack("QQQ", rights, network, scopes)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = linux.syscall(
        "landlock_create_ruleset", ctypes.cast(buffer, ctypes.c_void_p).value or 0, size, 0
    )
    read_only = _EXECUTE | _READ_FILE | _READ_DIR
    for path in (*readable, *_DEVICES):
        _allow(ruleset, path, read_only | (2 if path in _DEVICES else 0), rights)
    _allow(ruleset, folder, rights & ~_EXECUTE, rights)
    linux.syscall("landlock_restrict_self", ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, wanted: int, handled: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112
            wanted &= _FILE_RIGHTS
        rule = struct.pack("=Qi", wanted & handled, fd)
        linux.syscall("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(fd)
