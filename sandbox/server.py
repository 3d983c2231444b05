"""The trusted side: starts a fork server, asks it for children, and knows how each one ended."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from core.messages import Message
from sandbox import linux
from sandbox.cgroups import Cgroup, Cgroups, find_cgroups
from sandbox.child import PACKET, Child, clear
from sandbox.life import make_gift
from sandbox.limits import Limits
from sandbox.walls import Missing, Walls, WallsMissing, wall_level

_START_S = 120.0
_FORK_S = 30.0
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TZ": "Asia/Ho_Chi_Minh",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": "/tmp/.matplotlib",  # noqa: S108 - the child's own /tmp
    # Threads of a numerical library would not survive a fork.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    # Each arena reserves 64 MiB of address space, which the memory bound counts.
    "MALLOC_ARENA_MAX": "2",
}
# Above every range that distributions hand out to accounts and containers.
_FIRST_UID, _UIDS = 1_900_000_000, 60_000
_FIRST_APART, _APART = 2_000_000_000, 100_000_000
_NOBODY = 65_534
_serial = itertools.count()


class ForkServerLost(Exception):
    """The fork server ended; make another."""


class ForkServer:
    """One warm parent process. Use it as a context manager; its methods may be called by threads.

    ``programs``: name to ``package.module:function``. The function runs in the child, behind the
    walls, as ``function(*channels, **options)``. ``preload``: modules to import before forking
    (they must start no thread). ``prepare``: functions, named like programs, to call once after
    that, each with its options: what they make, every child finds made. ``packages``: top-level
    packages of this distribution that a child may read, besides those of ``programs``; all others
    of it look absent. ``readable``: further paths shown read-only. ``homes``: a folder of folders
    for `fork` to show, one to each child, as a working folder that lasts. ``environment``: added to
    the few variables a child has. ``loopback``: a child may speak IP to itself, in the
    network of its own that holds nothing else. ``tools``: show /usr/bin.

    Raises WallsMissing when full walls cannot be had and ``allow_reduced`` is False, or none at
    all can; RuntimeError when a module cannot be loaded.
    """

    def __init__(
        self,
        *,
        programs: Mapping[str, str],
        preload: Sequence[str] = (),
        prepare: Mapping[str, Mapping[str, Any]] | None = None,
        limits: Limits | None = None,
        allow_reduced: bool = False,
        packages: Sequence[str] = (),
        readable: Sequence[Path | str] = (),
        hidden: Sequence[Path | str] = (),
        homes: Path | str | None = None,
        environment: Mapping[str, str] | None = None,
        loopback: bool = False,
        tools: bool = False,
        cgroups: bool = True,
    ) -> None:
        self.limits = limits or Limits()
        walls = _choose_walls(allow_reduced)
        self.level = walls.level
        self._namespaces = walls.namespaces
        self._homes = None if homes is None else Path(homes).resolve()
        self._cgroups: Cgroups | None = find_cgroups() if cgroups else None
        self._lock = threading.Lock()
        self._slots = itertools.count()
        self._privileged = bool(linux.effective_capabilities() >> linux.CAP_SYS_ADMIN & 1)
        own = {place.partition(".")[0].partition(":")[0] for place in programs.values()}
        seen = _own_folders({"sandbox", "core", *own, *packages})
        views = [*_python_folders(), *seen.values(), *(str(Path(p).absolute()) for p in readable)]
        # Also where they really are: a link may lead below what is covered in each child.
        views = list(dict.fromkeys([*views, *(str(Path(view).resolve()) for view in views)]))
        configuration = {
            "namespaces": self._namespaces,
            "privileged": self._privileged,
            "programs": dict(programs),
            "preload": list(preload),
            "prepare": {place: dict(options) for place, options in (prepare or {}).items()},
            "readable": views,
            "hidden": [*_hidden_packages(set(seen)), *(str(Path(p).absolute()) for p in hidden)],
            "homes": None if homes is None else str(Path(homes).resolve()),
            "tools": tools,
            "loopback": loopback,
            "watch_memory": self._cgroups is None,
        }
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = _start(theirs.fileno(), seen, _ENVIRONMENT | dict(environment or {}))
        try:
            self._control.send(json.dumps(configuration).encode())
            self._await_ready()
        except BaseException:
            self.close()
            raise

    def _await_ready(self) -> None:
        self._control.settimeout(_START_S)
        packet = self._control.recv(PACKET)
        said = json.loads(packet) if packet else {"failed": "it ended at once"}
        if "failed" in said:
            raise RuntimeError(f"the fork server did not start: {said['failed']}") from (
                RuntimeError(said["trace"]) if "trace" in said else None
            )
        self._control.settimeout(_FORK_S)

    def fork(
        self,
        program: str,
        *,
        channels: Sequence[socket.socket] = (),
        sockets: Sequence[socket.socket] = (),
        home: str | None = None,
        apart: bool = False,
        limits: Limits | None = None,
        files: Mapping[str, bytes] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Child:
        """A child running ``program``. Takes over ``channels`` (the far ends) and closes them here.

        ``sockets``: likewise, but handed to the program after the channels as bare sockets.
        ``home``: the name of a folder in ``homes``; the child runs as its owner where it can.
        ``apart``: give it a second account too, where it can be had, and the right to put a part
        of itself there (CAP_SETUID in its own namespace, which it must give up itself).
        ``files``: written into its fresh working folder. ``options``: JSON, the program's keyword
        arguments; a whole number under ``seed`` also seeds random and numpy.random. Returns when
        the child is inside its bounds and has its files, before the program's first line.
        Raises ForkServerLost, ValueError (file names that are paths, options too large).
        """
        limits = limits or self.limits
        if home is not None and (home in ("", ".", "..") or "/" in home or self._homes is None):
            raise ValueError(f"not the name of a home: {home!r}")
        if home is not None and not self._namespaces:
            raise ValueError("a home needs full walls")
        gift = make_gift(dict(options or {}), dict(files or {}))
        status, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        cgroup: Cgroup | None = None
        folder: str | None = None
        try:
            request: dict[str, Any] = {"program": program, "limits": limits.as_dict()}
            request["uid"], request["gid"] = self._ids_for(home)
            request["home"], request["sockets"] = home, len(sockets)
            request["apart"] = self._second_id(request["uid"]) if apart else 0
            request["processes_floor"] = 0 if self._namespaces else _processes_of(request["uid"])
            if not self._namespaces:
                folder = request["folder"] = _make_folder(request["uid"], self._privileged)
            if self._cgroups is not None:
                cgroup = _make_cgroup(self._cgroups, limits)
            fds = [theirs.fileno(), *(c.fileno() for c in (*channels, *sockets))]
            try:
                with self._lock:
                    socket.send_fds(self._control, [json.dumps(request).encode()], fds)
            except OSError as error:
                raise ForkServerLost(str(error)) from None
            finally:
                theirs.close()
                for end in (*channels, *sockets):
                    end.close()
            status.settimeout(_FORK_S)
            pidfd, early = _await_pidfd(status)
            child = Child(pidfd, status, cgroup, folder, early, short_s=limits.short_s)
        except BaseException:
            status.close()
            clear(cgroup, folder)
            raise
        try:
            child.begin(gift)
        except BaseException:
            child.close()
            raise
        return child

    def _ids_for(self, home: str | None) -> tuple[int, int]:
        if home is None or self._homes is None or not self._privileged:
            return self._next_ids()
        owner = (self._homes / home).stat()
        if owner.st_uid == 0:
            raise ValueError(f"the home {home!r} belongs to root; give it to another")
        return owner.st_uid, owner.st_gid

    def _second_id(self, uid: int) -> int:
        """Another account for a part of a child; 0 where there is but one to go round."""
        second = _FIRST_APART + uid % _APART
        may = self._privileged and self._namespaces and uid
        return second if may and _is_mapped(uid) and _is_mapped(second) else 0

    def _next_ids(self) -> tuple[int, int]:
        if not self._privileged:
            return (0, 0) if self._namespaces else (os.getuid(), os.getgid())
        wanted = _FIRST_UID + (os.getpid() * 64 + next(self._slots)) % _UIDS
        for uid in (wanted, _NOBODY):
            if _is_mapped(uid):
                return uid, uid
        return 0, 0

    @property
    def pid(self) -> int:
        """The process that was started; its end is the fork server's end."""
        return self._process.pid

    def close(self) -> None:
        """End the fork server and with it every child. Safe to repeat."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _choose_walls(allow_reduced: bool) -> Walls:
    walls = wall_level()
    if walls.level == "full" or (walls.level == "reduced" and allow_reduced):
        return walls
    missing: Sequence[Missing] = [m for m in walls.missing if m.fatal]
    if walls.level == "reduced":
        missing = [
            *missing,
            Missing(
                Message("sự đồng ý dùng lớp bảo vệ rút gọn"),
                "reduced walls were not accepted",
                Message("đặt MOTCHAM_ALLOW_REDUCED_WALLS=true nếu chấp nhận rủi ro"),
            ),
        ]
    raise WallsMissing(missing)


def _start(
    control: int, seen: Mapping[str, str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """A fresh interpreter that knows our packages' folders and nothing of our environment."""
    roots = list(dict.fromkeys(str(Path(folder).parent) for folder in seen.values()))
    code = (
        f"import sys; sys.path[:] = list(dict.fromkeys([*{roots!r}, *sys.path]));"
        f"from sandbox.warm import main; main({control})"
    )
    return subprocess.Popen(
        [sys.executable, "-s", "-P", "-c", code],
        env=dict(environment),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[control],
        start_new_session=True,
    )


