"""nbconvert's notebook exporter, which validates once per pass instead of after every step.

It also works on the very notebook that it has just read from a file, where nbconvert makes two
copies first, lest somebody else's notebook be changed.
"""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import nbconvert.exporters.exporter
import nbformat
from nbconvert.exporters import NotebookExporter

# After these the notebook is checked; the steps between cannot make a valid one invalid.
CHECKED = ("CheckCellMetadata", "Execute")


class Exporter(NotebookExporter):
    """Configured by the section ``NotebookExporter`` and its ancestors'."""

    def from_file(self, file_stream: Any, resources: Any = None, **kw: Any) -> Any:
        """Read and convert; nbconvert's own, but for the copies."""
        read: Any = nbformat.read
        ours = read(file_stream, as_version=4)

        def copied(value: Any) -> Any:
            return value if value is ours else copy.deepcopy(value)

        module: Any = nbconvert.exporters.exporter
        kept, module.copy = module.copy, SimpleNamespace(deepcopy=copied)
        try:
            convert: Any = self.from_notebook_node
            return convert(ours, resources=resources, **kw)
        finally:
            module.copy = kept

    def _validate_preprocessor(self, nbc: Any, preprocessor: Any) -> None:
        stock = type(preprocessor).__module__.startswith(("nbgrader.", "nbconvert."))
        if not stock or type(preprocessor).__name__ in CHECKED:
            validate: Any = super()._validate_preprocessor
            validate(nbc, preprocessor)
