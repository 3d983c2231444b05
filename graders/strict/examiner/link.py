"""The examiner's end of the link to the learner's process.

`FarSide` asks one question at a time and serves, meanwhile, the callbacks that the learner's code
makes into functions the test handed to it. What comes back is built by
`graders.strict.examiner.building`, so that nothing of the learner's own making lives here.
"""

from __future__ import annotations

import functools
import sys
import time
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from graders.strict.between.codec import (
    Decoder,
    Encoder,
    Garbled,
    Json,
    NotPlain,
    TooLarge,
    is_container,
    put_contents,
)
from graders.strict.between.file_exchange import Folder
from graders.strict.between.places import FUNCTIONS, import_place
from graders.strict.between.protocol import (
    Answer,
    Ask,
    Begins,
    Callback,
    Error,
    FromExaminer,
    Operation,
    Question,
    Told,
)
from graders.strict.between.twins import Ties
from graders.strict.examiner.building import Builder, ItsOwn, code_of, signature
from graders.strict.examiner.callbacks import Callbacks, Passed, may_be_looked_into
from graders.strict.examiner.cell_time import CellTime
from graders.strict.examiner.learners_errors import LearnerGone, learners_words, sign
from graders.strict.examiner.stand_ins import READABLE, Method, StandIn, number_of
from sandbox import Channel, ChannelClosed, ChannelTimeout, FrameTooLarge

MAX_NESTING = 60
_FLUSH_S = 5.0
# Questions that run none of the learner's code.
_LOOKING = frozenset((Ask.NAME, Ask.NAMES, Ask.STATE))
_ANSWERS = frozenset((Answer.RESULT, Answer.ERROR, Answer.METHOD, Answer.CODE))


