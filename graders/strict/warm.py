"""The warm process of strict mode, and the walled children that are forked off it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from graders.commands import ENVIRONMENT
from sandbox import Child, ForkServer, ForkServerLost, Limits

LEARNER, EXAMINER = "learner", "examiner"
_PROGRAMS = {
    LEARNER: "graders.strict.learner.program:main",
    EXAMINER: "graders.strict.examiner.program:main",
}
_SCIENCE = "graders.strict.preload_science"
_PRELOAD = ("graders.strict.preload", *(place.partition(":")[0] for place in _PROGRAMS.values()))
_LAST = "graders.strict.own_modules"  # it looks at what is loaded


class Warm:
    """One fork server, started when it is first needed, and anew when it was lost.

    ``limits``: bounds of each child. ``science``: load numpy, pandas and matplotlib beforehand.
    May be used by many threads. Raises `sandbox.WallsMissing` on first use where the machine gives
    less than full walls and ``allow_reduced`` is False.
    """

    def __init__(self, limits: Limits, *, allow_reduced: bool, science: bool) -> None:
        self.limits = limits
        self.allow_reduced = allow_reduced
        self.aside = ThreadPoolExecutor(8, thread_name_prefix="marker")
        self._science = science
        self._lock = threading.Lock()
        self._server: ForkServer | None = None
        self._closed = False

    @property
    def level(self) -> str:
        """The walls that children stand behind: ``full`` or ``reduced``."""
        return self.server().level

    def server(self) -> ForkServer:
        """The fork server, started if need be."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the marker is closed")
            if self._server is None:
                self._server = ForkServer(
                    programs=_PROGRAMS,
                    preload=[*((_SCIENCE,) if self._science else ()), *_PRELOAD, _LAST],
                    limits=self.limits,
                    allow_reduced=self.allow_reduced,
                    environment={"NBGRADER_EXECUTION": "autograde", **ENVIRONMENT},
                    tools=True,  # a notebook's ``!ls`` and ``%%bash``
                )
            return self._server

    def fork(
        self,
        program: str,
        ends: Sequence[Any],
        options: Mapping[str, Any],
        files: Mapping[str, bytes],
        limits: Limits | None = None,
    ) -> Child:
        """A child. Raises ForkServerLost."""
        server = self.server()
        try:
            return server.fork(
                program,
                channels=ends,
                options=options,
                files=files,
                limits=limits or self.limits,
            )
        except ForkServerLost:
            with self._lock:
                if self._server is server:
                    self._server = None
            server.close()
            raise

    def close(self) -> None:
        """End the warm process and whatever still runs in it. Safe to repeat."""
        with self._lock:
            self._closed = True
            server, self._server = self._server, None
        self.aside.shutdown(wait=True)
        if server is not None:
            server.close()
