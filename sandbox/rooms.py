"""What a child can see: a root folder made of read-only views, and folders of its own.

Runs in the fork server's process, in a mount namespace of its own, before anything is preloaded; a
child then adds its own /tmp, working folder and /proc on top (`furnish`).
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox import linux


def _clear_of_installation(name: str) -> str:
    """``name``, or one like it where something that is installed lies below it: what is mounted
    over a folder hides all that the folder held."""
    installed = {
        place
        for found in (sys.prefix, sys.base_prefix, sys.executable, __file__)
        for place in (os.path.abspath(found), os.path.realpath(found))  # noqa: PTH100
    }
    while any(place.startswith(name + "/") for place in installed):
        name += "-1"
    return name


WORK = _clear_of_installation("/lab")
HOMES = _clear_of_installation("/homes")
INNER_UID = 1000
APART_UID = 1001  # of a program's part that its other parts must not reach
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SYSTEM = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib32",
    "/usr/libexec",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/usr/share/fontconfig",
    "/usr/share/locale",
    "/usr/share/ca-certificates",
    "/etc/fonts",
    "/etc/alternatives",
    "/etc/ld.so.cache",
)
_TOOLS = ("/usr/bin", "/usr/share/terminfo", "/etc/bash.bashrc", "/usr/share/misc")
_ETC = {
    "passwd": f"root:x:0:0::/:/bin/false\nhocvien:x:{INNER_UID}:{INNER_UID}::{WORK}:/bin/sh\n",
    "group": f"root:x:0:\nhocvien:x:{INNER_UID}:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_QUIET = linux.MS_NOSUID | linux.MS_NODEV


def enter_root(
    readable: Sequence[str],
    hidden: Sequence[str],
    *,
    homes: str | None = None,
    tools: bool = False,
) -> None:
    """Swap this process's root folder for the minimal one. Needs CAP_SYS_ADMIN over its namespace.

    ``readable``: absolute paths shown read-only where they are. ``hidden``: folders below those
    that are shown empty. ``homes``: a folder of folders, each of which may become a child's working
    folder; children see none of the others. ``tools``: /usr/bin as well. Call it as process 1
    of a PID namespace: the /proc mounted is that namespace's. Raises OSError.
    """
    shown = _outermost([*_SYSTEM, *(_TOOLS if tools else ()), *readable])
    links = [link for path in readable for link in _links_on(path)]
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    # The new root is made on a tmpfs that covers /tmp only after the old root has moved aside, so
    # that what is to be shown may itself lie below /tmp.
    linux.mount("motcham", "/tmp", "tmpfs", _QUIET, "size=1m,mode=0755")  # noqa: S108
    Path("/tmp/new").mkdir()  # noqa: S108
    Path("/tmp/old").mkdir()  # noqa: S108
    linux.pivot_root("/tmp", "/tmp/old")  # noqa: S108
    os.chdir("/")
    linux.mount("motcham", "/new", "tmpfs", _QUIET, "size=4m,mode=0755")
    Path("/new/tmp").mkdir()
    linux.mount("motcham", "/new/tmp", "tmpfs", _QUIET, "size=64m,mode=1777")
    for path in shown:
        _show(path)
    for path in hidden:
        if Path("/new" + path).is_dir():
            linux.mount("motcham", "/new" + path, "tmpfs", _QUIET | linux.MS_RDONLY, "size=4k")
    _make_links()
    _make_links_to_readable(links)
    _make_etc()
    _make_dev()
    if homes is not None:
        Path("/new" + HOMES).mkdir()
        linux.mount("/old" + homes, "/new" + HOMES, flags=linux.MS_BIND | linux.MS_REC)
    for folder in ("/new/proc", "/new" + WORK, "/new/run", "/new/oldroot"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        # A container that masks parts of /proc forbids a fresh one: then there is none at all.
        linux.mount("proc", "/new/proc", "proc", _QUIET | linux.MS_NOEXEC)
    linux.pivot_root("/new", "/new/oldroot")
    os.chdir("/")
    linux.detach("/oldroot")
    os.rmdir("/oldroot")  # noqa: PTH106
    linux.mount("none", "/", flags=linux.MS_REMOUNT | linux.MS_RDONLY | _QUIET)


def furnish(
    *,
    uid: int,
    gid: int,
    file_mb: float,
    home: str | None = None,
    readable: Sequence[str] = (),
) -> None:
    """In the child's own mount namespace: its /tmp, working folder and /proc. Raises OSError.

    ``uid``, ``gid``: whose the folders are, numbered as in the fork server's user namespace.
    ``home``: the folder of the homes to show as the working folder instead of a fresh one.
    ``readable``: as told `enter_root`; those below /tmp are shown again in the fresh one.
    """
    below_tmp = _open_below_tmp(readable)
    size = f"size={int(file_mb * 1024)}k,nr_inodes=20000,uid={uid},gid={gid}"
    linux.mount("motcham", "/tmp", "tmpfs", _QUIET, size + ",mode=1777")  # noqa: S108
    _show_again(below_tmp)
    if home is None:
        linux.mount("motcham", WORK, "tmpfs", _QUIET, size + ",mode=0700")
    else:
        linux.mount(f"{HOMES}/{home}", WORK, flags=linux.MS_BIND)
        linux.mount("none", WORK, flags=linux.MS_REMOUNT | linux.MS_BIND | _QUIET)
    if os.path.isdir(HOMES):  # noqa: PTH112
        linux.mount("motcham", HOMES, "tmpfs", _QUIET | linux.MS_RDONLY, "size=4k")
    with contextlib.suppress(OSError):
        # The fork server's own /proc must not shine through where a fresh one is forbidden.
        linux.mount("proc", "/proc", "proc", _QUIET | linux.MS_NOEXEC)
        return
    if os.path.exists("/proc/self"):  # noqa: PTH110
        linux.mount("motcham", "/proc", "tmpfs", _QUIET | linux.MS_RDONLY, "size=4k")


def _open_below_tmp(readable: Sequence[str]) -> list[tuple[str, int]]:
    return [
        (path, os.open(path, os.O_PATH))
        for path in sorted(readable)
        if path.startswith("/tmp/") and os.path.exists(path)  # noqa: S108, PTH110
    ]


def _show_again(below_tmp: Sequence[tuple[str, int]]) -> None:
    """Bind what /tmp held before a fresh file system covered it. The views stay read-only.

    So do the folders on the way to them: with one user number to go round, they are the child's.
    """
    for path, fd in below_tmp:
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            Path(path).mkdir(parents=True, exist_ok=True)
            os.fchdir(fd)
            linux.bind_read_only(".", path)
        else:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).touch()
            linux.bind_read_only(f"/proc/self/fd/{fd}", path)
        os.close(fd)
    os.chdir("/")
    for top in sorted({"/".join(path.split("/")[:3]) for path, _fd in below_tmp}):
        linux.bind_read_only(top, top)


def _outermost(paths: Sequence[str]) -> list[str]:
    """Existing paths, links resolved, without those that lie below another of them."""
    real = sorted({os.path.realpath(path) for path in paths if os.path.exists(path)})  # noqa: PTH110
    kept: list[str] = []
    for path in real:
        if not kept or not path.startswith(kept[-1] + "/"):
            kept.append(path)
    return kept


def _links_on(path: str) -> list[tuple[str, str]]:
    """The symbolic links on the way to ``path`` and what each says: who was told the path as it
    was asked for must find it there too."""
    found: list[tuple[str, str]] = []
    parts = [part for part in path.split("/") if part]
    here, most = "/", 40
    while parts and len(found) < most:
        here = os.path.normpath(os.path.join(here, parts.pop(0)))  # noqa: PTH118
        if os.path.islink(here):  # noqa: PTH114
            said = os.readlink(here)  # noqa: PTH115
            found.append((here, said))
            goal = os.path.normpath(os.path.join(os.path.dirname(here), said))  # noqa: PTH118, PTH120
            parts = [part for part in goal.split("/") if part] + parts
            here = "/"
    return found


def _show(path: str) -> None:
    source, target = Path("/old" + path), Path("/new" + path)
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    linux.bind_read_only(str(source), str(target))


def _make_links() -> None:
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        old, new = Path("/old") / name, Path("/new") / name
        if old.is_symlink():
            new.symlink_to(os.readlink(old))  # noqa: PTH115
        elif old.is_dir() and name.startswith("lib"):
            new.mkdir()
            linux.bind_read_only(str(old), str(new))


def _make_links_to_readable(links: Sequence[tuple[str, str]]) -> None:
    for place, said in links:
        link = Path("/new" + place)
        if not os.path.lexists(link):
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(said)


def _make_etc() -> None:
    etc = Path("/new/etc")
    etc.mkdir(exist_ok=True)
    for name, text in _ETC.items():
        (etc / name).write_text(text)
    with contextlib.suppress(OSError):
        (etc / "localtime").symlink_to(os.readlink("/old/etc/localtime"))  # noqa: PTH115


def _make_dev() -> None:
    dev = Path("/new/dev")
    dev.mkdir()
    for name in _DEVICES:
        (dev / name).touch()
        linux.mount(f"/old/dev/{name}", str(dev / name), flags=linux.MS_BIND)
    (dev / "fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (dev / name).symlink_to(f"/proc/self/fd/{number}")
    (dev / "shm").symlink_to("/tmp")  # noqa: S108
