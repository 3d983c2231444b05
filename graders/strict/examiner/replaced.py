"""What instructor's cells find in the place of Python's own."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import random
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from graders.strict.between.protocol import Generator, Need
from graders.strict.examiner.audit_hook import Guard
from graders.strict.examiner.link import FarSide
from graders.strict.examiner.namespace import Notebook
from graders.strict.examiner.shell import Shell
from graders.strict.examiner.stand_ins import StandIn, is_subclass, kind_of, number_of
from graders.strict.reading.ownership import plain_python


def own_builtins(notebook: Notebook, shell: Shell, heard: Callable[[str], None]) -> dict[str, Any]:
    """``heard``: is told what the cell itself prints."""

    def all_names() -> dict[str, Any]:
        caller = sys._getframe(1)
        return notebook if caller.f_globals is notebook.own else caller.f_globals

    def say(*values: Any, sep: str | None = " ", end: str | None = "\n", **rest: Any) -> None:
        """``print``, which also notes what the cell says: the learner's own printing comes from
        their process and is no word of the author's."""
        text = io.StringIO()
        print(*values, sep=sep, end=end, file=text)
        print(text.getvalue(), end="", **rest)
        if rest.get("file") is None:
            heard(text.getvalue())

    return {
        "print": say,
        "globals": all_names,
        "issubclass": is_subclass,
        "__kind_of__": kind_of,
        "get_ipython": lambda: shell,
        "display": lambda *_, **__: None,
    }


def refuse_pickles(guard: Guard) -> None:
    """Unpickling a file that the learner handed in would run the learner's code here."""

    def load(*_: object, **__: object) -> NoReturn:
        raise guard.refusal(Need.PICKLE)

    refusing = {"__init__": load, "load": load}
    for name in ("pickle", "_pickle"):
        module: Any = importlib.import_module(name)
        module.load = module.loads = load
        # Libraries (joblib, for one) derive classes of their own from these when they are loaded.
        for one in ("Unpickler", "_Unpickler"):
            if hasattr(module, one):
                setattr(module, one, type(one, (getattr(module, one),), dict(refusing)))


def forward_seeds(far: FarSide) -> None:
    """``random.seed`` in a test seeds the learner's generator as well."""
    _forward_seed(far, random, Generator.PYTHONS)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        _forward_seed(far, numpy_random, Generator.NUMPYS)


def _forward_seed(far: FarSide, module: Any, name: str) -> None:
    original = module.seed

    def seed(value: Any = None, *rest: Any, **named: Any) -> None:
        original(value, *rest, **named)
        if isinstance(value, (int, float, str, bytes)):
            far.seed(name, value)

    module.seed = seed


def know_sources(texts: list[str]) -> None:
    """``inspect.getsource`` of the learner's function: from the submitted notebook itself."""
    original = inspect.getsource

    def getsource(thing: Any) -> str:
        if number_of(thing) is None and not isinstance(type(thing), type(StandIn)):
            return original(thing)
        name = thing.__name__
        for text in reversed(texts):
            try:
                tree = ast.parse(plain_python(text))
            except (SyntaxError, ValueError):
                continue
            for node in reversed(list(ast.walk(tree))):
                defines = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
                if isinstance(node, defines) and node.name == name:
                    return (ast.get_source_segment(plain_python(text), node) or "") + "\n"
        raise OSError("could not get source code")

    # The library's own function gives way, in the examiner's process only.
    inspect.getsource = getsource  # type: ignore[assignment]
