"""The running text of a lesson, as somebody reads it: sentences, and how many words they have.

Left out: headings, tables, code, formulas, pictures, comments, and the paragraph that names the
sources. A list item is a text of its own. Words are counted as *tiếng*, what spaces separate: where
one Vietnamese word ends and the next begins cannot be told without a dictionary, and every count
here must be one that an author can check by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.folding import fold
from courses.checks.sources import begins_sources

FENCED = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.M | re.S)
LEFT_OUT = re.compile(r"<!--.*?-->|\$\$.*?\$\$|!\[[^\]]*\]\([^)]*\)|<[^>]+>", re.S)
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
CODE = re.compile(r"`[^`]*`|\$[^$\n]+\$|\{\{[^}]*\}\}")
APART = re.compile(r"^\s*(#{1,6}\s|\||[-=*]{3,}\s*$)")  # what is no running text
ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
# An end: Flesch takes a colon and a semicolon for one as well (The Art of Readable Writing, 1949).
END = re.compile(r"(?<=[.!?…;:])[\"”’)*]*\s+")
WORD = re.compile(r"[^\W_]+(?:[.,/'’-][^\W_]+)*")
ONSET = r"(?:ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?"
ROMAN = re.compile(r"[IVX]+")
SYLLABLE = re.compile(rf"{ONSET}[aeiouy]{{1,3}}(?:ch|ng|nh|[ckmnpt])?")


def texts(markdown: str) -> Iterator[str]:
    """Paragraphs and list items of running text, each on one line; sources are left out."""
    plain = LEFT_OUT.sub(" ", FENCED.sub("", markdown))
    block: list[str] = []
    for line in [*plain.split("\n"), ""]:
        if block and (not line.strip() or APART.match(line) or ITEM.match(line)):
            yield from _told(block)
            block = []
        if line.strip() and not APART.match(line):
            block.append(ITEM.sub("", line).strip(" >"))


def _told(block: list[str]) -> Iterator[str]:
    text = CODE.sub("1", LINK.sub(r"\1", " ".join(block))).replace("**", "").replace("*", "")
    if text.strip() and not begins_sources(text):
        yield text.strip()


def sentences(text: str) -> list[str]:
    """A text cut where a reader may draw breath."""
    return [one for one in END.split(text) if WORD.search(one)]


def words(text: str) -> list[str]:
    """The *tiếng* of a text; a number is one, so is a name such as ``793/BTTTT-THH``."""
    return WORD.findall(text)


def unfamiliar(text: str) -> list[str]:
    """Of them, those that are no Vietnamese syllables: abbreviations and foreign words."""
    return [one for one in words(text) if not _is_familiar(one)]


def _is_familiar(word: str) -> bool:
    if any(letter.isdigit() for letter in word) or len(word) == 1 or ROMAN.fullmatch(word):
        return True
    parts = re.split(r"[.,/'’-]", word)
    if any(len(part) > 1 and part.isupper() for part in parts):
        return False
    return all(SYLLABLE.fullmatch(fold(part)) for part in parts)
