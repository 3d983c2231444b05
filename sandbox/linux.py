"""The few system calls Python's standard library has no name for, through ctypes.

Each raises OSError with the call's name. Numbers are from the kernel's UAPI headers.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from collections.abc import Sequence
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_KEEPCAPS = 1, 3, 4, 8
PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 22, 24, 38
PR_SET_CHILD_SUBREAPER, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 36, 47, 4
SECCOMP_MODE_FILTER = 2
CAP_SETUID, CAP_SYS_ADMIN = 7, 21
_LAST_CAP = 63

_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID, _MOUNT_ATTR_NODEV = 1, 2, 4
_AT_RECURSIVE = 0x8000
_AT_FDCWD = -100

# Numbers of calls glibc has no wrapper for: (x86_64, aarch64).
_NUMBERS = {
    "pivot_root": (155, 41),
    "capget": (125, 90),
    "capset": (126, 91),
    "mount_setattr": (442, 442),
    "close_range": (436, 436),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.mount.argtypes = (
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_ulong,
    ctypes.c_char_p,
)


def _checked(name: str, result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def machine() -> str:
    """``x86_64`` or ``aarch64``; what else there is has no table of calls here."""
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())


def syscall(name: str, *arguments: int | bytes | None) -> int:
    """One call by its name in our table. Raises OSError; ENOSYS where there is no table."""
    place = {"x86_64": 0, "aarch64": 1}.get(machine())
    if place is None:
        raise OSError(38, f"{name}: unknown machine {machine()}")
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(name, int(_libc.syscall(ctypes.c_long(_NUMBERS[name][place]), *passed)))


def unshare(flags: int) -> None:
    """Leave the namespaces named by the CLONE_NEW flags for fresh ones."""
    _checked("unshare", _libc.unshare(ctypes.c_int(flags)))


def setns(fd: int, kind: int) -> None:
    """Enter (for CLONE_NEWPID: have coming children enter) the namespace behind ``fd``."""
    _checked("setns", _libc.setns(ctypes.c_int(fd), ctypes.c_int(kind)))


def mount(
    source: str, target: str, kind: str | None = None, flags: int = 0, options: str = ""
) -> None:
    """mount(2)."""
    result = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() if kind else None,
        flags,
        options.encode() if options else None,
    )
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"mount {source} on {target}: {os.strerror(code)}")


def detach(target: str) -> None:
    """Unmount at once, even when in use."""
    _checked("umount", _libc.umount2(os.fsencode(target), MNT_DETACH))


def pivot_root(new: str, old: str) -> None:
    """Make ``new`` the root folder and hang the present one at ``old``."""
    syscall("pivot_root", os.fsencode(new), os.fsencode(old))


def bind_read_only(source: str, target: str) -> None:
    """Show ``source`` and all mounted below it at ``target``, read-only, without setuid or devices.

    Mounts that a more privileged namespace locked may not be left out, hence the recursion.
    """
    mount(source, target, flags=MS_BIND | MS_REC)
    attributes = struct.pack(
        "QQQQ", _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV, 0, 0, 0
    )
    syscall(
        "mount_setattr", _AT_FDCWD, os.fsencode(target), _AT_RECURSIVE, attributes, len(attributes)
    )


def prctl(option: int, *arguments: int) -> int:
    """prctl(2)."""
    padded = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked("prctl", _libc.prctl(ctypes.c_int(option), *padded))


def die_with_parent() -> None:
    """SIGKILL for this process as soon as the thread that made it ends."""
    prctl(PR_SET_PDEATHSIG, 9)


def hide_memory() -> None:
    """Let nobody of this process's own account open its memory, trace it or take its descriptors.

    Changing accounts sets this anew, so call it after that. OSError where it does not hold.
    """
    prctl(PR_SET_DUMPABLE, 0)
    if prctl(PR_GET_DUMPABLE) != 0:
        raise OSError(1, "this process can be looked into")


def show_memory() -> None:
    """The opposite of `hide_memory`: what every program that was just started is."""
    prctl(PR_SET_DUMPABLE, 1)


def become(uid: int, *, files_as: int) -> None:
    """Change to the account ``uid`` for good, but go on reading and writing files as another.

    Needs CAP_SETUID. Threads started later are the same.
    """
    os.setresuid(uid, uid, uid)
    _libc.setfsuid(ctypes.c_uint(files_as))
    if _libc.setfsuid(ctypes.c_uint(0xFFFFFFFF)) != files_as:  # which changes nothing, and tells
        raise OSError(1, "setfsuid")


def map_ids(uid: tuple[int, int], gid: tuple[int, int]) -> None:
    """Give this process's fresh user namespace its one user and one group: (inside, outside)."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid[0]} {uid[1]} 1"),
        ("gid_map", f"{gid[0]} {gid[1]} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text)


def effective_capabilities() -> int:
    """The effective set as bits."""
    header = struct.pack("Ii", 0x20080522, 0)
    data = ctypes.create_string_buffer(24)
    syscall("capget", header, ctypes.cast(data, ctypes.c_void_p).value or 0)
    words = struct.unpack("6I", data.raw)
    return int(words[0] | words[3] << 32)


def map_pair(pid: int, uids: Sequence[tuple[int, int]], gid: tuple[int, int]) -> None:
    """Give the fresh user namespace of ``pid`` more than one user: (inside, outside) each.

    Needs CAP_SETUID and CAP_SETGID outside of that namespace.
    """
    users = "".join(f"{inside} {outside} 1\n" for inside, outside in uids)
    Path(f"/proc/{pid}/uid_map").write_text(users)
    Path(f"/proc/{pid}/gid_map").write_text(f"{gid[0]} {gid[1]} 1")


def drop_all_capabilities(*, keep: int = 0) -> None:
    """Empty every set: bounding, ambient, effective, permitted, inheritable.

    ``keep``: bits of what stays permitted and effective for the moment.
    """
    for capability in range(_LAST_CAP + 1):
        if _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
            break  # past the last one this kernel knows, or nothing left to drop it with
    _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    low, high = keep & 0xFFFFFFFF, keep >> 32
    sets = struct.pack("6I", low, low, 0, high, high, 0)
    syscall("capset", struct.pack("Ii", 0x20080522, 0), sets)


def give_back_memory() -> None:
    """Return to the machine what the C library holds and nobody uses, where it can (glibc)."""
    trim = getattr(_libc, "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))


def close_from(lowest: int) -> None:
    """Close every descriptor from ``lowest`` up."""
    try:
        syscall("close_range", lowest, 0x7FFFFFFF, 0)
    except OSError:
        os.closerange(lowest, os.sysconf("SC_OPEN_MAX"))


def set_filter(program: bytes) -> None:
    """Install a classic BPF program as this process's syscall filter; it can never be taken off."""
    buffer = ctypes.create_string_buffer(program, len(program))
    pointer = ctypes.cast(buffer, ctypes.c_void_p).value or 0
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program) // 8, pointer))
    address = ctypes.cast(header, ctypes.c_void_p).value or 0
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, address)
