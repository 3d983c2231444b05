"""Every text of a lesson's notebook that a learner meets, each with the cell it stands in.

Prose of text cells; what forms, exercises and tables say in their options; values that a variant
draws; and the sentences that tests say. What only the author or the marker reads (solutions, mark
schemes, patterns a test looks for, keys of options) is none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.messages import Refused
from courses.endings import tree_of
from courses.notebooks import (
    MARK_SCHEME,
    Cell,
    Notebook,
    cell_options,
    is_solution,
    is_test,
    source_of,
    without_region,
)
from courses.options import split_comment

SAID_OPTIONS = ("exercise", "title", "label", "note", "unit", "hint")
KEYED_OPTIONS = ("options", "targets")
NOT_LOWER_ASCII = re.compile(r"[À-ÖØ-öø-ʯĀ-ſƠơƯưẠ-ỹ]")
WORD = re.compile(r"[^\W\d_]+")
ADDRESS = re.compile(r"\S*[./@:_]\S*")
PATTERN = re.compile(r"\(\?|\\[bsdwWS]|\[\^|\.\*|\w\|\w")
# What is handed to these is looked for or taken apart, never said.
_SILENT_CALLS = """
co re search match fullmatch findall sub compile replace startswith endswith split rsplit
removeprefix removesuffix partition count strip lstrip rstrip index find get lower normalize
encode len open sum any all
"""
SILENT_CALLS = frozenset(_SILENT_CALLS.split())


@dataclass(frozen=True)
class Text:
    """``vi`` as it stands in the cell with this id, gaps of variants (``{{name}}``) still open.
    ``kind`` says what it is; in a ``feedback`` a gap is ``{expression}``."""

    cell: str
    vi: str
    kind: str


def texts_of(notebook: Notebook) -> tuple[Text, ...]:
    """Every text of a source notebook to be said in English, in its order, each once a cell."""
    found: dict[tuple[str, str], Text] = {}
    for cell in notebook["cells"]:
        for kind, text in _texts_of_cell(cell):
            one = Text(str(cell.get("id", "")), text, kind)
            found.setdefault((one.cell, one.vi), one)
    return tuple(found.values())


def prose_of(cell: Cell) -> str:
    """What learners read in a text cell; "" in one that they write themselves."""
    if cell["cell_type"] != "markdown" or is_solution(cell):
        return ""
    return without_region(split_comment(source_of(cell))[1], MARK_SCHEME).strip("\n")


def is_vietnamese(text: str) -> bool:
    """Has it a letter that Vietnamese has and English has not?"""
    return bool(NOT_LOWER_ASCII.search(text))


def _texts_of_cell(cell: Cell) -> Iterator[tuple[str, str]]:
    try:
        prose, options = prose_of(cell), cell_options(cell)
    except Refused:  # which the check of the notebook tells
        return
    if WORD.search(prose):
        yield "prose", prose
    for kind, text in said_in(options):
        if _has_words(text):
            yield kind, text
    if cell["cell_type"] == "code" and is_test(cell):
        yield from (("feedback", text) for text in feedback_in(source_of(cell)))


def said_in(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts of a cell's options, each with its kind."""
    for key in SAID_OPTIONS:
        if isinstance(options.get(key), str):
            yield key, options[key]
    for key in KEYED_OPTIONS:
        yield from ((key, text) for text in _strings(options.get(key)))
    columns = options.get("columns")
    for column in columns.values() if isinstance(columns, dict) else ():
        if isinstance(column, dict):
            for key in ("label", "unit"):
                if isinstance(column.get(key), str):
                    yield "column", column[key]
            yield from (("options", text) for text in _strings(column.get("options")))
        elif isinstance(column, str):
            yield "column", column
    yield from (("row", text) for text in _strings(options.get("rows")))
    yield from (("rubric", text) for text in _strings(options.get("rubric")))
    ways = options.get("variant")
    for way in ways.values() if isinstance(ways, dict) else ():
        drawn = way.get("choice", way.get("sample")) if isinstance(way, dict) else None
        yield from (("value", text) for text in _strings(drawn) if is_vietnamese(text))


def _strings(found: Any) -> Iterator[str]:
    match found:
        case str():
            yield found
        case dict():
            for one in found.values():
                yield from _strings(one)
        case list():
            for one in found:
                yield from _strings(one)


def _has_words(text: str) -> bool:
    """Something to translate: no number, no address."""
    return bool(WORD.search(text)) and (is_vietnamese(text) or not ADDRESS.fullmatch(text))


# --- what tests say ----------------------------------------------------------------------------


def feedback_in(source: str) -> list[str]:
    """The sentences in a test's text, gaps of an f-string as ``{expression}``.

    A text counts that has two words or more and is no pattern, wherever it stands but in a
    comparison, as a key, or in a call that looks for it.
    """
    tree = tree_of(source)
    return list(dict.fromkeys(_sentences(tree))) if tree else []


def _sentences(node: ast.AST) -> Iterator[str]:
    template = template_of(node)
    if template is not None:
        if _is_sentence(template):
            yield template
        if not isinstance(node, ast.Constant):
            yield from (text for inner in _gaps(node) for text in _sentences(inner))
        return
    for child in _speaking(node):
        yield from _sentences(child)


def _speaking(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that may hold what is said."""
    match node:
        case ast.Compare() | ast.Subscript():
            return
        case ast.Expr(value=ast.Constant()):
            return
        case ast.Dict(values=values):
            yield from values
        case ast.Call(func=func):
            name = getattr(func, "attr", getattr(func, "id", ""))
            if isinstance(func, ast.Attribute):
                yield func.value
            if name not in SILENT_CALLS:
                yield from (*node.args, *(keyword.value for keyword in node.keywords))
        case _:
            yield from ast.iter_child_nodes(node)


def template_of(node: ast.AST) -> str | None:
    """A text with its gaps, of a plain text, an f-string, or a sum of such; None of anything else.

    Braces that are no gap are doubled where there are gaps, as in an f-string.
    """
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr() | ast.BinOp(op=ast.Add()):
            pieces = list(_pieces(node))
            texts = [piece for piece in pieces if isinstance(piece, str)]
            if not any(texts):
                return None
            if len(texts) == len(pieces):
                return "".join(texts)
            return "".join(
                piece.replace("{", "{{").replace("}", "}}")
                if isinstance(piece, str)
                else "{" + ast.unparse(piece) + "}"
                for piece in pieces
            )
    return None


def _pieces(node: ast.AST) -> Iterator[str | ast.AST]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            for value in values:
                yield from _pieces(value)
        case ast.FormattedValue(value=value):
            yield value
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _pieces(left)
            yield from _pieces(right)
        case _:
            yield node


def _gaps(node: ast.AST) -> Iterator[ast.AST]:
    return (piece for piece in _pieces(node) if not isinstance(piece, str))


def _is_sentence(text: str) -> bool:
    words = WORD.findall(text)
    return len(words) > 1 and " " in text and is_vietnamese(text) and not PATTERN.search(text)
