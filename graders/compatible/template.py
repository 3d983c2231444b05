"""What a walled fork server of kernels loads before it forks: see `graders.compatible.walled`.

Importing this module does the work, because preloading is what a `sandbox.ForkServer` does before
its first fork: the import statements in ``MOTCHAM_IMPORTS`` are executed, once for all forks.
"""

from __future__ import annotations

import json
import os

from graders.compatible import tracebacks, warm

os.environ["MPLBACKEND"] = warm.INLINE
tracebacks.prepare()
NAMES, CLEAN = warm.do_imports(json.loads(os.environ.pop("MOTCHAM_IMPORTS", "[]")))
