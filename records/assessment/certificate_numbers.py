"""The number on a certificate: how it is made and how a mistyped one is noticed.

The source prescribes no format; this one is ours: ``MC-2026-000123-7KQ2ZDWF``: the year, a serial
without gaps, and a tail of seven random characters and one check character. Without the random
part, counting upwards on the public page would list every holder. The check character catches any
one mistyped character and any two that changed places (a weighted sum modulo the prime 31).
"""

from __future__ import annotations

import re
import secrets
import unicodedata

# Thirty-one characters, a prime, without I, L, O, 0 and 1, which are read as one another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RANDOM_CHARACTERS = 7
LONGEST_TYPED = 500  # an address, or the line of the paper that the number stands in
_GAP = r"[\W_]*"
_DIGIT = "[0-9OIL]"  # O typed for 0, I or L for 1
_SHAPE = re.compile(
    rf"(?<![A-Z0-9])([A-Z]{{2,4}}){_GAP}((?:{_DIGIT}{_GAP}){{4}})((?:{_DIGIT}{_GAP}){{6,9}}?)"
    rf"([{ALPHABET}](?:{_GAP}[{ALPHABET}]){{7}})(?![A-Z0-9])"
)
# Cyrillic and Greek capitals that look like ours, and Đ, which typing in Telex makes of DD.
_ALIKE = str.maketrans("АВЕКМНРСТУХЅЈΑΒΕΗΚΜΝΡΤΥΧΖĐ", "ABEKMHPCTYXSJABEHKMNPTYXZD")


def make_number(serial: int, year: int, *, prefix: str = "MC", tail: str | None = None) -> str:
    """``MC-2026-000123-7KQ2ZDWF``. ``tail`` (seven of `ALPHABET`) is drawn unless it is given."""
    if tail is None:
        tail = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    digits = f"{serial:06d}"
    return f"{prefix}-{year:04d}-{digits}-{tail}{_check(f'{year:04d}{digits}', tail)}"


def read_number(text: str) -> str | None:
    """The number as we write it, from what somebody typed or pasted; None when none of ours is in
    it.

    The whole address of a page, “Số: …”, small letters, spaces, missing or fancy hyphens do not
    matter, nor O typed for 0 or I for 1 among the digits, nor letters of other scripts that look
    the same.
    """
    seen = "".join(c for c in text[:LONGEST_TYPED] if unicodedata.category(c) != "Cf")
    plain = unicodedata.normalize("NFKC", seen).upper().translate(_ALIKE)
    for found in _SHAPE.finditer(plain):
        prefix, year, serial, tail = ("".join(filter(str.isalnum, g)) for g in found.groups())
        year, serial = year.translate(_DIGITS), serial.translate(_DIGITS)
        if _check(year + serial, tail[:-1]) == tail[-1]:
            return f"{prefix}-{year}-{serial}-{tail}"
    return None


_DIGITS = str.maketrans("OIL", "011")


def _check(digits: str, tail: str) -> str:
    values = [int(c) for c in digits] + [ALPHABET.index(c) for c in tail]
    total = sum(weight * value for weight, value in enumerate(values, 1))
    return ALPHABET[total % len(ALPHABET)]
