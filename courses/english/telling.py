"""A learner's notebook, and what a test said, in English.

What is shown is made of the learner's own notebook: its texts are exchanged, the answers stay. So
the notebook that is stored, compared and marked is the same whatever the language, and a text that
a learner changed stays as they wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import zip_longest
from typing import Any

import yaml

from core.messages import Message
from courses.answers.notation import Form
from courses.english.catalogue import English
from courses.english.texts import said_in
from courses.handouts.variants import GAP, values_of, variant
from courses.notebooks import (
    Cell,
    Notebook,
    cell_options,
    is_answer,
    is_locked,
    marking_of,
    seal,
    source_of,
)
from courses.options import option_lines, split_comment

Heads = Mapping[str, str]  # cell id → the part of its source that is the lesson's own words
GAPS = re.compile(r"\{([^{}]+)\}")
SENTENCE_END = re.compile(r"[.?!…]\s|\n")  # what fills a gap is no sentence
SEPARATORS = " \t;,·•-–"


def heads_of(notebook: Notebook) -> Heads:
    """The lesson's own words in a learner's notebook: the options of a code cell, all of a text
    cell, but of one to answer in only its options."""
    return {str(cell.get("id", "")): _head(cell) for cell in notebook["cells"]}


def english_heads(
    source: Notebook, english: English, seed: int, again: Mapping[str, int] | None = None
) -> Heads:
    """The same words in English, with the numbers that ``seed`` draws (and ``again``:
    `courses.variant`), of a source notebook."""
    values = values_of(variant(source, seed, again))
    said = {
        name: english.anywhere.get(value, value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    return {
        str(cell.get("id", "")): _head(cell, partial(_say, cell, english, said))
        for cell in source["cells"]
    }


def reworded(notebook: Notebook, before: Heads, after: Heads) -> Notebook:
    """The notebook with ``after`` wherever the words are those of ``before``; all else stays."""
    cells = []
    for cell in notebook["cells"]:
        ident, head = str(cell.get("id", "")), _head(cell)
        new = after.get(ident, head)
        if head and new != head and head == before.get(ident):
            cell = {**cell, "source": new + source_of(cell).removeprefix(head)}
            if is_locked(cell):  # an answer's checksum tells nbgrader how it was handed out
                cell["metadata"] = {**cell["metadata"], "nbgrader": {**marking_of(cell)}}
                seal(cell)
        cells.append(cell)
    return {**notebook, "cells": cells}


def with_given(form: Form, value: Any) -> Any:
    """A table's answer with the given cells as this form has them: they are the lesson's words and
    never the learner's. Any other answer stays as it is."""
    if form.kind != "table" or not isinstance(value, list) or len(value) != len(form.rows):
        return value
    rows = zip(value, form.rows, strict=True)
    return [
        {key: given.get(key, one) for key, one in row.items()} if isinstance(row, dict) else row
        for row, given in rows
    ]


def _say(cell: Cell, english: English, values: Mapping[str, Any], text: str) -> str:
    said = english.said(str(cell.get("id", "")), text)
    return GAP.sub(lambda gap: _number(values.get(gap[1], gap[0])), said)


def _number(value: Any) -> str:
    """A drawn value as English writes it: 6,800 and 12.5."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}"


def _head(cell: Cell, say: Callable[[str], str] | None = None) -> str:
    """The lesson's words in a cell; with ``say`` in another language."""
    source = source_of(cell)
    if cell["cell_type"] == "code":
        lines = "\n".join(option_lines(source))
        return "\n".join(_dumped(_said(cell_options(cell), say))) if say and lines else lines
    if cell["cell_type"] != "markdown":
        return ""
    comment, text = split_comment(source)
    if say and comment:
        comment = "\n".join(["<!--", *_dumped(_said(cell_options(cell), say)), "-->", ""])
    if is_answer(cell):
        return comment
    stripped = text.strip("\n")
    return comment + (text.replace(stripped, say(stripped)) if say and stripped else text)


def _said(options: dict[str, Any], say: Callable[[str], str]) -> dict[str, Any]:
    """The options with every text that is said exchanged (`said_in`); keys and ways stay."""
    known = {text: say(text) for kind, text in said_in(options) if kind != "value"}

    def exchanged(found: Any) -> Any:
        match found:
            case str():
                return known.get(found, found)
            case dict():
                return {key: exchanged(one) for key, one in found.items()}
            case list():
                return [exchanged(one) for one in found]
        return found

    return {
        key: one if key in ("form", "variant", "competence") else exchanged(one)
        for key, one in options.items()
    }


