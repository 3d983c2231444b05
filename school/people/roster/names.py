"""Names as Việt Nam's peoples write them: what is kept, what is folded into one, what is refused.

Every letter that a certificate can print may stand in a name: Kinh, Ê Đê, Gia Rai, Ba Na, Chăm and
Khmer names in Latin letters, a single letter for a whole name. Letters that only look like ours are
the same name to every reader and must be the same to us. Pure.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from core.messages import Message
from core.names import in_small_letters, with_capitals

_LIKE = {
    **dict.fromkeys("‘’‛ʼʻ´`′＇ʹꞌ", "'"),
    "Ð": "Đ",  # Icelandic eth: the same picture
    "Ɖ": "Đ",
    "ð": "đ",
    "ɖ": "đ",
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
}
_SIGNS = set(" .'-()")
LONGEST_WORD = 30  # letters; the longest words of names are half of that


def fold(text: str) -> str:
    """The name in our letters: full-width and look-alike letters, apostrophes, dashes, spaces."""
    wide = "".join(
        unicodedata.normalize("NFKC", char) if "\uff01" <= char <= "\uff5e" else char
        for char in text
    )
    folded = "".join(_LIKE.get(char, char) for char in wide)
    return " ".join(unicodedata.normalize("NFC", folded).split())


def refuse_name(text: str) -> tuple[Message, Message] | None:
    """Why a folded name cannot stand on a certificate, and the mend; None where it can."""
    if any(char.isdigit() or char in "/,;:&" for char in text):
        return (
            Message("Họ tên có số hoặc dấu không thuộc về tên"),
            Message("Chỉ ghi họ tên; để lớp, chức vụ, ghi chú sang cột khác"),
        )
    strange = "".join(dict.fromkeys(char for char in _letters(text) if not _is_ours(char)))
    if strange:
        return cannot_be_printed(strange)
    if not any(char.isalpha() for char in text):
        return Message("Họ tên có ký tự lạ"), Message("Chỉ gồm chữ cái và dấu cách")
    if in_small_letters(text):
        return (
            Message("Họ tên viết toàn chữ thường"),
            Message("Viết hoa chữ đầu mỗi tiếng: {name}", {"name": with_capitals(text)}),
        )
    longest = max(text.split(), key=len)
    if len(longest) > LONGEST_WORD:
        return (
            Message("Trong họ tên có một chữ dài quá {n} ký tự", {"n": LONGEST_WORD}),
            Message("Kiểm tra dấu cách giữa họ, đệm và tên"),
        )
    return None


def cannot_be_printed(letters: str) -> tuple[Message, Message]:
    return (
        Message(
            "Họ tên có chữ không in được trên chứng nhận: {letters}", {"letters": letters[:20]}
        ),
        Message("Ghi tên bằng chữ Latinh như trong căn cước"),
    )


def _letters(text: str) -> str:
    return "".join(char for char in text if char not in _SIGNS)


@lru_cache(maxsize=1024)
def _is_ours(char: str) -> bool:
    """A Latin letter, or a mark that Unicode has no single letter for (ơ̆, ư̆, ê̆)."""
    if unicodedata.combining(char):
        return "\u0300" <= char <= "\u0331"
    name = unicodedata.name(char, "")
    return name.startswith("LATIN ") and char.isalpha()
