"""The learner's notebook between the first keystroke and the submission.

Saving is optimistic: whoever saves names the revision they started from, and a `Conflict` carries
what is stored, so that two open tabs never overwrite each other silently.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.courses.releases import find_release, lesson_notebook
from records.tables.learning import Draft
from records.writing import insert_new


class Conflict(Exception):
    """The draft was saved elsewhere in the meantime; ``stored`` is what there is now."""

    def __init__(self, stored: Draft) -> None:
        super().__init__(f"revision {stored.revision} is stored")
        self.stored = stored


def find_draft(session: Session, person_id: int, release_id: int, lesson: str) -> Draft | None:
    """The draft, if the lesson was ever opened."""
    return session.scalar(
        select(Draft)
        .where(
            Draft.person_id == person_id,
            Draft.release_id == release_id,
            Draft.lesson == lesson,
        )
        .execution_options(populate_existing=True)
    )


def open_draft(
    session: Session,
    *,
    person_id: int,
    release_id: int,
    lesson: str,
    at: dt.datetime,
    notebook: bytes | None = None,
) -> Draft:
    """The learner's draft; on the first opening revision 1 of ``notebook``.

    ``notebook`` is the learner's own (with numbers drawn for them); left out, the release's.
    """
    draft = find_draft(session, person_id, release_id, lesson)
    if draft:
        return draft
    release = find_release(session, release_id)
    if release is None:
        raise Refused(Message("Khóa học này không còn được công bố"))
    insert_new(
        session,
        Draft,
        person_id=person_id,
        release_id=release_id,
        lesson=lesson,
        notebook=notebook or lesson_notebook(session, release, lesson, "learner"),
        revision=1,
        opened_at=at,
        saved_at=at,
    )
    draft = find_draft(session, person_id, release_id, lesson)
    assert draft is not None
    return draft


def save_draft(
    session: Session,
    *,
    person_id: int,
    release_id: int,
    lesson: str,
    notebook: bytes,
    expected_revision: int,
    at: dt.datetime,
) -> Draft:
    """Store the notebook as the revision after ``expected_revision``; else raise `Conflict`.

    The same bytes again are no conflict: the answer to the first save may have been lost on the
    way. `Refused` when the draft was never opened.
    """
    saved = session.execute(
        update(Draft)
        .where(
            Draft.person_id == person_id,
            Draft.release_id == release_id,
            Draft.lesson == lesson,
            Draft.revision == expected_revision,
        )
        .values(notebook=notebook, revision=Draft.revision + 1, saved_at=at)
        .returning(Draft.id)
        .execution_options(synchronize_session=False)
    ).first()
    stored = find_draft(session, person_id, release_id, lesson)
    if stored is None:
        raise Refused(Message("Bài học chưa được mở"))
    if saved is None and stored.notebook != notebook:
        raise Conflict(stored)
    return stored


def drawn_again(session: Session, person_id: int, release_id: int, lesson: str) -> dict[str, int]:
    """How often numbers were drawn anew in the draft, by drawing cell; {} also without a draft."""
    kept = session.scalar(
        select(Draft.drawn_again).where(
            Draft.person_id == person_id,
            Draft.release_id == release_id,
            Draft.lesson == lesson,
        )
    )
    return kept or {}


def keep_draws(
    session: Session, person_id: int, release_id: int, lesson: str, *, again: Mapping[str, int]
) -> None:
    """Note what was drawn anew; the notebook with the new numbers is saved by `save_draft`."""
    _note(session, person_id, release_id, lesson, drawn_again=dict(again))


def keep_place(
    session: Session, *, person_id: int, release_id: int, lesson: str, stands_at: str
) -> None:
    """Note in which step of the lesson the learner is; the draft itself stays as it is."""
    _note(session, person_id, release_id, lesson, stands_at=stands_at)


def _note(session: Session, person_id: int, release_id: int, lesson: str, **values: object) -> None:
    """Change these columns of the draft and nothing else of it; its revision stays."""
    session.execute(
        update(Draft)
        .where(
            Draft.person_id == person_id,
            Draft.release_id == release_id,
            Draft.lesson == lesson,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def opened_lessons(session: Session, person_id: int) -> dict[tuple[int, str], dt.datetime]:
    """When each lesson the person has opened was last saved, by (release id, lesson)."""
    rows = session.execute(
        select(Draft.release_id, Draft.lesson, Draft.saved_at).where(Draft.person_id == person_id)
    )
    return {(release_id, lesson): saved_at for release_id, lesson, saved_at in rows}
