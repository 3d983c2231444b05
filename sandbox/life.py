"""A child's life: build the rest of the walls, take the gift, run the program, leave.

Runs in the freshly forked process. Every step before the program is ours; a step that fails ends
the child before the program starts.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import resource
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from sandbox import landlock, linux, rooms
from sandbox.channel import Channel
from sandbox.limits import Limits

_GIFT = struct.Struct(">QI")
_MOST_GIFT = 1 << 30
_PIECE = 65_536
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1  # linux/sockios.h, linux/if.h
_NAMESPACES = linux.CLONE_NEWNS | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWNET


def live(
    request: dict[str, Any],
    limits: Limits,
    program: Callable[..., None],
    *,
    status: int,
    output: int,
    channels: Sequence[int],
    address_space: int,
    syscall_filter: bytes | None,
) -> NoReturn:
    """Never returns: the process ends with the program's status."""
    code = 1
    try:
        linux.die_with_parent()
        os.setsid()
        _stand_back(limits.nice)
        status, inner = _arrange_descriptors(status, output, channels)
        walled = request["namespaces"]
        if walled:
            _move_in(request, limits)
        options, files = _take_gift(status)
        os.close(status)
        _give_up_rights(request, walled=walled)
        _set_limits(request, limits, address_space)
        _close_the_door(request, syscall_filter, walled=walled)
        folder = rooms.WORK if walled else request["folder"]
        _settle(folder, files, options.get("seed"))
        sockets = [socket.socket(fileno=fd) for fd in inner]
        talks = len(sockets) - request["sockets"]
        ends = [Channel(end, frame_mb=limits.frame_mb) for end in sockets[:talks]]
        program(*ends, *sockets[talks:], **options)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code & 0xFF)


def _stand_back(nice: int) -> None:
    """Learners' code gets what pages, database and supervisors leave of the processor.

    Where the kernel groups processes by session, the group has a weight of its own.
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(nice))
    os.setpriority(os.PRIO_PROCESS, 0, max(nice, os.getpriority(os.PRIO_PROCESS, 0)))


def make_gift(options: dict[str, Any], files: dict[str, bytes]) -> bytes:
    """Options and files as bytes: lengths, a JSON head, then the files one after another."""
    for name in files:
        if name != os.path.basename(name) or name in ("", ".", ".."):  # noqa: PTH119
            raise ValueError(f"a file name, not a path: {name!r}")
    head = json.dumps({"options": options, "files": [[n, len(b)] for n, b in files.items()]})
    body = head.encode() + b"".join(files.values())
    if len(body) > _MOST_GIFT:
        raise ValueError(f"options and files of {len(body)} bytes, at most {_MOST_GIFT}")
    return _GIFT.pack(len(body), len(head.encode())) + body


def gift_pieces(gift: bytes) -> list[memoryview]:
    """The gift in packets that a socket takes."""
    view = memoryview(gift)
    return [view[at : at + _PIECE] for at in range(0, len(view), _PIECE)]


def _take_gift(status: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    with socket.socket(fileno=os.dup(status)) as sock:
        held = bytearray(sock.recv(_PIECE))
        if not held:
            os._exit(1)  # the owner changed its mind
        total, head_size = _GIFT.unpack_from(held)
        while len(held) < _GIFT.size + total:
            piece = sock.recv(_PIECE)
            if not piece:
                os._exit(1)
            held += piece
    at = _GIFT.size + head_size
    head = json.loads(held[_GIFT.size : at])
    files = {}
    for name, size in head["files"]:
        files[name] = bytes(held[at : at + size])
        at += size
    return head["options"], files


def _arrange_descriptors(
    status: int, output: int, channels: Sequence[int]
) -> tuple[int, list[int]]:
    """Nothing but 0, 1, 2, the channels from 3 on, and the status socket stays open."""
    import fcntl

    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 512) for fd in (*channels, status)]
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    low = list(range(3, 3 + len(high)))
    for source, target in zip(high, low, strict=True):
        os.dup2(source, target, inheritable=False)
    linux.close_from(3 + len(high))
    return low[-1], low[:-1]


def _move_in(request: dict[str, Any], limits: Limits) -> None:
    linux.unshare(_NAMESPACES)
    uid, gid = request["uid"], request["gid"]
    rooms.furnish(
        uid=uid,
        gid=gid,
        file_mb=limits.file_mb,
        home=request["home"],
        readable=request["readable"],
    )
    socket.sethostname("motcham")
    if request["loopback"]:
        _raise_loopback()


def _raise_loopback() -> None:
    """A fresh network namespace has its loopback interface down: nobody would reach themselves."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sH14x", b"lo", _IFF_UP)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, asked)


