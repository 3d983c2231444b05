"""A number said aloud, for those who hear the page: 12345 → mười hai nghìn ba trăm bốn mươi lăm.

Vietnamese and English. "" where figures say it better (very large numbers, long fractions).
"""

from __future__ import annotations

from decimal import Decimal

MOST_DIGITS = 15
MOST_DECIMALS = 8
VI = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
VI_GROUPS = ("", "nghìn", "triệu", "tỷ", "nghìn tỷ")
EN = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
EN_TENS = (*("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy"), "eighty", "ninety")
EN_GROUPS = ("", "thousand", "million", "billion", "trillion")


def number_words(value: int | float, language: str = "vi") -> str:
    """The number in words; "" where it has too many digits for them."""
    whole, _, rest = f"{abs(Decimal(repr(value))):f}".partition(".")
    rest = rest.rstrip("0")
    if len(whole) > MOST_DIGITS or len(rest) > MOST_DECIMALS:
        return ""
    digits, minus, point = (VI, "âm", "phẩy") if language == "vi" else (EN, "minus", "point")
    words = [minus] if value < 0 else []
    words += _vietnamese(int(whole)) if language == "vi" else _english(int(whole))
    if rest:
        words += [point, *(digits[int(one)] for one in rest)]
    return " ".join(words)


def _groups(whole: int) -> list[tuple[int, int]]:
    """Groups of three digits with their place, the largest first, without those of nothing."""
    found = []
    place = 0
    while whole:
        whole, group = divmod(whole, 1000)
        found.append((group, place))
        place += 1
    return [(group, place) for group, place in reversed(found) if group]


def _vietnamese(whole: int) -> list[str]:
    words: list[str] = []
    groups = _groups(whole)
    billions = [place for _group, place in groups if place >= 3]
    for group, place in groups:
        words += _three(group, full=bool(words))
        # 1 234 000 000 000: một nghìn hai trăm ba mươi bốn tỷ, with “tỷ” once, at its end.
        shared = place > 3 and 3 in billions
        words += [VI_GROUPS[place].removesuffix(" tỷ") if shared else VI_GROUPS[place]]
    return [word for word in words if word] or [VI[0]]


def _three(group: int, *, full: bool) -> list[str]:
    """``full``: digits stand before, so that 005 is “không trăm linh năm”."""
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    words = [VI[hundreds], "trăm"] if hundreds or full else []
    if tens > 1:
        words += [VI[tens], "mươi"]
    elif tens == 1:
        words += ["mười"]
    elif ones and words:
        words += ["linh"]
    if ones:
        words += [_last(tens, ones)]
    return words


def _last(tens: int, ones: int) -> str:
    if ones == 1 and tens > 1:
        return "mốt"
    return "lăm" if ones == 5 and tens else VI[ones]


def _english(whole: int) -> list[str]:
    words: list[str] = []
    for group, place in _groups(whole):
        hundreds, rest = divmod(group, 100)
        words += [EN[hundreds], "hundred"] if hundreds else []
        if rest:
            words += ["and"] if words and (hundreds or place == 0) else []
            words += [_below_hundred(rest)]
        words += [EN_GROUPS[place]]
    return [word for word in words if word] or [EN[0]]


def _below_hundred(rest: int) -> str:
    if rest < len(EN):
        return EN[rest]
    tens, ones = divmod(rest, 10)
    return EN_TENS[tens] + (f"-{EN[ones]}" if ones else "")
