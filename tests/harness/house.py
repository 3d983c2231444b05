"""The rooms of the house, and every module in them, read once."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("hub", "school", "graders", "analytics", "labs"),
    *("courses", "records", "sandbox", "skills_framework", "core"),
)


@functools.cache
def modules() -> dict[str, ast.Module]:
    """Every module of the rooms, read; a package goes by its `__init__`."""
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text())
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if not {"content", "template", "node_modules"} & set(path.parts)
    }
    assert len(found) > 200
    return found
