"""numpy, pandas and matplotlib, loaded before the first notebook arrives, but out of sight.

Importing this module loads them: that is its purpose, and only the fork server does it; where a
single notebook is marked that uses none of them it does not (`graders.strict.reading.needs`).

Stock nbgrader loads nothing beforehand. So that a notebook which forgot
``import matplotlib.pyplot`` fails here as it fails there, packages' modules that ``import numpy,
pandas, matplotlib`` alone would not load are hidden again after warming, and handed out, ready,
when somebody imports them (`_Shelf`).
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any

_PYPLOT = "matplotlib.pyplot"


class _Shelf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loaded modules that are not imported yet, as far as anybody can see.

    Whoever imports one gets the others back with it, since they lean on each other; only pyplot
    waits until it is itself asked for.
    """

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}

    def put(self, name: str) -> None:
        module = sys.modules.pop(name)
        self.modules[name] = module
        parent, _, child = name.rpartition(".")
        holder = sys.modules.get(parent) or self.modules.get(parent)
        if holder is not None and holder.__dict__.get(child) is module:
            delattr(holder, child)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        module = self.modules.get(fullname)
        if module is None:
            return None
        spec = importlib.machinery.ModuleSpec(
            fullname, self, is_package=hasattr(module, "__path__")
        )
        spec.origin = getattr(module, "__file__", None)
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        wanted = self.modules.pop(spec.name)
        for name in [n for n in self.modules if n != _PYPLOT]:
            module = sys.modules[name] = self.modules.pop(name)
            parent, _, child = name.rpartition(".")
            holder = sys.modules.get(parent) or self.modules.get(parent)
            if holder is not None:
                setattr(holder, child, module)
        return wanted

    def exec_module(self, module: ModuleType) -> None:
        """It was executed while warming."""


def _load_scientific() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("numpy", "pandas", "matplotlib"):
            importlib.import_module(name)
        before = set(sys.modules)
        for name in ("matplotlib.pyplot", "matplotlib.backends.backend_agg", "unittest.mock"):
            importlib.import_module(name)
        # Not by pyplot's own figure(): that would settle the backend, and the learner's process
        # chooses another one where outputs are shown.
        figure: Any = importlib.import_module("matplotlib.figure").Figure()
        figure.add_subplot().plot([0, 1])
        agg: Any = importlib.import_module("matplotlib.backends.backend_agg")
        agg.FigureCanvasAgg(figure).draw()  # fonts are found now, not in every fork
        pandas: Any = importlib.import_module("pandas")
        frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
        frame.groupby("b").sum().describe()
    shelf = _Shelf()
    for name in sorted(set(sys.modules) - before, reverse=True):
        if name.startswith("matplotlib."):
            shelf.put(name)
    sys.meta_path.insert(0, shelf)


_load_scientific()
