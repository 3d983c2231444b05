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
_SHAPE = re.compile(rf"([A-Z]{{2,4}})(\d{{4}})(\d{{6,9}})([{ALPHABET}]{{8}})")


def make_number(serial: int, year: int, *, prefix: str = "MC", tail: str | None = None) -> str:
    """``MC-2026-000123-7KQ2ZDWF``. ``tail`` (seven of `ALPHABET`) is drawn unless it is given."""
    if tail is None:
        tail = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    digits = f"{serial:06d}"
    return f"{prefix}-{year:04d}-{digits}-{tail}{_check(f'{year:04d}{digits}', tail)}"


def read_number(text: str) -> str | None:
    """The number as we write it, from what somebody typed; None when it cannot be one of ours.

    Small letters, spaces, missing or fancy hyphens do not matter, nor O typed for 0 or I for 1
    among the digits.
    """
    plain = unicodedata.normalize("NFKC", text[:80]).upper()
    plain = "".join(c for c in plain if c.isascii() and c.isalnum())
    start = len(plain) - len(plain.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    prefix, digits, tail = plain[:start], plain[start:-8], plain[-8:]
    found = _SHAPE.fullmatch(prefix + digits.translate(_DIGITS) + tail)
    if not found:
        return None
    prefix, year, serial, tail = found.groups()
    if _check(year + serial, tail[:-1]) != tail[-1]:
        return None
    return f"{prefix}-{year}-{serial}-{tail}"


_DIGITS = str.maketrans("OIL", "011")


def _check(digits: str, tail: str) -> str:
    values = [int(c) for c in digits] + [ALPHABET.index(c) for c in tail]
    total = sum(weight * value for weight, value in enumerate(values, 1))
    return ALPHABET[total % len(ALPHABET)]
