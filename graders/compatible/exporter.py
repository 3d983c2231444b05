"""nbconvert's notebook exporter, which validates once per pass instead of after every step."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import NotebookExporter

# After these the notebook is checked; the steps between cannot make a valid one invalid.
CHECKED = ("CheckCellMetadata", "Execute")


class Exporter(NotebookExporter):
    """Configured by the section ``NotebookExporter`` and its ancestors'."""

    def _validate_preprocessor(self, nbc: Any, preprocessor: Any) -> None:
        stock = type(preprocessor).__module__.startswith(("nbgrader.", "nbconvert."))
        if not stock or type(preprocessor).__name__ in CHECKED:
            validate: Any = super()._validate_preprocessor
            validate(nbc, preprocessor)