def _python_folders() -> list[str]:
    """What an interpreter needs: its own installation and the virtual environment."""
    folders = [sys.prefix]
    if sys.base_prefix in ("/usr", "/usr/local"):
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        folders += [f"{sys.base_prefix}/lib", f"{sys.base_prefix}/bin/{version}"]
    else:
        folders.append(sys.base_prefix)
    real = str(Path(sys.executable).resolve())
    if not any(real.startswith(folder + "/") for folder in folders):
        folders.append(real)
    return folders


def _own_folders(packages: set[str]) -> dict[str, str]:
    """Top-level package or module to its folder or file."""
    found = {}
    for name in sorted(packages):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations:
            found[name] = str(Path(next(iter(spec.submodule_search_locations))).resolve())
        elif spec is not None and spec.has_location and spec.origin is not None:
            found[name] = str(Path(spec.origin).resolve())
    return found


def _hidden_packages(seen: set[str]) -> list[str]:
    """Folders of this distribution inside the Python environment that children must not read.

    Installed as a wheel, the courses with their hidden tests lie in site-packages beside us.
    """
    home = Path(__file__).resolve().parent.parent
    if not home.is_relative_to(Path(sys.prefix).resolve()):
        return []
    owners = importlib.metadata.packages_distributions()
    ours = set(owners.get("sandbox", ()))
    return [
        str(home / name)
        for name, distributions in owners.items()
        if name not in seen and ours & set(distributions) and (home / name).is_dir()
    ]


def _make_cgroup(cgroups: Cgroups, limits: Limits) -> Cgroup:
    return cgroups.make(memory_bytes=limits.most_memory_mb << 20, processes=limits.processes)


def _await_pidfd(status: socket.socket) -> tuple[int, dict[str, Any] | None]:
    try:
        packet, fds, _, _ = socket.recv_fds(status, PACKET, 1)
    except OSError as error:
        raise ForkServerLost(str(error)) from None
    if not packet:
        raise ForkServerLost("the fork server ended")
    if not fds:
        return -1, json.loads(packet)
    return fds[0], None


def _is_mapped(uid: int) -> bool:
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = (int(word) for word in line.split())
        if first <= uid < first + count:
            return True
    return False


def _processes_of(uid: int) -> int:
    count = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                count += entry.stat().st_uid == uid
    return count


def _make_folder(uid: int, privileged: bool) -> str:
    folder = tempfile.mkdtemp(prefix="motcham-")
    if privileged:
        os.chown(folder, uid, uid)
    return folder
