"""Trying a mended check: past submissions are marked as they were the first time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graders.service.remark import try_next
from graders.service.worker import GradingService, MarkingUnavailable
from records.marking import remarking
from records.people import persons
from records.tables.marking import Remark


def mend(classroom: Any) -> Remark:
    """Publish the lesson with a word more in its check, and begin to try it."""
    notebook = json.loads(_source_of(classroom))
    notebook["cells"][-1]["source"] += "  # sửa"
    release = classroom.publish(json.dumps(notebook).encode())
    with classroom.records.begin() as session:
        return remarking.begin_remark(
            session, release_id=release.id, lesson="bai-mot", reason="thử", by="TN",
            at=classroom.at,
        )  # fmt: skip


def _source_of(classroom: Any) -> bytes:
    from records.courses import releases

    with classroom.records.read() as session:
        return releases.lesson_notebook(session, classroom.release, "bai-mot", "source")


def marked(classroom: Any, quick: Any, **given: Any) -> int:
    """A submission with its marks in force."""
    with GradingService(classroom.records, quick()):
        submission: int = classroom.submit(**given)
        classroom.wait(submission)
    return submission


def test_a_past_submission_finds_the_files_that_its_lesson_hands_out(
    handing_out_classroom: Any, quick: Any
) -> None:
    marked(handing_out_classroom, quick)
    mend(handing_out_classroom)
    marker = quick()
    assert try_next(handing_out_classroom.records, marker)
    [given] = marker.given
    assert set(given["files"]) == {"so-lieu.csv"}


def test_a_past_submission_keeps_its_seed(classroom: Any, quick: Any) -> None:
    marked(classroom, quick, seed=7)
    mend(classroom)
    marker = quick()
    try_next(classroom.records, marker)
    assert [given["seed"] for given in marker.given] == [7]


def test_where_marking_fails_nobody_would_lose_points_and_it_is_tried_again(
    classroom: Any, quick: Any
) -> None:
    marked(classroom, quick)
    remark = mend(classroom)
    with pytest.raises(MarkingUnavailable):
        try_next(classroom.records, quick(state="failed"))
    with classroom.records.read() as session:
        assert remarking.progress_of(session, remark) == (0, 1)
    try_next(classroom.records, quick())
    with classroom.records.read() as session:
        assert remarking.find_remark(session, remark.id).state == "ready"
        assert remarking.changes_of(session, remark.id, pass_share=None) == ()


def test_what_an_erased_person_wrote_is_not_there_to_be_marked(classroom: Any, quick: Any) -> None:
    submission = classroom.find(marked(classroom, quick))
    remark = mend(classroom)
    with classroom.records.begin() as session:
        persons.erase_person(session, submission.person_id, at=classroom.at)
    marker = quick()
    try_next(classroom.records, marker)
    assert marker.sources == []
    with classroom.records.read() as session:
        assert remarking.find_remark(session, remark.id).state == "ready"
