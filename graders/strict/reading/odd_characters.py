"""Characters that look like Python's own and are none: named, with their place and the mend.

They come with text that was copied from a document, a chat or a web page, and Python says of them
in English what helps nobody who does not program. Shared by marking and by *Chạy thử*.
"""

from __future__ import annotations

import re
import unicodedata

from core.messages import Message

_QUOTE = Message("dấu nháy cong")
_SPACE = Message("dấu cách không ngắt")
_HIDDEN = Message("ký tự ẩn")
_WIDE = Message("ký tự toàn độ rộng (full-width)")
_SIGN = Message("dấu của văn bản thường")
_OTHER = Message("ký tự lạ")

_QUOTES = dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛‹›′`´＇", "'")
_SPACES = frozenset("\u00a0\u1680\u202f\u205f\u3000") | {chr(n) for n in range(0x2000, 0x200B)}
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\ufeff") | {
    chr(n) for n in range(0x202A, 0x202F)
}
_SIGNS = {"–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "×": "*", "÷": "/", "…": "..."}
_SIGNS |= {"≤": "<=", "≥": ">=", "≠": "!=", "·": "*", "⁄": "/", "∗": "*"}

_NAMED = re.compile(r"invalid (?:non-printable )?character (?:'.' \()?U\+([0-9A-Fa-f]{4,6})")
_PLACE = re.compile(r" ?\((?:<[^<>]{1,80}>|[^()]{1,200}\.py), line \d+\)\s*$|, line \d+\)\s*$")
_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|#.*")
LONGEST_LINE = 2_000


def is_odd(character: str) -> bool:
    """Does it look like something of Python's, and is not?"""
    return (
        character in _QUOTES.keys() - {"`"}
        or character in _SPACES
        or character in _UNSEEN
        or character in _SIGNS
        or 0xFF01 <= ord(character) <= 0xFF5E
    )


def find_odd(line: str) -> tuple[int, str] | None:
    """Column, from 1, and character of the first odd one of a line of code; outside of whole
    strings and comments first, where any character may stand."""
    line = line[:LONGEST_LINE]
    bare = _STRING.sub(lambda found: " " * len(found.group()), line)
    for text in (bare, line):
        for column, character in enumerate(text, 1):
            if is_odd(character):
                return column, character
    return None


def character_of(error: str) -> str | None:
    """The character that Python's own sentence names."""
    found = _NAMED.search(error[:LONGEST_LINE])
    if found is None:
        return None
    number = int(found[1], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else None


def explain(
    error: str, code: str, line: int | None = None, *, whole: bool = True
) -> Message | None:
    """What is wrong in words, of a `SyntaxError` that says ``error``; None where no odd character
    is to blame. ``code``: the line it points at, as far as it is known. ``whole``: with the spaces
    at its beginning, so that columns can be counted."""
    character = character_of(error)
    column = code[:LONGEST_LINE].find(character) + 1 if character else 0
    if character is None:
        found = find_odd(code)
        if found is None:
            return None
        column, character = found
    facts = {
        "kind": kind_of(character),
        "character": _shown(character),
        "mend": mend_of(character),
    }
    if line and column and whole:
        return Message(
            "Dòng {line}, ký tự thứ {column}: có {kind} {character}, Python không hiểu. {mend}",
            {"line": line, "column": column, **facts},
        )
    if line:
        return Message(
            "Dòng {line}: có {kind} {character}, Python không hiểu. {mend}", {"line": line, **facts}
        )
    return Message("Trong ô có {kind} {character}, Python không hiểu. {mend}", facts)


def without_place(error: str) -> str:
    """Python's sentence without the name of a file that only Jupyter knows."""
    return _PLACE.sub("", error)


def mend_of(character: str) -> Message:
    """What to do about it."""
    if character in _UNSEEN:
        return Message("Hãy xóa ký tự đó: đặt con trỏ vào chỗ ấy, xóa rồi gõ lại dòng.")
    if character in _SPACES:
        return Message("Hãy xóa nó và gõ lại dấu cách bằng bàn phím.")
    plain = _plain(character)
    if plain:
        return Message("Hãy thay bằng {plain}", {"plain": plain})
    return Message("Hãy xóa hoặc gõ lại bằng bàn phím.")


def kind_of(character: str) -> Message:
    """What sort of character it is."""
    if character in _UNSEEN:
        return _HIDDEN
    if character in _SPACES:
        return _SPACE
    if 0xFF01 <= ord(character) <= 0xFF5E:
        return _WIDE
    if character in _QUOTES:
        return _QUOTE
    return _SIGN if character in _SIGNS else _OTHER


def _shown(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if character in _UNSEEN or character in _SPACES or not character.isprintable():
        return code
    return f"{character} ({code})"


def _plain(character: str) -> str:
    known = _QUOTES.get(character) or _SIGNS.get(character)
    if known:
        return known
    folded = unicodedata.normalize("NFKC", character)
    return folded if folded != character and folded.isascii() else ""
