"""What strangers may read: courses whose author allows it, as they were published, to look at.

Only the current release counts, so that an author takes a course back by publishing it without the
key; and only the learner's side of it is opened, which holds neither solutions nor hidden tests.
Nothing is written. Exams are not read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.manifest import LessonEntry, Manifest
from records import Session
from records.courses import releases
from records.courses.offers import find_withdrawal, withdrawn_courses
from records.tables.courses import Release
from school.learning.languages.words import ENGLISH, Words, find_words


@dataclass(frozen=True)
class OpenLesson:
    """A lesson to be read: of which release, and what stands before and after it."""

    release_id: int
    manifest: Manifest
    entry: LessonEntry
    next_lesson: LessonEntry | None
    words: Words | None = None  # for whoever reads it in English


def lessons_to_read(manifest: Manifest) -> tuple[LessonEntry, ...]:
    """The lessons of an open course, without its exams."""
    return tuple(lesson for lesson in manifest.lessons if not lesson.exam)


def open_courses(session: Session) -> Sequence[Manifest]:
    """The courses that strangers may read."""
    gone = withdrawn_courses(session)
    found = (release.manifest for release in releases.current_releases(session))
    return [
        one for one in found if one.open_reading and one.course not in gone and lessons_to_read(one)
    ]


def find_open_release(session: Session, course: str) -> Release | None:
    """The current release of a course that strangers may read; None for any other."""
    release = releases.current_release(session, course)
    if release is None or find_withdrawal(session, course) is not None:
        return None
    return release if release.manifest.open_reading else None


def find_open_lesson(
    session: Session, course: str, lesson: str, language: str = "vi"
) -> OpenLesson | None:
    """The lesson, in ``language`` where it is; None where strangers may not read it."""
    release = find_open_release(session, course)
    if release is None:
        return None
    shown = lessons_to_read(release.manifest)
    for place, entry in enumerate(shown):
        if entry.slug == lesson:
            after = shown[place + 1] if place + 1 < len(shown) else None
            words = find_words(session, release.id, entry) if language == ENGLISH else None
            entry = entry.in_english() if words else entry
            return OpenLesson(release.id, release.manifest, entry, after, words)
    return None


def load_notebook(session: Session, lesson: OpenLesson) -> dict[str, Any]:
    """The notebook as learners get it, with the author's own numbers."""
    content = releases.release_file(session, lesson.release_id, "learner", lesson.entry.file)
    assert content is not None, "a release holds every notebook its manifest names"
    found: dict[str, Any] = json.loads(content)
    return lesson.words.shown(found) if lesson.words else found
