"""What the ministry plans, and what of it is refused with why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from examined import (
    CANDIDATES,
    ELSEWHERE,
    INVIGILATOR,
    LEAST,
    LEVEL,
    MINUTE,
    MINUTES,
    MOST,
    OFFICER,
    OTHER_INVIGILATOR,
    PLANNED,
    START,
    Examined,
    examine,
)

from core.messages import Refused
from records import Records
from records.examination import candidates as listed
from records.examination import planned
from records.examination.planned import Rules
from records.people import persons
from records.tables.examination import Examination
from records.tables.platform import AuditEntry
from school.assessment.item_bank import the_bank
from school.examination import invigilating_acts, planning_acts
from school.examination.planning_acts import Plan, RoomPlan
from school.refusals import NotAllowed

AN, BINH, CUC = CANDIDATES
RULES = Rules(MINUTES, MOST, LEAST, LEVEL)
PLAN = Plan("Kỳ thi (mẫu)", RULES, START, START + dt.timedelta(days=1))
ROOM = RoomPlan("P3 (mẫu)", "Trụ sở (mẫu)", None, START, START + 2 * MINUTES * MINUTE)


def register(exam: Examined, *who: str, room: int | None = None, by: str = OFFICER) -> int:
    with exam.records.begin() as session:
        return planning_acts.register_candidates(
            session, exam.actor(by), room or exam.room, who, at=PLANNED
        )


def faults(exam: Examined, who: Sequence[str]) -> list[str]:
    with pytest.raises(Refused) as refused:
        register(exam, *who)
    assert set(refused.value.fields) == {"who"}
    return [str(one) for one in refused.value.messages]


def numbers(exam: Examined) -> dict[str | None, int]:
    with exam.records.read() as session:
        rows = listed.in_examination(session, exam.examination)
        return {person.username: one.number for one, person in rows}


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"minutes": 9}, "minutes"),
        ({"minutes": 301}, "minutes"),
        ({"most_items": 61}, "most_items"),
        ({"least_items": 5}, "least_items"),
        ({"least_items": MOST + 1}, "least_items"),
        ({"pass_level": 0}, "pass_level"),
        ({"pass_level": 9}, "pass_level"),
    ],
)
def test_rules_that_nobody_could_sit_by_are_refused_at_their_field(
    exam: Examined, rules: dict[str, int], field: str
) -> None:
    plan = replace(PLAN, rules=replace(RULES, **rules))
    with exam.records.begin() as session, pytest.raises(Refused) as refused:
        planning_acts.plan_examination(session, exam.actor(OFFICER), plan, at=PLANNED)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"place": ""}, "place"),
        ({"unit_id": 99}, "unit_id"),
        ({"starts_at": START - 61 * MINUTE}, "starts_at"),
        ({"ends_at": START + 601 * MINUTE}, "ends_at"),
        ({"ends_at": START + (MINUTES - 1) * MINUTE}, "ends_at"),
    ],
)
def test_a_room_must_hold_the_examination(
    exam: Examined, changed: dict[str, object], field: str
) -> None:
    room = replace(ROOM, **changed)  # type: ignore[arg-type]  # of whichever type, it is wrong
    with exam.records.begin() as session, pytest.raises(Refused) as refused:
        planning_acts.plan_room(session, exam.actor(OFFICER), exam.examination, room, at=PLANNED)
    assert set(refused.value.fields) == {field}


def test_an_examination_is_published_when_every_room_has_somebody(records: Records) -> None:
    exam = examine(records, publish=False)
    bo = exam.actor(OFFICER)

    def publish() -> None:
        with records.begin() as session:
            planning_acts.publish_examination(session, bo, exam.examination, at=PLANNED)

    with records.begin() as session:
        bare = planning_acts.plan_room(session, bo, exam.examination, ROOM, at=PLANNED)
    with pytest.raises(Refused, match="P3"):
        publish()
    with records.begin() as session:
        planning_acts.name_invigilator(session, bo, bare, INVIGILATOR, at=PLANNED)
    publish()
    publish()  # again changes nothing
    with records.read() as session:
        assert session.get_one(Examination, exam.examination).state == "published"
        assert len(planned.rooms_looked_after(session, exam.actor(INVIGILATOR).person_id or 0)) == 2


def test_nobody_is_told_of_an_examination_before_it_is_published(records: Records) -> None:
    exam = examine(records, publish=False)
    with records.read() as session:
        assert listed.seats_of(session, exam.actor(AN).person_id or 0) == []


def test_candidates_get_numbers_one_after_another_across_rooms(exam: Examined) -> None:
    assert numbers(exam) == {AN: 1, BINH: 2, CUC: 3, ELSEWHERE: 4}
    assert register(exam, "", "  TNngoai  ") == 1
    assert numbers(exam)["TNngoai"] == 5


def test_a_list_is_taken_whole_or_not_at_all_with_what_is_wrong_in_each_row(
    exam: Examined,
) -> None:
    said = faults(exam, ["TNngoai", "khong-co", AN, "TNngoai", OTHER_INVIGILATOR, ELSEWHERE])
    assert [one.partition(":")[0] for one in said] == [f"Dòng {n}" for n in (2, 3, 4, 5, 6)]
    assert "TNngoai" not in numbers(exam)
    assert faults(exam, ["", " "]) == ["Danh sách chưa có ai"]
    assert len(faults(exam, [f"khong{n}" for n in range(100)])) == 21


def test_a_code_that_is_another_s_login_name_names_nobody(exam: Examined) -> None:
    with exam.records.begin() as session:
        for username, code in (("TNten", None), ("TNkhac", "TNten"), ("TNcoma", "M-77")):
            persons.add_person(session, username=username, code=code, full_name="x", at=PLANNED)
    assert "TNten" in faults(exam, ["TNten"])[0]
    assert register(exam, "M-77") == 1


def test_whoever_left_is_no_candidate(exam: Examined) -> None:
    with exam.records.begin() as session:
        found = persons.find_person(session, "TNngoai")
        assert found
        found.left_at = PLANNED
    assert len(faults(exam, ["TNngoai"])) == 1


def test_who_has_begun_or_of_whom_something_is_written_stays_on_the_list(exam: Examined) -> None:
    def withdraw(username: str) -> None:
        with exam.records.begin() as session:
            key = exam.candidates[username]
            planning_acts.withdraw_candidate(session, exam.actor(OFFICER), key, at=START)

    withdraw(CUC)
    exam.enter(AN)
    with exam.records.begin() as session:
        coi, key = exam.actor(INVIGILATOR), exam.candidates[BINH]
        invigilating_acts.refuse_identity(session, coi, key, reason="Sai ảnh", at=START)
    for username in (AN, BINH):
        with pytest.raises(Refused):
            withdraw(username)
    assert set(numbers(exam)) == {AN, BINH, ELSEWHERE}


def test_no_examination_is_called_off_over_an_open_room(exam: Examined) -> None:
    exam.open()
    with exam.records.begin() as session, pytest.raises(Refused):
        planning_acts.cancel_examination(
            session, exam.actor(OFFICER), exam.examination, reason="Bão", at=START
        )


def test_the_last_invigilator_of_an_open_room_stays(exam: Examined) -> None:
    def withdraw(username: str) -> None:
        with exam.records.begin() as session:
            person = exam.actor(username).person_id or 0
            planning_acts.withdraw_invigilator(
                session, exam.actor(OFFICER), exam.room, person, at=START
            )

    exam.open()
    with pytest.raises(Refused):
        withdraw(INVIGILATOR)
    with exam.records.begin() as session:
        actor = exam.actor(OFFICER)
        planning_acts.name_invigilator(session, actor, exam.room, OTHER_INVIGILATOR, at=START)
    withdraw(INVIGILATOR)
    with exam.records.begin() as session, pytest.raises(NotAllowed):
        invigilating_acts.pause(
            session, exam.actor(INVIGILATOR), exam.room, None, reason="x", at=START
        )


@pytest.mark.parametrize(
    "wrong", [{"extra_share": 0.3}, {"alternative": "to"}, {"note": "x" * 501}]
)
def test_an_alternative_is_one_of_those_there_are(exam: Examined, wrong: dict[str, object]) -> None:
    given = {"extra_share": 0.25, "alternative": "", "note": ""} | wrong
    with exam.records.begin() as session, pytest.raises(Refused) as refused:
        planning_acts.give_alternative(
            session, exam.actor(OFFICER), exam.candidates[AN], at=PLANNED, **given
        )  # type: ignore[arg-type]  # likewise
    assert set(refused.value.fields) == set(wrong)


@pytest.mark.parametrize(
    "username", ["TNgiangvien", "TNdaumoi", "TNkiemtra", INVIGILATOR, AN, "khong-ai"]
)
def test_nobody_else_plans(exam: Examined, username: str) -> None:
    with pytest.raises(NotAllowed):
        register(exam, "TNngoai", by=username)
    with exam.records.begin() as session, pytest.raises(NotAllowed):
        planning_acts.plan_room(session, exam.actor(username), exam.examination, ROOM, at=PLANNED)
    with exam.records.begin() as session, pytest.raises(NotAllowed):
        planning_acts.name_invigilator(
            session, exam.actor(username), exam.room, username, at=PLANNED
        )


def test_the_log_holds_who_and_no_codes(exam: Examined) -> None:
    with exam.records.read() as session:
        entries = session.query(AuditEntry).all()
        assert {one.action for one in entries} >= {
            *("examination.plan", "examination.room", "examination.invigilator"),
            *("examination.register", "examination.publish"),
        }
        by = f"person:{exam.actor(OFFICER).person_id}"
        assert {one.actor for one in entries} == {by}
        assert exam.code not in str([one.detail for one in entries])


def test_the_bank_has_enough_for_the_longest_examination() -> None:
    assert len(the_bank().items) > 2 * 60
