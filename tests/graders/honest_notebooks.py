"""The honest notebooks of `honest/collection`: plain texts that become nbgrader notebooks.

A file is one notebook. Lines ``# word …`` at its top say what it is (``half``/``wrong``/``full``:
its right totals, where they are not the obvious ones; ``kernel``, ``ends``, ``minor``: how its file
is written; ``told``: tests for which the check may have to say why the modes differ; ``named``:
tests, or ``*`` for the notebook, that the check must name). Cells follow: ``# %% setup [id]``,
``answer``, ``test [id] points``. Below them ``half`` and ``wrong`` hold what a learner might have
written in the answer of that id; an answer without one is left as the reference has it.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import notebooks as make

from courses import learner_notebook, read_notebook, solved_notebook, write_notebook

COLLECTION = Path(__file__).parent / "honest" / "collection"
CELL = re.compile(r"# %% (setup|answer|test|half|wrong) \[([\w-]+)\](?: ([\d.]+))?")
ENDS = {"crlf": "\r\n", "cr": "\r", "nel": "\x85"}


@dataclass(frozen=True)
class Honest:
    """A notebook, what four learners hand in for it, and what each should have."""

    name: str
    source: bytes
    submitted: dict[str, bytes]
    right: dict[str, float]
    told: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


@dataclass
class _Text:
    facts: dict[str, str] = field(default_factory=dict)
    cells: list[tuple[str, str, float, str]] = field(default_factory=list)
    answers: dict[str, dict[str, str]] = field(default_factory=lambda: {"half": {}, "wrong": {}})


def names() -> list[str]:
    return sorted(path.stem for path in COLLECTION.glob("*.percent"))


def kept_from_learners() -> set[str]:
    """Notebooks that the check refuses as a whole, so that no marks in them are right."""
    return {name for name in names() if "*" in load(name).named}


def load(name: str) -> Honest:
    text = _read((COLLECTION / f"{name}.percent").read_text(encoding="utf-8"))
    kinds = {"setup": make.locked, "answer": make.solution}
    cells = [
        make.test(ident, source, points) if kind == "test" else kinds[kind](ident, source)
        for kind, ident, points, source in text.cells
    ]
    book = make.notebook(*cells)
    for cell in book["cells"] if "minor" not in text.facts else ():
        cell["id"] = cell["metadata"]["nbgrader"]["grade_id"]
    if kernel := text.facts.get("kernel"):
        language = "R" if kernel == "ir" else "python"
        spec = {"name": kernel, "display_name": f"Env ({kernel})", "language": language}
        book["metadata"]["kernelspec"] = spec
    source = _as_file(book, text.facts)
    most = sum(points for kind, _, points, _ in text.cells if kind == "test")
    right = {"full": most, "half": 0.0, "wrong": 0.0, "empty": 0.0}
    right |= {word: float(text.facts[word]) for word in right if word in text.facts}
    return Honest(
        name,
        source,
        _submitted(read_notebook(source), text),
        right,
        frozenset(text.facts.get("told", "").split()),
        frozenset(text.facts.get("named", "").split()),
    )


def _read(content: str) -> _Text:
    text = _Text()
    head, *parts = re.split(r"^(?=# %% )", content, flags=re.M)
    for line in re.split(r"[\n,]", head):
        word, _, rest = line.removeprefix("# ").strip().partition(" ")
        if word in ("half", "wrong", "full", "kernel", "ends", "minor", "told", "named"):
            text.facts[word] = rest
    for part in parts:
        first, _, source = part.partition("\n")
        found = CELL.fullmatch(first)
        assert found is not None, first
        kind, ident, points = found.groups()
        if kind in text.answers:
            text.answers[kind][ident] = source.rstrip("\n")
        else:
            text.cells.append((kind, ident, float(points or 1), source.rstrip("\n")))
    return text


def _as_file(book: dict, facts: dict[str, str]) -> bytes:
    ends = facts.get("ends", "")
    if ends in ENDS:
        for cell in book["cells"]:
            cell["source"] = cell["source"].replace("\n", ENDS[ends])
    if "minor" in facts:
        book["nbformat_minor"] = int(facts["minor"])
    mark = b"\xef\xbb\xbf" if ends == "bom" else b""
    return mark + json.dumps(book, ensure_ascii=False).encode()


def _submitted(source: dict, text: _Text) -> dict[str, bytes]:
    books = {"full": solved_notebook(source), "empty": learner_notebook(source)}
    for name, answers in text.answers.items():
        books[name] = solved_notebook(source)
        for cell in books[name]["cells"]:
            ident = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = answers.get(ident, cell["source"])
    return {name: write_notebook(book) for name, book in books.items()}


# Comparing ---------------------------------------------------------------------------------------


Marked = dict[str, tuple[dict[str, float], dict[str, float]]]


def both(honest: Honest, mark) -> Marked:
    """By variant the points of each test, in strict and in compatible mode."""
    return {
        name: (
            {cell.grade_id: cell.points for cell in mark(honest.source, content).cells},
            {cell.grade_id: cell.points for cell in _as_nbgrader(mark, honest.source, content)},
        )
        for name, content in honest.submitted.items()
    }


def differences(marked: Marked) -> dict[str, dict[str, tuple[float, float]]]:
    """By variant and test: both points, where they differ; nan where there are none."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for name, (strict, theirs) in marked.items():
        for one in {**strict, **theirs}:
            pair = strict.get(one, math.nan), theirs.get(one, math.nan)
            if pair[0] != pair[1]:
                found.setdefault(name, {})[one] = pair
    return found


def _as_nbgrader(mark, source: bytes, content: bytes):
    """What nbgrader would give; nothing where it stops, which then differs in every test."""
    try:
        return mark(source, content, mode="compatible").cells
    except Exception:
        return ()


def named_by(problems, grade_ids) -> set[str]:
    """Those of the tests that some finding names; ``*`` where there is an error at all."""
    said = [str(problem) for problem in problems]
    found = {one for one in grade_ids if any(f"({one})" in text for text in said)}
    errors = any(problem.severity == "error" for problem in problems)
    return found | ({"*"} if errors else set())
