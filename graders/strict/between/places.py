"""Where library objects lie: how one process names them to the other, and what that can lead to."""

from __future__ import annotations

import importlib
import re
import sys
import types
from collections.abc import Collection
from typing import Any

from graders.strict.between.codec import Garbled, Json

MODULE_NAME = re.compile(r"[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){0,5}")
FUNCTIONS = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
)


def import_place(value: Any) -> tuple[str, str] | None:
    """Module and path at which the other process finds the same library object, if anywhere."""
    home = getattr(value, "__module__", None)
    path = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if home is None and hasattr(value, "__objclass__"):
        home = value.__objclass__.__module__
    if not isinstance(home, str) or not isinstance(path, str) or home == "__main__":
        return None
    if not isinstance(value, (*FUNCTIONS, type, types.MethodDescriptorType)) and not callable(
        value
    ):
        return None
    found: Any = sys.modules.get(home)
    try:
        for name in path.split("."):
            found = getattr(found, name)
    except AttributeError:
        return None
    return (home, path) if found is value else None


def own_module(name: Json, known: Collection[str] = ()) -> types.ModuleType:
    """The examiner's own module of that name: one that is loaded, or that the reference imports.

    No other is imported: importing is running, and some modules do what they are for when they are
    imported (``unittest.__main__`` would look for tests in the folder that the learner writes to).
    In its place stands an empty module of the name.
    """
    if type(name) is not str or not MODULE_NAME.fullmatch(name):
        raise Garbled("module")
    if name.partition(".")[0] in ("__main__", "graders", "sandbox"):
        raise Garbled("module")
    if name not in sys.modules and name not in known:
        return types.ModuleType(name)
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Garbled("module") from error
