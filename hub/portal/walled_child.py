"""Asks a program behind walls about a file that nobody trusts: bounded in time and memory."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from typing import Any

from sandbox import (
    Channel,
    ChannelClosed,
    ChannelTimeout,
    ForkServer,
    ForkServerLost,
    FrameTooLarge,
    Limits,
    WallsMissing,
)


class WalledChild:
    """``module`` has the program, ``main(channel, **options)``, which sends one answer.

    The fork server is made with the first question, and made anew where it was lost. Safe to use
    from several threads.
    """

    def __init__(self, module: str, *, limits: Limits, allow_reduced: bool = False) -> None:
        self._module, self._limits, self._allow_reduced = module, limits, allow_reduced
        self._server: ForkServer | None = None
        self._lock = threading.Lock()

    def ask(self, files: Mapping[str, bytes], options: Mapping[str, Any]) -> Any:
        """What the program says of these files (name in its working folder → content); None where
        it ran out of bounds, and where this machine gives no walls."""
        ours, theirs = Channel.pair(frame_mb=self._limits.frame_mb)
        with ours:
            try:
                child = self._warm().fork(
                    "read", channels=[theirs], files=dict(files), options=dict(options)
                )
            except (ForkServerLost, WallsMissing):
                theirs.close()
                self.close()
                return None
            with contextlib.closing(child):
                try:
                    return ours.receive(self._limits.wall_s)
                except (ChannelClosed, ChannelTimeout, FrameTooLarge):
                    return None

    def close(self) -> None:
        """End the fork server. Safe to repeat; the next question makes another."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.close()

    def _warm(self) -> ForkServer:
        with self._lock:
            if self._server is None:
                self._server = ForkServer(
                    programs={"read": f"{self._module}:main"},
                    preload=[self._module],
                    limits=self._limits,
                    allow_reduced=self._allow_reduced,
                )
            return self._server
