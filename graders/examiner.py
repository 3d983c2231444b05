"""The program of the examiner's process: the instructor's setup and test cells.

The hidden tests are here and nowhere else. A name is looked up among the examiner's own globals,
then among Python's builtins, and only then asked of the learner's process, by the examiner's
``__builtins__``: a dict whose ``__missing__`` asks. Names that instructor's cells bind are never
asked, not even where such a cell failed before it bound them.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import contextlib
import importlib
import inspect
import io
import os
import random
import signal
import sys
import time
import types
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from graders.codec import NotPlain
from graders.examiner_shell import Shell
from graders.far_side import FarSide
from graders.folder import Folder
from graders.guard import Guard, Refusal, places_of_libraries
from graders.names import meant_by, plain_python
from graders.outputs import Outputs
from graders.patience import MOST
from graders.stand_ins import LearnerGone, NeedsShared, StandIn, learners_words, number_of
from sandbox import Channel, ChannelClosed

MAX_MESSAGE = 1000
_REPEAT_S = 0.25
_TEST, _SETUP = "<test>", "<setup>"


class TestTimeout(BaseException):
    """The cell took longer than it may."""

    __test__ = False


def main(
    control: Channel,
    link: Channel,
    *,
    learner: list[str],
    owned: list[str],
    imports: dict[str, list[Any]],
    in_place: list[str],
    classes: dict[str, list[str]],
    texts: list[str],
    rewrites: list[str],
    leads_to: dict[str, list[str]],
    read: list[str],
    seed: int = 0,
) -> None:
    """Serve until the supervisor goes. The lists are those of `graders.names.Names`; ``texts``
    are the learner's cells, for tests that read the source of a function."""
    here = os.getcwd()  # noqa: PTH109
    # What comes into this folder later is the learner's, and data: no module is found there.
    sys.path[:] = [path for path in sys.path if path not in ("", ".", here)]
    folder = os.path.realpath(here)
    guard = Guard(folder, frozenset((_TEST, _SETUP)), places_of_libraries(folder))
    _find_authors_modules(guard, folder)
    _refuse_pickles(guard)
    guard.install()
    far = FarSide(
        link,
        Folder(here),
        classes=classes,
        in_place=frozenset(in_place),
        rewrites=frozenset(rewrites),
        modules=frozenset(place[0] for place in imports.values()),
    )
    names = AskedNames(far, frozenset(owned), frozenset(learner), imports)
    examiner = Examiner(control, far, names, frozenset(learner), texts)
    examiner.guard = guard
    examiner.leads_to, examiner.read = leads_to, frozenset(read)
    examiner.serve()


def _find_authors_modules(guard: Guard, folder: str) -> None:
    """Modules that were laid beside the notebook before anything ran are the author's own, and the
    learner's side cannot replace them (`Folder`). Libraries of the same name come first."""
    modules = [str(path) for path in Path(folder).rglob("*.py") if path.is_file()]
    if modules:
        guard.let_in(modules)
        sys.pycache_prefix = os.devnull  # compiled ones could be sent by anybody
        sys.path.append(folder)


class AskedNames(dict[str, Any]):
    """``__builtins__`` of the instructor's cells: Python's own, and then the learner's names."""

    def __init__(
        self,
        far: FarSide,
        owned: frozenset[str],
        learner: frozenset[str],
        imports: Mapping[str, list[Any]],
    ) -> None:
        super().__init__(vars(builtins))
        self.far = far
        self.owned = owned
        self.imports = imports
        for name in learner:  # a function that the exercise asks for under a builtin's name
            self.pop(name, None)

    def __missing__(self, name: str) -> Any:
        if type(name) is not str or name in self.owned or name.startswith("__"):
            raise KeyError(name)
        value = self.far.name(name)
        place = self.imports.get(name)
        if place is None:
            return value
        # The reference solution imports it: that the learner did is their work, but what it is
        # we know ourselves.
        found: Any = importlib.import_module(place[0])
        if place[1] is not None:
            found = getattr(found, place[1])
        self[name] = found
        return found


