"""Vietnamese written for fonts from before Unicode: TCVN3 (ABC) and VNI-Windows. Pure.

Such text is Latin letters of other languages until its font is chosen. It is told by letters and
pairs that Vietnamese in Unicode never has, over the whole list, and turned into Unicode only when
whoever sent it has seen the result and says so. Tables: TCVN 5712:1993 (VN3), and the layout of
VNI-Windows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

SAMPLES = 8
Encoding = Literal["tcvn3", "vni"]
NAMES: dict[Encoding, str] = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI"}

# UTF-8 read as Latin-1: its letters are foreign too, and no table turns them back.
SPOILED = re.compile("áº|á”|Ã[\u0080-\u00bf]|Ä[\u0090\u0091‘’]|Æ[°¡]|\ufffd")
_TCVN3 = dict(
    zip(
        "¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ¡¢§£¤¥¦",
        "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_ROUND = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVE = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_ALONE = {
    "ñ": "đ",
    "ô": "ơ",
    "ö": "ư",
    "æ": "ỉ",
    "ó": "ĩ",
    "ò": "ị",
    "î": "ỵ",
    "í": "í",
    "ì": "ì",
}


def _vni_pairs() -> dict[str, str]:
    pairs: dict[str, str] = {}
    for letter in "aeiouy":
        pairs |= {letter + sign: letter + tone for sign, tone in _TONES.items()}
    for letter in "aeo":
        pairs |= {letter + sign: f"{letter}\u0302{tone}" for sign, tone in _ROUND.items()}
    pairs |= {"a" + sign: f"a\u0306{tone}" for sign, tone in _BREVE.items()}
    for written, letter in (("ô", "ơ"), ("ö", "ư")):
        pairs |= {written + sign: letter + tone for sign, tone in _TONES.items()}
    return {pair: unicodedata.normalize("NFC", letters) for pair, letters in pairs.items()}


_VNI_PAIRS = _vni_pairs()
_NEVER_UNICODE = set("¨©ª«¬\xad®µ¶·¸¹»¼½¾¡¢§£¤¥¦")  # signs, never within a Vietnamese word
_NEVER_VIETNAMESE = set("åäæëîïñöøûüÅÄÆËÎÏÑÖØÛÜ")


def encoding_named(said: str) -> Encoding | None:
    """The encoding that a form names, if any."""
    return next((one for one in NAMES if one == said), None)


def find_encoding(texts: Iterable[str]) -> Encoding | None:
    """The old encoding of a list's names and positions, if any: at least one in ten says so."""
    votes = {"tcvn3": 0, "vni": 0}
    looked = 0
    for text in texts:
        if not text or SPOILED.search(text):
            continue
        looked += 1
        if _NEVER_UNICODE & set(text):
            votes["tcvn3"] += 1
        elif _reads_as_vni(text):
            votes["vni"] += 1
    best: Encoding = "tcvn3" if votes["tcvn3"] >= votes["vni"] else "vni"
    return best if votes[best] and votes[best] * 10 >= looked else None


def _reads_as_vni(text: str) -> bool:
    lower = text.lower()
    pair = any(a + b in _VNI_PAIRS for a, b in pairwise(lower))
    return pair and (bool(_NEVER_VIETNAMESE & set(text)) or _has_double(lower))


def _has_double(lower: str) -> bool:
    """The same vowel twice, one of them marked (“aà”): no Vietnamese word has that."""
    return any(
        a in "aeo" and b in "âáàåãäêéèúüë" and a + b in _VNI_PAIRS
        and unicodedata.normalize("NFD", b)[0] == a
        for a, b in pairwise(lower)
    )  # fmt: skip


@dataclass(frozen=True)
class Conversion:
    """The list is in an encoding from before Unicode: which, and what its texts would become.

    Nothing is imported until whoever sent it has seen this and asks for it.
    """

    encoding: Encoding
    samples: tuple[tuple[str, str], ...]


def converting(texts: Iterable[str], wanted: Encoding | None) -> Conversion | Encoding | None:
    """What is to be done to a list with these texts of words: nothing (None), to be turned into
    Unicode from the encoding that was ``wanted``, or to be looked at first."""
    said = list(texts)
    encoding = find_encoding(said)
    if encoding is None or encoding == wanted:
        return encoding
    samples = dict.fromkeys(text for text in said if to_unicode(text, encoding) != text)
    shown = [(text, to_unicode(text, encoding)) for text in samples][:SAMPLES]
    return Conversion(encoding, tuple(shown))


def to_unicode(text: str, encoding: Encoding) -> str:
    """The text as it was meant."""
    return _from_tcvn3(text) if encoding == "tcvn3" else _from_vni(text)


def _from_tcvn3(text: str) -> str:
    words = "".join(_TCVN3.get(char, char) for char in text)
    # Its fonts for capitals draw the marked small letters large.
    return " ".join(
        word.upper() if word[:2].isupper() or _capitals(was) else word
        for word, was in zip(words.split(" "), text.split(" "), strict=True)
    )


def _capitals(word: str) -> bool:
    plain = [char for char in word if char.isascii() and char.isalpha()]
    return len(plain) > 1 and all(char.isupper() for char in plain)


def _from_vni(text: str) -> str:
    found: list[str] = []
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        letter = _VNI_PAIRS.get(pair.lower())
        if letter is not None and len(pair) == 2:
            found.append(letter.upper() if pair[0].isupper() else letter)
            at += 2
            continue
        char = text[at]
        one = _ALONE.get(char.lower(), char.lower())
        found.append(one.upper() if char.isupper() else one)
        at += 1
    return unicodedata.normalize("NFC", "".join(found))