def _dumped(options: dict[str, Any]) -> list[str]:
    text = yaml.safe_dump(options, allow_unicode=True, sort_keys=False, width=1_000_000)
    return [f"#| {line}" for line in text.rstrip("\n").split("\n")]


# --- what a test said ---------------------------------------------------------------------------


def told(english: English, cell: str, text: str) -> str:
    """What a test of this cell said, in English: line by line, sentence by sentence. What has no
    English stays as it was said."""
    whole = _sentence(english, cell, text)
    if whole is not None:
        return whole
    return "\n".join(_line(english, cell, line) for line in text.split("\n"))


def _line(english: English, cell: str, line: str) -> str:
    told_so_far = ""
    while line.strip():
        words = line.lstrip(SEPARATORS)
        told_so_far += line[: len(line) - len(words)]
        said = _sentence(english, cell, words)
        if said is not None:
            return told_so_far + said
        start, english_start = max(_starts(english, cell, words), key=_length, default=("", ""))
        if not start:
            return told_so_far + words
        told_so_far, line = told_so_far + english_start, words[len(start) :]
    return told_so_far + line


def _length(start: tuple[str, str]) -> int:
    return len(start[0])


def _starts(english: English, cell: str, line: str) -> Iterator[tuple[str, str]]:
    """The sentences that this line begins with, and goes on after; each with its English."""
    for vi in english.anywhere:
        if line.startswith(vi) and len(vi) > 1:
            yield vi, english.said(cell, vi)
    for vi in _with_gaps(english):
        found = _gaps_of(english, cell, vi, line, whole=False)
        if found:
            yield found.text, _filled(english, cell, vi, found)


def _sentence(english: English, cell: str, text: str) -> str | None:
    """A sentence in English, its gaps filled as they were; None where it is unknown."""
    known = english.find(cell, text)
    if known is not None:
        return known
    for vi in _with_gaps(english):
        found = _gaps_of(english, cell, vi, text, whole=True)
        if found:
            return _filled(english, cell, vi, found)
    return None


@dataclass(frozen=True)
class _Found:
    """A sentence with gaps, found in ``text``; ``held``: what each gap held, by its name."""

    text: str
    held: Mapping[str, str]


def _gaps_of(english: English, cell: str, vi: str, text: str, *, whole: bool) -> _Found | None:
    """Does ``text`` say this sentence: all of it, or else what it begins with?

    Each gap ends where the words after it come first, so that this takes no longer than reading.
    """
    pieces = GAPS.split(vi)
    texts = [piece.replace("{{", "{").replace("}}", "}") for piece in pieces[::2]]
    at, held = len(texts[0]), {}
    if not text.startswith(texts[0]):
        return None
    for place, words in enumerate(texts[1:], start=1):
        last = whole and place == len(texts) - 1
        end = len(text) - len(words) if last else text.find(words, at + 1) if words else -1
        gap = text[at:end]
        if end <= at or not text.startswith(words, end):
            return None
        known = english.find(cell, gap)
        if known is None and SENTENCE_END.search(gap):
            return None
        held[pieces[2 * place - 1]] = known or gap
        at = end + len(words)
    return _Found(text[:at], held)  # what a gap held is in English where that is known


def _filled(english: English, cell: str, vi: str, found: _Found) -> str:
    """The English of a sentence with gaps, filled by what was found in them."""
    said = GAPS.split(english.said(cell, vi))
    texts = [piece.replace("{{", "{").replace("}}", "}") for piece in said[::2]]
    held = [found.held.get(name, "") for name in said[1::2]]
    return "".join(one for pair in zip_longest(texts, held, fillvalue="") for one in pair)


@lru_cache(maxsize=64)
def _ordered(sentences: tuple[str, ...]) -> tuple[str, ...]:
    found = (vi for vi in sentences if GAPS.search(vi) and not GAP.search(vi))
    return tuple(sorted(found, key=len, reverse=True))


def _with_gaps(english: English) -> tuple[str, ...]:
    """What is said with gaps, the most particular first."""
    return _ordered(tuple(english.anywhere))


def told_message(english: English, cell: str, said: Message | str) -> Message | str:
    """The same of feedback as it is handed up: an author's words, or a message of the marker's."""
    if isinstance(said, str):
        return told(english, cell, said)
    params = {
        name: told(english, cell, one) if isinstance(one, str) else one
        for name, one in said.params.items()
    }
    return Message(said.template, params)
