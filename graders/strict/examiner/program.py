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
import os
import signal
import sys
import time
import types
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graders.strict.between.codec import Encoder, NotPlain, TooLarge
from graders.strict.between.file_exchange import Folder
from graders.strict.between.last_value import Value, value_facts
from graders.strict.between.outputs import Outputs
from graders.strict.between.protocol import (
    Error,
    Fault,
    FromExaminer,
    Outcome,
    SetupSaid,
    SetupWish,
    TestSaid,
    TestWish,
    Told,
)
from graders.strict.between.starvation import MOST
from graders.strict.between.twins import Ties
from graders.strict.examiner.audit_hook import Guard, places_of_libraries
from graders.strict.examiner.faults import (
    MAX_MESSAGE,
    SETUP,
    TEST,
    TestTimeout,
    authors_fault,
    describe,
    need_of,
)
from graders.strict.examiner.learners_errors import LearnerGone
from graders.strict.examiner.link import FarSide
from graders.strict.examiner.namespace import AskedNames, Notebook
from graders.strict.examiner.replaced import (
    forward_seeds,
    know_sources,
    own_builtins,
    refuse_pickles,
)
from graders.strict.examiner.shell import Shell
from graders.strict.examiner.stand_ins import number_of
from graders.strict.examiner.telling import Telling
from graders.strict.reading.ownership import meant_by, names_among, plain_python
from sandbox import Channel, ChannelClosed

