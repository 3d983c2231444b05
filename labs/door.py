"""A lab's door to the hub: a socket of its own, since it has no network.

It lets through what a server asks of the hub's API and nothing else, one request a connection, few
connections at once and none that idles. Who opens more waits at its own door: no lab can take
descriptors or time that others need.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
from pathlib import Path

log = logging.getLogger("motcham.labs")

MOST_CONNECTIONS = 16
IDLE_S = 60.0
HEAD_S = 10.0
_HEAD_BYTES, _BODY_BYTES = 16_384, 1_000_000
_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
# Of what a lab says of its request the hub hears this. The address of a caller, say, is not its.
_HEARD = {"accept", "authorization", "content-length", "content-type", "host", "user-agent"}
_ASKED = r"(/?|/user|/oauth2/token|/users/[^/?#]+/activity)(\?[^#]*)?"


def admit(head: bytes, api: str) -> tuple[bytes, int] | None:
    """The head of a request as it goes on, and the length of its body; None where it does not.

    ``api``: the path of the hub's API, ``/hub/api``.
    """
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[0] not in ("GET", "POST") or words[2] != "HTTP/1.1":
        return None
    if not re.fullmatch(re.escape(api) + _ASKED, words[1]) or re.search(
        r"[\x00-\x20\x7f]", words[1]
    ):
        return None
    said: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name) or name.lower() in said:
            return None
        said[name.lower()] = value.strip()
    length = said.get("content-length", "0")
    if "transfer-encoding" in said or not re.fullmatch(r"[0-9]{1,7}", length):
        return None
    if int(length) > _BODY_BYTES:
        return None
    kept = [f"{name}: {value}" for name, value in said.items() if name in _HEARD]
    return "\r\n".join([first, *kept, "Connection: close", "\r\n"]).encode("latin-1"), int(length)


class Door:
    """One lab's. ``hub``: host and port; ``api``: the path of its API."""

    def __init__(self, path: Path, *, hub: tuple[str, int], api: str) -> None:
        self.path, self.hub, self.api = path, hub, api
        self._listener = socket.socket(socket.AF_UNIX)
        self._inside: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Listen, from now on. OSError where that cannot be."""
        fresh = self.path.with_suffix(".new")
        try:
            fresh.unlink(missing_ok=True)
            self._listener.setblocking(False)
            self._listener.bind(str(fresh))
            self._listener.listen(MOST_CONNECTIONS)
            fresh.chmod(0o666)
            fresh.rename(self.path)
        except OSError:
            self._listener.close()
            raise
        self._porter = asyncio.get_running_loop().create_task(self._admit_all())

    def close(self) -> None:
        """Let nobody in any more, and end who is."""
        self._porter.cancel()
        for one in self._inside:
            one.cancel()
        self._listener.close()
        self.path.unlink(missing_ok=True)

    async def _admit_all(self) -> None:
        loop = asyncio.get_running_loop()
        free = asyncio.Semaphore(MOST_CONNECTIONS)
        while True:
            await free.acquire()
            try:
                near, _ = await loop.sock_accept(self._listener)
            except OSError as error:  # the hub itself has no descriptors left
                free.release()
                log.warning("nobody gets through the door of a lab: %s", error)
                await asyncio.sleep(1)
                continue
            one = loop.create_task(self._let_through(near))
            self._inside.add(one)
            one.add_done_callback(self._inside.discard)
            one.add_done_callback(lambda _: free.release())

    async def _let_through(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_unix_connection(sock=near, limit=_HEAD_BYTES)
            try:
                await self._ask(reader, writer)
            finally:
                writer.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_S)
        except asyncio.LimitOverrunError:
            head = b""
        admitted = admit(head, self.api)
        if admitted is None:
            writer.write(_REFUSED)
            return
        beginning, length = admitted
        body = await asyncio.wait_for(reader.readexactly(length), IDLE_S)
        far_reader, far_writer = await asyncio.open_connection(*self.hub)
        try:
            far_writer.write(beginning + body)
            while piece := await asyncio.wait_for(far_reader.read(65_536), IDLE_S):
                writer.write(piece)
                await asyncio.wait_for(writer.drain(), IDLE_S)
        finally:
            far_writer.close()
