"""An exercise taken out of one lesson and put into another: its cells with reference, feedback and
hint, the cells that it rests on, and a word where it came from."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence

from core import python_text
from core.messages import Message, Refused
from courses.answers.notation import UNREADABLE
from courses.course import find_form
from courses.handouts.draws import read_by
from courses.handouts.variants import GAP
from courses.notebooks import (
    Cell,
    Notebook,
    is_answer,
    is_marked,
    is_solution,
    is_task,
    source_of,
)
from courses.options import MARK, option_lines
from courses.writing.cells import KEY, lines_of
from courses.writing.pieces import Piece, find_piece, pieces_of, with_name

IN_BRACES = re.compile(r"\{[^{}]*\}")
NAMED_BY = re.compile(r"(#\|\s+(?:content|table):\s*)(\w+)\s*$")
VARIANT_KEY = re.compile(r"(#\|\s+)(\w+)(:.*)$")


def copied(source: Notebook, name: str, into: Notebook, stem: str, origin: str) -> list[Cell]:
    """The cells of exercise ``name`` for the notebook ``into``: ids begin with ``stem``, variables
    that are taken there get another name; ``origin`` is written into its options.

    Raises Refused where it rests on what an exercise above it made, or cannot be renamed.
    """
    piece = find_piece(source, name)
    if piece is None or piece.kind != "exercise":
        raise Refused(Message("Không còn bài tập này."))
    cells = [*_rests_on(source, piece), *piece.cells]
    taken = {one for cell in into["cells"] for one in bound_by(cell)}
    clash = sorted({one for cell in cells for one in bound_by(cell) if not is_marked(cell)} & taken)
    if clash and any(
        is_solution(one) and find_form(one) is None and not is_marked(one) for one in cells
    ):
        raise Refused(
            Message(
                "Bài này dùng các tên đã có trong bài của anh/chị: {names}. Hãy đổi tên ở bài của "
                "mình rồi lấy lại.",
                {"names": ", ".join(clash)},
            )
        )
    everything = taken | {one for cell in cells for one in bound_by(cell)}
    others = {one: _free(one, everything) for one in clash}
    made = [_renamed(cell, others) for cell in cells]
    ids = [f"{stem}-{n}" for n in range(1, len(made))]
    placed = [with_name(cell, one) for cell, one in zip(made, [*ids, stem], strict=True)]
    placed[-1] = _with_origin(placed[-1], origin)
    return placed


def bound_by(cell: Cell) -> set[str]:
    """The names that a cell gives to those below it, imports too."""
    if cell["cell_type"] != "code":
        return set()
    return read_by(cell)[1] | set(_imported(cell))


def _imported(cell: Cell) -> Iterator[str]:
    try:
        body = python_text.parse(source_of(cell)).body
    except UNREADABLE:
        return
    for one in body:
        if isinstance(one, ast.Import | ast.ImportFrom):
            yield from ((name.asname or name.name).split(".")[0] for name in one.names)


def _rests_on(source: Notebook, piece: Piece) -> list[Cell]:
    """The setup cells above that the exercise takes names of, in their order."""
    wanted = {name for cell in piece.cells for name in read_by(cell)[0]}
    found: list[Cell] = []
    for cell in reversed(source["cells"][: piece.start]):
        given = bound_by(cell) & wanted
        if not given or is_marked(cell):
            continue
        if is_answer(cell):
            said = {"names": ", ".join(sorted(given))}
            raise Refused(Message("Bài này dùng kết quả của một bài ở trên nó ({names}).", said))
        found.append(cell)
        wanted |= read_by(cell)[0]
    return found[::-1]


def _renamed(cell: Cell, others: Mapping[str, str]) -> Cell:
    source = GAP.sub(
        lambda gap: "{{" + others.get(gap[1], gap[1]) + "}}" if gap[1] in others else gap[0],
        source_of(cell),
    )
    if cell["cell_type"] == "code" and others:
        top = option_lines(source)
        rest = "\n".join(source.split("\n")[len(top) :])
        source = "\n".join([*_option_lines(top, others), _code(rest, others)])
    return {**cell, "source": source}


def _option_lines(top: Sequence[str], others: Mapping[str, str]) -> Iterator[str]:
    varies = False
    for line in top:
        if re.match(r"#\| \w", line):
            varies = line.startswith("#| variant:")
        named, key = NAMED_BY.match(line), VARIANT_KEY.match(line)
        if named and named[2] in others:
            yield named[1] + others[named[2]]
        elif varies and key and key[2] in others:
            yield key[1] + others[key[2]] + key[3]
        else:
            yield line


def _code(source: str, others: Mapping[str, str]) -> str:
    lines = source.split("\n")
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        raise Refused(Message("Mã của bài này không đọc được.")) from None
    for token in reversed(tokens):
        (line, start), (last, end) = token.start, token.end
        new = token.string
        if token.type == tokenize.NAME:
            new = others.get(token.string, token.string)
        elif token.type == tokenize.STRING and re.match(r"[rR]?[fF]", token.string):
            new = IN_BRACES.sub(lambda gap: _words(gap[0], others), token.string)
        if new != token.string and line == last:
            lines[line - 1] = lines[line - 1][:start] + new + lines[line - 1][end:]
    return "\n".join(lines)


def _words(text: str, others: Mapping[str, str]) -> str:
    return re.sub(r"\b[^\W\d]\w*", lambda word: others.get(word[0], word[0]), text)


def _free(name: str, taken: set[str]) -> str:
    return next(new for n in range(2, 1000) if (new := f"{name}_{n}") not in taken)


def _with_origin(cell: Cell, origin: str) -> Cell:
    """Behind the options, in the cell's own way of having them; a form of ours holds it too."""
    source = source_of(cell)
    lines = source.split("\n")
    place = max((n for n, line in enumerate(lines) if line.startswith(MARK)), default=-1)
    kept = [line for line in lines if not line.startswith(f"{MARK} taken_from:")]
    place -= len(lines) - len(kept)
    source = "\n".join([*kept[: place + 1], *lines_of({"taken_from": origin}), *kept[place + 1 :]])
    ours = cell.get("metadata", {}).get(KEY)
    if isinstance(ours, dict) and isinstance(ours.get("form"), dict):
        form = {**ours["form"], "taken_from": origin}
        cell = {**cell, "metadata": {**cell["metadata"], KEY: {**ours, "form": form}}}
    return {**cell, "source": source}


def exercise_names(notebook: Notebook) -> list[Piece]:
    """The exercises that can be taken."""
    return [one for one in pieces_of(notebook) if one.kind == "exercise"]


def kind_of(piece: Piece) -> str:
    """What a learner does there: a form's kind, code, or text that a person marks."""
    marked = piece.cells[-1]
    if is_task(marked):
        return "task"
    forms = [find_form(one) for one in piece.cells if is_solution(one)]
    kinds = {form.kind if form else "" for form in forms}
    if is_solution(marked):
        return "file" if kinds == {"file"} else "written"
    return kinds.pop() or "code" if len(kinds) == 1 else "mixed"
