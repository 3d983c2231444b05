"""The inner side of `graders.compatible.walled`: what its fork servers load, and their program.

Importing this module does the work, because preloading is what a `sandbox.ForkServer` does before
its first fork: the import statements in ``MOTCHAM_IMPORTS`` are executed, once for all forks.
"""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path
from typing import Any

from graders import commands
from graders.compatible import cells, tracebacks, warm
from sandbox import Channel

PACKED = ".motcham-folder.tar"

os.environ["MPLBACKEND"] = warm.INLINE
cells.prepare()
tracebacks.prepare()
commands.prepare()
NAMES, CLEAN = warm.do_imports(json.loads(os.environ.pop("MOTCHAM_IMPORTS", "[]")))
tracebacks.find_modules()


def become_kernel(shell: Channel, iopub: Channel, life: Channel, **options: Any) -> None:
    """Unpack the autograded folder here and serve one notebook, or say that it must not."""
    if not CLEAN or set(options["shadows"]) & NAMES:
        os.write(life.fileno(), json.dumps({"refused": True}).encode())
        return
    with tarfile.open(PACKED) as packed:
        packed.extractall(filter="data")
    Path(PACKED).unlink()
    for name, value in options["environ"].items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    warm.become_kernel(shell.fileno(), iopub.fileno(), life.fileno(), options["key"])
