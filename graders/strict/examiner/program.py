"""The program of the examiner's process: the instructor's setup and test cells.

The hidden tests are here and nowhere else. Where a name comes from is
`graders.strict.examiner.namespace`'s. Names that instructor's cells bind are never asked of the
learner's process, not even where such a cell failed before it bound them.
"""

from __future__ import annotations

import ast
import asyncio
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

from graders.strict.between.codec import Encoder, NotPlain, TooLarge
from graders.strict.between.file_exchange import Folder
from graders.strict.between.last_value import Value, value_facts
from graders.strict.between.outputs import Outputs
from graders.strict.between.starvation import MOST
from graders.strict.between.twins import Ties
from graders.strict.examiner.audit_hook import Guard, Refusal, places_of_libraries
from graders.strict.examiner.link import FarSide
from graders.strict.examiner.namespace import AskedNames, Notebook
from graders.strict.examiner.shell import Shell
from graders.strict.examiner.stand_ins import (
    LearnerGone,
    NeedsShared,
    StandIn,
    is_subclass,
    kind_of,
    learners_words,
    number_of,
)
from graders.strict.examiner.telling import Telling
from graders.strict.ownership import meant_by, mentioned_names, plain_python
from sandbox import Channel, ChannelClosed

MAX_MESSAGE = 1000
_REPEAT_S = 0.25
MAX_GIVEN = 6 * 1024 * 1024  # bytes of what a setup cell made, for the learner's process
_AWAITING = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
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
    shared: list[str],
    shifting: list[str],
    disturbed: list[str],
    seed: int = 0,
) -> None:
    """Serve until the supervisor goes. The lists are those of `graders.strict.ownership.Names`;
    ``texts`` are the learner's cells, for tests that read the source of a function."""
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
    examiner.leads_to = leads_to
    examiner.telling = Telling(
        far,
        examiner.globals,
        theirs=frozenset(learner) & frozenset(read),
        shared=frozenset(shared),
        shifting=frozenset(shifting),
        disturbed=frozenset(disturbed),
    )
    far.given = examiner.telling.pushes
    examiner.serve()


def _find_authors_modules(guard: Guard, folder: str) -> None:
    """Modules that were laid beside the notebook before anything ran are the author's own, and the
    learner's side cannot replace them (`Folder`). Libraries of the same name come first."""
    modules = [str(path) for path in Path(folder).rglob("*.py") if path.is_file()]
    if modules:
        _find_modules(guard, modules, folder)


