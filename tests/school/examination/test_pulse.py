"""The portal was away: found out at its next pulse, and given back to everybody in open rooms."""

from __future__ import annotations

import datetime as dt

from examined import CANDIDATES, ELSEWHERE, INVIGILATOR, MINUTE, MINUTES, START, Examined

from records.examination import during
from records.tables.platform import AuditEntry
from school.examination import invigilating_acts, pulse, views

AN, BINH, CUC = CANDIDATES
SECOND = dt.timedelta(seconds=1)


def beat(exam: Examined, at: dt.datetime) -> int:
    with exam.records.begin() as session:
        return pulse.beat(session, at=at)


def left(exam: Examined, username: str, at: dt.datetime) -> float:
    with exam.records.read() as session:
        found = views.load_beat(session, exam.actor(username).person_id or 0, at=at)
        assert found is not None
        return found.seconds_left


def test_a_portal_that_was_away_gives_its_time_back_to_everybody_in_open_rooms(
    exam: Examined,
) -> None:
    exam.enter(AN, ELSEWHERE)
    assert beat(exam, START + 10 * MINUTE) == 2  # from the rooms' opening: nobody knows better
    before = {one: left(exam, one, START + 10 * MINUTE) for one in (AN, ELSEWHERE)}
    assert beat(exam, START + 10 * MINUTE + 5 * SECOND) == 0
    assert beat(exam, START + 13 * MINUTE + 5 * SECOND) == 2
    for username in (AN, ELSEWHERE):
        at = START + 13 * MINUTE + 5 * SECOND
        assert left(exam, username, at) == before[username] - 5
    with exam.records.read() as session:
        *_, last = during.pauses_in(session, exam.room)
        entries = session.query(AuditEntry).filter_by(action="examination.outage").all()
    assert (last.kind, last.by_person) == ("outage", None)
    assert last.ended_at is not None and last.ended_at - last.begun_at == 3 * MINUTE
    assert len(entries) == 4 and entries[-1].detail == {"seconds": 180}


def test_pulses_that_come_in_time_give_nothing(exam: Examined) -> None:
    exam.enter(AN)
    for seconds in range(0, 600, 10):
        beat(exam, START - 30 * MINUTE + seconds * SECOND)
    with exam.records.read() as session:
        assert during.pauses_in(session, exam.room) == []


def test_a_night_without_any_open_room_is_no_outage(exam: Examined) -> None:
    assert beat(exam, START - 600 * MINUTE) == 0
    exam.open()
    assert beat(exam, START - 30 * MINUTE + 5 * SECOND) == 0
    assert beat(exam, START - 30 * MINUTE + 10 * SECOND) == 0


def test_a_portal_that_died_before_its_first_pulse_is_found_out_too(exam: Examined) -> None:
    exam.open()
    assert beat(exam, START - 20 * MINUTE) == 2
    with exam.records.read() as session:
        (one,) = during.pauses_in(session, exam.room)
    assert (one.begun_at, one.ended_at) == (START - 30 * MINUTE, START - 20 * MINUTE)


def test_an_outage_within_a_pause_is_given_back_once(exam: Examined) -> None:
    exam.enter(AN)
    coi = exam.actor(INVIGILATOR)
    for minute in range(-30 * 6, 60):  # a pulse every ten seconds, to ten minutes after the start
        beat(exam, START + 10 * minute * SECOND)
    with exam.records.begin() as session:
        at = START + 10 * MINUTE
        invigilating_acts.pause(session, coi, exam.room, None, reason="Mất điện", at=at)
    assert beat(exam, START + 20 * MINUTE) == 2
    with exam.records.begin() as session:
        invigilating_acts.go_on(session, coi, exam.room, None, at=START + 25 * MINUTE)
    charged = MINUTES * 60 - left(exam, AN, START + 30 * MINUTE)
    assert charged == 14 * 60 + 50  # ten minutes to the last pulse before it, less ten seconds


def test_a_closed_room_gets_nothing(exam: Examined) -> None:
    exam.open()
    beat(exam, START - 30 * MINUTE + SECOND)
    with exam.records.begin() as session:
        invigilating_acts.close_room(session, exam.actor(INVIGILATOR), exam.room, {}, at=START)
    beat(exam, START + MINUTE)
    with exam.records.read() as session:
        assert during.pauses_in(session, exam.room) == []
        assert len(during.pauses_in(session, exam.other_room)) == 1


def test_where_no_room_is_open_nothing_is_written(exam: Examined) -> None:
    pulse.keep(exam.records, at=START)
    with exam.records.read() as session:
        assert during.last_pulse(session) is None
    exam.open()
    pulse.keep(exam.records, at=START)
    with exam.records.read() as session:
        assert during.last_pulse(session) == START
