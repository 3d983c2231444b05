"""A mended check changes nothing until a person applies it, and takes no pass away."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from settled import apply_remark, store_marks
from sqlalchemy import event

from core.messages import Refused
from records import Records
from records.courses import releases
from records.learning import enrolments, progress
from records.marking import queue, remarking
from records.platform import audit
from records.tables.courses import Release
from records.tables.marking import Submission
from records.tables.people import Person

LEASE = dt.timedelta(minutes=1)


@pytest.fixture
def hand_in(records: Records, release: Release, course: Any, at: dt.datetime) -> Callable[..., int]:
    """A person's marked submission of a lesson with these points."""

    def submit(person: Person, *points: float, lesson: str = "bai-mot") -> int:
        with records.begin() as session:
            enrolments.begin_course(session, person.id, course.slug, at=at)
            queue.submit(
                session,
                person_id=person.id,
                release_id=release.id,
                lesson=lesson,
                notebook=b"{}",
                at=at,
            )
            claimed = queue.claim(session, worker="w", at=at, lease=LEASE)
            assert claimed
            store_marks(session, claimed.id, course.result(lesson, *points), worker="w", at=at)
            return claimed.id

    return submit


@pytest.fixture
def mend(records: Records, course: Any, at: dt.datetime) -> Callable[..., int]:
    """Publishes the mended course and tries given points on every past submission."""

    def publish_and_try(points_by_submission: dict[int, tuple[float, ...]]) -> int:
        mended = dataclasses.replace(course, edition=2)
        with records.begin() as session:
            new = releases.publish(session, mended.publication(), at=at, by="TNgiangvien")
            remark = remarking.begin_remark(
                session,
                release_id=new.id,
                lesson="bai-mot",
                reason="Câu hai chấm sai khi trả lời có dấu cách",
                by="TNgiangvien",
                at=at,
            )
            for submission in remarking.find_untried(session, remark, limit=100):
                marks = course.result("bai-mot", *points_by_submission[submission.id])
                as_dict = {
                    "total": marks.total,
                    "max": marks.max,
                    "cells": [dataclasses.asdict(cell) for cell in marks.cells],
                }
                remarking.record_try(session, remark, submission, as_dict)
            assert not remarking.find_untried(session, remark, limit=1)
            remarking.finish_counting(session, remark)
            return remark.id

    return publish_and_try


def test_a_notebook_that_was_not_kept_is_not_tried_and_its_marks_stand(
    records: Records, hand_in: Callable[..., int], mend: Callable[..., int], add_learner: Any
) -> None:
    kept, blank = hand_in(add_learner(), 1.0, 1.0), hand_in(add_learner(), 2.0, 1.0)
    with records.begin() as session:
        session.get_one(Submission, blank).notebook = b""
    mend({kept: (2.0, 2.0)})  # finds no other untried
    with records.begin() as session:
        assert session.get_one(Submission, blank).points == 3.0
        assert not queue.mark_again(session, blank), "there is nothing to mark"
        assert queue.mark_again(session, kept)


def test_trying_a_mended_check_changes_no_marks(
    records: Records, hand_in: Callable[..., int], mend: Callable[..., int], learner: Person
) -> None:
    submission_id = hand_in(learner, 2.0, 0.0)
    remark_id = mend({submission_id: (2.0, 3.0)})
    with records.read() as session:
        submission = queue.find_submission(session, submission_id)
        assert submission and submission.points == 2.0
        (change,) = remarking.changes_of(session, remark_id, pass_share=None)
        assert (change.old_points, change.new_points, change.rises) == (2.0, 5.0, True)


