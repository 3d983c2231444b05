"""Marking on more machines: the same work, sent to a Dask cluster (or any other executor).

`ClusterMarker` has the face of `graders.Marker` and hands each notebook to a
`concurrent.futures.Executor`. What travels is the name of `mark_bytes`, bytes, and plain JSON
back. Dask pickles these between *our own* client, scheduler and workers, which trust each other
and belong on a network of their own (with TLS); a learner's notebook is only ever bytes inside,
never unpickled, and what a learner's process says comes out of `sandbox` as JSON, as always.

The queue stays in the database: a Dask worker that dies is replaced by Dask, a scheduler that
dies makes the claim return to the queue. Marks are stored once either way (docs/queue.md).
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError, Executor
from typing import Any

from core.marks import CellMarks, Marks, Mode
from core.messages import Message
from graders.marker import Marker
from graders.service.worker import MarkingUnavailable
from sandbox import WallsMissing


class ClusterMarker:
    """A marker whose work is done elsewhere. ``executor`` is thread-safe and stays the caller's.

    Raises `MarkingUnavailable` when the cluster is away; that costs a submission no try. ``lost``:
    errors of the executor that mean just that, besides those any lost connection shows as.
    """

    def __init__(
        self,
        executor: Executor,
        *,
        allow_reduced: bool = False,
        lost: tuple[type[Exception], ...] = (),
    ) -> None:
        self._executor = executor
        self._lost: tuple[type[BaseException], ...] = (CancelledError, OSError, TimeoutError, *lost)
        self._allow_reduced = allow_reduced

    def mark(
        self,
        source: bytes,
        submitted: bytes,
        *,
        mode: Mode = "strict",
        seed: int = 0,
        files: Mapping[str, bytes] | None = None,
    ) -> Marks:
        try:
            done = self._executor.submit(
                mark_bytes, source, submitted, mode, seed, dict(files or {}), self._allow_reduced
            ).result()
        except self._lost as error:
            raise MarkingUnavailable(f"{type(error).__name__}: {error}") from error
        if "unavailable" in done:
            raise MarkingUnavailable(done["unavailable"])
        return marks_from_json(done)


class DaskCluster:
    """A connection to the Dask scheduler at ``address`` (``tcp://host:8786``); close it."""

    def __init__(self, address: str, *, timeout_s: float = 30.0) -> None:
        distributed = _distributed()
        connect: Any = distributed.Client  # its methods carry no types
        self._client: Any = connect(address, timeout=timeout_s, set_as_default=False)
        self.lost: tuple[type[Exception], ...] = (distributed.client.ClosedClientError,)

    @property
    def executor(self) -> Executor:
        # pure=False: two learners with identical notebooks are two tasks, not one cached answer.
        executor: Executor = self._client.get_executor(pure=False)
        return executor

    def slots(self) -> int:
        """How many notebooks the cluster can mark at once, at least 1."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def close(self) -> None:
        self._client.close()


def _distributed() -> Any:
    """Dask's library, installed only where a cluster is used (the extra "cluster").

    Its import silences Tornado's log in the whole process, and with it that of every page which
    the same process serves: that log is put back as it was.
    """
    loggers = [logging.getLogger(name) for name in ("tornado", "tornado.application")]
    before = [(one, one.level, one.propagate, list(one.handlers)) for one in loggers]
    import distributed

    for one, level, propagate, handlers in before:
        one.setLevel(level)
        one.propagate = propagate
        one.handlers[:] = handlers
    return distributed


# --- on the machine that marks ----------------------------------------------------------------

_markers: dict[bool, Marker] = {}
_lock = threading.Lock()


def mark_bytes(
    source: bytes,
    submitted: bytes,
    mode: Mode,
    seed: int,
    files: dict[str, bytes],
    allow_reduced: bool,
) -> dict[str, Any]:
    """Mark one notebook in this process's own marker; plain JSON out (see `marks_to_json`).

    ``{"unavailable": why}`` where this machine can not build the walls asked for.
    """
    try:
        marker = _marker(allow_reduced)
    except WallsMissing as missing:
        return {"unavailable": str(missing)}
    return marks_to_json(marker.mark(source, submitted, mode=mode, seed=seed, files=files))


def _marker(allow_reduced: bool) -> Marker:
    # One per process, made at the first notebook and kept warm until the process ends.
    with _lock:
        if allow_reduced not in _markers:
            marker = Marker(allow_reduced=allow_reduced)
            marker.warm_up()
            atexit.register(marker.close)
            _markers[allow_reduced] = marker
        return _markers[allow_reduced]


# --- marks as JSON, and back ------------------------------------------------------------------


def marks_to_json(marks: Marks) -> dict[str, Any]:
    """Every field; the reason as template and params, so that it can still be translated."""
    return marks.as_dict() | {"reason": marks.reason and marks.reason.as_dict()}


def marks_from_json(plain: dict[str, Any]) -> Marks:
    """What `marks_to_json` wrote."""
    reason = plain["reason"]
    return Marks(
        state=plain["state"],
        total=plain["total"],
        max=plain["max"],
        cells=tuple(CellMarks(**cell) for cell in plain["cells"]),
        reason=Message(reason["template"], reason["params"]) if reason else None,
        mode=plain["mode"],
    )
