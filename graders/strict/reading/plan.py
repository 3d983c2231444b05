"""Which cell runs where, and in which order.

The instructor's source decides: its tests, their points, their text and their order, and its
locked cells. From the learner's notebook come the solution cells, by their ``grade_id`` (of
duplicates the last counts, as nbgrader's DeduplicateIds has it), and whatever other code cells the
learner kept or added, in their place. Everything else in the submitted file is ignored: metadata,
tags, outputs, test cells.
"""

from __future__ import annotations

import ast
import hashlib
import json
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal

from core import python_text
from core.messages import Message, Refused
from core.points import total_points
from courses.endings import autotest_lines
from courses.notebooks import HIDDEN_TESTS, SOLUTION, without_region
from courses.options import options_of, options_of_text, split_comment
from graders.languages import refuse_other_languages
from graders.read_submission import Cell, Unfit, read_cells
from graders.strict.reading.ownership import (
    CellKind,
    Names,
    bound_names,
    mentioned_names,
    plain_python,
    whose,
)
from graders.strict.reading.setups import Setup, look_at

Place = Literal["learner", "setup", "test", "shared", "manual"]


@dataclass(frozen=True)
class Step:
    """One cell to run, or to judge by hand.

    ``learner`` steps run ``source`` in the learner's process; ``setup`` and ``test`` in the
    examiner's; ``shared`` tests in the learner's after all. ``waits``: a setup cell that needs the
    learner's names, and so its turn. ``setup``: a setup cell that the learner has, too, and how the
    two runs of it go together. ``answers``: numbers of the learner steps that a test judges.
    """

    place: Place
    source: str = ""
    grade_id: str | None = None
    points: float = 0.0
    title: str = ""
    hidden: frozenset[int] = frozenset()  # line numbers, from 1, of a test's hidden regions
    waits: bool = False
    setup: Setup | None = None
    answers: tuple[int, ...] = ()
    answered: bool = True
    restored: bool = False  # the learner had deleted it
    cell_kind: str = "code"
    unchanged: bool = False  # a manual answer still as handed out


@dataclass(frozen=True)
class Source:
    """What the instructor's notebook says, worked out once and kept."""

    cells: tuple[Cell, ...]
    options: tuple[Mapping[str, Any], ...]
    names: Names
    max: float
    faults: tuple[Message, ...] = field(default=())

    @property
    def shared_names(self) -> frozenset[str]:
        """What setup cells bind, in what learners can see, and the reference solution comes to."""
        seen = {
            name
            for cell in self.cells
            if cell.kind == "code" and _kind(cell) == "setup"
            for name in bound_names(_without_hidden(cell.source))
        }
        return self.names.reached & seen & self.names.owned

    @property
    def has_shared(self) -> bool:
        return any(options.get("shared") is True for options in self.options)

    # Asked for each cell of each submission, and the same for all of them.

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(cell.grade_id for cell in self.cells if cell.grade_id)

    @cached_property
    def unnamed(self) -> frozenset[str]:
        """Texts of the author's cells that nothing is marked by, and of an empty one."""
        return frozenset(cell.source.strip() for cell in self.cells if not cell.grade_id) | {""}

    @cached_property
    def setups(self) -> Mapping[str, Setup]:
        """What each setup cell needs, by its text."""
        return {
            cell.source: look_at(
                _without_hidden(cell.source), cell.source, self.names, shared=self.has_shared
            )
            for cell in self.cells
            if cell.kind == "code" and _kind(cell) == "setup"
        }


def read_source(content: bytes | Mapping[str, Any]) -> Source:
    """Read the instructor's notebook. Raises `Unfit` when it is none."""
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    return _read_source(hashlib.sha256(content).digest(), _Hidden(content))