def _find_modules(guard: Guard, modules: list[str], folder: str | Path) -> None:
    guard.let_in(modules)
    sys.pycache_prefix = os.devnull  # compiled ones could be sent by anybody
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    importlib.invalidate_caches()


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
        self.telling: Telling | None = None
        self.outputs = Outputs()
        self.spoken: list[str] = []  # what the running cell itself printed
        sys.stdout = self.stdout = self.outputs.stream("stdout")
        sys.stderr = self.outputs.stream("stderr")
        main_module = types.ModuleType("__main__")
        sys.modules["__main__"] = main_module
        self.globals = main_module.__dict__
        self.globals["__builtins__"] = names
        self.notebook = Notebook(self.globals, names)
        self.shell = Shell(
            lambda: self.notebook, self._run_text, self.notebook.__setitem__, self._let_in
        )
        self.testing = False  # what runs is a test, not a setup cell
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
                said = self.run_setup(wish)
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
        found = [self._attempt(source, _TEST, limit)]
        if found[0]["error"] is None and self.far.changed:
            self.far.restoring = True
            found.append(self._attempt_again(source, before))
            self.far.restoring = False
        if found[-1]["error"] is None and self.names.differing:
            self.names.as_bound = True
            found.append(self._attempt_again(source, before))
            self.names.as_bound = False
        return found

    def _attempt_again(self, source: str, before: Mapping[str, Any]) -> dict[str, Any]:
        self.globals.clear()
        self.globals.update(before)
        return self._attempt(source, _TEST, max(1.0, self.far.left()), again=True)

    def run_setup(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Run a setup cell's text. ``knows``: what it binds that the learner's process has of it
        as well. ``gives``: names whose values are to go there. ``once``: what the cell does is done
        here, and the learner's process is handed all of it, where that is possible."""
        said = self._attempt(wish["setup"], _SETUP, wish["limit"], gives=wish)
        if "knows" in wish and not said.get("once"):
            self.far.pushes[:] = [push for push in self.far.pushes if push[0] != "seed"]
        for name in wish.get("knows", ()):
            if name in self.globals:
                self.far.ties.learn(name, self.globals[name])
        return said

    def _give(self, wish: Mapping[str, Any], *, failed: bool) -> dict[str, Any]:
        """What the cell made, written for the learner's process."""
        values: dict[str, Any] = {}
        whole = not failed
        for name in wish["knows"]:
            if isinstance(self.globals.get(name), type):
                self.far.ties.learn(name, self.globals[name])
        for name in wish.get("gives", ()):
            value = self.globals.get(name, self)
            if value is not self and _crosses(value, self.far.ties):
                values[name] = value
            elif name not in wish["defined"]:
                whole = False
        encoder = Encoder(_by_number, ties=self.far.ties, whole=True, max_bytes=MAX_GIVEN)
        try:
            given = encoder.encode(values) if values else None
        except TooLarge:
            return {"gives": None, "once": False}
        return {"gives": given, "once": whole and wish.get("once") is True}

    def _attempt(
        self,
        source: str,
        filename: str,
        limit: float,
        *,
        again: bool = False,
        gives: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Run a cell's text. Says ``error`` or None, ``result``, what its last value says, and
        ``spoken``, what it printed itself: the author's words on an answer that is partly right."""
        self.outputs.start()
        self.spoken.clear()
        self.shell.unsupported = None
        self.testing = filename == _TEST
        self.far.begin(limit, again=again)
        self.names.begin(again=again)
        if self.telling is not None:
            self.telling.begin(mentioned_names(source), testing=filename == _TEST)
        error: BaseException | None = None
        result: Value = None
        tree: ast.Module | None = None
        try:
            with self._deadline(limit), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source, filename)
                self._look_over(tree, source)
                _AskKinds().visit(tree)
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
        if gives and (gives.get("gives") or gives.get("once")):
            said |= self._give(gives, failed=error is not None)
        self._give_back(keep=gives is not None and "once" in gives and not said.get("once"))
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

    def _let_in(self, path: Path) -> None:
        """A module that a setup cell wrote is the author's own: it can be imported, and no file of
        the learner's takes its place (`Folder`)."""
        if self.guard is not None and not self.testing and path.suffix == ".py":
            _find_modules(self.guard, [str(path.resolve())], self.far.folder.root)

    def _run_text(self, text: str) -> Any:
        """Run a text of the instructor's (below a ``%%time``, say), and its last value."""
        filename = _TEST if self.testing else _SETUP
        tree = ast.parse(plain_python(text), filename)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body.pop()
        _AskKinds().visit(tree)
        self._execute(compile(tree, filename, "exec", _AWAITING))
        if not isinstance(last, ast.Expr):
            return None
        _AskKinds().visit(last)
        value = ast.Expression(last.value)
        return self._execute(compile(value, filename, "eval", _AWAITING))

    def _run(self, tree: ast.Module, source: str, filename: str) -> Value:
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body[-1].value)
            body = ast.Module(tree.body[:-1], tree.type_ignores)
        else:
            body = tree
        self._execute(compile(body, filename, "exec", _AWAITING))
        if last is None:
            return None
        value = self._execute(compile(last, filename, "eval", _AWAITING))
        if value is None or source.rstrip().endswith(";"):
            return None
        return value_facts(value, opaque=number_of(value) is not None)

    def _execute(self, code: types.CodeType) -> Any:
        found = eval(code, self.globals, self.notebook)  # noqa: S307
        return asyncio.run(found) if code.co_flags & inspect.CO_COROUTINE else found

    def _give_back(self, *, keep: bool) -> None:
        """The learner's process hears what the cell changed, unless it is to run it itself; and
        names that are the learner's do not stay here: the next cell asks for them again."""
        if keep:
            self.far.keep_to_itself()
        else:
            with contextlib.suppress(Exception, LearnerGone):
                self.far.flush()
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


class _AskKinds(ast.NodeTransformer):
    """``type(one)`` becomes a question that knows objects of setup cells' classes."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="type") as name, args=[one], keywords=[]):
                if not isinstance(one, ast.Starred):
                    name.id = "__kind_of__"
        return node


def _by_number(value: object) -> Any:
    number = number_of(value)
    if number is None:
        raise NotPlain(type(value).__name__)
    return ["h", number]


def _crosses(value: object, ties: Ties) -> bool:
    """Can the learner's process be handed the value, as plain data or as its own object?"""
    try:
        Encoder(_by_number, ties=ties, whole=True, max_bytes=MAX_GIVEN).encode(value)
    except Exception:
        return False
    return True


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
    ``learner`` holds type, text and place of an error of the learner's own code. ``raw`` is the
    error as Python says it, which only the author may read.
    """
    facts: dict[str, Any] = {
        "type": type(error).__name__,
        "timeout": isinstance(error, TestTimeout),
        "gone": isinstance(error, LearnerGone),
        "line": None,
        "message": None,
        "learner": None,
        "raw": _raw(error),
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


def _raw(error: BaseException) -> str:
    text = _clean(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


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
        return examiner.notebook

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
        "issubclass": is_subclass,
        "__kind_of__": kind_of,
        "get_ipython": lambda: examiner.shell,
        "display": lambda *_, **__: None,
    }


def _refuse_pickles(guard: Guard) -> None:
    """Unpickling a file that the learner handed in would run the learner's code here."""

    def load(*_: object, **__: object) -> NoReturn:
        raise guard.refusal("pickle")

    refusing = {"__init__": load, "load": load}
    for name in ("pickle", "_pickle"):
        module: Any = importlib.import_module(name)
        module.load = module.loads = load
        # Libraries (joblib, for one) derive classes of their own from these when they are loaded.
        for one in ("Unpickler", "_Unpickler"):
            if hasattr(module, one):
                setattr(module, one, type(one, (getattr(module, one),), dict(refusing)))


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
