"""At the desk: whose room it is, time given back, questions decided, the room closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from examined import (
    CANDIDATES,
    ELSEWHERE,
    INVIGILATOR,
    LEAST,
    MINUTE,
    MINUTES,
    MOST,
    OFFICER,
    OTHER_INVIGILATOR,
    START,
    Examined,
    examine,
)

from core.messages import Refused
from records import Records, Session
from records.examination import during, planned
from records.tables.examination import ExamIncident, ExamRoom
from school import access
from school.access import Actor
from school.assessment.item_bank import the_bank
from school.examination import candidate_acts, invigilating_acts, planning_acts, views
from school.refusals import NotAllowed

AN, BINH, CUC = CANDIDATES
HOUR = MINUTES * MINUTE
Act = Callable[[Session, Actor], object]


def at_the_desk(exam: Examined) -> dict[str, Act]:
    """Every act of an invigilator, of the first room; An works, Bình and Cúc wait."""
    an, binh, room, at = exam.candidates[AN], exam.candidates[BINH], exam.room, START + MINUTE
    acts = invigilating_acts
    return {
        "open": lambda s, a: acts.open_room(s, a, room, at=at),
        "confirm": lambda s, a: acts.confirm_identity(s, a, binh, at=at),
        "refuse": lambda s, a: acts.refuse_identity(s, a, binh, reason="Sai ảnh", at=at),
        "pause": lambda s, a: acts.pause(s, a, room, None, reason="Mất điện", at=at),
        "go on": lambda s, a: acts.go_on(s, a, room, None, at=at),
        "add": lambda s, a: acts.add_minutes(s, a, room, an, 5, reason="Máy hỏng", at=at),
        "absent": lambda s, a: acts.mark_absent(s, a, binh, at=at),
        "write": lambda s, a: acts.write_incident(s, a, room, an, "note", "Xin nước", at=at),
        "end": lambda s, a: acts.end_sitting(s, a, an, {}, reason="Trao đổi bài", at=at),
        "close": lambda s, a: acts.close_room(s, a, room, {}, at=at + 9 * HOUR),
    }


def do(exam: Examined, username: str, act: Act) -> object:
    with exam.records.begin() as session:
        return act(session, exam.actor(username))


def report(exam: Examined, username: str = AN, number: int = 1) -> int:
    with exam.records.begin() as session:
        actor = exam.actor(username)
        candidate_acts.report_question(session, actor, number, "Sai đề", at=START + MINUTE)
        return during.incidents_in(session, [exam.room])[0].id


def left(exam: Examined, username: str, at: dt.datetime) -> float:
    with exam.records.read() as session:
        found = views.load_beat(session, exam.actor(username).person_id or 0, at=at)
        assert found is not None
        return found.seconds_left


# --- whose room it is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "username",
    [
        OTHER_INVIGILATOR,
        OFFICER,
        "TNquantri",
        "TNgiangvien",
        "TNdaumoi",
        "TNkiemtra",
        AN,
        "TNngoai",
    ],
)
def test_a_room_is_only_for_who_was_named_for_it(exam: Examined, username: str) -> None:
    exam.enter(AN)
    incident = report(exam)
    acts = at_the_desk(exam) | {
        "decide": lambda s, a: invigilating_acts.decide_question(
            s, a, incident, "new", "", the_bank(), at=START + MINUTE
        )
    }
    for act in acts.values():
        with pytest.raises(NotAllowed):
            do(exam, username, act)
    assert exam.candidate(AN).state == "working"
    assert exam.candidate(BINH).identity == "waiting"


def test_whoever_sits_in_the_examination_looks_after_no_room_of_it(exam: Examined) -> None:
    exam.enter(AN)
    with exam.records.begin() as session:
        with pytest.raises(Refused):
            planning_acts.name_invigilator(
                session, exam.actor(OFFICER), exam.room, ELSEWHERE, at=START
            )
        # Two persons who became one may leave such a row behind; it still opens nothing.
        person = exam.actor(ELSEWHERE).person_id or 0
        assert planned.add_invigilator(session, exam.room, person, by=person, at=START)
    for act in at_the_desk(exam).values():
        with pytest.raises(NotAllowed):
            do(exam, ELSEWHERE, act)
    with exam.records.read() as session:
        assert views.load_room(session, exam.actor(ELSEWHERE), exam.room, at=START) is None


def test_a_room_is_shown_to_its_own_and_to_who_may_see_results_without_its_code(
    exam: Examined,
) -> None:
    def shown(username: str) -> str | None:
        with exam.records.read() as session:
            page = views.load_room(session, exam.actor(username), exam.room, at=START)
            return page and page.code

    assert shown(INVIGILATOR) == exam.code
    assert [shown(one) for one in (OFFICER, "TNkiemtra", "TNquantri")] == ["", "", ""]
    for username in (OTHER_INVIGILATOR, "TNgiangvien", "TNdaumoi", AN, "TNngoai"):
        assert shown(username) is None


def test_rights_of_the_middle_do_not_reach_upwards(exam: Examined) -> None:
    """Nobody but the ministry and administrators plans or decides; nobody invigilates by a role."""
    plans = {OFFICER, "TNquantri"}
    everybody = ["TNgiangvien", "TNdaumoi", "TNkiemtra", INVIGILATOR, AN, *plans]
    for username in everybody:
        actor = exam.actor(username)
        assert access.may_plan_examinations(actor) == (username in plans)
        assert access.may_decide_examinations(actor) == (username in plans)
        assert access.may_see_examination_results(actor) == (username in plans | {"TNkiemtra"})


# --- opening --------------------------------------------------------------------------------------


def test_a_room_opens_an_hour_before_and_no_sooner(exam: Examined) -> None:
    with pytest.raises(Refused):
        exam.open(at=START - 61 * MINUTE)
    exam.open(at=START - 60 * MINUTE)


def test_a_room_of_an_examination_that_nobody_published_stays_shut(records: Records) -> None:
    exam = examine(records, publish=False)
    with pytest.raises(Refused):
        exam.open()


def test_somebody_taken_for_absent_may_still_come(exam: Examined) -> None:
    exam.open()
    do(exam, INVIGILATOR, at_the_desk(exam)["absent"])
    assert exam.candidate(BINH).state == "absent"
    exam.confirm(BINH)
    assert exam.candidate(BINH).state == "registered"


# --- time -----------------------------------------------------------------------------------------


def test_added_minutes_are_one_s_own_or_everybody_s_at_work(exam: Examined) -> None:
    exam.enter(AN, BINH)
    assert do(exam, INVIGILATOR, at_the_desk(exam)["add"]) == 1
    given = do(
        exam,
        INVIGILATOR,
        lambda s, a: invigilating_acts.add_minutes(
            s, a, exam.room, None, 10, reason="Mất điện cả phòng", at=START + MINUTE
        ),
    )
    assert given == 2
    assert left(exam, AN, START) == (MINUTES + 15) * 60
    assert left(exam, BINH, START) == (MINUTES + 10) * 60
    with exam.records.read() as session:
        whole, own = during.incidents_in(session, [exam.room])
    assert (whole.candidate_id, own.candidate_id) == (None, exam.candidates[AN])


@pytest.mark.parametrize("minutes", [0, -5, 121])
def test_no_minutes_are_taken_away(exam: Examined, minutes: int) -> None:
    exam.enter(AN)
    with pytest.raises(Refused) as refused:
        do(
            exam,
            INVIGILATOR,
            lambda s, a: invigilating_acts.add_minutes(
                s, a, exam.room, exam.candidates[AN], minutes, reason="x", at=START
            ),
        )
    assert set(refused.value.fields) == {"minutes"}


def test_a_pause_of_one_leaves_the_others_at_work_and_two_pauses_do_not_add_up(
    exam: Examined,
) -> None:
    exam.enter(AN, BINH)
    an, acts = exam.candidates[AN], invigilating_acts

    def later(minutes: int) -> dt.datetime:
        return START + minutes * MINUTE

    do(exam, INVIGILATOR, lambda s, a: acts.pause(s, a, exam.room, an, reason="y", at=later(10)))
    do(exam, INVIGILATOR, lambda s, a: acts.pause(s, a, exam.room, None, reason="y", at=later(20)))
    do(exam, INVIGILATOR, lambda s, a: acts.go_on(s, a, exam.room, an, at=later(30)))
    assert left(exam, AN, later(35)) == 50 * 60  # the room's still goes on
    do(exam, INVIGILATOR, lambda s, a: acts.go_on(s, a, exam.room, None, at=later(40)))
    assert left(exam, AN, later(40)) == 50 * 60
    assert left(exam, BINH, later(40)) == 40 * 60


# --- questions ------------------------------------------------------------------------------------


def decide(exam: Examined, incident: int, decision: str, at: dt.datetime) -> None:
    with exam.records.begin() as session:
        invigilating_acts.decide_question(
            session, exam.actor(INVIGILATOR), incident, decision, "Đã xem", the_bank(), at=at
        )


def test_another_question_comes_in_place_of_one_that_is_wrong(exam: Examined) -> None:
    exam.enter(AN)
    decide(exam, report(exam), "new", START + 3 * MINUTE)
    wrong, asked = exam.rows(AN)
    assert wrong.set_aside and not asked.set_aside and asked.given_at is None
    ending, at = exam.answer(AN, [1.0] * MOST, at=START + 3 * MINUTE, every=MINUTE)
    exam.finish(AN, ending=ending, at=at)
    counted = [row for row in exam.rows(AN) if row.given_at and not row.set_aside]
    assert LEAST <= len(counted) <= MOST
    assert exam.sitting(AN).passed is True


def test_a_question_that_was_answered_meanwhile_counts_for_nothing_either(exam: Examined) -> None:
    exam.enter(AN)
    incident = report(exam)
    exam.answer(AN, [0.0], at=START + MINUTE, every=MINUTE)
    decide(exam, incident, "new", START + 5 * MINUTE)
    wrong, asked = exam.rows(AN)
    assert wrong.set_aside and wrong.credit == 0.0 and asked.number == 2
    assert not asked.set_aside


def test_a_question_is_decided_once_and_keeping_it_changes_nothing(exam: Examined) -> None:
    exam.enter(AN)
    incident = report(exam)
    decide(exam, incident, "keep", START + 2 * MINUTE)
    (row,) = exam.rows(AN)
    assert not row.set_aside
    with pytest.raises(Refused):
        decide(exam, incident, "new", START + 3 * MINUTE)
    with exam.records.read() as session:
        paper = views.load_paper(
            session, exam.actor(AN).person_id or 0, the_bank(), at=START + 3 * MINUTE
        )
    assert paper is not None and paper.report is not None and paper.report.answer == "Đã xem"


# --- ending ---------------------------------------------------------------------------------------


def test_whoever_is_stopped_waits_for_a_jury_with_all_that_was_given(exam: Examined) -> None:
    exam.enter(AN)
    exam.answer(AN, [1.0] * 3, at=START, every=MINUTE)
    do(exam, INVIGILATOR, at_the_desk(exam)["end"])
    sitting = exam.sitting(AN)
    assert (sitting.ending, sitting.passed) == ("room", None)
    assert exam.candidate(AN).state == "jury"
    assert sum(row.credit == 1.0 for row in exam.rows(AN)) == 3


def test_a_room_does_not_close_over_who_has_time_left(exam: Examined) -> None:
    exam.enter(AN, BINH)
    exam.finish(BINH, at=START + MINUTE)

    def close(at: dt.datetime) -> None:
        earned = {exam.candidates[AN]: {1: 1.0}}
        do(
            exam,
            INVIGILATOR,
            lambda s, a: invigilating_acts.close_room(s, a, exam.room, earned, at=at),
        )

    with exam.records.begin() as session:
        actor = exam.actor(AN)
        candidate_acts.save_typed(session, actor, 1, {"x": "dở"}, at=START + 2 * MINUTE)
    with pytest.raises(Refused):
        close(START + 59 * MINUTE)
    close(START + HOUR)
    states = [exam.candidate(one).state for one in CANDIDATES]
    assert states == ["done", "done", "absent"]
    assert exam.sitting(AN).ending == "time"
    assert exam.rows(AN)[0].credit == 1.0  # typed, and kept, when the time was up
    with exam.records.read() as session:
        assert session.get_one(ExamRoom, exam.room).state == "closed"
    with pytest.raises(Refused):
        close(START + 2 * HOUR)


def test_closing_names_what_is_still_to_be_marked(exam: Examined) -> None:
    exam.enter(AN, BINH)
    with exam.records.begin() as session:
        actor = exam.actor(AN)
        candidate_acts.answer(session, actor, 1, {"x": "đã nộp"}, at=START + MINUTE)
    with exam.records.read() as session:
        waiting = views.load_unmarked(session, exam.room, the_bank())
        own = views.load_unmarked(
            session, exam.room, the_bank(), candidate_id=exam.candidates[BINH]
        )
    assert {key: list(one) for key, one in waiting.items()} == {
        exam.candidates[AN]: [1],
        exam.candidates[BINH]: [],
    }
    assert list(own) == [exam.candidates[BINH]]


def test_incidents_say_who_wrote_them_and_when(exam: Examined) -> None:
    exam.enter(AN)
    key = do(exam, INVIGILATOR, at_the_desk(exam)["write"])
    with exam.records.read() as session:
        page = views.load_room(session, exam.actor(INVIGILATOR), exam.room, at=START)
        assert page is not None
        (one,) = page.incidents
        assert isinstance(one, ExamIncident) and one.id == key
        assert page.names[one.by_person] == f"Người {INVIGILATOR} (mẫu)"
    for kind, text in (("focus", "x"), ("note", ""), ("", "x"), ("note", "x" * 501)):
        with pytest.raises(Refused):
            do(
                exam,
                INVIGILATOR,
                lambda s, a, kind=kind, text=text: invigilating_acts.write_incident(
                    s, a, exam.room, None, kind, text, at=START
                ),
            )


def test_who_needs_help_stands_first(exam: Examined) -> None:
    exam.enter(AN, BINH)
    exam.answer(AN, [1.0], at=START, every=MINUTE)
    report(exam, BINH)
    with exam.records.read() as session:
        page = views.load_room(session, exam.actor(INVIGILATOR), exam.room, at=START + 2 * MINUTE)
    assert page is not None
    assert [row.person.username for row in page.rows] == [BINH, CUC, AN]
    assert [row.needs for row in page.rows] == [("question",), ("identity",), ()]
    assert page.still_working == 2
