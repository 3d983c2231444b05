"""Makes the running of a cell cheap without changing what it does.

ipykernel transforms each cell's text twice in the same way, names its file by a hash that is
computed letter by letter, and asks anew each time what IPython's own method accepts. For a cell of
three lines that is most of the work.
"""

from __future__ import annotations

import functools
import struct
import types
from collections.abc import Sequence
from typing import Any

import ipykernel.compiler
import ipykernel.ipkernel
from IPython.core.inputtransformer2 import TransformerManager

WORD = 0xFFFFFFFF


def prepare() -> None:
    """Put the cheaper ways in place, in the warm parent."""
    manager: Any = TransformerManager
    manager.transform_cell = _transforming_once(manager.transform_cell)
    compiler: Any = ipykernel.compiler
    compiler.murmur2_x86 = murmur2
    kernel: Any = ipykernel.ipkernel
    kernel._accepts_parameters = _asking_once(kernel._accepts_parameters)


def murmur2(text: str, seed: int) -> int:
    """As ``ipykernel.compiler.murmur2_x86``: the 32-bit hash that names a cell's file."""
    data = text.encode()
    whole = len(data) & ~3
    found = seed ^ len(data)
    for word in struct.unpack_from(f"<{whole // 4}I", data):
        word = word * 0x5BD1E995 & WORD
        found = (found * 0x5BD1E995 & WORD) ^ ((word ^ word >> 24) * 0x5BD1E995 & WORD)
    if rest := data[whole:]:
        found = (found ^ int.from_bytes(rest, "little")) * 0x5BD1E995 & WORD
    found = (found ^ found >> 13) * 0x5BD1E995 & WORD
    return found ^ found >> 15


def _transforming_once(transform_cell: Any) -> Any:
    """The last text's transformation again, while nobody has changed what transforms."""
    fresh: Any = TransformerManager
    usual = _transformers(fresh())
    last: list[tuple[str, str]] = []

    @functools.wraps(transform_cell)
    def transformed(self: Any, cell: str) -> str:
        if _transformers(self) != usual:
            last.clear()
        elif last and last[0][0] == cell:
            return last[0][1]
        else:
            last[:] = [(cell, transform_cell(self, cell))]
            return last[0][1]
        result: str = transform_cell(self, cell)
        return result

    return transformed


def _transformers(manager: Any) -> list[int]:
    every = (*manager.cleanup_transforms, *manager.line_transforms, *manager.token_transformers)
    return [id(one) for one in every]


def _asking_once(accepts: Any) -> Any:
    known: dict[tuple[Any, tuple[str, ...]], dict[str, Any]] = {}

    @functools.wraps(accepts)
    def accepted(method: Any, names: Sequence[str]) -> Any:
        function = getattr(method, "__func__", None)
        if not isinstance(function, types.FunctionType):
            return accepts(method, names)
        key = (function, tuple(names))
        if key not in known:
            known[key] = accepts(method, names)
        return dict(known[key])

    return accepted
