"""The words of a lesson for whoever reads it in English.

`find_words` reads them from the release; what is shown of a draft is `Words.shown` of it, and what
comes from a lab that held those words becomes the draft again by `in_own_words`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

import courses
from core.manifest import LessonEntry
from core.messages import Message
from courses.answers.typed import field_label
from courses.english import telling
from courses.english.catalogue import English, read_english
from records import Session
from records.courses import releases
from records.learning import drafts, enrolments
from school.learning import answering

ENGLISH = "en"


class InRelease(Protocol):
    """A lesson of one release, as `lessons.Place` is."""

    @property
    def course(self) -> str: ...

    @property
    def release_id(self) -> int: ...

    @property
    def entry(self) -> LessonEntry: ...


@dataclass(frozen=True)
class Words:
    """``own``: the lesson's words as the learner has them, ``said``: the same in English."""

    english: English
    own: telling.Heads
    said: telling.Heads

    def shown(self, notebook: dict[str, Any]) -> dict[str, Any]:
        """The learner's notebook as it is read; the argument stays as it is."""
        return telling.reworded(notebook, self.own, self.said)

    def own_words(self, notebook: dict[str, Any]) -> dict[str, Any]:
        """The notebook as it is stored."""
        return telling.reworded(notebook, self.said, self.own)

    def named(
        self, fields: Iterable[courses.Field], notebook: dict[str, Any]
    ) -> tuple[courses.Field, ...]:
        """Fields of this notebook by the names that are read."""
        shown = {str(cell.get("id", "")): cell for cell in self.shown(notebook)["cells"]}
        return tuple(_named(field, answering.form_of(shown[field.cell])) for field in fields)

    def told(self, grade_id: str, feedback: Message | str) -> Message | str:
        """What marking said, in English."""
        return telling.told_message(self.english, grade_id, feedback)

    def solution(self, cell: str, text: str) -> str:
        """A worked answer, with the lesson's words in it in English."""
        for (_cell, vi), english in self.english.texts.items():
            if _cell == cell:
                text = text.replace(f'"{vi}"', f'"{english}"')
        return text


def find_words(
    session: Session,
    release_id: int,
    entry: LessonEntry,
    seed: int = 0,
    again: Mapping[str, int] | None = None,
) -> Words | None:
    """The English words of a lesson; None where it has none. ``seed`` is the learner's, ``again``
    what they had drawn anew."""
    if not entry.file_en:
        return None
    source = releases.release_file(session, release_id, "source", entry.file)
    english = releases.release_file(session, release_id, "source", entry.file_en)
    assert source is not None and english is not None, "a release holds what its manifest names"
    return _words(source, english, seed, tuple(sorted((again or {}).items())))


def words_of_learner(
    session: Session,
    person_id: int,
    course: str,
    release_id: int,
    entry: LessonEntry,
    language: str = ENGLISH,
) -> Words | None:
    """The same with the numbers of one learner."""
    if language != ENGLISH or not entry.file_en:
        return None
    enrolled = enrolments.find_enrolment(session, person_id, course)
    again = drafts.drawn_again(session, person_id, release_id, entry.slug)
    return find_words(session, release_id, entry, enrolled.seed if enrolled else 0, again)


def in_words(words: Words | None, grade_id: str, feedback: Message | str) -> Message | str:
    """What marking said of an exercise, in these words; as it was said where there are none."""
    return words.told(grade_id, feedback) if words else feedback


def in_own_words(
    session: Session, person_id: int, place: InRelease, notebook: dict[str, Any]
) -> dict[str, Any]:
    """A notebook that comes from a lab, in whatever language it was put there, as it is stored."""
    words = words_of_learner(session, person_id, place.course, place.release_id, place.entry)
    return words.own_words(notebook) if words else notebook


def answers_shown(answers: Mapping[str, Any], cells: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers as the page with these cells sends them: a table's given cells in its words.
    ``cells``: the notebook's as it is shown (`notebooks.answer_cells`)."""
    shown = dict(answers)
    for cell_id, value in answers.items():
        form = answering.form_of(cells[cell_id]) if cell_id in cells else None
        if form is not None:
            shown[cell_id] = telling.with_given(form, value)
    return shown


def _named(field: courses.Field, form: courses.Form | None) -> courses.Field:
    if form is None:
        return field
    column = next((one for one in form.columns if one.key == field.column), None)
    label = form.label if column is None else field_label(form, field.row or 0, column)
    return replace(field, label=label)


@lru_cache(maxsize=128)  # the same learner's page, again and again
def _words(source: bytes, english: bytes, seed: int, drawn: tuple[tuple[str, int], ...]) -> Words:
    said, notebook = read_english(english), json.loads(source)
    again = dict(drawn)
    own, _files = courses.lesson_for(source, seed, again)
    return Words(
        said,
        telling.heads_of(json.loads(own)),
        telling.english_heads(notebook, said, seed, again),
    )