def _give_up_rights(request: dict[str, Any], *, walled: bool) -> None:
    uid, gid = request["uid"], request["gid"]
    if request["apart"]:
        _enter_pair(uid, gid, request["apart"])
        return
    if request["privileged"]:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        linux.prctl(linux.PR_SET_DUMPABLE, 1)
        linux.die_with_parent()  # changing user forgets it
    if walled:
        linux.unshare(linux.CLONE_NEWUSER)
        linux.map_ids((rooms.INNER_UID, uid), (rooms.INNER_UID, gid))
        with contextlib.suppress(OSError):
            Path("/proc/sys/user/max_user_namespaces").write_text("0")


def _enter_pair(uid: int, gid: int, apart: int) -> None:
    """A user namespace of two accounts, in which the program may put a part of itself apart.

    Only a process outside of it may map more than one, so a short-lived one does.
    """
    asked, ask = os.pipe()
    mapper = os.fork()
    if mapper == 0:
        code = 1
        with contextlib.suppress(BaseException):
            os.close(ask)
            if os.read(asked, 1):
                linux.map_pair(
                    os.getppid(),
                    [(rooms.INNER_UID, uid), (rooms.APART_UID, apart)],
                    (rooms.INNER_UID, gid),
                )
                code = 0
        os._exit(code)
    os.close(asked)
    os.setgroups([])
    linux.unshare(linux.CLONE_NEWUSER)
    os.write(ask, b"!")
    os.close(ask)
    _, status = os.waitpid(mapper, 0)
    if status:
        raise OSError(1, "the accounts of this lab could not be mapped")
    os.setresgid(rooms.INNER_UID, rooms.INNER_UID, rooms.INNER_UID)
    os.setresuid(rooms.INNER_UID, rooms.INNER_UID, rooms.INNER_UID)
    with contextlib.suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    linux.die_with_parent()  # changing user forgets it


def _set_limits(request: dict[str, Any], limits: Limits, address_space: int) -> None:
    mib = 1 << 20
    bounds = {
        resource.RLIMIT_CPU: max(1, round(limits.cpu_s)),
        resource.RLIMIT_AS: address_space + limits.memory_mb * mib,
        resource.RLIMIT_FSIZE: limits.file_mb * mib,
        resource.RLIMIT_NPROC: limits.processes + request["processes_floor"],
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 65_536,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for which, bound in bounds.items():
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            bound = min(bound, hard)
        resource.setrlimit(which, (bound, bound))


def _close_the_door(request: dict[str, Any], syscall_filter: bytes | None, *, walled: bool) -> None:
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    if not walled:
        landlock.confine(request["readable"], request["folder"])
    # What puts its part apart needs that one right until it has: see `linux.become`.
    linux.drop_all_capabilities(keep=1 << linux.CAP_SETUID if request["apart"] else 0)
    if syscall_filter is not None:
        linux.set_filter(syscall_filter)


def _settle(folder: str, files: dict[str, bytes], seed: object) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ["HOME"] = folder
    for name, content in files.items():
        Path(folder, name).write_bytes(content)
    number = seed if isinstance(seed, int) else int.from_bytes(os.urandom(8), "big")
    random.seed(number)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(number % (1 << 32))
    gc.enable()
