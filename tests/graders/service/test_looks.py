"""Second looks in the service: marks first, the look after, both results for a person."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from settled import apply_remark

from graders import Marker
from graders.service.looks import take_next
from graders.service.remark import try_next
from graders.service.worker import GradingService
from records import Records
from records.marking import remarking
from records.marking.marks import marks_of


def _cell(source: str, name: str, **kind: Any) -> dict[str, Any]:
    about = {"schema_version": 3, "grade_id": name, "task": False} | kind
    return {
        "cell_type": "code",
        "id": name,
        "execution_count": None,
        "outputs": [],
        "metadata": {"nbgrader": about},
        "source": source,
    }


def _book(answer: str, check: str) -> bytes:
    cells = [
        _cell(answer, "tra-loi", grade=False, solution=True, locked=False),
        _cell(check, "kiem-tra", grade=True, solution=False, locked=True, points=2),
    ]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    return json.dumps(book).encode()


# A test that evaluates what the learner wrote: refused in strict mode, right in one process.
CHECK = "assert eval(bieu_thuc) == 5"
SOURCE = _book("### BEGIN SOLUTION\nbieu_thuc = '2 + 3'\n### END SOLUTION", CHECK)
MENDED = _book("### BEGIN SOLUTION\nbieu_thuc = '2 + 3'\n### END SOLUTION", "assert bieu_thuc")
HONEST = _book("bieu_thuc = 'sum([2, 3])'", CHECK)
WRONG = _book("bieu_thuc = 'sum([2, 2])'", CHECK)


@pytest.fixture(scope="module")
def real() -> Any:
    with Marker(allow_reduced=True) as found:
        yield found


@pytest.fixture
def room(records: Records, make_classroom: Any) -> Any:
    return make_classroom(records, SOURCE)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _marked(room: Any, marker: Any, *notebooks: bytes) -> list[int]:
    with GradingService(room.records, marker):
        numbers = [room.submit(one) for one in notebooks]
        room.wait(*numbers)
    return numbers


def _row(room: Any, number: int) -> Any:
    with room.records.read() as session:
        (row,) = marks_of(session, number)
        return row


def test_marks_are_there_at_once_and_the_other_result_follows(room: Any, real: Any) -> None:
    honest, wrong = _marked(room, real, HONEST, WRONG)
    first = _row(room, honest)
    assert (first.points, first.needs_review, first.other_points) == (0, True, None)
    while take_next(room.records, real, at=_now()):
        pass
    both, lost = _row(room, honest), _row(room, wrong)
    assert (both.points, both.other_points, both.needs_review) == (0, 2, True)
    assert "eval" in both.note
    assert "eval" not in both.feedback
    assert (lost.points, lost.other_points) == (0, 0)
    assert room.find(honest).points == 0


def test_a_look_waits_while_somebody_waits_for_marks(room: Any, real: Any) -> None:
    (number,) = _marked(room, real, HONEST)
    room.submit(WRONG)
    assert not take_next(room.records, real, at=_now())
    assert _row(room, number).other_points is None


def test_a_mended_check_that_is_applied_ends_the_waiting_with_and_without_points(
    room: Any, real: Any
) -> None:
    honest, wrong = _marked(room, real, HONEST, _book("bieu_thuc = ''", CHECK))
    release = room.publish(MENDED)
    with room.records.begin() as session:
        remark = remarking.begin_remark(
            session, release_id=release.id, lesson="bai-mot", reason="sửa", by="TN", at=room.at
        )
    while try_next(room.records, real):
        pass
    with room.records.begin() as session:
        outcome = apply_remark(session, remark.id, by="TN", at=room.at)
    assert outcome.raised == (honest,)
    assert [_row(room, number).points for number in (honest, wrong)] == [2, 0]
    assert not any(_row(room, number).needs_review for number in (honest, wrong))
