"""A kernel's life in a freshly forked process: an ordinary ipykernel on sockets it binds first."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Any

from hub.labs.figures import KERNEL
from hub.labs.furnishing import LANGUAGE

DOCUMENTATION = {
    "Python": f"https://docs.python.org/{sys.version_info[0]}.{sys.version_info[1]}",
    "pandas": "https://pandas.pydata.org/pandas-docs/stable/",
    "NumPy": "https://numpy.org/doc/stable/",
    "Matplotlib": "https://matplotlib.org/stable/",
}


def run(connection_file: str, cwd: str, env: dict[str, str], told: int) -> None:
    """Be the kernel of ``connection_file`` until it is shut down.

    One byte goes to the descriptor ``told`` as soon as its sockets are bound: who connects before
    that pays ZMQ's reconnect interval of 100 ms.
    """
    Path("/proc/self/comm").write_text(KERNEL)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    sys.argv = ["ipykernel_launcher", "-f", connection_file]
    # The debugger wants TCP, which a lab has none of, and holds a hundred modules.
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]
    app = _make_app(connection_file, told)
    app.initialize([])
    _draw_inline(app.shell)
    app.start()


def _make_app(connection_file: str, told: int) -> Any:
    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    class BoundFirst(IPKernelApp):
        def parse_command_line(self, argv: Any = None) -> None:
            # The parser would touch every option of every class, and with them megabytes of pages
            # that are shared with the warm parent until then.
            self.argv, self.extra_args = [], []

        def init_sockets(self) -> None:
            super().init_sockets()  # type: ignore[no-untyped-call]
            os.write(told, b"!")
            os.close(told)

    config = Config(
        {
            "HistoryManager": {"enabled": False},
            "IPythonKernel": {"help_links": _help_links(os.environ.get(LANGUAGE, ""))},
        }
    )
    return BoundFirst.instance(connection_file=connection_file, config=config)


def _help_links(language: str) -> list[dict[str, str]]:
    """What the help menu offers for Python, named in the reader's language."""
    name = "{} (English)" if language == "en" else "Tài liệu {} (tiếng Anh)"
    return [{"text": name.format(what), "url": url} for what, url in DOCUMENTATION.items()]


def _draw_inline(shell: Any) -> None:
    """Figures appear below their cell, as in a kernel that loads pyplot only now."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    import matplotlib
    from IPython.core.pylabtools import activate_matplotlib
    from matplotlib_inline.backend_inline import configure_inline_support

    backend = "module://matplotlib_inline.backend_inline"
    matplotlib.use(backend)
    activate_matplotlib(backend)  # type: ignore[no-untyped-call]
    configure_inline_support(shell, backend)  # type: ignore[no-untyped-call]
