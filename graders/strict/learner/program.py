"""The program of the learner's process: runs the learner's cells, then answers questions.

Everything in this process belongs to the learner's code, this module included; nothing here is
trusted by anybody. It exists so that honest notebooks behave as in Jupyter. What protects marks
stands on the other side: `graders.strict.between.codec` (what may be said),
`graders.strict.examiner.stand_ins` (what is made of it) and `graders.strict.examiner.program`.

Two lines lead out. On ``control`` the supervisor asks for one cell at a time. On ``link`` the
examiner asks for names, calls and attributes while a test runs; questions and callbacks nest, and
are answered strictly in turn by the one main thread.
"""

from __future__ import annotations

import builtins
import importlib
import os
import select
import sys
import threading
import types
from collections.abc import Callable, Sequence
from typing import Any

from graders.strict.between.codec import (
    Decoder,
    Encoder,
    Garbled,
    Json,
    TooLarge,
    snapshot,
)
from graders.strict.between.file_exchange import Folder
from graders.strict.between.outputs import Outputs
from graders.strict.between.places import import_place
from graders.strict.between.protocol import (
    Answer,
    Ask,
    Begins,
    Callback,
    CellSaid,
    CellWish,
    FromExaminer,
    FromLearner,
    Question,
    SharedSaid,
    SharedWish,
    Want,
)
from graders.strict.between.starvation import Starvation
from graders.strict.between.twins import Ties
from graders.strict.learner import errors, tampering
from graders.strict.learner.cells import Cells
from graders.strict.learner.objects import OPERATIONS, Objects, code_facts
from graders.strict.learner.shell import prepare_shell
from graders.strict.learner.test_things import TestFunction, TestIterator, TestObject
from graders.strict.learner.told import ToldNames
from sandbox import Channel, ChannelClosed, FrameTooLarge

MAX_NESTING = 60
FEW = 4  # containers of an answer that are remembered, so that the same ones come back the same


def main(
    control: Channel,
    link: Channel | None = None,
    *,
    show: bool = False,
    shared: bool = False,
    seed: int = 0,
) -> None:
    """Serve until the supervisor goes. ``show``: keep outputs, for a learner who looks at them.
    ``shared``: tests will run here, so remember what Python is like."""
    from graders.strict.own_modules import OWN_MODULES
    from graders.strict.preload import SHELL

    if "" not in sys.path:
        sys.path.insert(0, "")  # as in Jupyter, a learner's own modules can be imported
    # Whoever imports these from here on gets other copies than the ones at work. That stops
    # nobody for long (see docs/marking.md), and nothing but ``shared`` tests leans on it.
    for name in OWN_MODULES:
        sys.modules.pop(name, None)
    Learner(SHELL, control, link, show=show, shared=shared).serve()


