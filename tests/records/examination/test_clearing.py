"""What a demonstration leaves of its examinations: nothing, and nothing real goes with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select, update

from records import Records, Session
from records.assessment import sittings
from records.examination import candidates, during, planned
from records.examination.planned import Rules
from records.platform import made_up
from records.tables.assessment import Sitting
from records.tables.examination import Candidate, Examination, ExamPause, ExamRoom
from records.tables.people import Person


def make(session: Session, by: int, people: list[int], at: dt.datetime, code: str) -> int:
    """An examination by somebody, in which these people sit and everything has happened."""
    examination = planned.add_examination(
        session, title="Kỳ thi (mẫu)", framework="f", rules=Rules(60, 12, 8, 3), opens_at=at,
        closes_at=at, by=by, at=at,
    )  # fmt: skip
    room = planned.add_room(
        session, examination, name="P1", place="x", unit_id=None, starts_at=at, ends_at=at,
        code=code,
    )  # fmt: skip
    planned.add_invigilator(session, room.id, by, by=by, at=at)
    sittings.keep_parameters(session, "v1", rule="r", content={}, at=at)
    for number, person in enumerate(people, start=1):
        one = candidates.add_candidate(session, room, person, number=number)
        one.identity_by = by
        sitting = sittings.find_open(session, person, "examination") or sittings.begin(
            session, person, "examination", parameters="v1", framework="f", seed=1, eligible=b"",
            at=at,
        )  # fmt: skip
        sitting.state = "ended"
        one.sitting_id = sitting.id
        during.begin_pause(session, room.id, one.id, by=by, reason="x", at=at)
        during.add_incident(session, room, one, "note", "x", by=by, at=at)
    session.flush()
    return examination.id


def test_a_demonstration_s_examinations_go_whole_and_real_ones_stay_whole(
    records: Records, add_learner: Callable[..., Person], at: dt.datetime
) -> None:
    shown, officer, real, last = (add_learner() for _ in range(4))
    with records.begin() as session:
        made = Person.id.in_([shown.id, officer.id])
        session.execute(update(Person).where(made).values(made_up=True))
        made_up_one = make(session, officer.id, [shown.id], at, "aaaaaaaa")
        mixed = make(session, officer.id, [shown.id, real.id], at, "bbbbbbbb")
        real_one = make(session, last.id, [real.id], at, "cccccccc")
    with records.begin() as session:
        made_up.clear(session, at=at)
    with records.read() as session:
        assert session.get(Examination, made_up_one) is None
        assert set(session.scalars(select(Examination.id))) == {mixed, real_one}
        assert set(session.scalars(select(Candidate.person_id))) == {real.id}
        assert len(session.scalars(select(ExamRoom)).all()) == 2
        assert len(session.scalars(select(ExamPause)).all()) == 2
        assert set(session.scalars(select(Sitting.person_id))) == {real.id}
        assert session.get(Person, shown.id) is None
        stays = session.get_one(Person, officer.id)  # a real candidate's row says it was they
        assert stays.erased_at is not None and stays.full_name == ""
