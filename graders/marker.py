"""`Marker`: the one door to marking, in strict and in compatible mode."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.marks import Marks, Mode
from graders.strict.between.starvation import MOST
from graders.strict.marker import CELL_S, NOTEBOOK_S, StrictMarker
from sandbox import Limits

if TYPE_CHECKING:
    from graders.compatible.walled import WalledKernels


class Marker(StrictMarker):
    """A `StrictMarker` that also marks as nbgrader does. Compatible mode, and all of nbgrader with
    it, is loaded when it is first asked for; its kernels are kept warm from then on."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        allow_reduced: bool = False,
        cell_s: float = CELL_S,
        notebook_s: float = NOTEBOOK_S,
        beforehand: bool = True,
    ) -> None:
        super().__init__(
            limits=limits,
            allow_reduced=allow_reduced,
            cell_s=cell_s,
            notebook_s=notebook_s,
            beforehand=beforehand,
        )
        self._kernels: WalledKernels | None = None
        self._kernels_lock = threading.Lock()
        self._closed = False

    def mark(
        self,
        source: bytes | Mapping[str, Any],
        submitted: bytes,
        *,
        mode: Mode = "strict",
        seed: int = 0,
        files: Mapping[str, bytes] | None = None,
        candid: bool = False,
    ) -> Marks:
        """`StrictMarker.mark_strictly`, or, in compatible mode, `graders.compatible.mark_one`."""
        if mode == "strict":
            return self.mark_strictly(source, submitted, seed=seed, files=files, candid=candid)
        from graders.compatible import mark_one

        return mark_one(
            source,
            submitted,
            kernels=self._warm_kernels(),
            files=files,
            most_s=self.notebook_s * MOST,
        )

    def _warm_kernels(self) -> WalledKernels:
        from graders.compatible.walled import WalledKernels

        with self._kernels_lock:
            if self._closed:
                raise RuntimeError("the marker is closed")
            if self._kernels is None:
                self._kernels = WalledKernels(allow_reduced=self.allow_reduced)
            return self._kernels

    def close(self) -> None:
        """End the warm processes of both modes. Safe to repeat."""
        super().close()
        with self._kernels_lock:
            self._closed = True
            kernels, self._kernels = self._kernels, None
        if kernels is not None:
            kernels.close()