class Examiner:
    """The examiner's side of one notebook."""

    def __init__(
        self,
        control: Channel,
        far: FarSide,
        names: AskedNames,
        learner: frozenset[str],
        texts: list[str],
    ) -> None:
        self.control = control
        self.far = far
        self.names = names
        self.learner = learner
        self.guard: Guard | None = None
        self.leads_to: Mapping[str, list[str]] = {}
        self.read: frozenset[str] = frozenset()
        self.testing = False
        far.given = self._set_by_test
        self.outputs = Outputs()
        self.spoken: list[str] = []  # what the running cell itself printed
        sys.stdout = self.stdout = self.outputs.stream("stdout")
        sys.stderr = self.outputs.stream("stderr")
        main_module = types.ModuleType("__main__")
        sys.modules["__main__"] = main_module
        self.globals = main_module.__dict__
        self.globals["__builtins__"] = names
        self.shell = Shell(lambda: Namespace(self), self._run_text, self.globals.__setitem__)
        own = _own_builtins(self)
        names.update({name: value for name, value in own.items() if name not in learner})
        _forward_seeds(far)
        _know_sources(texts)

    def serve(self) -> None:
        while True:
            try:
                wish = self.control.receive()
            except ChannelClosed:
                return
            self.far.folder.take(wish.get("files"))
            if "setup" in wish:
                said = self._attempt(wish["setup"], _SETUP, wish["limit"])
                os.chdir(self.far.folder.root)
                self.far.folder.keep()
            else:
                said = {"outcomes": self.run_test(wish["test"], wish["limit"])}
            said["broken"] = self.far.broken
            self.control.send(said)

    def run_test(self, source: str, limit: float) -> list[dict[str, Any]]:
        """Outcomes of one test; the worst of them counts.

        Plain data goes to the learner's functions as copies, so that one that empties its argument
        cannot spoil the test's own expectations. Where a function did change an argument the test
        runs once more with the change taken over, as stock nbgrader would see it.
        """
        before = dict(self.globals)
        first = self._attempt(source, _TEST, limit)
        if first["error"] is not None or not self.far.changed:
            return [first]
        self.globals.clear()
        self.globals.update(before)
        self.far.restoring = True
        try:
            return [first, self._attempt(source, _TEST, max(1.0, self.far.left()))]
        finally:
            self.far.restoring = False

    def _attempt(self, source: str, filename: str, limit: float) -> dict[str, Any]:
        """Run a cell's text. Says ``error`` or None, ``result``, its last value's repr, and
        ``spoken``, what it printed itself: the author's words on an answer that is partly right."""
        self.outputs.start()
        self.spoken.clear()
        self.shell.unsupported = None
        self.testing = filename == _TEST
        self.far.begin(limit)
        error: BaseException | None = None
        result: str | None = None
        tree: ast.Module | None = None
        try:
            with self._deadline(limit), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source, filename)
                self._look_over(tree, source)
                result = self._run(tree, source, filename)
        except BaseException as raised:
            error = raised
        said = {
            "error": None if error is None else self._describe(error, tree),
            "result": result,
            "spoken": "".join(self.spoken)[:MAX_MESSAGE],
            "unsupported": self.shell.unsupported,
        }
        if filename == _SETUP and error is not None:
            said["authors"] = _authors_fault(error)
        self._give_back()
        return said

    def _look_over(self, tree: ast.Module, source: str) -> None:
        """What of the instructor's cell matters before it runs."""
        if self.guard is not None:
            self.guard.refused = None
            self.guard.trust(tree)
        if self.leads_to:
            self.far.judging = meant_by(source, self.leads_to)

    def _describe(self, error: BaseException, tree: ast.Module | None) -> dict[str, Any]:
        facts = describe(error, tree)
        facts["why"] = self.far.broken_by
        facts["needs"] = _need_of(error) or (self.guard.refused if self.guard else None)
        if isinstance(error, NameError) and error.name in self.learner:
            facts["learner"] = {"missing": True, "s": error.name}
        return facts

    def _run_text(self, text: str) -> Any:
        """Run a text of the instructor's (below a ``%%time``, say), and its last value."""
        filename = _TEST if self.testing else _SETUP
        tree = ast.parse(plain_python(text), filename)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body.pop()
        self._execute(compile(tree, filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        if not isinstance(last, ast.Expr):
            return None
        value = ast.Expression(last.value)
        return self._execute(compile(value, filename, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))

    def _execute(self, code: types.CodeType) -> Any:
        """Run compiled code of the instructor's; an ``await`` at its top as Jupyter does."""
        value = eval(code, self.globals)  # noqa: S307
        if code.co_flags & inspect.CO_COROUTINE:
            return asyncio.new_event_loop().run_until_complete(value)
        return value

    def _run(self, tree: ast.Module, source: str, filename: str) -> str | None:
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body[-1].value)
            body = ast.Module(tree.body[:-1], tree.type_ignores)
        else:
            body = tree
        self._execute(compile(body, filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        if last is None:
            return None
        value = self._execute(compile(last, filename, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        if value is None or source.rstrip().endswith(";"):
            return None
        # Partial credit is a number; a learner's object writes no number of its own choosing.
        return "" if number_of(value) is not None else repr(value)[:200]

    def _set_by_test(self) -> dict[str, Any]:
        """The learner's names that the running test has bound itself."""
        if not self.testing:
            return {}
        # Only what functions of the reference read: a test that keeps its expectation under a
        # name of the learner's must not hand it over.
        names = self.learner & self.read & self.globals.keys()
        return {name: self.globals[name] for name in names}

    def _give_back(self) -> None:
        """Names that are the learner's do not stay here: the next cell asks for them again."""
        with contextlib.suppress(Exception):
            self.far.sync()
        for name in self.learner & self.globals.keys():
            del self.globals[name]

    @contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        began = time.monotonic()

        def ring(*_: object) -> None:
            if time.monotonic() - began > MOST * seconds:
                raise TestTimeout
            if not self.far.waiting and self.far.left() <= 0:
                raise TestTimeout

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _authors_fault(error: BaseException) -> dict[str, Any] | None:
    """What an instructor's own setup cell failed of, for a person; None where it was something of
    the learner's."""
    if learners_words(error) is not None or isinstance(error, (LearnerGone, NotPlain)):
        return None
    missing = None
    if isinstance(error, ModuleNotFoundError) and error.name:
        missing = f"{error.name.partition('.')[0]}.py"
    elif isinstance(error, FileNotFoundError) and isinstance(error.filename, str):
        missing = os.path.basename(error.filename)  # noqa: PTH119
    return {
        "said": f"{type(error).__name__}: {_clean(error) or ''}"[:MAX_MESSAGE],
        "missing": missing and missing[:100],
    }


def _need_of(error: BaseException) -> str | None:
    """What the test would have to be ``shared`` for."""
    if isinstance(error, NotPlain):
        return "object"
    found = getattr(error, "need", None) if isinstance(error, (Refusal, NeedsShared)) else None
    return found if isinstance(found, str) else None


# Errors ----------------------------------------------------------------------------------------


def describe(error: BaseException, tree: ast.Module | None) -> dict[str, Any]:
    """What may be made into feedback: the author's own message, or where the learner's code failed.

    ``message`` is text that the author wrote for people. ``line`` is the test's line, from 1.
    ``learner`` holds type, text and place of an error of the learner's own code.
    """
    facts: dict[str, Any] = {
        "type": type(error).__name__,
        "timeout": isinstance(error, TestTimeout),
        "gone": isinstance(error, LearnerGone),
        "line": None,
        "message": None,
        "learner": None,
    }
    words = learners_words(error)
    frames = _frames(error)
    own = [line for filename, line in frames if filename == _TEST]
    facts["line"] = own[-1] if own else None
    if words is not None:
        facts["learner"] = {
            key: words.get(key)
            for key in ("t", "s", "builtin", "timeout", "flooded", "place", "missing")
        }
    elif frames and frames[-1][0] in (_TEST, _SETUP):
        facts["message"] = _authors_text(error, tree, frames[-1])
    elif own and tree is not None:
        facts["message"] = _message_argument(tree, own[-1])
    return facts


def _frames(error: BaseException) -> list[tuple[str, int]]:
    found = []
    trace = error.__traceback__
    while trace is not None:
        found.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return found


def _authors_text(
    error: BaseException, tree: ast.Module | None, frame: tuple[str, int]
) -> str | None:
    """The text after ``assert …,`` or inside ``raise …(…)``; of other errors none."""
    filename, line = frame
    if filename == _TEST and tree is not None:
        statements = [
            node
            for node in ast.walk(tree)
            if isinstance(node, (ast.Assert, ast.Raise))
            and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        if not statements:
            return None
        spoken = statements[-1]
        if isinstance(spoken, ast.Assert) and (
            spoken.msg is None or not isinstance(error, AssertionError)
        ):
            return None
    elif not isinstance(error, AssertionError):
        return None
    return _clean(error)


def _message_argument(tree: ast.Module, line: int) -> str | None:
    """The author's ``msg=`` to a library's assert function, where it is a plain text."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or node.lineno != line:
            continue
        for keyword in node.keywords:
            if keyword.arg in ("msg", "err_msg", "message") and isinstance(
                keyword.value, ast.Constant
            ):
                return str(keyword.value.value)[:MAX_MESSAGE]
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        last = node.args[-1] if len(node.args) > 2 else None
        spoken = last.value if isinstance(last, ast.Constant) else None
        if called.startswith("assert") and isinstance(spoken, str):
            return spoken[:MAX_MESSAGE]
    return None


def _clean(error: BaseException) -> str | None:
    try:
        text = str(error)
    except Exception:
        return None
    kept = "".join(char for char in text if char >= " " or char in "\n\t")
    return kept.strip()[:MAX_MESSAGE] or None


# What instructor's cells find under Python's names ----------------------------------------------


def _own_builtins(examiner: Examiner) -> dict[str, Any]:
    def all_names() -> dict[str, Any]:
        caller = sys._getframe(1)
        if caller.f_globals is not examiner.globals:
            return caller.f_globals
        return Namespace(examiner)

    def local_names() -> Any:
        caller = sys._getframe(1)
        if caller.f_locals is examiner.globals:
            return Namespace(examiner)
        return caller.f_locals

    def say(*values: Any, sep: str | None = " ", end: str | None = "\n", **rest: Any) -> None:
        """``print``, which also notes what the cell says: the learner's own printing comes from
        their process and is no word of the author's."""
        text = io.StringIO()
        print(*values, sep=sep, end=end, file=text)
        print(text.getvalue(), end="", **rest)
        if rest.get("file") is None and sys.stdout is examiner.stdout:
            examiner.spoken.append(text.getvalue()[:MAX_MESSAGE])

    return {
        "print": say,
        "globals": all_names,
        "locals": local_names,
        "get_ipython": lambda: examiner.shell,
        "display": lambda *_, **__: None,
    }


class Namespace(dict[str, Any]):
    """``globals()`` of the instructor's cells: with the learner's names, asked when looked for."""

    def __init__(self, examiner: Examiner) -> None:
        super().__init__(examiner.globals)
        self._names = examiner.names

    def __missing__(self, name: str) -> Any:
        if name in vars(builtins):
            raise KeyError(name)
        return self._names.__missing__(name)

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        try:
            self[str(name)]
        except KeyError:
            return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


def _refuse_pickles(guard: Guard) -> None:
    """Unpickling a file that the learner handed in would run the learner's code here."""

    class Unpickler:
        def __init__(self, *_: object, **__: object) -> None:
            raise guard.refusal("pickle")

    def load(*_: object, **__: object) -> NoReturn:
        raise guard.refusal("pickle")

    for name in ("pickle", "_pickle"):
        module: Any = importlib.import_module(name)
        module.load = module.loads = load
        module.Unpickler = Unpickler
    importlib.import_module("pickle")._Unpickler = Unpickler  # type: ignore[attr-defined]


def _forward_seeds(far: FarSide) -> None:
    """``random.seed`` in a test seeds the learner's generator as well."""
    _forward_seed(far, random, "random")
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        _forward_seed(far, numpy_random, "numpy")


def _forward_seed(far: FarSide, module: Any, name: str) -> None:
    original = module.seed

    def seed(value: Any = None, *rest: Any, **named: Any) -> None:
        original(value, *rest, **named)
        if isinstance(value, (int, float, str, bytes)):
            far.seed(name, value)

    module.seed = seed


def _know_sources(texts: list[str]) -> None:
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
                named = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
                if named and node.name == name:  # type: ignore[attr-defined]
                    return (ast.get_source_segment(plain_python(text), node) or "") + "\n"
        raise OSError("could not get source code")

    inspect.getsource = getsource  # type: ignore[assignment]
