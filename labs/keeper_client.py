"""The hub's line to a keeper: started, then one request and its answer on a unix socket at a time,
as length and JSON.

A keeper that is *behind* (more requests wait than its queue takes) is not one that is *gone*.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from labs.keeper import Plan

PATIENCE_S = 180.0
# What says that there is no keeper. Anything else (no descriptors left, say) says nothing of it.
GONE = (FileNotFoundError, ConnectionRefusedError)
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_LENGTH = struct.Struct(">I")
_ANSWER_BYTES = 1 << 22
# The loop knows a stream's reader weakly, and JupyterHub does not hold the task of its shutdown: a
# garbage collection would take who waits for an answer with both, and the hub would never end.
_awaited: set[asyncio.StreamReader] = set()


class KeeperIsBehind(Exception):
    """A keeper that lives and has not taken a request for minutes: nothing is known of its labs."""


def put(path: str, request: dict[str, Any]) -> socket.socket:
    """A connection by which ``request`` is on its way. OSError where that would take waiting."""
    body = json.dumps(request).encode()
    asked = socket.socket(socket.AF_UNIX)
    asked.setblocking(False)
    try:
        asked.connect(path)
        asked.sendall(_LENGTH.pack(len(body)) + body)
    except OSError:
        asked.close()
        raise
    return asked


async def reach(path: str, request: dict[str, Any]) -> Connection:
    """A connection by which ``request`` is on its way, in the end.

    Raises FileNotFoundError or ConnectionRefusedError where there is no keeper.
    """
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            asked = put(path, request)
        except BlockingIOError:  # there are more before us than wait in its queue
            if time.monotonic() > until:
                raise KeeperIsBehind(path) from None
            await asyncio.sleep(0.1)
        else:
            return await _wrap(asked)


async def _wrap(asked: socket.socket) -> Connection:
    return await asyncio.open_unix_connection(sock=asked, limit=_ANSWER_BYTES)


async def ask(path: str, request: dict[str, Any]) -> dict[str, Any]:
    """The keeper's answer. One of `GONE` where there is no keeper; another OSError where that is
    not to be known now."""
    return await _last_word(*await reach(path, request))


async def answer_on(asked: socket.socket) -> dict[str, Any]:
    """The answer to what `put` sent; the connection is closed."""
    return await _last_word(*await _wrap(asked))


async def _last_word(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> dict[str, Any]:
    try:
        return await read(reader)
    finally:
        writer.close()


async def read(reader: asyncio.StreamReader) -> dict[str, Any]:
    """One answer. ConnectionResetError where the keeper ended before it."""
    _awaited.add(reader)
    try:
        (size,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        return dict(json.loads(await reader.readexactly(size)))
    except asyncio.IncompleteReadError as error:
        raise ConnectionResetError("the keeper ended") from error
    finally:
        _awaited.discard(reader)


def start(plan: Plan) -> subprocess.Popen[bytes]:
    """Start a keeper, which loads what labs share; it listens when it can be `reach`ed."""
    Path(plan.run).mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(plan.doors).mkdir(mode=0o711, exist_ok=True)
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    # Not tied to the hub on purpose: labs outlive its restarts. See keeper.may_end.
    process = subprocess.Popen(
        [sys.executable, "-s", "-m", "labs.keeper"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env=environment,
        start_new_session=True,
    )
    assert process.stdin is not None
    # The pipe stays open for as long as this process lives.
    process.stdin.write(plan.as_json().encode() + b"\n")
    process.stdin.flush()
    return process
