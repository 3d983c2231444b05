"""A kernel provisioner whose kernels are forked from a warm parent.

Plugs into jupyter_client by the entry point ``motcham-forked`` (group
``jupyter_client.kernel_provisioners``). Inside a lab, process 1 forks; outside of one
(`MOTCHAM_LAB_FD` is not set) a kernel is started cold, as `LocalProvisioner` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

_PACKET = 100_000
FORKED = "motcham-forked"
# What the server alone needs. A kernel is told none of it.
SECRETS = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN")
_OF_THE_SERVER = {"MOTCHAM_LAB_FD", *SECRETS}
_FORK_S = 20.0
_serial = itertools.count(1)


class _Forkery:
    """The conversation with process 1 of the lab, shared by all kernels of one server."""

    def __init__(self, fd: int) -> None:
        self.socket = socket.socket(fileno=fd)
        self.socket.setblocking(False)
        self.asked: dict[int, asyncio.Future[int]] = {}
        self.ended: dict[int, asyncio.Future[int]] = {}
        self.loop = asyncio.get_running_loop()
        self.loop.add_reader(self.socket, self._hear)

    async def fork(self, request: dict[str, Any], told: int) -> int:
        """The process number of a new kernel."""
        number = next(_serial)
        future: asyncio.Future[int] = self.loop.create_future()
        self.asked[number] = future
        packet = json.dumps(request | {"for": number}).encode()
        socket.send_fds(self.socket, [packet], [told])
        return await asyncio.wait_for(future, _FORK_S)

    def signal(self, kernel: int, number: int, *, group: bool) -> None:
        """Have process 1 signal a kernel: the server has not its account."""
        request = {"signal": int(number), "to": kernel, "group": group}
        self.socket.send(json.dumps(request).encode())

    def _hear(self) -> None:
        try:
            packet = self.socket.recv(_PACKET)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if not packet:
            self.loop.remove_reader(self.socket)
            return
        said = json.loads(packet)
        if "forked" in said:
            self.ended[said["forked"]] = self.loop.create_future()
            future = self.asked.pop(said["for"], None)
            if future is not None and not future.done():
                future.set_result(said["forked"])
        elif (end := self.ended.get(said["ended"])) is not None and not end.done():
            end.set_result(said["status"])


_forkery: _Forkery | None = None


def _the_forkery() -> _Forkery | None:
    global _forkery
    if _forkery is None and "MOTCHAM_LAB_FD" in os.environ:
        _forkery = _Forkery(int(os.environ["MOTCHAM_LAB_FD"]))
    return _forkery


def forget() -> None:
    """Hang up on process 1, as if it had never been asked."""
    global _forkery
    fd = os.environ.pop("MOTCHAM_LAB_FD", None)
    if _forkery is not None:
        _forkery.socket.close()
        _forkery = None
    elif fd is not None:
        os.close(int(fd))


class ForkedProvisioner(LocalProvisioner):
    """`LocalProvisioner` with the process forked by process 1 of the lab, not started here."""

    _kernel: int | None = None
    _status: int | None = None
    _end: asyncio.Future[int] | None = None

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel to ask after."""
        return self._kernel is not None or bool(super().has_process)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel and wait until it has bound its sockets."""
        forkery = _the_forkery()
        if forkery is None:
            return await super().launch_kernel(cmd, **kwargs)
        heard, told = os.pipe()
        try:
            os.set_blocking(heard, False)
            told_env = kwargs.get("env", os.environ)
            env = {k: v for k, v in told_env.items() if k not in _OF_THE_SERVER}
            assert self.parent is not None
            request = {
                "command": [] if self._is_warm() else cmd,
                "connection_file": self.parent.connection_file,
                "cwd": str(kwargs.get("cwd") or os.getcwd()),  # noqa: PTH109
                "env": env,
            }
            pid = await forkery.fork(request, told)
            os.close(told)
            told = -1
            self._kernel, self._status, self._end = pid, None, forkery.ended[pid]
            await _await_byte(heard, self._end)
        finally:
            os.close(heard)
            if told >= 0:
                os.close(told)
        self.pid, self.pgid, self.cwd = pid, pid, request["cwd"]
        return self.connection_info

    def _is_warm(self) -> bool:
        """Whether this is our own kernel, and not one that a command of its own starts."""
        own = self.kernel_spec.metadata.get("kernel_provisioner", {})
        return bool(own.get("provisioner_name") == FORKED)

    async def poll(self) -> int | None:
        """None while the kernel runs, else its status; the moment it ended, not later."""
        if self._kernel is None:
            return await super().poll()
        if self._end is not None and self._end.done():
            return self._end.result()
        return None

    async def wait(self) -> int | None:
        """The kernel's status, once it has ended."""
        if self._kernel is None:
            return await super().wait()
        assert self._end is not None
        status = await asyncio.shield(self._end)
        self._kernel = None
        return status

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel's process group, as an interrupt must reach what it started too."""
        if self._kernel is None:
            await super().send_signal(signum)
            return
        if self._end is not None and self._end.done():
            return
        forkery = _the_forkery()
        assert forkery is not None
        with contextlib.suppress(OSError):  # process 1 has ended, and with it every kernel
            forkery.signal(self._kernel, signum, group=signum == signal.SIGINT)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel at once."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)


async def _await_byte(fd: int, end: asyncio.Future[int]) -> None:
    """Until the kernel says that it is bound. RuntimeError when it ends before."""
    loop = asyncio.get_running_loop()
    bound: asyncio.Future[bytes] = loop.create_future()

    def hear() -> None:
        if not bound.done():
            bound.set_result(os.read(fd, 1))

    loop.add_reader(fd, hear)
    try:
        either: set[asyncio.Future[Any]] = {bound, end}
        done, _ = await asyncio.wait(
            either,
            timeout=_FORK_S,
            return_when=asyncio.FIRST_COMPLETED,
        )
    finally:
        loop.remove_reader(fd)
    if bound not in done or bound.result() != b"!":
        raise RuntimeError("the kernel ended before it was ready")
