"""``item.md``, what a candidate does and how it is marked, made into a source notebook.

Text is Markdown. Fenced blocks named ``python setup``, ``python answer`` and ``python test`` become
the locked, solution and test cells of nbgrader's notation (docs/authoring.md); other fences stay
text. Cell ids follow from the item's name alone: they are the ground of drawn values.
"""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from core import python_text
from core.messages import Message, Refused
from courses.notebooks import HIDDEN_TESTS, SOLUTION, Cell, Notebook
from courses.options import option_lines, options_of
from courses.reading import PYTHON

TASK_FILE = "item.md"
OPENING = re.compile(r"```python (\w+)[ \t]*")
CLOSING = re.compile(r"```[ \t]*")
PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<file>[a-z0-9._-]+)(?=[ )])")
KINDS_OF_PICTURE = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
LARGEST_PICTURE = 100_000  # bytes; an item is one file to a candidate


@dataclass(frozen=True)
class Piece:
    """A part of ``item.md``: ``kind`` is text, setup, answer or test; ``line`` counts from 1."""

    kind: str
    source: str
    line: int


def pieces_of(text: str) -> list[Piece]:
    """The parts of an ``item.md`` in order. Raises Refused for a block of another name, and for
    one without an end."""
    found: list[Piece] = []
    kind, lines, begun = "text", list[str](), 1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        opening = OPENING.fullmatch(line)
        if kind == "text" and opening:
            found += _piece(kind, lines, begun)
            kind, lines, begun = opening[1], [], number
        elif kind != "text" and CLOSING.fullmatch(line):
            found += _piece(kind, lines, begun)
            kind, lines, begun = "text", [], number + 1
        else:
            lines.append(line)
    if kind != "text":
        raise Refused(_at(begun, Message("khối mã chưa có dòng ``` đóng lại")))
    return [*found, *_piece(kind, lines, begun)]


def _piece(kind: str, lines: list[str], line: int) -> Iterator[Piece]:
    source = "\n".join(lines).strip("\n")
    if kind not in ("text", "setup", "answer", "test"):
        said = {"kind": kind}
        raise Refused(_at(line, Message("không có loại khối “python {kind}”", said)))
    if source.strip() or kind != "text":
        yield Piece(kind, source, line)


def notebook_of(
    text: str, slug: str, heading: Mapping[str, Any], points: float, pictures: Mapping[str, bytes]
) -> Notebook:
    """The source notebook of an ``item.md``.

    ``heading``: options of the test cell (exercise, competence, level, minutes). ``pictures``: the
    files beside it by name; those shown are carried in their cell. Raises Refused, every fault
    with its line.
    """
    pieces = pieces_of(text)
    faults = list(_faults(pieces))
    cells: list[Cell] = []
    counts = dict.fromkeys(("text", "setup", "answer", "test"), 0)
    for piece in pieces:
        counts[piece.kind] += 1
        name = f"{slug}-{piece.kind}-{counts[piece.kind]}"
        try:
            cells.append(_cell(piece, name, heading, points, pictures))
        except Refused as refused:
            faults += [_at(piece.line, why) for why in refused.messages]
    if faults:
        raise Refused(*faults)
    metadata = {"kernelspec": dict(PYTHON)}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _faults(pieces: list[Piece]) -> Iterator[Message]:
    kinds = [piece.kind for piece in pieces]
    if kinds.count("test") != 1 or kinds[-1] != "test":
        yield Message("phải có đúng một khối “python test”, ở cuối tệp")
    if "answer" not in kinds:
        yield Message("chưa có khối “python answer” nào")
    if kinds[:1] not in (["text"], ["setup"]):
        yield Message("đề bài phải đứng trước ô trả lời")
    if "text" not in kinds:
        yield Message("chưa có đề bài")


def _cell(
    piece: Piece,
    name: str,
    heading: Mapping[str, Any],
    points: float,
    pictures: Mapping[str, bytes],
) -> Cell:
    if piece.kind == "text":
        shown = _attachments(piece.source, pictures)
        extra = {"attachments": shown} if shown else {}
        return {
            "cell_type": "markdown",
            "id": name,
            "metadata": {},
            "source": _attached(piece.source),
            **extra,
        }
    _parsed(piece.source)
    match piece.kind:
        case "setup":
            return _code(name, piece.source, locked=True)
        case "answer":
            return _code(name, _answer(piece.source), solution=True)
    return _code(name, _test(piece.source, heading), grade=True, locked=True, points=points)


def _code(name: str, source: str, **flags: Any) -> Cell:
    marking = {
        "grade": False,
        "grade_id": name,
        "locked": False,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"nbgrader": marking | flags},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def _answer(source: str) -> str:
    """A form's block says the reference answer and no more; what candidates receive is ``None``."""
    options = options_of(source)
    if "form" not in options or SOLUTION[0] in source:
        return source
    top = option_lines(source)
    solution = source.split("\n")[len(top) :]
    name = _last_name(source)
    begin, end = (f"### {mark}" for mark in SOLUTION)
    return "\n".join([*top, f"{name} = None", begin, *solution, end])


def _last_name(source: str) -> str:
    body = _parsed(source).body
    last = body[-1] if body else None
    if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
        return last.targets[0].id
    raise Refused(Message("dòng cuối của ô trả lời phải là phép gán “tên = đáp án”"))


def _test(source: str, heading: Mapping[str, Any]) -> str:
    """The whole test is hidden: who is assessed must not read what is asked of the answer."""
    if option_lines(source):
        raise Refused(Message("khối “python test” không có dòng “#|”: hãy ghi trong item.toml"))
    # What YAML reads of these is what item.toml says: texts in JSON's quotes.
    top = [f"#| {key}: {_quoted(value)}" for key, value in heading.items()]
    begin, end = (f"### {mark}" for mark in HIDDEN_TESTS)
    return "\n".join([*top, begin, source, end])


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def _parsed(source: str) -> ast.Module:
    try:
        return python_text.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise Refused(Message("mã Python sai cú pháp ở dòng {line}", {"line": line})) from None


def _attachments(source: str, pictures: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    found = {}
    for match in PICTURE.finditer(source):
        name = match["file"]
        kind = KINDS_OF_PICTURE.get(PurePosixPath(name).suffix)
        if name not in pictures or kind is None:
            raise Refused(Message("không có hình {name} cạnh item.md", {"name": name}))
        if len(pictures[name]) > LARGEST_PICTURE:
            raise Refused(Message("hình {name} lớn hơn 100 kB", {"name": name}))
        if not match["words"].strip():
            raise Refused(Message("hình {name} chưa có lời mô tả", {"name": name}))
        found[name] = {kind: base64.b64encode(pictures[name]).decode()}
    return found


def _attached(source: str) -> str:
    return PICTURE.sub(lambda match: f"![{match['words']}](attachment:{match['file']}", source)


def _at(line: int, why: Message) -> Message:
    return Message("khối ở dòng {line}: {why}", {"line": line, "why": why})
