"""The wall's words stand in one file: nobody spells one, and the table of the document has each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from graders.strict.between import protocol

ROOT = Path(__file__).parents[4]
STRICT = ROOT / "graders" / "strict"
MESSAGES = {
    name: {word for key, word in vars(found).items() if key.isupper()}
    for name, found in vars(protocol).items()
    if isinstance(found, type)
}
WORDS = set().union(*MESSAGES.values())
# Both programs, all that lies between them, and whoever in the supervisor speaks to them.
SPEAKERS = sorted(
    path
    for path in [
        *(STRICT / "between").glob("*.py"),
        *(STRICT / "examiner").glob("*.py"),
        *(STRICT / "learner").glob("*.py"),
        *(STRICT / f"{name}.py" for name in ("marker", "marking", "pair", "testimony", "scoring")),
        *(STRICT / f"{name}.py" for name in ("feedback", "troubles")),
    ]
    if path.name not in ("protocol.py", "__init__.py")
)
# Words that other conventions have as well, where they are those conventions'.
NOT_OURS = {
    "codec.py": {"numpy"},  # a package
    "frames.py": {"s", "O", "b", "numpy"},  # numpy's kinds of dtype, a unit of time
    "twins.py": {"numpy", "O"},  # a package, and a kind of its dtypes
    "python_values.py": {"nan"},  # as Python says it
    "outputs.py": {"name"},  # nbformat's
    "testimony.py": {"name", "error"},
    "shell.py": {"r", "o", "a"},  # options of commands
    "audit_hook.py": {"setup", "args"},  # groups of a pattern, a local of importlib's
    "faults.py": {"message"},  # an argument of assertions'
    "program.py": {"type"},  # Python's function
    "replaced.py": {"pickle"},  # Python's module
    "tampering.py": {"input"},
    "marker.py": {"seed"},  # an option of a program
    "marking.py": {"seed", "learner", "shared", "setup", "test"},  # options; the plan's places
    "feedback.py": {"line", "cell", "missing", "name", "error", "files"},  # gaps in sentences
}


def keys_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts that stand where a word of a message would: keys of a dict, what is looked up in one,
    what is compared with, the first of a list."""
    for node in ast.walk(tree):
        match node:
            case ast.Dict(keys=keys):
                found = keys
            case ast.Subscript(slice=key):
                found = [key]
            case ast.Compare(left=left, comparators=others):
                found = [left, *others]
                found += [one for other in others for one in getattr(other, "elts", ())]
            case ast.List(elts=[first, *_]) | ast.Tuple(elts=[first, *_]):
                found = [first]
            case ast.Call(func=ast.Attribute(attr="get" | "pop" | "setdefault"), args=[key, *_]):
                found = [key]
            case ast.MatchValue(value=value):
                found = [value]
            case _:
                continue
        for one in found:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.lineno, one.value


def spelled(text: str, allowed: set[str] = frozenset()) -> list[str]:
    return [
        f"{line}: {word!r}"
        for line, word in keys_in(ast.parse(text))
        if word in WORDS and word not in allowed
    ]


@pytest.mark.parametrize("path", SPEAKERS, ids=lambda path: str(path.relative_to(STRICT)))
def test_nobody_spells_a_word_of_the_wall(path: Path) -> None:
    assert spelled(path.read_text(), NOT_OURS.get(path.name, frozenset())) == []


@pytest.mark.parametrize(
    "spoken",
    [
        'said["r"]',
        'said = {"x": 1}',
        'said.get("cb")',
        'return_ = ["h", number]',
        'tag == "mod"',
        'tag in ("nd", "no")',
        'said["outcomes"]',
    ],
)
def test_a_word_that_somebody_spells_is_seen(spoken: str) -> None:
    assert len(spelled(spoken)) >= 1


def test_every_exception_is_still_needed() -> None:
    seen: dict[str, set[str]] = {name: set() for name in NOT_OURS}
    for path in SPEAKERS:
        found = keys_in(ast.parse(path.read_text()))
        seen.setdefault(path.name, set()).update(word for _, word in found)
    assert {name: words - seen[name] for name, words in NOT_OURS.items()} == {
        name: set() for name in NOT_OURS
    }


def test_the_speakers_are_all_there() -> None:
    names = {path.name for path in SPEAKERS}
    assert {"program.py", "codec.py", "frames.py", "link.py", "stand_ins.py", "objects.py"} <= names
    assert len(SPEAKERS) > 25 and len(WORDS) > 150


@pytest.mark.parametrize("name", MESSAGES)
def test_no_word_of_a_message_means_two_things(name: str) -> None:
    words = [word for key, word in vars(getattr(protocol, name)).items() if key.isupper()]
    assert words
    assert sorted(words) == sorted(set(words))


def test_tags_of_values_and_of_things_are_apart() -> None:
    """One list may begin with any of them, and each reader must know which is meant."""
    assert MESSAGES["Tag"] & MESSAGES["FromLearner"] == set()
    assert MESSAGES["Tag"] & MESSAGES["FromExaminer"] == set()


def test_the_document_has_every_message_and_every_word() -> None:
    written = (ROOT / "docs" / "marking.md").read_text(encoding="utf-8")
    part = written[written.index("## The wall's words") :]
    part = part[: part.index("\n## ", 10)]
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)$", part, re.M))
    assert set(rows) == set(MESSAGES)
    for name, words in MESSAGES.items():
        told = set(re.findall(r"`([^`]+)`", rows[name]))
        assert words - told == set(), name