class Learner:
    """The learner's side of one notebook."""

    def __init__(
        self, shell: Any, control: Channel, link: Channel | None, *, show: bool, shared: bool
    ) -> None:
        self.control = control
        self.link = link
        self.outputs = Outputs()
        self.shell = prepare_shell(shell, self.outputs, show=show)
        self.folder = Folder(os.getcwd(), own=False)  # noqa: PTH109 - text, as Folder is
        self.ties = Ties()
        self.objects = Objects(self.ties)
        self.told = ToldNames(self.shell, self.ties)
        self.pid = os.getpid()
        self.starvation = Starvation()
        self.cells = Cells(self.shell, self.outputs, self.starvation, show=show)
        self.asked = False  # is a question of the examiner's being answered?
        self.nesting = 0
        self.main_thread = threading.get_ident()
        self.untouched = tampering.remember(shell) if shared else None
        builtins.input = self._input

    def serve(self) -> None:
        lines = select.poll()
        lines.register(self.control, select.POLLIN)
        if self.link is not None:
            lines.register(self.link, select.POLLIN)
        while True:
            for line, _ in lines.poll():
                try:
                    if line == self.control.fileno():
                        self._obey(self.control.receive())
                    elif self.link is not None:
                        self._answer(self.link.receive())
                except ChannelClosed:
                    return

    # Cells -----------------------------------------------------------------------------------

    def _obey(self, wish: Json) -> None:
        if SharedWish.SHARED in wish and self.untouched is not None:
            said = tampering.run_shared(self.shell, self.untouched, wish, self.cells.deadline)
            files = SharedSaid.FILES
        else:
            text, number = wish[CellWish.CELL], wish[CellWish.NUMBER]
            said = self.cells.run(text, number, wish[CellWish.LIMIT])
            files = CellSaid.FILES
            if CellWish.KNOWS in wish:
                self._after_setup(wish)
        self._end_if_forked()
        said[files] = self.folder.news()
        try:
            self.control.send(said)
        except FrameTooLarge:
            said[CellSaid.OUTPUTS] = []
            said[files] = {}
            self.control.send(said)

    def _after_setup(self, wish: Json) -> None:
        """A setup cell ran on both sides: take over what it made there, and remember what of it
        both have."""
        names = self.shell.user_ns
        known = [name for name in wish[CellWish.KNOWS] if name in names]
        for name in known:
            if isinstance(names[name], type):
                self.ties.learn(name, names[name])
        given = wish.get(CellWish.GIVES)
        if given is not None:
            self.told.take_given(Decoder(self._from_examiner, ties=self.ties).decode(given))
        for name in wish[CellWish.KNOWS]:
            if name in names:
                self.ties.learn(name, names[name])

    def _end_if_forked(self) -> None:
        """A process that the learner's code forked does not answer for this one."""
        if os.getpid() != self.pid:
            os._exit(0)

    def _input(self, prompt: object = "") -> str:
        if not self.asked:
            raise NotImplementedError("input() không dùng được khi chạy tự động")
        return str(self._call_back([Want.INPUT, str(prompt)], None))

    # Questions -------------------------------------------------------------------------------

    def _answer(self, message: Json) -> None:
        """Answer one question on the link, whatever it leads to."""
        assert self.link is not None
        outermost = not self.asked
        starved = self.starvation.seconds()
        self.asked = True
        self.nesting += 1
        if outermost:
            self.outputs.start()
        try:
            if self.nesting > MAX_NESTING:
                raise RecursionError("lời gọi lồng nhau quá sâu")
            if outermost:
                with self.cells.deadline(message.get(Question.SECONDS, 10.0)):
                    said = self._answer_within(message)
            else:
                said = self._answer_within(message)
        except ChannelClosed:
            raise
        except BaseException as error:
            said = {Answer.ERROR: self.describe(error)}
        finally:
            self.nesting -= 1
            self.asked = not outermost
        self._end_if_forked()
        try:
            self._add_changes(said, named=message[Question.ASKED][0] == Ask.NAME)
        except Exception as error:
            said = {Answer.ERROR: self.describe(error)}
        said[Answer.STARVED] = self.starvation.seconds() - starved
        said[Answer.PRINTED], said[Answer.COMPLAINED] = self.outputs.streams()
        news = self.folder.news()
        if news:
            said[Answer.FILES] = news
        try:
            self.link.send(said)
        except (FrameTooLarge, ValueError, TypeError):
            self.link.send({Answer.ERROR: self.describe(TooLarge("giá trị quá lớn"))})

    def _answer_within(self, message: Json) -> dict[str, Any]:
        self.folder.take(message.get(Question.FILES))
        self._begin(message)
        for handle, count in message.get(Question.DROPPED, ()):
            self.objects.drop(handle, count)
        op, *rest = message[Question.ASKED]
        if op == Ask.SYNC:
            return {Answer.RESULT: None}
        if op == Ask.NAMES:
            names = [name for name in self.shell.user_ns if _may_be_named(name)]
            return {Answer.RESULT: Encoder().encode(names)}
        if op == Ask.NAME:
            return self._say_named(*rest)
        if op == Ask.STATE:
            encoder = Encoder(self._to_examiner, ties=self.ties, whole=True)
            return {Answer.RESULT: encoder.encode(self.objects.get(rest[0]))}
        decoder = Decoder(self._from_examiner, ties=self.ties)
        if op == Ask.CALL:
            target, arguments, restore = rest
            positional, named = decoder.decode(arguments)
            return self._call(self._target(target), positional, named, decoder.table, restore)
        if op == Ask.ATTRIBUTE:
            return self._attribute(self.objects.get(rest[0]), rest[1])
        operands = decoder.decode(rest[1])
        return self._call(OPERATIONS[rest[0]], operands, {}, decoder.table, False)

    def _begin(self, message: Json) -> None:
        """What the test did since it last asked, in the order in which it did it."""
        beginning = message.get(Question.BEGINS)
        if beginning:
            self.ties.twins.forget_watched()
            self.told.begin(again=beginning == Begins.AGAIN)
        self._take_changes(message.get(Question.CHANGES))
        for kind, name, value in message.get(Question.TOLD, ()):
            self.told.take(kind, name, value, self._from_examiner)

    def _take_changes(self, changes: Json) -> None:
        if changes is not None:
            decoder = Decoder(self._from_examiner, ties=self.ties)
            self.ties.twins.take(changes, decoder, self.ties)

    def _add_changes(self, said: dict[str, Any], *, named: bool = False) -> None:
        """What became of the containers that both sides hold."""
        changed = self.ties.twins.changed(self.ties, heavy=named, fresh=named)
        if changed:
            encoder = Encoder(self._to_examiner, ties=self.ties)
            said[Answer.CHANGES] = self.ties.twins.write(changed, encoder)
            self.ties.twins.adopt(encoder, self.ties)
            self.ties.twins.note(changed, self.ties)

    def _name(self, name: str) -> object:
        if name not in self.shell.user_ns or name in _OF_THE_SHELL:
            raise errors.NoSuchName(name)
        return self.shell.user_ns[name]

    def _say_named(self, name: str, placed: bool) -> dict[str, Any]:
        """What a name leads to; the containers in it are held by both sides from here on."""
        value = self._name(name)
        encoder = Encoder(self._to_examiner, ties=self.ties)
        said = {Answer.RESULT: encoder.encode(value), Answer.ADOPTED: True}
        self.ties.twins.adopt(encoder, self.ties)
        place = import_place(value) if placed else None
        return said if place is None else said | {Answer.LIBRARY: list(place)}

    def _target(self, target: Json) -> Callable[..., object]:
        found: Any = self.objects.get(target[0])
        for name in target[1:]:
            found = getattr(found, name)
        return found  # type: ignore[no-any-return]

    def _attribute(self, holder: object, name: str) -> dict[str, Any]:
        value = getattr(holder, name)
        if getattr(value, "__self__", None) is holder and isinstance(
            value, (types.MethodType, types.BuiltinMethodType)
        ):
            return {Answer.METHOD: True}
        if name == "__code__" and isinstance(value, types.CodeType):
            return {Answer.CODE: Encoder().encode(code_facts(value))}
        return self._say(value)

    def _call(
        self,
        target: Callable[..., object],
        positional: Sequence[object],
        named: dict[str, object],
        table: Sequence[object],
        restore: bool,
    ) -> dict[str, Any]:
        """Call, and notice what became of the arguments that were copied here."""
        before = snapshot(table, self.ties) if table else []
        error: BaseException | None = None
        result: object = None
        try:
            result = target(*positional, **named)
        except StopIteration as stop:
            error = stop
        except BaseException as raised:
            if not table or isinstance(raised, errors.CellTimeout):
                raise
            error = raised
        after = snapshot(table, self.ties) if table else []
        changed = [n for n, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
        kept = {
            id(one): number for number, one in enumerate(table) if restore or number not in changed
        }
        encoder = Encoder(self._to_examiner, known=kept, ties=self.ties)
        said: dict[str, Any] = {Answer.CHANGED: bool(changed)}
        if error is not None:
            said[Answer.ERROR] = self.describe(error)
        else:
            said[Answer.RESULT] = encoder.encode(result)
            if len(encoder.table) <= FEW and not encoder.heavy:
                said[Answer.ADOPTED] = True
                self.ties.twins.adopt(encoder, self.ties, watch=self.ties.twins.may_watch)
        if restore and changed:
            encoder.whole = True
            said[Answer.REFILLED] = [[n, encoder.contents(table[n])] for n in changed]
        return said

    def _say(self, value: object) -> dict[str, Any]:
        return {Answer.RESULT: Encoder(self._to_examiner, ties=self.ties).encode(value)}

    # What is not plain data ------------------------------------------------------------------

    def _to_examiner(self, value: object) -> Json:
        if isinstance(value, TestFunction) and type(value) is TestFunction:
            return [FromLearner.CALLABLE, value.key]
        if isinstance(value, types.ModuleType) and _is_library(value):
            return [FromLearner.MODULE, value.__name__]
        if isinstance(value, type):
            return [FromLearner.CLASS, self.objects.class_facts(value)]
        facts = self.objects.class_facts(type(value))
        return [FromLearner.OBJECT, self.objects.handle(value), facts]

    def _from_examiner(self, tag: str, rest: Sequence[Json]) -> object:
        if tag == FromExaminer.HANDLE:
            return self.objects.get(rest[0])
        if tag == FromExaminer.METHOD:
            return getattr(self.objects.get(rest[0]), rest[1])
        if tag == FromExaminer.CALLABLE:
            return TestFunction(self._call_back, rest[0], rest[1])
        if tag == FromExaminer.ITERATOR:
            return TestIterator(self._call_back, rest[0])
        if tag == FromExaminer.OBJECT:
            return TestObject(self._call_back, rest[0])
        if tag == FromExaminer.LIBRARY:
            found: object = importlib.import_module(rest[0])
            for name in rest[1].split(".") if rest[1] else ():
                found = getattr(found, name)
            return found
        raise Garbled(tag)

    def _call_back(self, what: list[Json], arguments: object) -> Any:
        """Ask the examiner, who waits for our answer, to run something of the test's."""
        if self.link is None or not self.asked:
            raise RuntimeError("phép kiểm tra này đã kết thúc")
        if threading.get_ident() != self.main_thread:
            raise RuntimeError("chỉ luồng chính gọi được hàm của phép kiểm tra")
        message: dict[str, Any] = {Callback.WANTED: what}
        if arguments is not None:
            encoder = Encoder(self._to_examiner, ties=self.ties)
            message[Callback.ARGUMENTS] = encoder.encode(arguments)
        self._add_changes(message)
        message[Callback.PRINTED], message[Callback.COMPLAINED] = self.outputs.streams()
        self.link.send(message)
        while True:
            said = self.link.receive()
            if Question.ASKED in said:
                self._answer(said)
                continue
            if Answer.ERROR in said:
                raise errors.from_examiner(said[Answer.ERROR], self.objects)
            self._take_changes(said.get(Answer.CHANGES))
            return Decoder(self._from_examiner, ties=self.ties).decode(said[Answer.RESULT])

    def describe(self, error: BaseException) -> dict[str, Any]:
        """An exception in words, with a handle of it."""
        return self.cells.errors.full(error, self.objects, self.ties, self._to_examiner)


_OF_THE_SHELL = frozenset(
    (
        *("In", "Out", "exit", "quit", "get_ipython", "open"),
        *("_", "__", "___", "_i", "_ii", "_iii", "_ih", "_oh", "_dh", "_sh"),
    )
)


def _may_be_named(name: object) -> bool:
    return type(name) is str and not name.startswith("_") and name not in _OF_THE_SHELL


def _is_library(module: types.ModuleType) -> bool:
    """Is it a module as it was loaded, and from elsewhere than the learner's folder?"""
    where = getattr(module, "__file__", None)
    own = isinstance(where, str) and os.path.realpath(where).startswith(os.path.realpath("."))
    return sys.modules.get(module.__name__) is module and not own