def test_applying_raises_marks_and_leaves_those_that_would_fall(
    records: Records,
    hand_in: Callable[..., int],
    mend: Callable[..., int],
    add_learner: Callable[..., Person],
    course: Any,
    at: dt.datetime,
) -> None:
    up, down = add_learner(), add_learner()
    rising, falling = hand_in(up, 2.0, 0.0), hand_in(down, 2.0, 3.0)
    remark_id = mend({rising: (2.0, 3.0), falling: (0.0, 3.0)})
    with records.begin() as session:
        outcome = apply_remark(session, remark_id, by="TNgiangvien", at=at, pass_share=None)
    assert (outcome.raised, outcome.lowered, outcome.kept) == ((rising,), (), (falling,))
    assert outcome.changed == (rising,)
    with records.read() as session:
        (gained,) = progress.progress_in(session, up.id, course.slug)
        (stayed,) = progress.progress_in(session, down.id, course.slug)
        assert (gained.points, stayed.points) == (5.0, 5.0)
        assert audit.verify(session).entries == 2


def test_of_two_who_apply_at_once_one_does(
    records: Records,
    hand_in: Callable[..., int],
    mend: Callable[..., int],
    learner: Person,
    at: dt.datetime,
) -> None:
    submission_id = hand_in(learner, 2.0, 0.0)
    remark_id = mend({submission_id: (2.0, 3.0)})
    found: list[str] = []
    ready = threading.Barrier(6)

    def apply() -> None:
        ready.wait()
        try:
            with records.begin() as session:
                apply_remark(session, remark_id, by="TNgiangvien", at=at, pass_share=None)
            found.append("applied")
        except Refused:
            found.append("refused")

    threads = [threading.Thread(target=apply) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["applied"] + 5 * ["refused"]
    with records.read() as session:
        entries = audit.entries(session, before=None, search="remark.apply", limit=9)
    assert len(entries) == 1


def test_changes_are_read_with_as_many_questions_for_many_people_as_for_two(
    records: Records,
    hand_in: Callable[..., int],
    mend: Callable[..., int],
    add_learner: Callable[..., Person],
) -> None:
    fell = {hand_in(add_learner(), 2.0, 3.0): (0.0, 3.0) for _ in range(9)}
    remark_id = mend(fell)
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(records.engine, "before_cursor_execute", note)
    with records.read() as session:
        assert len(remarking.changes_of(session, remark_id, pass_share=None)) == 9
    event.remove(records.engine, "before_cursor_execute", note)
    assert 1 <= len(asked) <= 7, "\n".join(asked)


def test_even_lowering_on_purpose_never_takes_a_pass_away(
    records: Records,
    hand_in: Callable[..., int],
    mend: Callable[..., int],
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    passed, unfinished = add_learner(), add_learner()
    kept, lowered = hand_in(passed, 2.0, 3.0), hand_in(unfinished, 2.0, 3.0)
    hand_in(passed, 2.0, 0.0, lesson="bai-hai")
    remark_id = mend({kept: (0.0, 0.0), lowered: (0.0, 0.0)})
    with records.begin() as session:
        outcome = apply_remark(
            session, remark_id, by="TNgiangvien", at=at, also_lower=True, pass_share=None
        )
    assert (outcome.lowered, outcome.kept) == ((lowered,), (kept,))


def test_a_remark_is_applied_once_and_only_when_all_was_tried(
    records: Records, hand_in: Callable[..., int], mend: Callable[..., int], learner: Person,
    at: dt.datetime,
) -> None:  # fmt: skip
    remark_id = mend({hand_in(learner, 2.0, 0.0): (2.0, 3.0)})
    with records.begin() as session:
        apply_remark(session, remark_id, by="TNgiangvien", at=at, pass_share=None)
    with records.begin() as session, pytest.raises(Refused, match="đã kết thúc"):
        apply_remark(session, remark_id, by="TNgiangvien", at=at, pass_share=None)


def test_other_exercises_can_not_be_marked_with_past_notebooks(
    records: Records,
    hand_in: Callable[..., int],
    learner: Person,
    course: Any,
    at: dt.datetime,
) -> None:
    hand_in(learner, 2.0, 0.0)
    other = dataclasses.replace(course, edition=2, exercises={"khac": 5.0})
    with records.begin() as session:
        new = releases.publish(session, other.publication(), at=at, by="TNgiangvien")
        with pytest.raises(Refused, match="cùng các bài tập"):
            remarking.begin_remark(
                session, release_id=new.id, lesson="bai-mot", reason="thử", by="TN", at=at
            )
