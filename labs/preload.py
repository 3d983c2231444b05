"""What is loaded before the fork, in the order a server and a kernel would ask for it."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Sequence

# Everything that a server or a kernel would import after the fork: what is imported before is paid
# once and shared by all, what is imported after is paid by each.
WARM_MODULES = (
    "jupyterhub.singleuser.extension",
    "jupyterlab.labapp",
    "notebook.app",
    "jupyter_server.services.contents.largefilemanager",
    *(
        f"jupyter_server.{name}.handlers"
        for name in (
            "files",
            "kernelspecs",
            "nbconvert",
            "view",
            *(
                f"services.{service}"
                for service in (
                    "api",
                    "config",
                    "contents",
                    "events",
                    "kernels",
                    "kernelspecs",
                    "nbconvert",
                    "security",
                    "sessions",
                )
            ),
        )
    ),
    "jupyter_server.services.shutdown",
    "ctypes.util",
    "httpcore",
    "jinja2.ext",
    "tornado.platform.asyncio",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib_inline.backend_inline",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "faulthandler",
    "pydoc",
    "labs.provisioner",
    "labs.quota",
    "labs.server",
    "labs.kernels",
)


def load(science: Sequence[str]) -> None:
    """Import what labs need. For the warm parent.

    Modules of ours that a later release of Jupyter no longer has are left out: they only save time.
    ``science``: what the operator promised to learners; ImportError when one is missing.
    """
    for name in WARM_MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for name in science:
        importlib.import_module(name)
