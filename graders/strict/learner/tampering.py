"""``shared`` tests: run where the learner's code ran, after looking whether Python is still Python.

A test that must see figures, patch a function or inspect an object from within cannot stand in
another process. Its author marks it ``#| shared: true``; it then runs in the learner's process and
the marks say so. Before it runs, what learners' tricks are known to tamper with is compared with
what was remembered before their first cell. This raises the price of forging; it does not make
it impossible, since the learner's code was there first (docs/marking.md says how far it goes).
"""

from __future__ import annotations

import ast
import builtins
import gc
import sys
import threading
import types
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from graders.strict.between.last_value import value_facts as _facts
from graders.strict.between.protocol import SharedError, SharedSaid, SharedWish

# Taken before any learner's code runs, so that replacing them in their modules changes nothing.
_compile, _exec, _eval, _dict, _id, _type = compile, exec, eval, dict, id, type
_str, _isinstance, _hasattr = str, isinstance, hasattr
_parse, _Expr, _Expression, _Module = ast.parse, ast.Expr, ast.Expression, ast.Module
_gettrace, _getprofile, _frames = sys.gettrace, sys.getprofile, sys._current_frames
_hooks, _count_threads = gc.callbacks, threading.active_count
_SHELL_LISTS = (
    "ast_transformers",
    "input_transformers_post",
)


class Remembered:
    """The interpreter before the learner's first cell."""

    def __init__(self, shell: Any) -> None:
        self.builtins = _dict(vars(builtins))
        self.meta_path = list(sys.meta_path)
        self.path_hooks = list(sys.path_hooks)
        self.transform = _transform_of(shell)
        self.modules = {
            name: _functions_of(module)
            for name in ("unittest.mock", "unittest.case", "numpy.testing", "math", "json", "re")
            if isinstance(module := sys.modules.get(name), types.ModuleType)
        }


def _functions_of(module: types.ModuleType) -> dict[str, object]:
    return {name: value for name, value in vars(module).items() if callable(value)}


def _transform_of(shell: Any) -> Callable[[str], str]:
    from IPython.core.inputtransformer2 import TransformerManager

    manager: Any = TransformerManager()  # type: ignore[no-untyped-call]
    transform: Callable[[str], str] = manager.transform_cell
    return transform


def remember(shell: Any) -> Remembered:
    return Remembered(shell)


def find_tampering(shell: Any, before: Remembered) -> list[str]:
    """What is not as it was; names for the log and the instructor, never shown with test text."""
    found = []
    now = vars(builtins)
    expected = before.builtins
    for name, value in expected.items():
        if name not in ("_", "input", "display", "get_ipython") and now.get(name) is not value:
            found.append(f"builtins.{name}")
    if _gettrace() is not None:
        found.append("sys.settrace")
    if _getprofile() is not None:
        found.append("sys.setprofile")
    if sys.version_info >= (3, 12):
        found += [f"sys.monitoring tool {n}" for n in range(6) if sys.monitoring.get_tool(n)]
    if len(_frames()) > 1 or _count_threads() > 1:
        found.append("threads")
    if sys.meta_path != before.meta_path:
        found.append("sys.meta_path")
    if sys.path_hooks != before.path_hooks:
        found.append("sys.path_hooks")
    for name in _SHELL_LISTS:
        if getattr(shell, name, None):
            found.append(f"shell.{name}")
    for module_name, functions in before.modules.items():
        module = vars(sys.modules.get(module_name, types.ModuleType("gone")))
        for name, value in functions.items():
            if module.get(name) is not value:
                found.append(f"{module_name}.{name}")
    if gc.callbacks:
        found.append("gc.callbacks")
    return found


def run_shared(
    shell: Any,
    before: Remembered,
    wish: dict[str, Any],
    deadline: Callable[[float], AbstractContextManager[None]],
) -> dict[str, Any]:
    """Run a test here. Says `SharedSaid`."""
    said: dict[str, Any] = {
        SharedSaid.NONCE: wish[SharedWish.NONCE],
        SharedSaid.TAMPERED: find_tampering(shell, before),
    }
    if said[SharedSaid.TAMPERED]:
        return said
    namespace = shell.user_ns
    hidden = {name: namespace.pop(name) for name in before.builtins if name in namespace}
    try:
        with deadline(wish[SharedWish.LIMIT]):
            tree = _parse(before.transform(wish[SharedWish.SHARED]), "<test>", "exec")
            last: Any = None
            if tree.body and _isinstance(tree.body[-1], _Expr):
                last = tree.body.pop()
            _exec(_compile(tree, "<test>", "exec"), namespace)
            if last is not None:
                value = _eval(_compile(_Expression(last.value), "<test>", "eval"), namespace)
                said[SharedSaid.RESULT] = _facts(value)
    except BaseException as error:
        said[SharedSaid.ERROR] = describe_test_error(error)
    finally:
        namespace.update(hidden)
    said[SharedSaid.TAMPERED] = find_tampering(shell, before)
    return said


def describe_test_error(error: BaseException) -> dict[str, Any]:
    """Type, text, and the line of the test at which it arose; whether the test itself raised it."""
    line, own = None, False
    trace = error.__traceback__
    while trace is not None:
        own = trace.tb_frame.f_code.co_filename == "<test>"
        if own:
            line = trace.tb_lineno
        trace = trace.tb_next
    return {
        SharedError.TYPE: _type(error).__name__,
        SharedError.TEXT: _str(error)[:2000],
        SharedError.LINE: line,
        SharedError.OWN: own,
    }