class _Hidden:
    """Keeps a large value out of the cache's key: the digest beside it says the same."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hidden)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=256)
def _read_source(_digest: bytes, hidden: _Hidden) -> Source:
    refuse_other_languages(hidden.content)
    cells = tuple(read_cells(hidden.content))
    options = tuple(_options(cell) for cell in cells)
    kinds: list[tuple[CellKind, str]] = [
        (_kind(cell), _reference(cell)) for cell in cells if cell.kind == "code"
    ]
    learner = _listed(options, "learner")
    names = whose(
        kinds,
        learner=learner,
        examiner=_listed(options, "examiner"),
        in_place=_listed(options, "in_place"),
    )
    graded = [cell for cell in cells if cell.grade or cell.task]
    return Source(cells, options, names, total_points(cell.points for cell in graded))


def _kind(cell: Cell) -> CellKind:
    if cell.solution:
        return "solution"
    return "test" if cell.grade else "setup"


def _reference(cell: Cell) -> str:
    """What the names are read from: of a solution cell the whole text, regions and all."""
    return cell.source


def _options(cell: Cell) -> Mapping[str, Any]:
    try:
        return options_of(cell.source) if cell.kind == "code" else options_of_text(cell.source)
    except Refused:
        return {}


def _listed(options: Iterable[Mapping[str, Any]], key: str) -> set[str]:
    found: set[str] = set()
    for one in options:
        value = one.get(key, ())
        words = value.replace(",", " ").split() if isinstance(value, str) else value
        if isinstance(words, (list, tuple)):
            found |= {str(word) for word in words}
    return found


def make_plan(source: Source, submitted: Sequence[Cell]) -> list[Step]:
    """The steps in order. Raises `Unfit` ("foreign") when no cell of the source is there."""
    theirs, extras, leading = _align(source, submitted)
    if source.ids and not theirs:
        raise Unfit(
            "foreign",
            Message("Sổ nộp không thuộc bài này: không tìm thấy ô bài tập nào của bài."),
        )
    steps: list[Step] = []
    below = list(leading)
    continued = False  # what stands below is part of the answer above it
    answers: list[int] = []
    unanswered: list[bool] = []
    judged: tuple[int, ...] = ()
    answered = True
    for number, (cell, options) in enumerate(zip(source.cells, source.options, strict=True), 1):
        mine = theirs.get(cell.grade_id) if cell.grade_id else None
        if cell.grade_id:
            added = _add_extras(steps, below)
            answers.extend(added if continued else ())
            below = list(extras.get(cell.grade_id, ()))
            continued = cell.solution and cell.kind == "code"
        if cell.solution:
            wrote_below = _wrote_below(source, below)
            if mine is not None and cell.kind == "code":
                answers.append(len(steps))
                handed_out = as_handed_out(cell)
                unanswered.append(not (is_answered(mine.source, handed_out) or wrote_below))
                steps.append(Step("learner", mine.source))
            elif mine is None:
                unanswered.append(not wrote_below)
            if cell.grade:
                # Judged by a person, who reads what stands below as well.
                steps.append(_manual(cell, options, mine, below if wrote_below else ()))
        elif cell.task:
            written = extras.get(cell.grade_id or "", ())
            steps.append(_task(cell, options, answered=_wrote_below(source, written)))
            answers, unanswered = [], []
        elif cell.grade:
            if answers or unanswered:  # else: one more test of the same answers
                judged, answered = tuple(answers), not all(unanswered)
            steps.append(_test(cell, options, judged, answered, mine is None))
            answers, unanswered = [], []
        elif cell.kind == "code":
            if mine is not None and not cell.locked:
                below.insert(0, mine)
            before = len(steps)
            same = cell.locked or _take_same(steps, below, cell)
            answers.extend(range(before, len(steps)) if continued else ())
            steps.append(_setup(source, cell, cell.grade_id or str(number), same=same))
    _add_extras(steps, below)
    return steps


def _take_same(steps: list[Step], below: list[Cell], cell: Cell) -> bool:
    """Has the learner left an author's cell as it was? Then what they put before it comes first."""
    for place, one in enumerate(below):
        if one.kind == "code" and one.source.strip() == cell.source.strip():
            _add_extras(steps, below[:place])
            del below[: place + 1]
            return True
    return False


def _setup(source: Source, cell: Cell, name: str, *, same: bool) -> Step:
    text = plain_python(cell.source)
    waits = bool(mentioned_names(cell.source) & source.names.learner)
    if not same:
        return Step("setup", text, grade_id=name, waits=waits)
    return Step("setup", text, grade_id=name, waits=waits, setup=source.setups[cell.source])


def _align(
    source: Source, submitted: Sequence[Cell]
) -> tuple[dict[str, Cell], dict[str, list[Cell]], list[Cell]]:
    """The learner's cells by grade_id, and what follows each; and what stands before the first."""
    last = {cell.grade_id: place for place, cell in enumerate(submitted) if cell.grade_id}
    theirs: dict[str, Cell] = {}
    extras: dict[str, list[Cell]] = {}
    leading: list[Cell] = []
    following = leading
    for place, cell in enumerate(submitted):
        known = cell.grade_id if cell.grade_id in source.ids else None
        if known is not None and last[known] == place:
            theirs[known] = cell
            following = extras.setdefault(known, [])
        else:
            following.append(cell)
    return theirs, extras, leading


