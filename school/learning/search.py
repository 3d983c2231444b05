"""Finding a course, a lesson, an exercise or a competence by words, with or without diacritics.

Pure: it looks through the manifests it is given. Every word asked for must be found, at least one
of them in the thing itself and the others there or in what it belongs to; what is said in titles
counts more than what is said in summaries, and a word typed with its diacritics counts more where
they are the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.content_frame import FRAMES
from core.folding import fold as plain
from core.manifest import ExerciseEntry
from school.learning.overview import CourseState, LessonState
from skills_framework.framework import Competence, Framework

WORD = re.compile(r"\w+(?:[.,]\d+)*")
LONGEST_QUERY = 12  # words
MOST_IN_A_COURSE = 6

# What a word is worth by where it stands.
TITLE_OF_COURSE, TITLE_OF_LESSON, TITLE_OF_EXERCISE = 8.0, 6.0, 4.0
FRAME, SUMMARY, COMPETENCE = 3.0, 2.0, 2.0
BEGINNING = 0.6  # the word only begins so
OTHER_TONES = 0.5  # typed with diacritics, and found with others
FROM_ABOVE = 0.2  # found in what it belongs to
PHRASE = 1.0  # all words in a row, for each word


@dataclass(frozen=True)
class Hit:
    """A lesson or an exercise that was found. ``anchor`` is its place on the lesson's page."""

    lesson: LessonState
    title: str
    anchor: str
    competence: Competence | None  # by which it was found, where the title does not say it
    score: float

    @property
    def is_exercise(self) -> bool:
        return bool(self.anchor)


@dataclass(frozen=True)
class Found:
    """A course with what was found in it, best first."""

    course: CourseState
    hits: tuple[Hit, ...]
    score: float


@dataclass(frozen=True)
class Text:
    """A text to look in: its words as written and plain, and what a word in it is worth."""

    worth: float
    written: frozenset[str]
    words: frozenset[str]
    line: str

    @classmethod
    def of(cls, worth: float, *parts: object) -> Text:
        whole = unicodedata.normalize("NFC", " ".join(str(part) for part in parts if part))
        written = frozenset(WORD.findall(whole.lower()))
        return cls(worth, written, frozenset(map(plain, written)), f" {_line(whole)} ")


def _line(text: str) -> str:
    return " ".join(WORD.findall(plain(text)))


def find(
    courses: Iterable[CourseState], query: str, frameworks: Mapping[str, Framework]
) -> list[Found]:
    """The courses in which ``query`` was found, best first; with an empty query all, as given."""
    asked = WORD.findall(unicodedata.normalize("NFC", query.lower()))[:LONGEST_QUERY]
    if not asked:
        return [Found(course, (), 0.0) for course in courses]
    found = (
        _in_course(course, asked, frameworks.get(course.manifest.framework)) for course in courses
    )
    return sorted((one for one in found if one), key=lambda one: -one.score)


def _in_course(
    course: CourseState, asked: Sequence[str], framework: Framework | None
) -> Found | None:
    manifest = course.manifest
    frame = FRAMES.get(manifest.frame)
    own = [
        Text.of(TITLE_OF_COURSE, manifest.title, manifest.title_en),
        Text.of(FRAME, manifest.frame, frame.template if frame else ""),
        Text.of(SUMMARY, manifest.summary, manifest.summary_en),
    ]
    score = score_of(asked, own, ())
    hits: list[Hit] = []
    for lesson, entry in zip(course.lessons, manifest.lessons, strict=True):
        titles = [Text.of(TITLE_OF_LESSON, entry.title, entry.title_en)]
        worth = score_of(asked, titles, own)
        if worth:
            hits.append(Hit(lesson, entry.title, "", None, worth))
        for number, exercise in enumerate(entry.exercises, start=1):
            hit = _exercise(lesson, number, exercise, asked, [*titles, *own], framework)
            hits += [hit] if hit else []
    hits.sort(key=lambda hit: -hit.score)
    best = max([score, *(hit.score for hit in hits)])
    return Found(course, tuple(hits[:MOST_IN_A_COURSE]), best) if best else None


def _exercise(
    lesson: LessonState,
    number: int,
    exercise: ExerciseEntry,
    asked: Sequence[str],
    above: Sequence[Text],
    framework: Framework | None,
) -> Hit | None:
    title = Text.of(TITLE_OF_EXERCISE, exercise.title)
    competence = framework.find_competence(exercise.competence) if framework else None
    named = [_named(competence, framework)] if competence and framework else []
    score = score_of(asked, [title, *named], above)
    if not score:
        return None
    by_title = score_of(asked, [title], above)
    return Hit(lesson, exercise.title, f"bai-{number}", None if by_title else competence, score)


def _named(competence: Competence, framework: Framework) -> Text:
    """A competence's code and names, and those of its domain."""
    domains = [domain.name for domain in framework.domains if competence in domain.competences]
    names = [name for one in (competence.name, *domains) for name in one.values()]
    return Text.of(COMPETENCE, competence.code, *names)


def score_of(asked: Sequence[str], own: Sequence[Text], above: Sequence[Text]) -> float:
    """What the words asked for are worth here; 0 where one is missing or none is its own."""
    total, has_own = 0.0, False
    for word in asked:
        mine = max((_worth(word, text) for text in own), default=0.0)
        theirs = max((_worth(word, text) for text in above), default=0.0) * FROM_ABOVE
        if not mine and not theirs:
            return 0.0
        has_own = has_own or bool(mine)
        total += max(mine, theirs)
    row = f" {' '.join(map(plain, asked))} "
    in_a_row = max((text.worth for text in own if row in text.line), default=0.0)
    if len(asked) > 1:
        total += PHRASE * in_a_row
    return total if has_own else 0.0


def _worth(word: str, text: Text) -> float:
    simple = plain(word)
    if simple in text.words:
        toned = simple != word
        return text.worth * (OTHER_TONES if toned and word not in text.written else 1.0)
    # A word of three letters and more may be the beginning of a longer one.
    if len(simple) >= 3 and any(one.startswith(simple) for one in text.words):
        return text.worth * BEGINNING
    return 0.0
