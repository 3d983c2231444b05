"""Everything that is tried of an item, as one notebook.

Starting two walled processes costs more than all that an item asks of them, so its tries stand one
after another in a single notebook: setup cells, the answers, the test, and again. Each try begins
with the names of the answers forgotten, and a wrong answer is the reference with something changed
behind it. What each earns is read back by the id of its test.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.marks import CellMarks, Marks
from core.messages import Message
from courses.answers.notation import Form
from courses.bank.item import Item
from courses.bank.reference import find_reference
from courses.checks.probes import asking_setup
from courses.checks.trials import without_marks
from courses.course import find_form
from courses.handouts.variants import literals_of, variant
from courses.notebooks import (
    Cell,
    Notebook,
    grade_id_of,
    is_solution,
    is_test,
    learner_notebook,
    marking_of,
    source_of,
    write_notebook,
)

_PROBE = """\
import hashlib
assert False, hashlib.sha256(repr({names}).encode()).hexdigest()[:16]"""
_FORGET = "for motcham_name in {names}: globals().pop(motcham_name, None)"


@dataclass(frozen=True)
class Try:
    """One answer to be marked. ``kind``: reference, empty, spaced, bare (the reference without the
    names that only it binds), distractor, option (of which it is not known whether it is the right
    one), constant, mistake, solved (by somebody who saw no reference: ``change`` is all of the
    answer).

    ``change``: lines behind the reference answer; ``earns``: the share of the points that is
    promised; None where it must only be less than all (constant: no more than half). ``option``:
    name of the answer and key of the option that is tried.
    """

    kind: str
    seed: int
    what: Message
    change: str = ""
    earns: float | None = None
    option: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Outcome:
    """What a try earned: its share of the points, and what was said."""

    tried: Try
    share: float
    feedback: Message | str | None


@dataclass(frozen=True)
class Tried:
    """All outcomes of an item. ``keys``: by seed, a digest of the reference answers;
    ``setup_errors``: what setup cells raised; ``failed``: why nothing could be marked."""

    outcomes: tuple[Outcome, ...] = ()
    keys: Mapping[int, str] = field(default_factory=dict)
    setup_errors: tuple[Message | str, ...] = ()
    failed: Message | str = ""


def tries_of(item: Item) -> list[Try]:
    """What is tried: the reference and an empty answer of every variant, each wrong choice of the
    author's own values, and the author's mistakes for the last variant too."""
    found: list[Try] = []
    for seed in item.seeds:
        found.append(Try("reference", seed, Message("đáp án mẫu"), earns=1))
        found.append(Try("empty", seed, Message("bài để trống"), earns=0))
    alone = len(item.answer_cells) == 1
    for cell in item.answer_cells:
        form = find_form(cell)
        if form is not None:
            found += _of_form(form, find_reference(cell), alone=alone)
    helpers = _helpers(item)
    for seed in sorted({0, item.seeds[-1]}):
        if helpers:
            what = Message("đáp án mẫu, bỏ {names}", {"names": ", ".join(helpers)})
            found.append(Try("bare", seed, what, _FORGET.format(names=helpers), 1))
        for mistake in item.mistakes:
            what = Message("sai lầm “{why}”", {"why": mistake.why})
            found.append(Try("mistake", seed, what, mistake.answer, mistake.earns))
    return found


def _helpers(item: Item) -> tuple[str, ...]:
    """Names that the reference binds on its way: a test that reads one gives whoever fills in the
    form nothing. Of an answer in code they are part of the answer."""
    if len(item.forms) < len(item.answer_cells):
        return ()
    bound, given = set[str](), {form.name for form in item.forms}
    for cell in item.source["cells"]:
        if cell["cell_type"] == "code" and not is_test(cell):
            (bound if is_solution(cell) else given).update(names_bound(source_of(cell)))
    return tuple(sorted(bound - given))


def _of_form(form: Form, reference: Any, *, alone: bool) -> Iterator[Try]:
    match form.kind:
        case "single":
            for key, text in form.options:
                if key != reference:
                    what = Message("lựa chọn “{text}”", {"text": text})
                    kind = "option" if reference is None else "distractor"
                    yield _changed(kind, form, what, key, 0 if alone else None, option=key)
        case "multiple":
            yield from _of_multiple(form, reference)
        case "order":
            keys = [key for key, _ in form.options]
            yield _changed("constant", form, Message("giữ nguyên thứ tự cho sẵn"), keys)
            yield _changed("constant", form, Message("đảo ngược thứ tự cho sẵn"), keys[::-1])
        case "match":
            for target, text in form.targets:
                what = Message("nối tất cả với “{text}”", {"text": text})
                yield _changed("constant", form, what, {key: target for key, _ in form.options})
        case "table":
            yield from _of_table(form)
        case "text":
            what = Message("đáp án mẫu có dấu cách thừa ở hai đầu")
            change = f'{form.name} = f"  {{{form.name}}} "'
            yield Try("spaced", 0, what, change, 1)


def _of_multiple(form: Form, reference: Any) -> Iterator[Try]:
    texts = dict(form.options)
    everything = list(texts)
    if reference is None or sorted(reference) != sorted(everything):
        yield _changed("constant", form, Message("chọn tất cả"), everything)
    if reference is None:
        return
    for key in reference:
        what = Message("thiếu “{text}”", {"text": texts.get(key, key)})
        yield _changed("distractor", form, what, [one for one in reference if one != key])
    for key in everything:
        if key not in reference:
            what = Message("chọn thừa “{text}”", {"text": texts[key]})
            yield _changed("distractor", form, what, [*reference, key], option=key)


def _of_table(form: Form) -> Iterator[Try]:
    for column in form.columns:
        for key, text in column.options:
            what = Message(
                "chọn “{text}” cho mọi dòng của cột “{column}”",
                {"text": text, "column": column.label},
            )
            change = f"{form.name} = [dong | {{{column.key!r}: {key!r}}} for dong in {form.name}]"
            yield Try("constant", 0, what, change)


def _changed(
    kind: str, form: Form, what: Message, value: Any, earns: float | None = None, option: str = ""
) -> Try:
    named = (form.name, option) if option else ("", "")
    return Try(kind, 0, what, f"{form.name} = {value!r}", earns, named)


# One notebook -------------------------------------------------------------------------------------


def notebooks_of(item: Item, tries: Sequence[Try]) -> tuple[bytes, bytes, frozenset[str]]:
    """The source in which all of it is asked, the submission in which all of it is answered, and
    the ids of those tests that only say what a setup cell raised.

    Raises Refused where a variant can not be drawn.
    """
    source, submitted = _empty(item.source), _empty(item.source)
    names = sorted({name for cell in item.answer_cells for name in names_bound(source_of(cell))})
    names = sorted({*names, *(name for one in tries for name in names_bound(one.change))})
    drawn = {seed: variant(item.source, seed) for seed in item.seeds}
    received = {seed: learner_notebook(one) for seed, one in drawn.items()}
    for number, tried in enumerate(tries):
        mine = _named(drawn[tried.seed], number)
        theirs = _named(received[tried.seed], number)
        _answer(mine, theirs, tried, names)
        if tried.kind == "reference":
            _add_probe(item, mine, theirs, number)
        source["cells"] += mine["cells"]
        submitted["cells"] += theirs["cells"]
    content = write_notebook(submitted)
    asking, setups = asking_setup(source)
    return write_notebook(asking), content, frozenset(setups)


def read_outcomes(item: Item, tries: Sequence[Try], setups: frozenset[str], marks: Marks) -> Tried:
    """What marking those two notebooks says of each try."""
    if marks.state != "marked":
        return Tried(failed=marks.reason or marks.state)
    cells = {cell.grade_id: cell for cell in marks.cells}
    test = next(grade_id_of(cell) for cell in item.source["cells"] if is_test(cell))
    outcomes, keys = [], {}
    for number, tried in enumerate(tries):
        cell = cells.get(f"{test}-{number}")
        outcomes.append(Outcome(tried, _share(cell), cell.feedback if cell else None))
        if tried.kind == "reference" and f"key-{number}" in cells:
            keys[tried.seed] = str(cells[f"key-{number}"].feedback)
    raised = {
        str(one.feedback): one.feedback or "–"
        for one in marks.cells
        if one.grade_id in setups and one.points < one.max
    }
    return Tried(tuple(outcomes), keys, tuple(raised.values()))


def _share(cell: CellMarks | None) -> float:
    return cell.points / cell.max if cell is not None and cell.max else 0.0


def _empty(notebook: Notebook) -> Notebook:
    return {**copy.deepcopy({**notebook, "cells": []}), "cells": []}


def _named(notebook: Notebook, number: int) -> Notebook:
    """The code cells of a try, with ids of its own; what is only read is left out."""
    cells = [copy.deepcopy(one) for one in notebook["cells"] if one["cell_type"] == "code"]
    for cell in cells:
        cell["id"] = f"{cell['id']}-{number}"
        marking_of(cell).update(grade_id=f"{grade_id_of(cell)}-{number}")
        marking_of(cell).pop("checksum", None)
    return {**notebook, "cells": cells}


def _answer(source: Notebook, submitted: Notebook, tried: Try, names: Sequence[str]) -> None:
    """Write the try's answers into the submission."""
    pairs = zip(source["cells"], submitted["cells"], strict=True)
    answers = [(mine, theirs) for mine, theirs in pairs if is_solution(mine)]
    if tried.kind not in ("empty", "solved"):
        for mine, theirs in answers:
            theirs["source"] = without_marks(source_of(mine))
    if tried.kind != "empty":
        answers[-1][1]["source"] += f"\n{tried.change}"
    forget = _FORGET.format(names=tuple(names))
    answers[0][1]["source"] = f"{forget}\n{source_of(answers[0][1])}"


def _add_probe(item: Item, source: Notebook, submitted: Notebook, number: int) -> None:
    """A test behind the item's own that says a digest of the reference answers.

    A file is never the same twice (it holds its time), so it is known by what was drawn for it.
    """
    names = [form.name for form in item.forms if form.kind != "file"]
    if not names:
        names = [name for cell in source["cells"] for name in _drawn(cell)]
    probe = copy.deepcopy(next(cell for cell in source["cells"] if is_test(cell)))
    probe["id"] = f"key-{number}"
    marking_of(probe).update(grade_id=f"key-{number}")
    probe["source"] = _PROBE.format(names=f"({', '.join([*names, ''])})")
    source["cells"].append(probe)
    submitted["cells"].append({**copy.deepcopy(probe), "source": ""})


def _drawn(cell: Cell) -> Iterable[str]:
    if is_solution(cell) or is_test(cell):
        return ()
    return literals_of(source_of(cell))


def names_bound(code: str) -> set[str]:
    """Names that these lines bind; none where they are no Python."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return set()
    found = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    found |= {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    made = ast.FunctionDef | ast.ClassDef
    return found | {node.name for node in ast.walk(tree) if isinstance(node, made)}
