"""Writes to learners whose lesson closes soon, who have not handed it in; once a deadline."""

from __future__ import annotations

import datetime as dt
import hashlib

from records import Records
from records.courses import lesson_terms, releases
from records.learning.enrolments import without_submission
from records.platform import outbox

BEFORE = dt.timedelta(hours=48)


def write_of_deadlines(records: Records, *, at: dt.datetime) -> int:
    """How many letters were written. Safe to repeat; a deadline that is moved is told anew."""
    written = 0
    with records.read() as session:
        soon = lesson_terms.closing_between(session, at, at + BEFORE)
    for course, lesson, closes_at in soon:
        with records.begin() as session:
            release = releases.current_release(session, course)
            entry = releases.find_lesson(release, lesson) if release else None
            if entry is None:
                continue
            facts = {
                "course": course,
                "lesson": lesson,
                "closes_at": closes_at.isoformat(),
                "title": {"vi": entry.title, "en": entry.title_en or entry.title},
            }
            about = f"{course}/{lesson}/{closes_at.isoformat()}"
            people = without_submission(session, course, lesson)
            written += outbox.put_many(
                session,
                "deadline",
                dict.fromkeys(people, facts),
                once=f"deadline:{hashlib.sha256(about.encode()).hexdigest()[:40]}",
                at=at,
            )
    return written