def _add_extras(steps: list[Step], cells: Iterable[Cell]) -> range:
    """Add the learner's own cells; the places of those added."""
    before = len(steps)
    steps.extend(Step("learner", cell.source) for cell in cells if cell.kind == "code")
    return range(before, len(steps))


def _wrote_below(source: Source, below: Iterable[Cell]) -> bool:
    """Is there anything in the cells below a task that is not the author's?"""
    return any(cell.source.strip() not in source.unnamed for cell in below)


def _task(cell: Cell, options: Mapping[str, Any], *, answered: bool) -> Step:
    return Step(
        "manual",
        grade_id=cell.grade_id,
        points=cell.points,
        title=str(options.get("exercise", "")),
        cell_kind=cell.kind,
        unchanged=not answered,
    )


def _manual(
    cell: Cell, options: Mapping[str, Any], mine: Cell | None, below: Iterable[Cell]
) -> Step:
    untouched = mine is None or mine.source.strip() == as_handed_out(cell).strip()
    texts = [] if mine is None or untouched else [mine.source]
    texts += [one.source for one in below]
    return Step(
        "manual",
        "\n\n".join(texts),
        grade_id=cell.grade_id,
        points=cell.points,
        title=str(options.get("exercise", "")),
        cell_kind=cell.kind,
        unchanged=untouched and not any(text.strip() for text in texts),
    )


def _test(
    cell: Cell,
    options: Mapping[str, Any],
    answers: tuple[int, ...],
    answered: bool,
    restored: bool,
) -> Step:
    if cell.kind != "code":
        return Step(
            "manual",
            grade_id=cell.grade_id,
            points=cell.points,
            title=str(options.get("exercise", "")),
            cell_kind=cell.kind,
        )
    if autotest_lines(cell.source):  # a test that nbgrader has not written yet judges nothing
        return Step(
            "manual",
            grade_id=cell.grade_id,
            points=cell.points,
            title=str(options.get("exercise", "")),
            unchanged=not answered,
        )
    text = plain_python(cell.source)
    return Step(
        "shared" if options.get("shared") is True else "test",
        text,
        grade_id=cell.grade_id,
        points=cell.points,
        title=str(options.get("exercise", "")),
        hidden=hidden_lines(text),
        answers=answers,
        answered=answered,
        restored=restored,
    )


def _without_hidden(source: str) -> str:
    """A locked cell as the learner has it: what it keeps hidden is for the examiner alone."""
    hidden = hidden_lines(source)
    lines = source.split("\n")
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in hidden)


def hidden_lines(source: str) -> frozenset[int]:
    """Line numbers, from 1, of the regions the learner never sees."""
    found: set[int] = set()
    inside = False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = inside or HIDDEN_TESTS[0] in line
        if inside:
            found.add(number)
        inside = inside and HIDDEN_TESTS[1] not in line
    return frozenset(found)


def as_handed_out(cell: Cell) -> str:
    """A solution cell's text in the learner's release."""
    stub = (
        ["# YOUR CODE HERE", "raise NotImplementedError()"]
        if cell.kind == "code"
        else ["YOUR ANSWER HERE"]
    )
    try:
        if SOLUTION[0] not in cell.source:
            comment = "" if cell.kind == "code" else split_comment(cell.source)[0]
            return comment + "\n".join(stub)
        return without_region(cell.source, SOLUTION, stub)
    except Refused:
        return cell.source


LONGEST_STUB = 20_000  # characters


def is_answered(source: str, handed_out: str = "") -> bool:
    """Did the learner write anything that was not ``handed_out``? The stub's own lines and
    comments are nothing.

    This looks at a learner's text in the supervisor's own process: so it is only read as plain
    Python, and only where it is short enough to be a stub at all.
    """
    if len(source) > LONGEST_STUB:
        return True
    said = _said(source)
    if said is None:
        return source.strip() != handed_out.strip()  # something was written, if no Python
    return bool(said) and said != _said_by_the_author(handed_out)


@lru_cache(maxsize=1024)
def _said_by_the_author(source: str) -> tuple[str, ...] | None:
    return _said(source)


def _said(source: str) -> tuple[str, ...] | None:
    """The statements of a cell without stub lines; None where it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = python_text.parse(source)
        return tuple(ast.dump(node) for node in _without_stubs(tree.body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _without_stubs(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    kept = []
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            node.body = _without_stubs(node.body)
            # ``class NotFound(Exception): pass`` is an answer, a function of nothing is none.
            if not node.body and not isinstance(node, ast.ClassDef):
                continue
        if not _is_stub(node):
            kept.append(node)
    return kept


def _is_stub(node: ast.stmt) -> bool:
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"))) | ast.Pass():
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError")):
            return True
    return False
