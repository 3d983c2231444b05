"""Marking for the check of a course: many small notebooks, in strict and in compatible mode."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from core.marks import Marks, Mode
from core.messages import Refused
from courses.notebooks import read_notebook, write_notebook
from courses.reading import PYTHON, plain_kernel
from graders.strict.feedback import read_feedback

if TYPE_CHECKING:
    from graders.compatible.walled import WalledKernels
    from graders.marker import Marker


class BothModes:
    """`Marker.mark` with the kernels of compatible mode kept warm. A context manager; callable.

    Feedback comes as a message where it is one of ours, to be said in the author's language.
    """

    def __init__(self, marker: Marker) -> None:
        self.marker = marker
        self._stack = ExitStack()
        self._kernels: WalledKernels | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __call__(
        self, source: bytes, submitted: bytes, *, mode: Mode = "strict", candid: bool = False
    ) -> Marks:
        if mode == "compatible":
            from graders.compatible.single import mark_one

            marks = mark_one(as_released(source), as_released(submitted), kernels=self._warm())
        else:
            marks = self.marker.mark(source, submitted, candid=candid)
        told: Any = [replace(one, feedback=_told(one.feedback)) for one in marks.cells]
        return replace(marks, cells=tuple(told))

    def _warm(self) -> WalledKernels:
        if self._kernels is None:
            from graders.compatible.walled import WalledKernels

            kernels = WalledKernels(allow_reduced=self.marker.allow_reduced)
            self._kernels = self._stack.enter_context(kernels)
        return self._kernels


def as_released(content: bytes) -> bytes:
    """A notebook's file as a release writes it: without a byte-order mark and other systems' line
    ends, and for a kernel that every machine has."""
    try:
        book = read_notebook(content)
    except Refused:
        return content  # which marking tells
    kernel = plain_kernel(book["metadata"])
    return write_notebook({**book, "metadata": book["metadata"] | {"kernelspec": kernel or PYTHON}})


def _told(feedback: str | None) -> Any:
    return None if feedback is None else read_feedback(feedback)
