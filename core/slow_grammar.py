"""A grammar that jsonschema loads and nothing here needs: built when it is asked for, not before.

nbformat checks notebooks with jsonschema; that imports a checker of international web addresses,
which takes more than a second to build its grammar. No schema of a notebook has such an address.
Whoever is about to load nbformat or nbgrader calls `set_aside` first; who asks the checker
something hears the same as ever, one second later.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

CHECKER = "rfc3987_syntax"


def set_aside() -> None:
    """Have the checker loaded when it is first called. Safe to repeat."""
    if CHECKER in sys.modules:
        return
    module: Any = ModuleType(CHECKER)
    module.is_valid_syntax = _is_valid_syntax
    sys.modules[CHECKER] = module


def _is_valid_syntax(*arguments: Any, **named: Any) -> Any:
    held: Any = sys.modules.get(CHECKER)
    if held is not None and getattr(held, "is_valid_syntax", None) is _is_valid_syntax:
        del sys.modules[CHECKER]
        held = importlib.import_module(CHECKER)
    return held.is_valid_syntax(*arguments, **named)
