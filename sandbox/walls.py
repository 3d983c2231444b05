"""Which walls this machine allows, found out by trying them, and what to do about those missing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from core.messages import Message, Refused
from sandbox import landlock, linux
from sandbox.cgroups import find_cgroups
from sandbox.filter import install, make_filter

Level = Literal["full", "reduced", "none"]


@dataclass(frozen=True)
class Missing:
    """One wall the machine does not give. ``fatal``: without it the level is not ``full``."""

    what: Message
    why: str
    mend: Message
    fatal: bool = True


@dataclass(frozen=True)
class Walls:
    """What `wall_level` found.

    ``full``: namespaces and the syscall filter; what is not fatal (cgroups) may be missing still.
    ``reduced``: one of the two, and Landlock in place of namespaces. ``none``: less than that.
    """

    level: Level
    missing: tuple[Missing, ...]
    namespaces: bool = True


class WallsMissing(Refused):
    """The walls asked for cannot be built here; ``missing`` names each, why, and how to mend it."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(
            *(
                Message(
                    "Thiếu lớp bảo vệ: {what}. Nguyên nhân: {why}. Cách khắc phục: {mend}.",
                    {"what": str(m.what), "why": m.why, "mend": str(m.mend)},
                )
                for m in missing
            )
        )
        self.missing = tuple(missing)


@cache
def wall_level() -> Walls:
    """Try each wall in a process made for it. About 20 ms; remembered for this process."""
    missing: list[Missing] = []
    namespaces = _try(_enter_namespaces)
    if namespaces is not None:
        missing.append(
            Missing(
                Message("không gian tên riêng (user, mount, PID, mạng)"),
                namespaces,
                _namespace_remedy(),
            )
        )
    syscalls = _try(_enter_filter)
    if syscalls is not None:
        missing.append(
            Missing(
                Message("bộ lọc lời gọi hệ thống (seccomp)"),
                syscalls,
                Message("dùng nhân Linux có CONFIG_SECCOMP_FILTER trên x86_64 hoặc aarch64"),
            )
        )
    if find_cgroups() is None:
        missing.append(
            Missing(
                Message("nhóm kiểm soát tài nguyên (cgroup)"),
                "no memory controller that this account may write",
                Message(
                    "chạy dịch vụ bằng systemd với Delegate=yes; nếu không, bộ nhớ được giới hạn"
                    " theo từng tiến trình và được giám sát"
                ),
                fatal=False,
            )
        )
    has_landlock = landlock.version() > 0
    if namespaces is not None and not has_landlock:
        missing.append(
            Missing(
                Message("tường tệp Landlock (thay cho không gian tên)"),
                "landlock_create_ruleset is not available",
                Message("dùng nhân Linux từ 5.13 có CONFIG_SECURITY_LANDLOCK và bật lsm=landlock"),
            )
        )
    level: Level = "full"
    if namespaces is not None:
        level = "reduced" if syscalls is None and has_landlock else "none"
    elif syscalls is not None:
        level = "reduced"
    return Walls(level, tuple(missing), namespaces=namespaces is None)


def _enter_namespaces() -> None:
    every = (
        linux.CLONE_NEWNS
        | linux.CLONE_NEWPID
        | linux.CLONE_NEWNET
        | linux.CLONE_NEWIPC
        | linux.CLONE_NEWUTS
    )
    uid = os.geteuid()
    if not linux.effective_capabilities() >> linux.CAP_SYS_ADMIN & 1:
        gid = os.getegid()
        linux.unshare(linux.CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    linux.unshare(every)
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("motcham", "/tmp", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=64k")  # noqa: S108
    linux.unshare(linux.CLONE_NEWUSER)


def _enter_filter() -> None:
    program = make_filter(linux.machine())
    if program is None:
        raise OSError(38, f"no table of calls for {linux.machine()}")
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    install(program)


def _try(step: object) -> str | None:
    """What went wrong when a forked process tried ``step``; None when nothing did."""
    assert callable(step)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            step()
        except BaseException as error:
            os.write(write, str(error).encode()[:2000] or b"?")
            os._exit(1)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    return None if status == 0 else said or f"status {status}"


def _namespace_remedy() -> Message:
    if _reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return Message("sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")
    if _reads("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return Message("sysctl -w kernel.unprivileged_userns_clone=1")
    if _reads("/proc/sys/user/max_user_namespaces") == "0":
        return Message("sysctl -w user.max_user_namespaces=15000")
    return Message(
        "cho phép không gian tên người dùng không đặc quyền, hoặc chạy bằng root ngoài container"
        " (docker: --security-opt seccomp=unconfined --cap-add SYS_ADMIN)"
    )


def _reads(path: str) -> str | None:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None
