"""Marks given by people."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from settled import record_review, store_marks

from core.messages import Refused
from records import Records
from records.learning import enrolments, progress
from records.marking import queue, reviewing
from records.marking.marks import marks_of
from records.platform import audit
from records.tables.courses import Release
from records.tables.people import Person

LEASE = dt.timedelta(minutes=1)


@pytest.fixture
def essay(
    records: Records, release: Release, course: Any, learner: Person, at: dt.datetime
) -> Callable[..., int]:
    """Hands in a notebook whose second exercise (3 points) waits for a person."""

    def hand_in(priority: int = queue.PRACTICE) -> int:
        result = course.result("bai-mot", 2.0, 0.0)
        first, second = result.cells
        waiting = dataclasses.replace(second, needs_review=True)
        result = dataclasses.replace(result, cells=(first, waiting))
        with records.begin() as session:
            enrolments.begin_course(session, learner.id, course.slug, at=at)
            queue.submit(
                session,
                person_id=learner.id,
                release_id=release.id,
                lesson="bai-mot",
                notebook=b'{"turn": %d}' % priority,  # the same again would be a double tap
                at=at,
                priority=priority,
            )
            claimed = queue.claim(session, worker="w", at=at, lease=LEASE)
            assert claimed and store_marks(session, claimed.id, result, worker="w", at=at)
            return claimed.id

    return hand_in


def review(
    records: Records,
    submission_id: int,
    marker: Person,
    points: float,
    at: dt.datetime,
    picks: list[float] | None = None,
) -> bool:
    with records.begin() as session:
        return record_review(
            session,
            submission_id,
            "bai-mot-tinh",
            marker_id=marker.id,
            marker=marker.username or "",
            points=points,
            comment="Ý thứ hai còn thiếu dẫn chứng.",
            at=at,
            picks=picks,
        )


@pytest.mark.parametrize(
    ("points", "exam", "in_force"),
    [
        ([], False, None),
        ([4.0], False, 4.0),
        ([4.0, 6.0], False, 6.0),
        ([4.0], True, None),
        ([4.0, 5.0], True, 4.5),
        ([1.2, 2.2], True, (1.2 + 2.2) / 2),  # 2.2 - 1.2 is above 1 by a rounding error
        ([4.0, 8.0], True, None),
        ([4.0, 8.0, 5.0], True, 5.0),
        ([4.0, 8.0, 8.5], True, 8.5),
    ],
)
def test_one_marker_decides_practice_two_who_agree_an_exam_or_else_a_third(
    points: list[float], exam: bool, in_force: float | None
) -> None:
    assert reviewing.decide(points, 10.0, exam=exam) == in_force


def test_points_given_by_hand_reach_the_marks_the_progress_and_the_audit_log(
    records: Records,
    essay: Callable[..., int],
    add_learner: Callable[..., Person],
    learner: Person,
    course: Any,
    at: dt.datetime,
) -> None:
    submission_id, marker = essay(), add_learner()
    assert review(records, submission_id, marker, 2.5, at)
    with records.read() as session:
        tried = {mark.grade_id: mark for mark in marks_of(session, submission_id)}
        assert tried["bai-mot-tinh"].points == 2.5
        assert tried["bai-mot-tinh"].feedback == "Ý thứ hai còn thiếu dẫn chứng."
        assert not tried["bai-mot-tinh"].needs_review
        (kept,) = progress.progress_in(session, learner.id, course.slug)
        assert kept.points == 4.5
        assert audit.verify(session).entries == 1


def test_marking_again_leaves_what_a_person_gave(
    records: Records,
    essay: Callable[..., int],
    add_learner: Callable[..., Person],
    learner: Person,
    course: Any,
    at: dt.datetime,
) -> None:
    submission_id, marker = essay(), add_learner()
    review(records, submission_id, marker, 2.5, at)
    first, second = course.result("bai-mot", 1.0, 0.0).cells
    again = dataclasses.replace(
        course.result("bai-mot", 1.0, 0.0),
        cells=(first, dataclasses.replace(second, needs_review=True, feedback="Chờ giảng viên.")),
    )
    with records.begin() as session:
        assert queue.mark_again(session, submission_id)
        claimed = queue.claim(session, worker="w", at=at, lease=LEASE)
        assert claimed and store_marks(session, claimed.id, again, worker="w", at=at)
    with records.read() as session:
        kept = {mark.grade_id: mark for mark in marks_of(session, submission_id)}
        written = kept["bai-mot-tinh"]
        assert (written.points, written.needs_review) == (2.5, False)
        assert written.feedback == "Ý thứ hai còn thiếu dẫn chứng."
        submission = queue.find_submission(session, submission_id)
        assert submission and submission.points == 3.5
        (best,) = progress.progress_in(session, learner.id, course.slug)
        assert best.points == 3.5


def test_an_exam_waits_for_a_second_marker_who_does_not_meet_it_twice(
    records: Records,
    essay: Callable[..., int],
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    submission_id, first, second = essay(queue.EXAM), add_learner(), add_learner()
    assert not review(records, submission_id, first, 3.0, at)
    with records.read() as session:
        assert reviewing.waiting_for(session, first.id) == []
        (waiting,) = reviewing.waiting_for(session, second.id)
        assert (waiting.grade_id, waiting.reviews, waiting.exam) == ("bai-mot-tinh", 1, True)
    assert review(records, submission_id, second, 2.8, at)
    with records.read() as session:
        submission = queue.find_submission(session, submission_id)
        assert submission and submission.points == pytest.approx(4.9)


def test_nobody_marks_their_own_work_or_beyond_the_points(
    records: Records,
    essay: Callable[..., int],
    add_learner: Callable[..., Person],
    learner: Person,
    at: dt.datetime,
) -> None:
    submission_id = essay()
    with pytest.raises(Refused, match="chính mình"):
        review(records, submission_id, learner, 1.0, at)
    with pytest.raises(Refused, match="từ 0 đến 3"):
        review(records, submission_id, add_learner(), 3.5, at)
    with records.read() as session:
        assert reviewing.waiting_for(session, learner.id) == []


def seen(records: Records, submission_id: int, reader: Person) -> list[float]:
    """The points of the reviews that this person may see."""
    with records.read() as session:
        given = reviewing.reviews_of(session, submission_id, "bai-mot-tinh")
        return [one.points for one in reviewing.seen_by(reader.id, given, 3.0, exam=True)]


def test_a_second_marker_sees_nothing_of_the_first_and_a_third_sees_both_and_decides(
    records: Records,
    essay: Callable[..., int],
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    submission_id = essay(queue.EXAM)
    first, second, third = add_learner(), add_learner(), add_learner()
    hour = dt.timedelta(hours=1)
    assert not review(records, submission_id, first, 3.0, at, [2.0, 1.0])
    assert seen(records, submission_id, second) == []
    assert seen(records, submission_id, first) == [3.0]
    assert not review(records, submission_id, second, 1.0, at + hour, [1.0, 0.0])
    assert seen(records, submission_id, first) == [3.0], "not decided yet"
    assert seen(records, submission_id, third) == [3.0, 1.0], "who decides sees both"
    with records.read() as session:
        (waiting,) = reviewing.waiting_for(session, third.id)
        assert waiting.apart
    assert review(records, submission_id, third, 2.5, at + 2 * hour, [2.0, 0.5])
    assert seen(records, submission_id, second) == [3.0, 1.0, 2.5]
    with records.read() as session:
        given = reviewing.reviews_of(session, submission_id, "bai-mot-tinh")
        (last,) = reviewing.deciding(given, 3.0, exam=True)
        assert (last.marker_id, last.picks) == (third.id, [2.0, 0.5])
        submission = queue.find_submission(session, submission_id)
        assert submission and submission.points == pytest.approx(4.5)


def test_independent_marks_of_an_exam_stay_as_they_were_given(
    records: Records,
    essay: Callable[..., int],
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    submission_id, first, second = essay(queue.EXAM), add_learner(), add_learner()
    review(records, submission_id, first, 3.0, at)
    with pytest.raises(Refused, match="không sửa được"):
        review(records, submission_id, first, 1.0, at)
    assert review(records, submission_id, second, 3.0, at)
    with pytest.raises(Refused, match="đã đủ người chấm"):
        review(records, submission_id, add_learner(), 0.0, at)


def test_a_learner_finds_what_people_decided_and_only_that(
    records: Records,
    essay: Callable[..., int],
    learner: Person,
    add_learner: Callable[..., Person],
    at: dt.datetime,
) -> None:
    practice, exam, marker = essay(), essay(queue.EXAM), add_learner()
    later = at + dt.timedelta(hours=1)
    assert review(records, practice, marker, 2.0, at)
    assert review(records, practice, marker, 1.0, later), "mended"
    assert not review(records, exam, marker, 3.0, later), "an exam takes two"
    with records.read() as session:
        [one] = reviewing.marked_by_hand(session, learner.id, since=at)
        assert (one.submission_id, one.grade_id, one.points) == (practice, "bai-mot-tinh", 1.0)
        assert (one.max_points, one.at) == (3.0, later)
        assert reviewing.marked_by_hand(session, learner.id, since=later + LEASE) == []
        assert reviewing.marked_by_hand(session, marker.id, since=at) == []
