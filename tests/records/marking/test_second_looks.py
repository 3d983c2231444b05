"""Second looks: due after the marks, taken once, bounded for each learner."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from settled import record_review, store_marks

from records.learning import enrolments
from records.marking import queue, reviewing, second_looks
from records.marking.marks import marks_of
from records.people import persons
from records.tables.platform import AuditEntry

AT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Cell:
    grade_id: str = "bai-mot-muc-tieu"
    points: float = 0.0
    max: float = 2.0
    feedback: str | None = "Câu này chưa đúng."
    needs_review: bool = False
    note: str | None = None
    other: float | None = None


WAITS = Cell(feedback="một người sẽ xem", needs_review=True, note="khác nhau", other=2.0)


@dataclass(frozen=True)
class Result:
    cells: tuple[Cell, ...] = (Cell(),)
    state: str = "marked"
    total: float = 0.0
    max: float = 2.0
    reason: None = None
    mode: str = "strict"


LESSON, ASKED = "bai-mot", "bai-mot-muc-tieu"


def _person(session):
    person = persons.add_person(session, username=None, full_name="Học viên (mẫu)", at=AT)
    enrolments.begin_course(session, person.id, "nhan-thuc", at=AT)
    return person.id


def _marked(session, person, release_id, *, at=AT, cells=(Cell(),), look=True):
    submission = queue.submit(
        session,
        person_id=person,
        release_id=release_id,
        lesson=LESSON,
        notebook=at.isoformat().encode(),
        at=at,
    )
    claimed = queue.claim(session, worker="w", at=at, lease=HOUR)
    assert claimed.id == submission.id
    assert store_marks(session, submission.id, Result(cells), worker="w", at=at, look_again=look)
    return submission.id


def test_a_look_is_due_after_the_marks_and_taken_by_one(records, release):
    with records.begin() as session:
        number = _marked(session, _person(session), release.id)
        assert second_looks.claim_look(session, at=AT).id == number
        assert second_looks.claim_look(session, at=AT) is None
        # Whoever took it died: it is due again when the lease has run out.
        assert second_looks.claim_look(session, at=AT + second_looks.LEASE).id == number


def test_nothing_is_due_where_nothing_was_lost_or_too_long_ago(records, release):
    with records.begin() as session:
        _marked(session, _person(session), release.id, look=False)
        assert second_looks.claim_look(session, at=AT) is None
        _marked(session, _person(session), release.id)
        assert second_looks.claim_look(session, at=AT + second_looks.GIVE_UP) is None


def test_what_a_look_finds_waits_for_a_person_and_changes_no_points(records, release):
    with records.begin() as session:
        number = _marked(session, _person(session), release.id)
        second_looks.claim_look(session, at=AT)
        assert second_looks.finish_look(session, number, [WAITS], at=AT) == (ASKED,)
        (row,) = marks_of(session, number)
        assert (row.points, row.needs_review, row.other_points) == (0, True, 2)
        assert (row.note, row.feedback) == ("khác nhau", "một người sẽ xem")
        assert session.query(AuditEntry).filter_by(action="second_look").count() == 1
        # The look is over: nobody takes it, and finishing it twice writes nothing.
        assert second_looks.claim_look(session, at=AT + second_looks.LEASE) is None
        assert second_looks.finish_look(session, number, [WAITS], at=AT) == ()


def test_points_that_a_person_gave_meanwhile_stay(records, release):
    with records.begin() as session:
        marker = _person(session)
        number = _marked(
            session, _person(session), release.id, cells=(Cell(needs_review=True, note="từ chối"),)
        )
        second_looks.claim_look(session, at=AT)
        record_review(
            session, number, ASKED, marker_id=marker, marker="gv", points=1.5, comment="", at=AT
        )
        assert second_looks.finish_look(session, number, [WAITS], at=AT) == ()
        (row,) = marks_of(session, number)
        assert (row.points, row.needs_review) == (1.5, False)


def test_one_learner_causes_one_open_look_at_an_exercise_and_three_in_a_month(records, release):
    with records.begin() as session:
        person, marker = _person(session), _person(session)

        def allowed(at):
            number = _marked(session, person, release.id, at=at)
            submission = second_looks.claim_look(session, at=at)
            assert submission.id == number
            return number, second_looks.may_look_at(session, submission, [ASKED], at=at)

        for turn in range(second_looks.MOST):
            at = AT + turn * HOUR
            number, may = allowed(at)
            assert may == {ASKED}
            second_looks.finish_look(session, number, [WAITS], at=at)
            assert allowed(at + HOUR / 2)[1] == frozenset()  # one is open
            record_review(
                session, number, ASKED, marker_id=marker, marker="gv", points=0, comment="", at=at
            )
        assert allowed(AT + 5 * HOUR)[1] == frozenset()
        assert allowed(AT + second_looks.WITHIN + 9 * HOUR)[1] == {ASKED}


def test_one_learner_has_one_look_in_the_line(records, release):
    with records.begin() as session:
        person = _person(session)
        _marked(session, person, release.id)
        last = _marked(session, person, release.id, at=AT + HOUR)
        other = _marked(session, _person(session), release.id, at=AT + HOUR)
        now = AT + 2 * HOUR
        assert [second_looks.claim_look(session, at=now).id for _ in range(2)] == [last, other]
        assert second_looks.claim_look(session, at=now) is None


def test_of_several_that_wait_a_marker_sees_the_newest_of_each_learner(records, release):
    doubt = (Cell(needs_review=True, note="từ chối"),)
    with records.begin() as session:
        marker, person = _person(session), _person(session)
        _marked(session, person, release.id, cells=doubt)
        newest = _marked(session, person, release.id, at=AT + HOUR, cells=doubt)
        (waiting,) = reviewing.waiting_for(session, marker)
        assert (waiting.submission_id, waiting.note) == (newest, "từ chối")
