"""A number as people type it, in Vietnamese and in English: the one reading of it.

The lesson page, a table's cell, a form sent without script, the lab and the JSON interface all
come here, by the page's language, so that what is shown as understood is what is marked. What
cannot be read is refused with its reason, never guessed: `read_number`. `show_number` says in
figures how it was understood, `courses.number_words` in words, `write_number` writes it as it can
be typed again.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.messages import Message, Refused

LARGEST_NUMBER = 1e300  # beyond it neither JSON nor arithmetic is to be relied on
LONGEST_TYPED = 100  # characters of one number with its unit
LONGEST_KEPT = 2000  # characters of what was typed for a number and is none
THIN_SPACE = "\u2009"
THOUSANDS = {"vi": ".", "en": ","}
DECIMAL = {"vi": ",", "en": "."}
PERCENT = frozenset({"%", "phần trăm", "percent", "per cent", "pct"})
DONG = frozenset({"đồng", "đ", "₫", "vnd", "vnđ"})
MINUS = "-‐‑‒–—―−﹣－"
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
FOLDED = {
    **{ord(sign): "-" for sign in MINUS},
    **{ord(one): "'" for one in "’‘ʼ´`＇"},
    **dict.fromkeys(map(ord, "⁄∕／"), "/"),
    **dict.fromkeys(map(ord, "٪﹪％"), "%"),
    **{
        code: chr(code - 0xFEE0)
        for code in range(0xFF01, 0xFF5F)
        if chr(code - 0xFEE0) not in "-'/%"
    },
}
SIGNS = re.compile(r"[+\- ]*")
VULGAR = re.compile(r"(?:(\d{1,15}) ?)?([¼-¾⅐-⅞↉])")
SLASH = re.compile(r"(?:(\d{1,15}) )?(\d{1,15}) ?/ ?(\d{1,15})")
FIGURES = re.compile(
    r"([\d.,'_ ]*\d[.,]?)(?: ?(?:e|[x×*·] ?10 ?\^) ?([+-]?\d{1,3}))?", re.IGNORECASE
)
FIGURES_THEN_WORDS = re.compile(r"[+\- ]*[\d.,'_ ]*\d[.,]? ?([^\d.,'_ +\-/][^\d/]*)")
RANGE = re.compile(r"[\d.,]+ ?(?:-|đến|to) ?[\d.,]+")
SCALES = frozenset(
    [
        "nghìn",
        "ngàn",
        "triệu",
        "tỷ",
        "tỉ",
        "chục",
        "trăm",
        "tr",
        "k",
        "thousand",
        "million",
        "billion",
        "hundred",
    ]
)
NAMED_UNIT = re.compile(r"\(([^()\d][^()]{0,40})\)")

NO_NUMBER = Message("Chỉ nhập số, ví dụ 1.250 hoặc 12,5.")
TWO_SIGNS = Message("Có hai dấu trước số: chỉ để lại một dấu trừ, hoặc bỏ cả hai.")
BAD_GROUPS = Message(
    "Các dấu chấm, dấu phẩy, dấu cách không đứng đúng chỗ: tách từng nhóm đủ ba chữ số từ phải "
    "sang, ví dụ 1.234.567,8, hoặc viết liền các chữ số."
)
SEVERAL = Message("Chỉ nhập một số, không nhập một khoảng.")
TOO_LARGE = Message("Số quá lớn.")
TOO_LONG = Message("Chữ quá dài: ô này chỉ nhận một số.")
NO_FRACTION = Message("Ô này không nhận phân số: hãy viết thành số thập phân, ví dụ 0,5.")
BY_ZERO = Message("Phân số này chia cho không.")


def read_number(
    text: str, language: str = "vi", *, unit: str = "", label: str = "", fractions: bool = False
) -> int | float:
    """6.800 → 6800, 12,5 → 12.5 (in English 6,800 and 12.5). Raises Refused with the reason.

    With one kind of mark only, three digits after it mean thousands where that is the language's
    own mark for thousands and the number does not begin with 0. A unit is passed over where
    ``unit`` or a bracket in ``label`` says it; a percent sign likewise, elsewhere it divides by
    100. ``fractions``: the author asks for a fraction, so 1/2 is one and no date.
    """
    plain = fold(text)
    if len(plain) > LONGEST_TYPED:
        raise Refused(TOO_LONG)
    units = units_of(unit, label)
    body = _without(plain, units)
    bare = _without(body, PERCENT)
    try:
        value = _signed(bare, language, fractions)
    except _NoFigures:
        raise Refused(_why(plain, units)) from None
    if bare != body and not in_percent(unit, label):
        value = Fraction(value) / 100
    if not -LARGEST_NUMBER < value < LARGEST_NUMBER:
        raise Refused(TOO_LARGE)
    return value if isinstance(value, int) else float(value)


def fold(text: str) -> str:
    """Full-width figures, every kind of dash and space, apostrophes: as one would type them."""
    text = unicodedata.normalize("NFC", text).translate(UNSEEN).translate(FOLDED)
    figures = (
        str(unicodedata.decimal(one)) if unicodedata.category(one) == "Nd" else one for one in text
    )
    return " ".join("".join(figures).split())


def units_of(unit: str, label: str) -> frozenset[str]:
    """How the field's unit may be written behind a number; "" in none of them."""
    said = [unit, *NAMED_UNIT.findall(label)]
    named = {_name(one) for one in said if one.strip() and not one.strip()[0].isdigit()}
    named |= {
        " ".join(words[:n])
        for one in named
        for words in [one.split()]
        for n in range(1, len(words))
    }
    return frozenset((named | (DONG if named & DONG else set())) - {""} - PERCENT)


