"""Text folded for searching: without diacritics, in small letters, Đ as d."""

from __future__ import annotations

import unicodedata

_LOOK_LIKE_D = str.maketrans("đðɖ", "ddd")  # ð and ɖ are what some keyboards give for đ


def fold(text: str) -> str:
    """“Nguyễn  Văn ĐỨC” → “nguyen van duc”, composed or decomposed, with single spaces."""
    lowered = unicodedata.normalize("NFKD", text.lower().translate(_LOOK_LIKE_D))
    kept = "".join(char for char in lowered if not unicodedata.combining(char))
    return " ".join(kept.split())
