"""A learner's first visit, played in the warm parent by nobody, so that no learner is the first.

What a server makes at its first request (sessions, patterns, tables of types) and what Python
learns of code by running it would be made again in every fork, in pages of its own. Here a server
that is thrown away answers a few visits: who is it, a kernel, a cell, good-bye. Nothing of it stays
but warmth: its sockets, threads, files and words are gone before the first fork.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.netutil import Resolver, bind_unix_socket
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.websocket import websocket_connect

from labs import kernel_forks, provisioner

VISITS = 2  # more of them gave nothing
_PATIENCE_S = 20.0
_AUTHORIZATION = {"Authorization": "token nobody"}


def rehearse(make_server: Callable[[], Any], address: str, visits: int = VISITS) -> None:
    """Play ``visits`` at a server that ``make_server`` makes for ``address``, a path.

    Raises whatever keeps a visit from being played to its end.
    """
    with _stage(address) as folder, _kernels():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            server = make_server()
            loop.run_until_complete(_play(server, address, folder, visits))
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()
            asyncio.set_event_loop(None)


@contextlib.contextmanager
def _stage(address: str) -> Iterator[Path]:
    """A folder for sockets, and the environment of a lab whose hub is played there."""
    kept = dict(os.environ)
    folder = Path(tempfile.mkdtemp())
    name = address.rpartition("/")[2]
    os.environ |= {
        "JUPYTERHUB_API_URL": f"http+unix://{str(folder / 'hub').replace('/', '%2f')}/hub/api",
        "JUPYTERHUB_API_TOKEN": "nobody",
        "JUPYTERHUB_USER": name,
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps([f"access:servers!user={name}"]),
        "JUPYTER_RUNTIME_DIR": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    try:
        yield folder
    finally:
        os.environ.clear()
        os.environ.update(kept)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _kernels() -> Iterator[None]:
    """A process that forks kernels as process 1 of a lab does, and is gone afterwards."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        theirs.close()
        kernel_forks.fork_kernels(ours)
    ours.close()
    os.environ["MOTCHAM_LAB_FD"] = str(theirs.detach())
    try:
        yield
    finally:
        provisioner.forget()
        os.waitpid(pid, 0)


async def _play(server: Any, address: str, folder: Path, visits: int) -> None:
    hub = _Hub(address)
    listening = await asyncio.start_unix_server(hub.answer, str(folder / "hub"))
    server.answer(bind_unix_socket(str(folder / "lab")), lambda: None)
    try:
        visit = _Visit(address, str(folder / "lab"))
        for _ in range(visits):
            await asyncio.wait_for(visit.pay(), _PATIENCE_S)
    finally:
        await server.end()
        listening.close()
        await hub.hang_up()


class _Hub:
    """Knows one learner, nobody, and says so to whoever asks whatever."""

    def __init__(self, address: str) -> None:
        name = address.rpartition("/")[2]
        scopes = [f"access:servers!user={name}"]
        user = {"kind": "user", "name": name, "admin": False, "groups": [], "scopes": scopes}
        body = json.dumps(user)
        self.said = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
        self.talks: set[asyncio.Task[Any]] = set()

    async def hang_up(self) -> None:
        """End every connection."""
        for talk in self.talks:
            talk.cancel()
        await asyncio.gather(*self.talks)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Every request of one connection."""
        if talk := asyncio.current_task():
            self.talks.add(talk)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(self.said)
        writer.close()


class _Door(Resolver):
    """Whoever is asked for lives at one socket."""

    def initialize(self, path: str) -> None:
        self.path = path

    async def resolve(self, host: str, port: int, family: Any = 0) -> list[tuple[int, Any]]:
        return [(socket.AF_UNIX, self.path)]


class _Visit:
    """What a page asks of a lab when a lesson is opened in it."""

    def __init__(self, address: str, path: str) -> None:
        self.address = f"http://localhost{address}"
        self.door = _Door(path=path)
        self.client = SimpleAsyncHTTPClient(force_instance=True, resolver=self.door)

    async def pay(self) -> None:
        """A kernel, a cell, good-bye."""
        await self._ask("/api")
        kernel = json.loads(await self._ask("/api/kernels", method="POST", body="{}"))["id"]
        await self._run(kernel)
        await self._ask(f"/api/kernels/{kernel}", method="DELETE")

    async def _ask(self, path: str, **more: Any) -> bytes:
        request = HTTPRequest(self.address + path, headers=dict(_AUTHORIZATION), **more)
        return bytes((await self.client.fetch(request)).body)

    async def _run(self, kernel: str) -> None:
        address = f"{self.address}/api/kernels/{kernel}/channels".replace("http", "ws", 1)
        request = HTTPRequest(address, headers=dict(_AUTHORIZATION))
        channels = await websocket_connect(request, resolver=self.door)
        number = uuid.uuid4().hex
        await channels.write_message(json.dumps(_cell(number)))
        while (piece := await channels.read_message()) is not None:
            said = json.loads(piece)
            ours = said["parent_header"].get("msg_id") == number
            if ours and said["content"].get("execution_state") == "idle":
                break
        channels.close()


def _cell(number: str) -> dict[str, Any]:
    header = {
        "msg_id": number,
        "msg_type": "execute_request",
        "username": "",
        "session": number,
        "version": "5.3",
        "date": "",
    }
    content = {
        "code": "print(1 + 1)",
        "silent": False,
        "store_history": False,
        "user_expressions": {},
        "allow_stdin": False,
    }
    return {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "channel": "shell",
    }