class FarSide:
    """Asks the learner's process. One question at a time, callbacks within.

    ``classes``: of the reference, with the operators to forward. ``in_place``: names of
    functions whose changes to their arguments are taken over at once. ``rewrites``: likewise of
    files. ``modules``: those that the reference imports. ``restoring``: take over all such changes.
    ``changed``: some call changed an argument or a file and that was not taken over. ``judging``:
    classes of the learner's that the running cell may mean.
    """

    def __init__(
        self,
        link: Channel,
        folder: Folder,
        *,
        classes: Mapping[str, Collection[str]] | None = None,
        in_place: frozenset[str] = frozenset(),
        rewrites: frozenset[str] = frozenset(),
        modules: frozenset[str] = frozenset(),
    ) -> None:
        self.link = link
        self.folder = folder
        self.classes = classes or {}
        self.in_place = in_place
        self.rewrites = rewrites
        self.judging: frozenset[str] = frozenset()
        self.restoring = False
        self.changed = False
        self.broken = False
        self.broken_by: str | None = None  # "time" where the learner's process still lives
        self._time = CellTime()
        self.epoch = 0
        self.given: Callable[[], list[Json]] = list  # what the test did to names
        self.ties = Ties()
        self.callbacks = Callbacks()
        self.builder = Builder(self, self.classes, modules)
        self._beginning: str | None = None
        self.pushes: list[Json] = []
        self.dropped: list[list[int]] = []
        self._nesting = 0
        self._named: dict[str, _Named] = {}
        self._absent: dict[str, int] = {}  # names that the learner had not, and when
        self._listed: tuple[int, list[str]] | None = None
        self._fetched: dict[int, set[str]] = {}  # a number, and the names it was asked for by

    # Asking ----------------------------------------------------------------------------------

    def name(self, name: str, *, placed: bool = False) -> Any:
        """The learner's object of that name; the same one until the learner changes it. With
        ``placed``: an `ItsOwn` where the learner's process says that it is a library's.

        Raises KeyError when the learner has none, `LearnerGone`.
        """
        held = self._named.get(name)
        if held is not None and held.epoch == self.epoch:
            return held.value
        if self._absent.get(name) == self.epoch:
            raise KeyError(name)
        try:
            said = self.ask([Ask.NAME, name, placed])
        except NameError:
            self._named.pop(name, None)
            self._absent[name] = self.epoch
            raise KeyError(name) from None
        value = said[Answer.RESULT]
        number = number_of(value)
        if number is not None:
            self._fetched.setdefault(number, set()).add(name)
        if placed and isinstance(said.get(Answer.LIBRARY), list):
            value = ItsOwn(said[Answer.LIBRARY], value)
        self._named[name] = _Named(value, self.epoch)
        return value

    def names(self) -> list[str]:
        """Names that the learner has bound, by their own word."""
        if self._listed is None or self._listed[0] != self.epoch:
            found = self.ask([Ask.NAMES])[Answer.RESULT]
            texts = found if type(found) is list else []
            self._listed = (self.epoch, [n for n in texts if type(n) is str and n.isidentifier()])
        return self._listed[1]

    def delete(self, name: str) -> None:
        """The test deleted a name of the learner's."""
        self.pushes.append([Told.DELETED, name, None])
        self._named.pop(name, None)

    def seed(self, generator: str, value: object) -> None:
        """The test seeded a random generator; the learner's shall be seeded as well."""
        self.pushes.append([Told.SEEDED, generator, Encoder(self.to_learner).encode(value)])

    def begin(self, seconds: float, *, again: bool = False) -> None:
        """A new test or setup cell: what was fetched may be out of date. ``again``: the same test
        once more, so that what it did to names is taken back first."""
        self._time.begin(seconds)
        self.changed = False
        self.epoch += 1
        self._beginning = Begins.AGAIN if again else Begins.NEW
        self.callbacks.forget()
        self.ties.twins.forget_watched()
        self._named.clear()
        self._fetched.clear()
        self.folder.begin()

    def flush(self) -> None:
        """The cell has ended: the learner's process hears now of all that it changed."""
        told = self.given()
        self.pushes += told
        if self.broken or not (told or self.ties.twins.changed(self.ties, heavy=True)):
            return
        self._time.allow(_FLUSH_S)
        self.ask([Ask.SYNC], heavy=True)

    def keep_to_itself(self) -> None:
        """What the cell did to the learner's objects happens in their process by itself."""
        self.ties.twins.settle(self.ties)

    def call(self, target: list[Any], called: str, args: Any, named: Any) -> Any:
        """Call the learner's object ``target`` (a number and attribute names). ``called``: the
        name that the test used, "" where it holds the object itself."""
        encoder, arguments = self._written((args, named))
        restore = self.restoring or self._is_one_of(self.in_place, target[0], called)
        rewrites = restore or self._is_one_of(self.rewrites, target[0], called)
        question = [Ask.CALL, target, arguments, restore]
        said = self.ask(question, table=encoder.table, restore=restore, rewrites=rewrites)
        return said[Answer.RESULT]

    def _written(self, values: object) -> tuple[Encoder, Json]:
        """Arguments, for the learner's code: objects of setup cells' classes as themselves where
        they hold nothing but what can cross."""
        if self.ties.kin:
            encoder = Encoder(self.to_learner, ties=self.ties, whole=True)
            try:
                return encoder, encoder.encode(values)
            except (NotPlain, TooLarge):
                pass
        encoder = Encoder(self.to_learner, ties=self.ties)
        return encoder, encoder.encode(values)

    def _is_one_of(self, names: frozenset[str], number: int, called: str) -> bool:
        """Is it a function of such a name? By the name that it was asked for: what it says its
        name is would lend one function the rights of another."""
        if not names:
            return False
        if called:
            return called in names
        fetched = self._fetched.get(number)
        if fetched:
            return fetched <= names
        try:
            said = self.attribute(None, number, "__name__")
        except AttributeError:
            return False
        return type(said) is str and said in names

    def may_judge(self, kind: type, operation: str) -> bool:
        """May ``operation`` of the learner's class decide anything in the running cell?

        Only where the cell has to do with a class of the reference that has it: an operator that
        one exercise asks for must not answer for a number in another, whatever the learner's
        class says that it inherits from.
        """
        meant = (one.__name__ for one in kind.__mro__ if one.__name__ in self.judging)
        return any({operation, "*"} & set(self.classes.get(name, ())) for name in meant)

    def operate(self, operation: str, *operands: object) -> Any:
        encoder, written = self._written(operands)
        return self.ask([Ask.OPERATION, operation, written], table=encoder.table)[Answer.RESULT]

    def copy_of(self, value: StandIn) -> Any:
        """An object of a setup cell's class as one of our own, made of what it holds now."""
        return self.ask([Ask.STATE, value._number])[Answer.RESULT]

    def attribute(self, holder: Any, number: int, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in READABLE:
            raise AttributeError(f"{name!r} không đọc được qua tiến trình chấm")
        if name == "__signature__":
            return signature(self.operate(Operation.SIGNATURE, holder))
        said = self.ask([Ask.ATTRIBUTE, number, name])
        if said.get(Answer.METHOD) is True:
            return Method(self, holder, number, name)
        if Answer.CODE in said:
            return code_of(Decoder().decode(said[Answer.CODE]))
        return said[Answer.RESULT]

    def attribute_of_error(self, handle: int, name: str) -> Any:
        """An attribute of an exception that the learner's code raised."""
        return self.ask([Ask.ATTRIBUTE, handle, name])[Answer.RESULT]

    def ask(
        self,
        question: Json,
        *,
        table: Sequence[object] = (),
        restore: bool = False,
        rewrites: bool = False,
        heavy: bool = False,
    ) -> dict[str, Any]:
        """Ask, serve callbacks until the answer comes, and hand it over with its result decoded."""
        if self.broken:
            raise LearnerGone
        if self._nesting > MAX_NESTING:
            raise RecursionError("lời gọi lồng nhau quá sâu")
        left = self.left()
        asked_at = time.monotonic()
        message: dict[str, Any] = {
            Question.ASKED: question,
            Question.SECONDS: max(0.05, left - 0.3),
        }
        if question[0] not in _LOOKING:  # the learner's code runs: it sees what the test did
            if not heavy:
                self.pushes += self.given()
            self._add_changes(message, Question.CHANGES, heavy=heavy)
        if self._beginning:
            message[Question.BEGINS], self._beginning = self._beginning, None
        if self.pushes:
            message[Question.TOLD], self.pushes = self.pushes, []
        if self.dropped:
            message[Question.DROPPED], self.dropped = self.dropped, []
        news = self.folder.news()
        if news:
            message[Question.FILES] = news
        if question[0] not in _LOOKING:
            self.epoch += 1
        self._nesting += 1
        whole = False
        try:
            self.link.send(message)
            said = self._await_answer()
            whole = True
        except (ChannelClosed, ChannelTimeout, Garbled) as error:
            if isinstance(error, ChannelTimeout):
                self.broken_by = "time"
            raise LearnerGone from error
        except FrameTooLarge as error:
            whole = not self.link.closed
            raise ValueError("giá trị quá lớn để gửi sang tiến trình của người học") from error
        finally:
            self._nesting -= 1
            self.broken = self.broken or not whole
        if not _ANSWERS & said.keys():
            self.broken = True
            raise LearnerGone
        if self._nesting == 0:
            self._time.grant(said.get(Answer.STARVED), time.monotonic() - asked_at)
        try:
            return self._take(
                said, table, named=question[0] == Ask.NAME, restore=restore, rewrites=rewrites
            )
        except (StopIteration, StopAsyncIteration) as error:
            if _may_end(question):
                raise
            # Anywhere else it would silently end a ``map`` or ``zip`` of the test's.
            raised = RuntimeError("mã của người học gây StopIteration")
            sign(raised, learners_words(error) or {}, self)
            raise raised from error

    @property
    def waiting(self) -> bool:
        """Is a question being answered? Then the other side's patience counts, and in the end the
        supervisor's."""
        return self._nesting > 0

    def left(self) -> float:
        """Seconds that the cell still has, without those in which a side had no processor."""
        return self._time.left()

    def _await_answer(self) -> dict[str, Any]:
        while True:
            said = self.link.receive(max(0.05, self._time.left_at_most()) + 1)
            if not isinstance(said, dict):
                raise Garbled("an answer was expected")
            if Callback.WANTED not in said:
                self._replay(said.get(Answer.PRINTED), said.get(Answer.COMPLAINED))
                return said
            self._replay(said.get(Callback.PRINTED), said.get(Callback.COMPLAINED))
            self.link.send(self._serve(said))

    def _take(
        self,
        said: dict[str, Any],
        table: Sequence[object],
        *,
        named: bool,
        restore: bool,
        rewrites: bool,
    ) -> dict[str, Any]:
        kept_back = self.folder.take(said.get(Answer.FILES), over=rewrites or self.restoring)
        if kept_back or (said.get(Answer.CHANGED) is True and not restore):
            self.changed = True
        decoder = Decoder(self.builder.from_learner, arguments=table, ties=self.ties)
        error = self.builder.error(said[Answer.ERROR]) if Answer.ERROR in said else None
        if error is None and Answer.RESULT in said:
            said[Answer.RESULT] = decoder.decode(said[Answer.RESULT])
            if said.get(Answer.ADOPTED) is True:
                watch = named or self.ties.twins.may_watch
                self.ties.twins.adopt(decoder, self.ties, watch=watch)
        if restore and Answer.REFILLED in said:  # unasked, it would reach the test's own objects
            for number, contents in said[Answer.REFILLED]:
                put_contents(table[number], decoder.decode(contents))
        self._take_changes(said.get(Answer.CHANGES))
        if error is not None:
            raise error
        return said

    def _replay(self, printed: Json, complained: Json) -> None:
        """What the learner's code printed meanwhile appears as if printed here."""
        for text, stream in ((printed, sys.stdout), (complained, sys.stderr)):
            if text and isinstance(text, str):
                stream.write(text)

    def _add_changes(self, message: dict[str, Any], key: str, *, heavy: bool = False) -> None:
        """What became of the containers that both sides hold."""
        changed = self.ties.twins.changed(self.ties, heavy=heavy)
        if changed:
            encoder = Encoder(self.to_learner, ties=self.ties, whole=True)
            message[key] = self.ties.twins.write(changed, encoder)
            self.ties.twins.note(changed, self.ties)

    def _take_changes(self, changes: Json) -> None:
        if changes is not None:
            decoder = Decoder(self.builder.from_learner, ties=self.ties)
            self.ties.twins.take(changes, decoder, self.ties)
            self.ties.twins.adopt(decoder, self.ties)

    def becomes_twin(self, value: object) -> bool:
        """Is it a container of the test's that can be handed over for both to change?"""
        held_elsewhere = self.ties.twins.number(value) is not None or self.ties.place(value)
        return is_container(value) and not held_elsewhere

    # Callbacks -------------------------------------------------------------------------------

    def _serve(self, said: dict[str, Any]) -> dict[str, Any]:
        try:
            self._take_changes(said.get(Callback.CHANGES))
            self.epoch += 1
            written = said.get(Callback.ARGUMENTS)
            arguments = None if written is None else self.builder.decode(written)
            result = self.callbacks.run(said[Callback.WANTED], arguments)
            answer = {Answer.RESULT: self._written(result)[1]}
            self._add_changes(answer, Answer.CHANGES)
            return answer
        except Exception as error:
            words = learners_words(error)
            # The text of a failed assert of the test's is not for the learner's process.
            text = "" if isinstance(error, AssertionError) else str(error)[:500]
            return {
                Answer.ERROR: {
                    Error.TYPE: type(error).__name__,
                    Error.TEXT: text,
                    Error.HANDLE: words.get(Error.HANDLE) if words else None,
                }
            }

    def to_learner(self, value: object) -> Json:
        """What of the test's may be handed to the learner's code, and how."""
        number = number_of(value)
        if number is not None:
            return [FromExaminer.HANDLE, number]
        if isinstance(value, Method):
            return [FromExaminer.METHOD, value._number, value._name]
        words = learners_words(value) if isinstance(value, BaseException) else None
        if words is not None and type(words.get(Error.HANDLE)) is int:
            return [FromExaminer.HANDLE, words[Error.HANDLE]]
        if isinstance(value, types.ModuleType):
            return [FromExaminer.LIBRARY, value.__name__, ""]
        place = import_place(value)
        if place is not None:
            return [FromExaminer.LIBRARY, *place]
        if isinstance(value, (*FUNCTIONS, functools.partial, type)):
            key = self.callbacks.register(value)
            return [FromExaminer.CALLABLE, key, str(getattr(value, "__name__", "hàm"))]
        if hasattr(type(value), "__next__"):
            return [FromExaminer.ITERATOR, self.callbacks.register(Passed(value))]
        if may_be_looked_into(value):
            return [FromExaminer.OBJECT, self.callbacks.register(value)]
        raise NotPlain(
            f"không gửi được đối tượng {type(value).__name__} sang tiến trình của người học"
        )


class _Named:
    """A value fetched by its name, and when."""

    def __init__(self, value: Any, epoch: int) -> None:
        self.value = value
        self.epoch = epoch


def _may_end(question: Json) -> bool:
    """Is it a question that StopIteration properly answers?"""
    if question[0] == Ask.OPERATION:
        return bool(question[1] == "__next__")
    return question[0] == Ask.CALL and question[1][-1] in ("send", "throw", "__next__", "asend")
