"""What the fork server loads before the first notebook arrives: IPython's shell, made and warm.

Importing this module warms the process: that is its purpose, and only the fork server does it. It
starts no thread and opens no file for writing. Libraries are `preload_science`'s.
"""

from __future__ import annotations

import warnings
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from graders import commands


def _make_shell() -> Any:
    config: Any = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.enable_tip = False
    shell: Any = InteractiveShell.instance(config=config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shell.run_cell("1 + 1; _warm = 1", store_history=False)
        shell.run_cell("del _warm", store_history=False)
    return shell


SHELL = _make_shell()
commands.prepare()