_REPEAT_S = 0.25
MAX_GIVEN = 6 * 1024 * 1024  # bytes of what a setup cell made, for the learner's process
_AWAITING = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


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
    """Serve until the supervisor goes. The lists are those of
    `graders.strict.reading.ownership.Names`; ``texts`` are the learner's cells, for tests that
    read the source of a function."""
    here = os.getcwd()  # noqa: PTH109 - a text goes over the wall, not a path
    # What comes into this folder later is the learner's, and data: no module is found there.
    sys.path[:] = [path for path in sys.path if path not in ("", ".", here)]
    folder = os.path.realpath(here)
    guard = Guard(folder, frozenset((TEST, SETUP)), places_of_libraries(folder))
    own = Folder(here)
    _find_authors_modules(guard, folder, own.own)
    refuse_pickles(guard)
    guard.install()
    far = FarSide(
        link,
        own,
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


def _find_authors_modules(guard: Guard, folder: str, own: Iterable[str]) -> None:
    """Modules that were laid beside the notebook before anything ran are the author's own, and the
    learner's side cannot replace them (`Folder`). Libraries of the same name come first."""
    modules = [f"{folder}/{path}" for path in sorted(own) if path.endswith(".py")]
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
        own = own_builtins(self.notebook, self.shell, self._note_spoken)
        names.update({name: value for name, value in own.items() if name not in learner})
        forward_seeds(far)
        know_sources(texts)

    def _note_spoken(self, text: str) -> None:
        if sys.stdout is self.stdout:
            self.spoken.append(text[:MAX_MESSAGE])

    def serve(self) -> None:
        while True:
            try:
                wish = self.control.receive()
            except ChannelClosed:
                return
            self.far.folder.take(wish.get(TestWish.FILES))
            if SetupWish.SETUP in wish:
                said = self.run_setup(wish)
                os.chdir(self.far.folder.root)
                self.far.folder.keep()
            else:
                outcomes = self.run_test(wish[TestWish.TEST], wish[TestWish.LIMIT])
                said = {TestSaid.OUTCOMES: outcomes}
            said[TestSaid.BROKEN] = self.far.broken
            self.control.send(said)

    def run_test(self, source: str, limit: float) -> list[dict[str, Any]]:
        """Outcomes of one test; the worst of them counts.

        Plain data goes to the learner's functions as copies, so that one that empties its argument
        cannot spoil the test's own expectations. Where a function did change an argument the test
        runs once more with the change taken over, as stock nbgrader would see it.
        """
        before = dict(self.globals)
        found = [self._attempt(source, TEST, limit)]
        if found[0][Outcome.ERROR] is None and self.far.changed:
            self.far.restoring = True
            found.append(self._attempt_again(source, before))
            self.far.restoring = False
        if found[-1][Outcome.ERROR] is None and self.names.differing:
            self.names.as_bound = True
            found.append(self._attempt_again(source, before))
            self.names.as_bound = False
        return found

    def _attempt_again(self, source: str, before: Mapping[str, Any]) -> dict[str, Any]:
        self.globals.clear()
        self.globals.update(before)
        return self._attempt(source, TEST, max(1.0, self.far.left()), again=True)

    def run_setup(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Run a setup cell's text. ``knows``: what it binds that the learner's process has of it
        as well. ``gives``: names whose values are to go there. ``once``: what the cell does is done
        here, and the learner's process is handed all of it, where that is possible."""
        said = self._attempt(wish[SetupWish.SETUP], SETUP, wish[SetupWish.LIMIT], gives=wish)
        if SetupWish.KNOWS in wish and not said.get(SetupSaid.ONCE):
            self.far.pushes[:] = [push for push in self.far.pushes if push[0] != Told.SEEDED]
        for name in wish.get(SetupWish.KNOWS, ()):
            if name in self.globals:
                self.far.ties.learn(name, self.globals[name])
        return said

    def _give(self, wish: Mapping[str, Any], *, failed: bool) -> dict[str, Any]:
        """What the cell made, written for the learner's process."""
        values: dict[str, Any] = {}
        whole = not failed
        for name in wish[SetupWish.KNOWS]:
            if isinstance(self.globals.get(name), type):
                self.far.ties.learn(name, self.globals[name])
        for name in wish.get(SetupWish.GIVES, ()):
            value = self.globals.get(name, self)
            if value is not self and _crosses(value, self.far.ties):
                values[name] = value
            elif name not in wish[SetupWish.DEFINED]:
                whole = False
        encoder = Encoder(_by_number, ties=self.far.ties, whole=True, max_bytes=MAX_GIVEN)
        try:
            given = encoder.encode(values) if values else None
        except TooLarge:
            return {SetupSaid.GIVES: None, SetupSaid.ONCE: False}
        once = whole and wish.get(SetupWish.ONCE) is True
        return {SetupSaid.GIVES: given, SetupSaid.ONCE: once}

    def _attempt(
        self,
        source: str,
        filename: str,
        limit: float,
        *,
        again: bool = False,
        gives: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Run a cell's text. Says `Outcome`; ``spoken`` is what it printed itself: the author's
        words on an answer that is partly right."""
        self.outputs.start()
        self.spoken.clear()
        self.shell.unsupported = None
        self.testing = filename == TEST
        self.far.begin(limit, again=again)
        self.names.begin(again=again)
        error: BaseException | None = None
        result: Value = None
        tree: ast.Module | None = None
        try:
            with self._deadline(limit), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source, filename)
                self._look_over(list(ast.walk(tree)))
                result = self._run(tree, source, filename)
        except BaseException as raised:
            error = raised
        said = {
            Outcome.ERROR: None if error is None else self._describe(error, tree),
            Outcome.RESULT: result,
            Outcome.SPOKEN: "".join(self.spoken)[:MAX_MESSAGE],
            Outcome.UNSUPPORTED: self.shell.unsupported,
        }
        if filename == SETUP and error is not None:
            said[SetupSaid.AUTHORS] = authors_fault(error)
        if gives and (gives.get(SetupWish.GIVES) or gives.get(SetupWish.ONCE)):
            said |= self._give(gives, failed=error is not None)
        runs_there = gives is not None and SetupWish.ONCE in gives and not said.get(SetupSaid.ONCE)
        self._give_back(keep=runs_there)
        return said

    def _look_over(self, nodes: Sequence[ast.AST]) -> None:
        """What of the instructor's cell matters before it runs. One walk of the tree serves all:
        what a look at the text costs, every submission of the lesson pays anew."""
        if self.telling is not None:
            self.telling.begin(names_among(nodes), testing=self.testing)
        if self.guard is not None:
            self.guard.refused = None
            self.guard.trust(nodes)
        if self.leads_to:
            self.far.judging = meant_by(nodes, self.leads_to)
        _ask_kinds(nodes)

    def _describe(self, error: BaseException, tree: ast.Module | None) -> dict[str, Any]:
        facts = describe(error, tree)
        facts[Fault.WHY] = self.far.broken_by
        facts[Fault.NEEDS] = need_of(error) or (self.guard.refused if self.guard else None)
        if isinstance(error, NameError) and error.name in self.learner:
            facts[Fault.LEARNER] = {Error.MISSING: True, Error.TEXT: error.name}
        return facts

    def _let_in(self, path: Path) -> None:
        """A module that a setup cell wrote is the author's own: it can be imported, and no file of
        the learner's takes its place (`Folder`)."""
        if self.guard is not None and not self.testing and path.suffix == ".py":
            _find_modules(self.guard, [str(path.resolve())], self.far.folder.root)

    def _run_text(self, text: str) -> Any:
        """Run a text of the instructor's (below a ``%%time``, say), and its last value."""
        filename = TEST if self.testing else SETUP
        tree = ast.parse(plain_python(text), filename)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body.pop()
        _ask_kinds(ast.walk(tree))
        self._execute(compile(tree, filename, "exec", _AWAITING))
        if not isinstance(last, ast.Expr):
            return None
        _ask_kinds(ast.walk(last))
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
        # The instructor's own code, as compiled above; a learner's never comes here.
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


def _ask_kinds(nodes: Iterable[ast.AST]) -> None:
    """``type(one)`` becomes a question that knows objects of setup cells' classes."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="type") as name, args=[one], keywords=[]):
                if not isinstance(one, ast.Starred):
                    name.id = "__kind_of__"


def _by_number(value: object) -> Any:
    number = number_of(value)
    if number is None:
        raise NotPlain(type(value).__name__)
    return [FromExaminer.HANDLE, number]


def _crosses(value: object, ties: Ties) -> bool:
    """Can the learner's process be handed the value, as plain data or as its own object?"""
    try:
        Encoder(_by_number, ties=ties, whole=True, max_bytes=MAX_GIVEN).encode(value)
    except Exception:
        return False
    return True
