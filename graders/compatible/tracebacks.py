"""Makes IPython's tracebacks cheap without changing a letter of them.

An error in a learner's cell that arose inside pandas costs a cold kernel a second: for each file of
the library that the traceback passes through, the whole file is parsed, walked and indexed, to show
five lines of one function; the function is coloured from its first to its last line; and then all
of it is done once more, for IPython's history. Here a library's function is analysed alone (with
the lines where they were), coloured as far as it is shown, and the history gets the same lines.
What is loaded for it are the only modules that a warm kernel holds and a cold one does not yet.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import threading
import types
from collections.abc import Iterator, Sequence
from typing import Any

import pygments
import pygments.lexers
import stack_data.core
from IPython.core import interactiveshell, ultratb
from pygments.formatters import terminal256

LONG = 150  # lines of a file, from which it pays to look at one function alone
_now = threading.local()


def prepare() -> None:
    """Load what the first error loads, and put the cheaper ways in place."""
    core: Any = stack_data.core
    core.Source = _FunctionSource
    core._pygmented_with_ranges = _coloured
    core.FrameInfo._pygmented_scope_lines = _as_far_as_shown(core.FrameInfo)
    module: Any = stack_data
    module.style_with_executing_node = functools.lru_cache(8)(module.style_with_executing_node)
    formatter: Any = terminal256.Terminal256Formatter
    formatter._setup_styles = _remembering(formatter._setup_styles)
    shell: Any = interactiveshell.InteractiveShell
    shell._format_exception_for_storage = _again(shell._format_exception_for_storage)
    verbose: Any = ultratb.VerboseTB
    verbose.get_records = _asking_once(verbose.get_records)
    shown: Any = ultratb.AutoFormattedTB
    shown.structured_traceback = _once(shown.structured_traceback)
    try:
        exec(compile("1 / 0", "<warm>", "exec"), {})  # noqa: S102 - an error to show
    except ZeroDivisionError as error:
        shown(mode="Context", theme_name="neutral", tb_offset=1).structured_traceback(
            type(error), error, error.__traceback__
        )
    _now.last = None


def find_modules() -> None:
    """Let `inspect` learn which file is which module's; an error makes it ask each of them."""
    inspect.getmodule(compile("0", "<nobody's>", "eval"))


class _FunctionSource(stack_data.core.Source):
    """Of a long file, the source of one function, if that is all that is asked for."""

    @classmethod
    def for_frame(cls, frame: types.FrameType, use_cache: bool = True) -> Any:
        _now.code = frame.f_code
        try:
            return super().for_frame(frame, use_cache)
        finally:
            _now.code = None

    @classmethod
    def _for_filename_and_lines(cls, filename: str, lines: Sequence[str]) -> Any:
        code = getattr(_now, "code", None)
        if code is not None and len(lines) > LONG:
            alone = _alone(code, lines)
            if alone is not None:
                return super()._for_filename_and_lines(filename, alone)
        return super()._for_filename_and_lines(filename, lines)


@functools.lru_cache(256)
def _alone(code: types.CodeType, lines: tuple[str, ...]) -> tuple[str, ...] | None:
    """``lines`` up to the end of the function that ``code`` is of, empty above it.

    Just above it stand the heads of what it is in, so that its qualified name and its private
    names come out the same. None where ``code`` is not a function's or cannot be told apart.
    """
    first = code.co_firstlineno
    if code.co_name.startswith("<") or not 0 < first <= len(lines):
        return None
    try:
        block = inspect.getblock(lines[first - 1 :])
        heads = _heads(code.co_qualname, len(block[0]) - len(block[0].lstrip(" ")))
        if len(heads) >= first:
            return None
        alone = ("\n",) * (first - 1 - len(heads)) + heads + tuple(block)
        tree = ast.parse("".join(alone))
    except (SyntaxError, ValueError, IndexError, RecursionError):
        return None
    return alone if _holds(tree, code) else None


def _heads(qualified: str, indent: int) -> tuple[str, ...]:
    """Lines that open the classes and functions around a function indented by ``indent``."""
    outer = qualified.split(".")[:-1]
    heads = []
    for place, name in enumerate(outer):
        if name != "<locals>":
            inside = outer[place + 1 : place + 2] == ["<locals>"]
            heads.append(f"def {name}():\n" if inside else f"class {name}:\n")
    if indent and not heads:
        heads = ["if 1:\n"]
    if len(heads) > indent:
        raise ValueError("a method at the margin")
    return tuple(" " * depth + head for depth, head in enumerate(heads))


def _holds(tree: ast.Module, code: types.CodeType) -> bool:
    """Whether the innermost of the nested heads holds exactly the function of ``code``."""
    body: Any = tree.body
    while len(body) == 1:
        found = body[0]
        kind = isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef)
        if kind and found.name == code.co_name:
            start = min([found.lineno, *(one.lineno for one in found.decorator_list)])
            if start == code.co_firstlineno:
                return True
        body = getattr(found, "body", ())
    return False