def in_percent(unit: str, label: str) -> bool:
    """Whether the field itself counts in percent, so that 50% is 50 there and not 0.5."""
    said = _name(f"{unit} {label}")
    return any(one in said for one in ("%", "phần trăm", "percent", "per cent"))


def write_number(value: Any, language: str = "vi") -> str:
    """A number as it stands in its field: no thousands marks, the language's decimal mark."""
    if value is None or isinstance(value, str):
        return value or ""
    return repr(value).replace(".", DECIMAL[language])


def show_number(value: int | float, language: str = "vi") -> str:
    """A number for reading: 12 345,6 with thin spaces between thousands."""
    exact = Decimal(repr(value))
    if exact and not -10 <= exact.adjusted() <= 20:
        return write_number(value, language)
    whole, _, rest = f"{exact:f}".partition(".")
    figures = f"{abs(int(whole)):,}".replace(",", THIN_SPACE)
    sign = "-" if exact < 0 else ""
    rest = rest.rstrip("0")
    return sign + figures + (DECIMAL[language] + rest if rest else "")


def _without(text: str, names: frozenset[str]) -> str:
    """The text without one of these names behind it (the longest first) or before it."""
    for place in range(1, len(text)):
        if _name(text[place:]) in names:
            return text[:place].strip()
    for place in range(len(text) - 1, 0, -1):
        if _name(text[:place]) in names:
            return text[place:].strip()
    return text


def _name(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().strip(" .").split())


class _NoFigures(Exception):
    """Something else than figures is left once sign and unit are gone."""


def _signed(bare: str, language: str, asked: bool) -> int | Fraction:
    """A whole number as int, any other exactly."""
    signs = SIGNS.match(bare)
    assert signs is not None
    found, body = signs[0].replace(" ", ""), bare[signs.end() :]
    if len(found) > 1:
        raise Refused(TWO_SIGNS)
    part = _fraction(body, asked)
    value = _figures(body, language) if part is None else part
    return -value if found == "-" else value


def _fraction(body: str, asked: bool) -> Fraction | None:
    """½ anywhere, for it is nothing else; 1/2 only where it is asked for."""
    vulgar = VULGAR.fullmatch(body)
    if vulgar:
        part = Fraction(unicodedata.numeric(vulgar[2])).limit_denominator(100)
        return int(vulgar[1] or 0) + part
    slash = SLASH.fullmatch(body)
    if not slash:
        return None
    if not asked:
        raise Refused(NO_FRACTION)
    if int(slash[3]) == 0:
        raise Refused(BY_ZERO)
    return int(slash[1] or 0) + Fraction(int(slash[2]), int(slash[3]))


def _figures(body: str, language: str) -> int | Fraction:
    found = FIGURES.fullmatch(body)
    if found is None:
        raise _NoFigures
    whole, rest = _split(found[1], language)
    if not rest and not found[2]:
        return int(whole)
    return Fraction(f"{whole}.{rest or 0}") * Fraction(10) ** int(found[2] or 0)


def _split(text: str, language: str) -> tuple[str, str]:
    """The digits before and after the decimal mark; raises Refused for marks that make no sense."""
    text = text.strip().removesuffix(".").removesuffix(",")
    if text[0] in ".,":
        text = f"0{text}"
    groups, marks = re.split(r"[.,'_ ]", text), re.findall(r"[.,'_ ]", text)
    kinds = set(marks)
    if "" in groups or len(kinds) > 2:
        raise Refused(BAD_GROUPS)
    if not marks:
        return text, ""
    last = marks[-1]
    is_decimal = last in ".," and marks.count(last) == 1
    if len(kinds) == 1 and is_decimal and last == THOUSANDS[language]:
        is_decimal = not _grouped(groups)
    if is_decimal:
        groups, rest = groups[:-1], groups[-1]
    else:
        rest = ""
    one_kind = len(set(marks[: len(groups) - 1])) <= 1
    if len(groups) > 1 and not (one_kind and _grouped(groups)):
        raise Refused(BAD_GROUPS)
    return "".join(groups), rest


def _grouped(groups: list[str]) -> bool:
    """1 to 3 digits that do not begin with 0, then always three."""
    first, *others = groups
    return 1 <= len(first) <= 3 and first[0] != "0" and all(len(one) == 3 for one in others)


def _why(typed: str, units: frozenset[str]) -> Message:
    """What to tell of a text that is no number, as exactly as we know it."""
    if RANGE.fullmatch(typed):
        return SEVERAL
    words = FIGURES_THEN_WORDS.fullmatch(typed)
    if not words:
        return NO_NUMBER
    found = words[1].strip()
    if units:
        return Message(
            "Ô này tính bằng “{unit}”: hãy đổi sang đơn vị ấy và bỏ “{found}”.",
            {"unit": max(units, key=len), "found": found},
        )
    if SCALES & set(_name(found).split()):
        return Message("Hãy viết đủ các chữ số thay cho “{found}”.", {"found": found})
    return Message("Hãy bỏ “{found}”: ô này chỉ nhận số.", {"found": found})
