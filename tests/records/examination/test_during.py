"""What happens in rooms, as it is kept: pauses of whom, the pulse, incidents of whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError

from records import Records, Session
from records.examination import candidates, during, planned
from records.examination.planned import Rules
from records.people import privacy
from records.people.merging import merge
from records.tables.examination import Candidate, ExamRoom
from records.tables.people import Person

MINUTE = dt.timedelta(minutes=1)


def make_room(session: Session, by: Person, at: dt.datetime, code: str = "abcdefgh") -> ExamRoom:
    examination = planned.add_examination(
        session, title="Kỳ thi (mẫu)", framework="f", rules=Rules(60, 12, 8, 3), opens_at=at,
        closes_at=at + 300 * MINUTE, by=by.id, at=at,
    )  # fmt: skip
    return planned.add_room(
        session, examination, name="P1", place="x", unit_id=None, starts_at=at,
        ends_at=at + 120 * MINUTE, code=code,
    )  # fmt: skip


def sit(session: Session, room: ExamRoom, person: Person) -> Candidate:
    number = candidates.next_number(session, room.examination_id)
    return candidates.add_candidate(session, room, person.id, number=number)


def test_a_candidate_has_the_room_s_pauses_and_their_own(
    records: Records, add_learner: Callable[..., Person], at: dt.datetime
) -> None:
    one, two, by = (add_learner() for _ in range(3))
    with records.begin() as session:
        room = make_room(session, by, at)
        first, second = sit(session, room, one), sit(session, room, two)
        for candidate_id in (None, first.id, second.id):
            during.begin_pause(session, room.id, candidate_id, by=by.id, reason="x", at=at)
        during.add_outage(session, room.id, begun_at=at, ended_at=at + MINUTE)
        whose = [pause.candidate_id for pause in during.pauses_for(session, first)]
        assert whose == [None, first.id, None]
        found = during.open_pause(session, room.id, None)
        assert found is not None
        found.ended_at = at + MINUTE
        session.flush()
        assert during.open_pause(session, room.id, None) is None
        assert during.open_pause(session, room.id, second.id) is not None


def test_there_is_one_pulse(records: Records, at: dt.datetime) -> None:
    for minutes in (0, 1, 2):
        with records.begin() as session:
            during.keep_pulse(session, at + minutes * MINUTE)
    with records.read() as session:
        assert during.last_pulse(session) == at + 2 * MINUTE


def test_a_person_is_a_candidate_of_an_examination_once_and_a_number_is_one_person_s(
    records: Records, add_learner: Callable[..., Person], at: dt.datetime
) -> None:
    one, two = add_learner(), add_learner()
    with records.begin() as session:
        room = make_room(session, two, at)
        assert sit(session, room, one).number == 1
        key = room.id
    for person, number in ((one, 2), (two, 1)):
        with pytest.raises(IntegrityError), records.begin() as session:
            room = session.get_one(ExamRoom, key)
            candidates.add_candidate(session, room, person.id, number=number)


def test_one_s_own_copy_holds_what_was_written_and_not_by_whom(
    records: Records, add_learner: Callable[..., Person], at: dt.datetime
) -> None:
    one, by = add_learner(), add_learner()
    with records.begin() as session:
        room = make_room(session, by, at)
        candidate = sit(session, room, one)
        candidate.identity_by = by.id
        during.add_incident(session, room, candidate, "conduct", "Mở sách", by=by.id, at=at)
        copy = privacy.everything_of(session, one.id)
    (incident,) = copy["exam_incident"]
    assert incident["text"] == "Mở sách"
    assert not {"by_person", "decided_by"} & set(incident)
    assert not {"identity_by", "decided_by"} & set(copy["candidate"][0])
    assert room.code not in str(copy)


def test_two_who_are_one_keep_their_seats_and_look_after_their_rooms(
    records: Records, add_learner: Callable[..., Person], at: dt.datetime
) -> None:
    one, two, by = (add_learner() for _ in range(3))
    with records.begin() as session:
        here, there = make_room(session, by, at), make_room(session, by, at, "ijkmnpqr")
        sit(session, here, one)
        sit(session, there, two)
        planned.add_invigilator(session, there.id, one.id, by=by.id, at=at)
        planned.add_invigilator(session, here.id, two.id, by=by.id, at=at)
        kept, other = (session.get_one(Person, person.id) for person in (one, two))
        merge(session, kept, other, at=at)
        for room in (here, there):
            assert candidates.find_in_room(session, room.id, one.id) is not None
            assert planned.looks_after(session, room.id, one.id)
        assert len(planned.rooms_looked_after(session, one.id)) == 2