def _as_far_as_shown(frame_info: Any) -> property:
    """The coloured lines of a scope; those below the last line that is shown may be missing."""
    whole = frame_info.__dict__["_pygmented_scope_lines"].func

    def lines(self: Any) -> Any:
        if "_coloured_lines" not in self.__dict__:
            included = self.included_pieces
            _now.lines = included[-1].stop - self.source.line_range(self.scope)[0]
            try:
                self.__dict__["_coloured_lines"] = whole(self)
            finally:
                _now.lines = None
        return self.__dict__["_coloured_lines"]

    return property(lines)


def _coloured(formatter: Any, code: str, ranges: Sequence[tuple[int, int]]) -> list[str]:
    """As stack_data's: ``code``'s lines in colour, tokens that begin in ``ranges`` marked."""
    lexer = _lexer()(ranges, getattr(_now, "lines", None))
    try:
        highlighted: str = pygments.highlight(code, lexer, formatter)
    except Exception:
        highlighted = code
    return highlighted.splitlines()


@functools.cache
def _lexer() -> Any:
    python: Any = type(pygments.lexers.get_lexer_by_name("python3"))

    class Lexer(python):  # type: ignore[misc]
        def __init__(self, ranges: Sequence[tuple[int, int]], most: int | None) -> None:
            super().__init__(stripnl=False)
            self.ranges, self.most = ranges, most

        def get_tokens(self, text: str, unfiltered: bool = False) -> Iterator[tuple[Any, str]]:
            length = line = 0
            for kind, value in super().get_tokens(text, unfiltered):
                executing = any(start <= length < end for start, end in self.ranges)
                yield kind.ExecutingNode if executing else kind, value
                length += len(value)
                line += value.count("\n")
                if self.most is not None and line > self.most:
                    return

    Lexer([], None)
    return Lexer


def _asking_once(get_records: Any) -> Any:
    """While records are made, which module a frame's code is of is looked up once per code.

    Python searches all modules for it; an endless recursion has three thousand frames.
    """

    @functools.wraps(get_records)
    def records(*args: Any) -> Any:
        module: Any = inspect
        search = module.getmodule
        known: dict[tuple[types.CodeType, str | None], Any] = {}

        def getmodule(thing: Any, filename: str | None = None) -> Any:
            code = getattr(thing, "f_code", thing)
            if not isinstance(code, types.CodeType):
                return search(thing, filename)
            if (code, filename) not in known:
                known[code, filename] = search(thing, filename)
            return known[code, filename]

        module.getmodule = getmodule
        try:
            return get_records(*args)
        finally:
            module.getmodule = search

    return records


def _once(format_error: Any) -> Any:
    """For the history, IPython formats the error that it has just shown: hand out the same lines.

    Only where formatting runs no code of the notebook's.
    """

    @functools.wraps(format_error)
    def formatted(
        self: Any,
        etype: Any,
        evalue: Any,
        etb: Any = None,
        tb_offset: int | None = None,
        context: int = 5,
    ) -> Any:
        what = (etype, evalue, etb, self.tb_offset if tb_offset is None else tb_offset, context)
        last = getattr(_now, "last", None)
        if getattr(_now, "again", False) and last is not None and _plain(evalue):
            before, lines = last
            if all(one is other for one, other in zip(what, before, strict=True)):
                return list(lines)
        lines = format_error(self, etype, evalue, etb, tb_offset, context)
        _now.last = (what, list(lines))
        return lines

    return formatted


def _again(store: Any) -> Any:
    @functools.wraps(store)
    def stored(self: Any, *args: Any, **kwargs: Any) -> Any:
        _now.again = True
        try:
            return store(self, *args, **kwargs)
        finally:
            _now.again = False
            _now.last = None  # holds the notebook's frames

    return stored


def _plain(error: BaseException | None) -> bool:
    """Whether the text of ``error``, and of those it came from, is plain data."""
    for _ in range(20):
        if error is None:
            return True
        kinds = (str, int, float, type(None))
        words = (*error.args, *getattr(error, "__notes__", ()))
        builtin = vars(builtins).get(type(error).__name__) is type(error)
        if not builtin or any(type(one) not in kinds for one in words):
            return False
        error = error.__cause__ or error.__context__
    return False


def _remembering(set_up: Any) -> Any:
    known: dict[Any, dict[str, Any]] = {}

    @functools.wraps(set_up)
    def set_up_once(self: Any) -> None:
        key = (self.style, self.usebold, self.useunderline, self.useitalic)
        if key not in known:
            set_up(self)
            known[key] = dict(self.style_string)
        self.style_string = dict(known[key])

    return set_up_once
