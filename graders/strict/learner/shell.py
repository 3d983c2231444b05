"""IPython's shell in the learner's process: where its outputs go, and what a marking leaves out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from graders.strict.between.outputs import Outputs


def prepare_shell(shell: Any, outputs: Outputs, *, show: bool) -> Any:
    """Point a warm shell's outputs to ``outputs``, and keep what only a reader needs out of a
    marking: formatting, drawing, coloured tracebacks."""
    sys.stdout = outputs.stream("stdout")
    sys.stderr = outputs.stream("stderr")
    shell.display_pub = outputs.publisher(shell, show=show)
    shell.displayhook = outputs.hook(shell, show=show)
    shell.display_trap.hook = shell.displayhook
    shell.ask_exit = _leave  # ``exit()`` in a cell
    shell.should_run_async = _only_if_said(shell.should_run_async)
    if show:
        shell._showtraceback = outputs.traceback
        use_inline_figures(shell)
    else:
        shell.showtraceback = shell.showsyntaxerror = _quiet
        shell.showindentationerror = _quiet
        shell.enable_matplotlib = lambda *_, **__: ("agg", "agg")  # ``%matplotlib inline``
    return shell


def _only_if_said(decide: Callable[..., bool]) -> Callable[..., bool]:
    """IPython compiles each cell once more only to see whether it awaits; few say the word."""

    def may_await(raw_cell: str, **more: Any) -> bool:
        return ("await" in raw_cell or "async" in raw_cell) and decide(raw_cell, **more)

    return may_await


def _leave() -> NoReturn:
    raise SystemExit


def _quiet(*_: object, **__: object) -> None:
    return None


def use_inline_figures(shell: Any) -> None:
    """Figures appear below the cell that drew them, as in Jupyter."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib.rcParams["backend"] = "module://matplotlib_inline.backend_inline"


def close_figures() -> None:
    """What showing them does in Jupyter: no figure is open when the next cell begins."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        try:
            pyplot.close("all")
        except Exception:
            return
