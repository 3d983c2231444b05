"""What checks said last, one line an exercise, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from core.marks import CellMarks
from records import Records
from records.learning import checks, drafts
from records.tables.courses import Release
from records.tables.people import Person


def test_a_check_takes_the_place_of_the_one_before_and_misses_add_up(
    records: Records,
    release: Release,
    course: Any,
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    learner, other = add_learner(), add_learner()
    lesson = course.lessons[0]
    for points, review in ((0.0, False), (1.0, False), (0.0, True), (2.0, False)):
        cell = CellMarks("bai-1", points, 2.0, "Vì sao", needs_review=review)
        with records.begin() as session:
            checks.keep_check(
                session, person_id=learner.id, release_id=release.id, lesson=lesson,
                cell=cell, answer=f"{points}", at=at,
            )  # fmt: skip
    with records.read() as session:
        (kept,) = checks.checks_of(session, learner.id, release.id, lesson)
        assert (kept.points, kept.misses, kept.answer) == (2.0, 2, "2.0")
        assert not checks.checks_of(session, other.id, release.id, lesson)


def test_a_place_is_kept_beside_the_draft_and_changes_no_revision(
    records: Records,
    release: Release,
    course: Any,
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    learner, lesson = add_learner(), course.lessons[0]
    key = {"person_id": learner.id, "release_id": release.id, "lesson": lesson}
    with records.begin() as session:
        assert drafts.open_draft(session, **key, at=at).stands_at is None
        drafts.keep_place(session, **key, stands_at="o-3")
    with records.read() as session:
        draft = drafts.find_draft(session, **key)
        assert draft is not None
        assert (draft.stands_at, draft.revision) == ("o-3", 1)
