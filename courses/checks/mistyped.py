"""Lines that were meant to be nbgrader's marks and are none: ``### begin hidden tests``.

nbgrader looks for ``BEGIN HIDDEN TESTS`` letter by letter. What it does not find it leaves where it
stands, so a mistyped mark hands the hidden tests, or the solution, to every learner. A line counts
as mistyped when it says little else than the words of a mark, however they are written.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from functools import partial

from core.messages import Message
from courses.notebooks import HIDDEN_TESTS, MARK_SCHEME, SOLUTION, Notebook, in_cell, source_of
from courses.options import MARK as OPTION

MARKS = (*SOLUTION, *HIDDEN_TESTS, *MARK_SCHEME)
_PAIRS = (SOLUTION, HIDDEN_TESTS, MARK_SCHEME)
# How people write the words of marks; what each stands for decides which mark was meant.
_BEGINNINGS = {"BEGIN": "BEGIN", "START": "BEGIN", "OPEN": "BEGIN"}
_ENDINGS = {"END": "END", "STOP": "END", "FINISH": "END", "CLOSE": "END"}
_SUBJECTS = {
    "SOLUTION": "SOLUTION",
    "ANSWER": "SOLUTION",
    "HIDDENTEST": "HIDDEN TESTS",
    "HIDDEN": "HIDDEN TESTS",
    "TEST": "HIDDEN TESTS",
    "MARKSCHEME": "MARK SCHEME",
    "MARKINGSCHEME": "MARK SCHEME",
    "SCHEME": "MARK SCHEME",
}
_NO_LETTERS = re.compile(r"[^A-Z]+")
_LONGEST = 60  # characters of a line that says little else


def mistyped_marks(source: str) -> Iterator[tuple[int, str, str]]:
    """Line number (from 1), the line, and the mark it was probably meant to be."""
    for number, line in enumerate(source.split("\n"), start=1):
        meant = meant_mark(line)
        if meant is not None:
            yield number, line.strip(), meant


def meant_mark(line: str) -> str | None:
    """The mark that a line was meant to be; None where it is one, or says something else."""
    if len(line) > _LONGEST or line.startswith(OPTION) or any(mark in line for mark in MARKS):
        return None
    text = line.strip()
    bare = _upper(text)
    letters = _NO_LETTERS.sub("", bare)
    if not 6 <= len(letters) <= 24:
        return None
    decorated = re.match(r"[^\w\s]{1,12}", text) is not None
    if not decorated and _NO_LETTERS.sub(" ", bare).strip() != bare:
        return None  # code: it has brackets, an equals sign, a name of several words
    return _nearest(letters, [word for word in _NO_LETTERS.split(bare) if word], decorated)


def _nearest(letters: str, words: list[str], decorated: bool) -> str | None:
    # It keeps what it found out about its second text, and that is the one that stays.
    alike = difflib.SequenceMatcher(None, "", letters)
    for begins, way in ((_BEGINNINGS, "BEGIN"), (_ENDINGS, "END")):
        for first in filter(partial(_may_begin, words), begins):
            for subject, meant in _SUBJECTS.items():
                for whole in (first + subject, first + subject + "S"):
                    if _close(alike, letters, whole):
                        return f"{way} {meant}"
    # One word of the mark is missing: "### HIDDEN TESTS", "=== MARK SCHEME ===".
    if decorated and any(_close(alike, letters, one) for one in ("HIDDENTESTS", "HIDDENTEST")):
        return "BEGIN HIDDEN TESTS"
    if decorated and any(_close(alike, letters, one) for one in ("MARKSCHEME", "MARKINGSCHEME")):
        return "BEGIN MARK SCHEME"
    return None


def _close(alike: difflib.SequenceMatcher[str], found: str, wanted: str) -> bool:
    """``alike`` has ``found`` as its second text."""
    if abs(len(found) - len(wanted)) > 3:
        return False
    alike.set_seq1(wanted)
    # The quick ratio is never less than the other, and most lines are far from any mark.
    return alike.quick_ratio() >= 0.87 and alike.ratio() >= 0.87


def _may_begin(words: list[str], first: str) -> bool:
    """Two words at least, unless both were run together; an English sentence has more."""
    if len(words) == 1:
        return True
    if len(words) > 4 or words[0][0] != first[0]:
        return False
    return difflib.SequenceMatcher(None, words[0], first).ratio() >= 0.6


def _upper(text: str) -> str:
    """Letters of other widths and alphabets that look the same, as plain capitals."""
    plain = unicodedata.normalize("NFKD", text).translate(_LOOK_ALIKE)
    kept = (char for char in plain if unicodedata.category(char) not in ("Cf", "Mn"))
    return "".join(" " if char in "_-\t\xa0" else char for char in kept).upper()


_LOOK_ALIKE = str.maketrans("ВЕІЅОТНМАСвеіѕотнмас0", "BEISOTHMACBEISOTHMACO")


def unopened_ends(source: str) -> Iterator[tuple[int, str]]:
    """Line number and mark of each end that ends nothing: its beginning is mistyped or missing."""
    for begin, end in _PAIRS:
        inside = False
        for number, line in enumerate(source.split("\n"), start=1):
            if begin in line:
                inside = True
            elif end in line:
                if not inside:
                    yield number, end
                inside = False


def faults_of_marks(notebook: Notebook) -> list[Message]:
    """Every mark of a source that nbgrader would not see, and every end that ends nothing."""
    found: list[Message] = []
    for number, cell in enumerate(notebook["cells"], start=1):
        source = source_of(cell)
        found += [in_cell(number, cell, _mistyped(*one)) for one in mistyped_marks(source)]
        found += [in_cell(number, cell, _unopened(*one)) for one in unopened_ends(source)]
    return found


def _mistyped(line: int, text: str, meant: str) -> Message:
    return Message(
        "dòng {line} “{text}” không phải dấu mà nbgrader nhận ra, nên phần bên dưới sẽ lộ cho "
        "học viên; hãy viết đúng “### {mark}” (chữ hoa, cách một dấu trắng)",
        {"line": line, "text": text, "mark": meant},
    )


def _unopened(line: int, mark: str) -> Message:
    return Message(
        "dòng {line} có “{mark}” nhưng phía trên không có “{begin}”",
        {"line": line, "mark": mark, "begin": mark.replace("END", "BEGIN")},
    )
