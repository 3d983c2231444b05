"""Names with letters that no paper can show are told before one is printed."""

from __future__ import annotations

import pytest

from analytics.certificates.printable import unprintable


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Nguyễn Thị Ánh", ""),
        ("H’Ơ̆ng Ê̆ban Ư̆", ""),
        ("Ksor Y-Bơr", ""),
        ("Ｎguyễn Văn", "Ｎ"),
        ("阮文范", "阮文范"),
        ("An\u202e", "\u202e"),
        ("An\u200b", "\u200b"),
        ("An\ue000", "\ue000"),
        ("An 😀", "😀"),
        ("An\x07", "\x07"),
    ],
)
def test_letters_that_cannot_be_printed_are_named(text: str, letters: str) -> None:
    assert unprintable(text) == letters
