"""Reading ease: texts that somebody on a bus has to read twice.

Three signs, each with its place (decision 73 says why these, and no formula): a sentence longer
than `LONGEST` tiếng, a text whose sentences are longer than `LONG_MEAN` on average, and a text
where more than `MOST_UNFAMILIAR` of the tiếng are abbreviations or foreign words. A parenthesis
that only says where something stands does not count, as a reader skips it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.messages import Message
from courses.checks.problems import Problem, place
from courses.checks.prose import sentences, texts, unfamiliar, words
from courses.checks.sources import NUMBER, PLACES
from courses.course import Lesson
from courses.notebooks import Cell, is_solution, source_of

LONGEST = 35  # tiếng; a Vietnamese word is one or two
LONG_MEAN, LEAST_SENTENCES = 20, 3
MOST_UNFAMILIAR, LEAST_WORDS = 0.15, 40
VIETNAMESE = 0.5  # of the tiếng: below, the text is in another language
PARENTHESIS = re.compile(r"\s*\(([^()]*)\)")
LONG = Message("câu dài {n} tiếng (tối đa {most}), hãy tách ra: “{sentence}”")
MEAN = Message("câu dài trung bình {n:.0f} tiếng (tối đa {most}); hãy viết câu ngắn hơn")
WORDS = Message("{share:.0%} là chữ tắt hay từ nước ngoài (tối đa {most:.0%}): {words}")


def hard_to_read(lesson: Lesson) -> Iterator[Problem]:
    """Each text of a lesson that is hard to read, and why."""
    for number, cell in enumerate(lesson.source["cells"], start=1):
        if cell["cell_type"] == "markdown" and not is_solution(cell):
            for why in faults_of(cell):
                yield Problem(place(lesson.file, number, cell), why, "warning")


def faults_of(cell: Cell) -> Iterator[Message]:
    """What makes the text of a cell hard to read."""
    text = [PARENTHESIS.sub(_unless_a_place, one) for one in texts(source_of(cell))]
    strange = [word for one in text for word in unfamiliar(one)]
    whole = sum(len(words(one)) for one in text)
    if not whole or len(strange) > (1 - VIETNAMESE) * whole:
        return
    said = [one for part in text for one in sentences(part)]
    for one in said:
        if (n := len(words(one))) > LONGEST:
            yield Message(LONG.template, {"n": n, "most": LONGEST, "sentence": _short(one)})
    mean = whole / len(said)
    if len(said) >= LEAST_SENTENCES and mean > LONG_MEAN:
        yield Message(MEAN.template, {"n": mean, "most": LONG_MEAN})
    share = len(strange) / whole
    if whole >= LEAST_WORDS and share > MOST_UNFAMILIAR:
        named = ", ".join(list(dict.fromkeys(strange))[:8])
        facts = {"share": share, "most": MOST_UNFAMILIAR, "words": named}
        yield Message(WORDS.template, facts)


def _unless_a_place(found: re.Match[str]) -> str:
    inside = found[1]
    return "" if NUMBER.search(inside) or PLACES.search(inside) else found[0]


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= 60 else sentence[:60].rsplit(" ", 1)[0] + "…"
