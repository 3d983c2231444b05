"""The order of a Vietnamese dictionary, and of a Vietnamese list of people.

By letters first (ă and â after a, đ after d, ê after e, ô and ơ after o, ư after u), then by tone:
ngang, huyền, hỏi, ngã, sắc, nặng. People stand by their given name, the last word, then by the
rest from the family name on.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"": 0, "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # ` ? ~ ´ .
_SHAPES = "\u0306\u0302\u031b"  # breve, circumflex, horn belong to the letter, not to the tone
_COUNTED = 60  # characters of a given name, and of the rest of a name, that its key heeds
KEY_LENGTH = 2 * (_COUNTED + 1) * 3


def sort_key(text: str) -> tuple[Any, ...]:
    """For `sorted`: orders texts as a dictionary does."""
    pairs = [_letter_and_tone(char) for char in unicodedata.normalize("NFC", text.lower())]
    letters = tuple((_LETTERS.find(letter), letter) for letter, _ in pairs)
    return letters, tuple(tone for _, tone in pairs)


def name_key(full_name: str) -> str:
    """For a database: text of 0-9 and a-f, at most `KEY_LENGTH` long, in whose order people stand.

    Both databases order such text alike, whatever language they were set up with.
    """
    rest, _, given = full_name.strip().rpartition(" ")
    return _spelled(given) + _spelled(rest)


def _spelled(text: str) -> str:
    """Two figures a letter and one a tone, each part closed by what comes before all letters."""
    pairs = [_letter_and_tone(char) for char in unicodedata.normalize("NFC", text.lower())]
    counted = pairs[:_COUNTED]
    letters = "".join(f"{_rank(letter):02x}" for letter, _ in counted)
    return letters + "00" + "".join(str(tone) for _, tone in counted) + "0"


def _rank(letter: str) -> int:
    """From 1: spaces and signs, figures, our letters, then those of others."""
    place = _LETTERS.find(letter)
    if place >= 0:
        return 0x20 + place
    if letter.isdigit():
        return 0x10 + int(letter) if letter in "0123456789" else 0x1A
    return 0xF0 if letter.isalpha() else 0x01


@lru_cache(maxsize=1024)
def _letter_and_tone(char: str) -> tuple[str, int]:
    parts = unicodedata.normalize("NFD", char)
    kept = "".join(one for one in parts if one in _SHAPES or not unicodedata.combining(one))
    tone = next((one for one in parts if one in _TONES), "")
    return unicodedata.normalize("NFC", kept), _TONES[tone]


def in_small_letters(full_name: str) -> bool:
    """Whether a name has letters and none of them is a capital."""
    return full_name.islower()


def with_capitals(full_name: str) -> str:
    """The name with a capital at the beginning of every word, also after an apostrophe or dash."""
    begins = True
    written = []
    for char in full_name:
        written.append(char.upper() if begins else char)
        begins = char in " '-("
    return "".join(written)
