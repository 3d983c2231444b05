"""Which letters a certificate can show: asked of every name before there is anything to print."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache, lru_cache
from typing import Literal

import typst

STANDARD: Literal["a-2u"] = "a-2u"  # its text can be copied: Vietnamese stays Vietnamese
_TRIAL = b'#set document(title: "-")\n#set text(font: "Libertinus Serif")\n#sys.inputs.text'
_TRYING = threading.Lock()
_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Cn")  # control, format, private, unassigned


def unprintable(text: str) -> str:
    """Those characters of ``text``, each once, that the paper cannot show: no font of ours has
    them, or they are invisible and would turn the letters around. "" when all can be printed."""
    return "".join(dict.fromkeys(letter for letter in text if not _can_print(letter)))


@lru_cache(maxsize=4096)
def _can_print(letter: str) -> bool:
    if letter.isascii() and letter.isprintable():
        return True
    if unicodedata.category(letter) in _UNSEEN:
        return False
    try:
        with _TRYING:
            _tester().compile(
                input=_TRIAL,
                format="pdf",
                pdf_standards=[STANDARD],
                sys_inputs={"text": f"a{letter}"},
            )
    except typst.TypstError:
        return False
    return True


@cache
def _tester() -> typst.Compiler:
    return typst.Compiler(_TRIAL, ignore_system_fonts=True)
