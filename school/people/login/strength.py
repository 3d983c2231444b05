"""Whether a password can be guessed, and a sentence on how to do better.

zxcvbn counts guesses: it knows common passwords, names, keyboards, dates and repetitions. It is
told what is easy to guess here: the person's own names, their unit, and what people in Việt Nam
choose first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from zxcvbn import zxcvbn

from core.folding import fold
from core.messages import Message, Refused

SHORTEST = 10
LONGEST_BYTES = 72  # bcrypt ignores or refuses the rest; we say so instead
LEAST_GUESSES = 10**8  # more than anybody tries where wrong ones are counted
LEAST_BESIDE = 7  # letters of a password that are not of the person's own names
COMMON_HERE = (
    "matkhau", "mat khau", "anhyeuem", "emyeuanh", "yeuanh", "vietnam", "hanoi", "saigon",
    "tphcm", "danang", "xinchao", "khongbiet", "motcham", "chuyendoiso", "hocvien", "canbo",
    "giadinh", "hanhphuc", "vietcombank", "congan", "bokhcn", "nghiviec", "dienbien", "abc123",
)  # fmt: skip

PERSONAL = Message(
    "Mật khẩu này dựa vào tên, tên đăng nhập hoặc tên cơ quan nên dễ đoán. Hãy dùng bốn từ không "
    "liên quan đến nhau."
)
WEAK = Message("Mật khẩu này dễ đoán. {why} Hãy dùng bốn từ không liên quan đến nhau.")
PATTERNS = {
    "dictionary": Message("Nó gần với một mật khẩu hay gặp."),
    "spatial": Message("Nó là những phím nằm cạnh nhau."),
    "repeat": Message("Nó lặp lại cùng những chữ ấy."),
    "sequence": Message("Nó là một dãy như abc hay 123."),
    "date": Message("Nó là ngày tháng hoặc năm."),
    "regex": Message("Nó là ngày tháng hoặc năm."),
}
OTHERWISE = Message("Nó quá ngắn cho những chữ đã chọn.")


def check_password(password: str, *, personal: Iterable[str] = ()) -> None:
    """Raise `Refused` for a password that is too short, longer than bcrypt can tell apart, or easy
    to guess. ``personal``: names of the person and of what is theirs."""
    if len(password) < SHORTEST:
        raise Refused(Message("Mật khẩu cần ít nhất {n} ký tự.", {"n": SHORTEST}))
    if len(password.encode()) > LONGEST_BYTES or "\0" in password:
        raise Refused(Message("Mật khẩu dài quá {n} byte.", {"n": LONGEST_BYTES}))
    own = _words(personal)
    if _beside(fold(password), own) < LEAST_BESIDE:
        raise Refused(PERSONAL)
    # Guessed as it is typed on a keyboard without Vietnamese letters.
    found = zxcvbn(fold(password)[:LONGEST_BYTES], user_inputs=[*own, *COMMON_HERE])
    if found["guesses"] >= LEAST_GUESSES:
        return
    parts = found["sequence"]
    if any(one.get("dictionary_name") == "user_inputs" and one["token"] in own for one in parts):
        raise Refused(PERSONAL)
    patterns = [one["pattern"] for one in sorted(parts, key=lambda one: -len(one["token"]))]
    why = next((PATTERNS[one] for one in patterns if one in PATTERNS), OTHERWISE)
    raise Refused(Message(WEAK.template, {"why": why}))


def _beside(plain: str, own: Iterable[str]) -> int:
    """How many letters are left where the person's own words are taken out; all where none is."""
    left = plain
    for word in sorted(own, key=len, reverse=True):
        if len(word) > 2:
            left = left.replace(word, " ")
    return len(re.sub(r"\s", "", left)) if left != plain else len(plain)


def _words(personal: Iterable[str]) -> list[str]:
    """The names, whole and without spaces, and each word of them; folded."""
    found: set[str] = set()
    for name in personal:
        plain = fold(name)
        words = re.findall(r"[a-z0-9]+", plain)
        found |= {plain, "".join(words), *words}
    return sorted(word for word in found if len(word) > 1)
