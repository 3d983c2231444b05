"""JSON frames over a socket: the only way anything crosses a wall.

On the wire: four bytes of length, big-endian, then that many bytes of UTF-8 JSON. The far side may
be hostile: frames are bounded in bytes, in nodes and in depth, and waiting is bounded in time.
"""

from __future__ import annotations

import json
import re
import select
import socket
import struct
import threading
import time
from typing import Any, Self

_LENGTH = struct.Struct(">I")
_CHUNK = 1 << 16
# An empty list costs 3 bytes on the wire and 64 in memory: without this a frame of 32 MiB could
# make its reader hold a gigabyte.
_MOST_NODES = 2_000_000
# Our own sender never escapes, so an escaped surrogate may be half of a pair, which no database
# and no UTF-8 file will take.
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

MAX_FRAME_MB = 32
SEND_TIMEOUT_S = 30.0


class ChannelClosed(Exception):
    """The far side closed its end, or sent what is not a frame (the channel is then closed)."""


class ChannelTimeout(Exception):
    """Nothing complete came, or nothing was taken, in time. A receive may be tried again."""


class FrameTooLarge(Exception):
    """A frame above the bound, in either direction. After one is received the channel is closed."""


class Channel:
    """One end of a connection. Sending and receiving are each safe from several threads."""

    def __init__(self, sock: socket.socket, *, frame_mb: float = MAX_FRAME_MB) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._most = int(frame_mb * (1 << 20))
        self._held = bytearray()
        self._sending = threading.Lock()
        self._receiving = threading.Lock()
        self._closed = False

    @classmethod
    def pair(cls, *, frame_mb: float = MAX_FRAME_MB) -> tuple[Channel, socket.socket]:
        """Our end as a channel, and the far end as a bare socket to hand to `ForkServer.fork`."""
        ours, theirs = socket.socketpair()
        return cls(ours, frame_mb=frame_mb), theirs

    def fileno(self) -> int:
        """The descriptor to wait on; -1 when closed."""
        return self._socket.fileno()

    @property
    def closed(self) -> bool:
        """Whether this end is closed."""
        return self._closed

    def close(self) -> None:
        """Close this end. Safe to repeat."""
        self._closed = True
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, obj: Any, *, timeout: float | None = SEND_TIMEOUT_S) -> None:
        """Send one JSON value whole.

        Raises FrameTooLarge (nothing was sent), ChannelTimeout when the far side does not read
        (the channel is then closed, since half a frame may be on its way), ChannelClosed, and
        TypeError or ValueError for what JSON cannot say.
        """
        body = json.dumps(obj, ensure_ascii=False, allow_nan=True, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
        if len(body) > self._most:
            raise FrameTooLarge(f"{len(body)} bytes, at most {self._most}")
        with self._sending:
            self._send_all(_LENGTH.pack(len(body)) + body, _deadline(timeout))

    def receive(self, timeout: float | None = None) -> Any:
        """The next JSON value; waits ``timeout`` seconds in all, for ever when None.

        Raises ChannelTimeout, ChannelClosed, FrameTooLarge.
        """
        with self._receiving:
            deadline = _deadline(timeout)
            self._fill(_LENGTH.size, deadline)
            (length,) = _LENGTH.unpack_from(self._held)
            if length > self._most:
                self.close()
                raise FrameTooLarge(f"{length} bytes, at most {self._most}")
            self._fill(_LENGTH.size + length, deadline)
            body = bytes(memoryview(self._held)[_LENGTH.size : _LENGTH.size + length])
            del self._held[: _LENGTH.size + length]
        try:
            return parse_frame(body)
        except FrameTooLarge:
            self.close()
            raise
        except ValueError as error:
            self.close()
            raise ChannelClosed(f"not a frame: {error}") from None

    def _fill(self, size: int, deadline: float | None) -> None:
        while len(self._held) < size:
            try:
                more = self._socket.recv(max(_CHUNK, min(size - len(self._held), 1 << 20)))
            except (BlockingIOError, InterruptedError):
                self._wait(select.POLLIN, deadline)
                continue
            except OSError as error:
                raise ChannelClosed(str(error)) from None
            if not more:
                raise ChannelClosed("the far side closed")
            self._held += more

    def _send_all(self, data: bytes, deadline: float | None) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest, socket.MSG_NOSIGNAL) :]
            except (BlockingIOError, InterruptedError):
                try:
                    self._wait(select.POLLOUT, deadline)
                except ChannelTimeout:
                    self.close()
                    raise
            except OSError as error:
                raise ChannelClosed(str(error)) from None

    def _wait(self, event: int, deadline: float | None) -> None:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise ChannelTimeout
        waiter = select.poll()
        try:
            waiter.register(self._socket, event)
            ready = waiter.poll(None if left is None else left * 1000)
        except (OSError, ValueError) as error:
            raise ChannelClosed(str(error)) from None
        if not ready:
            raise ChannelTimeout


def parse_frame(body: bytes) -> Any:
    """The JSON value of a frame's body. ValueError when it is none; FrameTooLarge by its nodes."""
    if body.count(b",") + body.count(b"[") + body.count(b"{") > _MOST_NODES:
        raise FrameTooLarge(f"more than {_MOST_NODES} values")
    try:
        value = json.loads(body.decode("utf-8"))
        if _ESCAPED_SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _deadline(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout
