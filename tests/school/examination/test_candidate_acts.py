"""Who enters, what is kept of what they give, and how it ends."""

from __future__ import annotations

import datetime as dt

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
    START,
    Examined,
)

from core.messages import Refused
from records.assessment import sittings as kept
from records.examination import during
from records.platform import audit
from records.tables.platform import AuditEntry
from school.assessment.asking import read_answers
from school.assessment.item_bank import the_bank
from school.examination import candidate_acts, invigilating_acts, planning_acts, views
from school.refusals import NotAllowed

AN, BINH, CUC = CANDIDATES
SECOND = dt.timedelta(seconds=1)
HOUR = MINUTES * MINUTE


def enter(exam: Examined, username: str, code: str | None = None, at: dt.datetime = START) -> int:
    with exam.records.begin() as session:
        actor = exam.actor(username)
        return candidate_acts.enter(
            session, actor, the_bank(), exam.code if code is None else code, seed=7, at=at
        )


def why_not(
    exam: Examined, username: str, code: str | None = None, at: dt.datetime = START
) -> object:
    with pytest.raises(Refused) as refused:
        enter(exam, username, code, at)
    (message,) = refused.value.messages
    return message


def give(exam: Examined, username: str, number: int, text: str | None, at: dt.datetime) -> None:
    answers = None if text is None else {"x": text}
    with exam.records.begin() as session:
        candidate_acts.answer(session, exam.actor(username), number, answers, at=at)


def type_in(exam: Examined, username: str, number: int, text: str, at: dt.datetime) -> None:
    with exam.records.begin() as session:
        candidate_acts.save_typed(session, exam.actor(username), number, {"x": text}, at=at)


def go_on(exam: Examined, username: str, at: dt.datetime) -> str:
    with exam.records.begin() as session:
        return candidate_acts.go_on(session, exam.actor(username), the_bank(), {}, at=at)


def left(exam: Examined, username: str, at: dt.datetime) -> float:
    with exam.records.read() as session:
        found = views.load_beat(session, exam.actor(username).person_id or 0, at=at)
        assert found is not None
        return found.seconds_left


# --- entering -------------------------------------------------------------------------------------


def test_nobody_enters_without_a_confirmed_identity(exam: Examined) -> None:
    exam.open()
    assert why_not(exam, AN) is candidate_acts.UNKNOWN_FACE
    with exam.records.begin() as session:
        invigilating_acts.refuse_identity(
            session, exam.actor(INVIGILATOR), exam.candidates[AN], reason="Không có thẻ", at=START
        )
    assert why_not(exam, AN) is candidate_acts.UNKNOWN_FACE
    exam.confirm(AN)
    enter(exam, AN)
    assert exam.candidate(AN).state == "working"


def test_nobody_enters_before_the_beginning_or_a_room_that_is_shut(exam: Examined) -> None:
    assert why_not(exam, AN) is candidate_acts.TOO_EARLY
    exam.open()
    exam.confirm(AN, at=START - 10 * MINUTE)
    assert why_not(exam, AN, at=START - SECOND) is candidate_acts.TOO_EARLY
    enter(exam, AN, at=START)


def test_nobody_enters_after_the_room_s_end(exam: Examined) -> None:
    exam.open()
    exam.confirm(AN)
    assert why_not(exam, AN, at=START + 2 * HOUR) is candidate_acts.TOO_LATE


def test_a_code_opens_its_own_room_to_its_own_people_alone(exam: Examined) -> None:
    exam.open()
    exam.confirm(AN, ELSEWHERE)
    for username, code in (
        (AN, exam.other_code),
        (ELSEWHERE, exam.code),
        (AN, "abcdefgh"),
        (AN, ""),
        ("TNngoai", exam.code),
        (INVIGILATOR, exam.code),
        (OFFICER, exam.code),
    ):
        assert why_not(exam, username, code) is candidate_acts.NOT_THIS_ROOM
    enter(exam, ELSEWHERE, exam.other_code)


def test_a_code_may_be_typed_as_it_is_read_out(exam: Examined) -> None:
    exam.open()
    exam.confirm(AN)
    enter(exam, AN, f" {exam.code[:4].upper()}-{exam.code[4:]} ")


def test_an_auditor_and_a_stranger_sit_nowhere(exam: Examined) -> None:
    for username in ("TNkiemtra", "khong-ai"):
        with pytest.raises(NotAllowed):
            enter(exam, username)


def test_a_second_window_goes_on_with_the_same_sitting_and_the_log_says_so(
    exam: Examined,
) -> None:
    exam.enter(AN)
    first, began = exam.rows(AN), exam.sitting(AN)
    type_in(exam, AN, 1, "đang gõ", START + MINUTE)
    assert enter(exam, AN, at=START + 9 * MINUTE) == exam.candidates[AN]
    assert exam.sitting(AN).id == began.id
    assert [row.item for row in exam.rows(AN)] == [row.item for row in first]
    assert left(exam, AN, START + 9 * MINUTE) == (MINUTES - 9) * 60  # time went on meanwhile
    with exam.records.read() as session:
        paper = views.load_paper(
            session, exam.actor(AN).person_id or 0, the_bank(), at=START + 9 * MINUTE
        )
        entries = session.query(AuditEntry).filter_by(action="examination.enter").all()
    assert paper is not None and paper.kept == {"x": "đang gõ"}
    assert [one.detail["again"] for one in entries] == [False, True]


def test_whoever_has_handed_in_does_not_come_back(exam: Examined) -> None:
    exam.enter(AN)
    exam.finish(AN, at=START + MINUTE)
    assert why_not(exam, AN, at=START + 2 * MINUTE) is candidate_acts.ENDED
    with pytest.raises(NotAllowed):
        give(exam, AN, 1, "x", START + 2 * MINUTE)


def test_who_comes_late_has_until_the_room_ends(exam: Examined) -> None:
    exam.open()
    exam.confirm(AN)
    late = START + 2 * HOUR - 20 * MINUTE
    enter(exam, AN, at=late)
    assert left(exam, AN, late) == 20 * 60


def test_an_examination_that_was_called_off_lets_nobody_in(exam: Examined) -> None:
    with exam.records.begin() as session:
        planning_acts.cancel_examination(
            session, exam.actor(OFFICER), exam.examination, reason="Bão", at=START
        )
    assert exam.candidate(AN).state == "cancelled"
    assert why_not(exam, AN) is candidate_acts.NOT_ANY_MORE


def test_nobody_enters_while_the_room_stands_still(exam: Examined) -> None:
    exam.open()
    exam.confirm(AN)
    with exam.records.begin() as session:
        actor = exam.actor(INVIGILATOR)
        invigilating_acts.pause(session, actor, exam.room, None, reason="Mất điện", at=START)
    assert why_not(exam, AN, at=START + MINUTE) is candidate_acts.PAUSED


# --- answering ------------------------------------------------------------------------------------


def test_everybody_has_a_paper_of_their_own(exam: Examined) -> None:
    exam.enter(*CANDIDATES)
    papers = []
    for username in CANDIDATES:
        exam.answer(username, [1.0, 0.0] * 3, at=START, every=MINUTE)
        papers.append(exam.rows(username))
    assert len({tuple(row.item for row in one) for one in papers}) == len(CANDIDATES)
    assert len({row.arranged for one in papers for row in one}) == sum(map(len, papers))


@pytest.mark.parametrize("seed", range(3))
def test_nobody_gets_enemies_or_an_item_twice(exam: Examined, seed: int) -> None:
    exam.enter(AN, seed=seed)
    exam.answer(AN, [float(n % 3 == 0) for n in range(MOST)], at=START, every=MINUTE)
    about = the_bank().parameters.about
    items = [row.item for row in exam.rows(AN)]
    assert len(set(items)) == len(items) >= LEAST
    for item in items:
        assert not set(about(item)["enemies"]) & set(items), item
    assert {about(item)["domain"] for item in items} == set(range(6))


def test_what_was_given_stays_as_it_was_given(exam: Examined) -> None:
    exam.enter(AN)
    give(exam, AN, 1, "đầu tiên", START + MINUTE)
    give(exam, AN, 1, "đổi ý", START + 2 * MINUTE)
    give(exam, AN, 2, "câu chưa hỏi", START + 2 * MINUTE)
    (row,) = exam.rows(AN)
    assert read_answers(row.answer) == {"x": "đầu tiên"}
    assert (row.given_at, row.seconds) == (START + MINUTE, 60)
    assert go_on(exam, AN, START + 3 * MINUTE) == ""
    give(exam, AN, 1, "không có đường lùi", START + 4 * MINUTE)
    assert read_answers(exam.rows(AN)[0].answer) == {"x": "đầu tiên"}


def test_not_knowing_yet_is_an_answer(exam: Examined) -> None:
    exam.enter(AN)
    give(exam, AN, 1, None, START + MINUTE)
    row = exam.rows(AN)[0]
    assert (row.unknown, row.credit, row.answer) == (True, 0.0, None)


def test_an_answer_on_its_way_as_time_runs_out_counts_and_a_later_one_does_not(
    exam: Examined,
) -> None:
    exam.enter(AN, BINH)
    give(exam, AN, 1, "vừa kịp", START + HOUR + 10 * SECOND)
    give(exam, BINH, 1, "quá muộn", START + HOUR + 20 * SECOND)
    type_in(exam, BINH, 1, "quá muộn", START + HOUR + 20 * SECOND)
    assert exam.rows(AN)[0].given_at is not None
    assert (exam.rows(BINH)[0].given_at, exam.rows(BINH)[0].answer) == (None, None)


def test_time_ends_a_sitting_and_what_was_typed_counts_as_given(exam: Examined) -> None:
    exam.enter(AN)
    exam.answer(AN, [1.0] * 3, at=START, every=MINUTE)
    type_in(exam, AN, 4, "gõ dở", START + 50 * MINUTE)
    assert go_on(exam, AN, START + HOUR) == "time"
    with exam.records.read() as session:
        person = exam.actor(AN).person_id or 0
        paper = views.load_paper(session, person, the_bank(), at=START + HOUR)
    assert paper is not None and paper.time_is_up and list(paper.last) == [4]
    with exam.records.begin() as session:
        candidate_acts.finish(session, exam.actor(AN), {4: 1.0}, ending="time", at=START + HOUR)
    row = exam.rows(AN)[3]
    assert (row.given_at, row.credit) == (START + HOUR, 1.0)
    assert exam.sitting(AN).ending == "time"


def test_extra_time_is_the_candidate_s_own(exam: Examined) -> None:
    with exam.records.begin() as session:
        planning_acts.give_alternative(
            session, exam.actor(OFFICER), exam.candidates[AN], extra_share=0.5, alternative="large",
            note="Mắt kém (mẫu)", at=START - HOUR,
        )  # fmt: skip
    exam.enter(AN, BINH)
    assert left(exam, AN, START) == 1.5 * MINUTES * 60
    assert left(exam, BINH, START) == MINUTES * 60
    assert go_on(exam, AN, START + HOUR) == ""
    assert go_on(exam, BINH, START + HOUR) == "time"
    with exam.records.read() as session:
        entry = session.query(AuditEntry).filter_by(action="examination.alternative").one()
    assert "Mắt" not in str(entry.detail)


def test_a_pause_gives_its_time_back_and_keeps_an_answer_that_was_on_its_way(
    exam: Examined,
) -> None:
    exam.enter(AN)
    coi = exam.actor(INVIGILATOR)
    with exam.records.begin() as session:
        invigilating_acts.pause(
            session, coi, exam.room, None, reason="Mất điện", at=START + 10 * MINUTE
        )
    give(exam, AN, 1, "đang trên đường", START + 10 * MINUTE + SECOND)
    assert exam.rows(AN)[0].given_at is not None
    assert left(exam, AN, START + 25 * MINUTE) == 50 * 60
    with exam.records.begin() as session:
        invigilating_acts.go_on(session, coi, exam.room, None, at=START + 30 * MINUTE)
    assert left(exam, AN, START + 40 * MINUTE) == 40 * 60


def test_an_item_that_the_running_bank_has_no_longer_is_set_aside(exam: Examined) -> None:
    exam.enter(AN)
    (row,) = exam.rows(AN)
    bank = the_bank()
    fewer = type(bank)({k: v for k, v in bank.items.items() if k != row.item}, bank.parameters)
    with exam.records.begin() as session:
        candidate_acts.go_on(session, exam.actor(AN), fewer, {}, at=START + MINUTE)
    gone, asked = exam.rows(AN)
    assert gone.set_aside and asked.item != gone.item and asked.given_at is None


def test_items_of_other_sittings_come_only_where_nothing_else_is_left(exam: Examined) -> None:
    exam.enter(AN, seed=3)
    first = exam.rows(AN)[0].item
    with exam.records.begin() as session:
        person = exam.actor(AN).person_id or 0
        other = kept.begin(
            session, person, "placement", parameters=the_bank().parameters.version,
            framework="f", seed=1, eligible=b"", at=START,
        )  # fmt: skip
        for item in sorted(the_bank().items):
            if item != first:
                kept.ask(session, other, kept.Asked(item, "d", 0, 0), at=START)
                break
    exam.answer(AN, [1.0] * 5, at=START, every=MINUTE)
    assert item not in {row.item for row in exam.rows(AN)}


# --- reporting, signals ---------------------------------------------------------------------------


def report(exam: Examined, number: int, text: str = "Đáp án trùng nhau") -> None:
    with exam.records.begin() as session:
        candidate_acts.report_question(session, exam.actor(AN), number, text, at=START + MINUTE)


def test_a_question_is_reported_once_and_only_the_one_that_is_asked(exam: Examined) -> None:
    exam.enter(AN)
    report(exam, 1)
    for number, text in ((1, "lần nữa"), (1, " "), (1, "x" * 501)):
        with pytest.raises(Refused):
            report(exam, number, text)
    with pytest.raises(NotAllowed):
        report(exam, 2)
    with exam.records.read() as session:
        (one,) = during.incidents_in(session, [exam.room])
    assert (one.kind, one.number, one.candidate_id) == ("question", 1, exam.candidates[AN])
    assert left(exam, AN, START + 2 * MINUTE) == 58 * 60  # the work goes on


def test_leaving_the_page_is_counted_and_changes_nothing_else(exam: Examined) -> None:
    exam.enter(AN)
    before = exam.rows(AN)
    for _ in range(3):
        with exam.records.begin() as session:
            candidate_acts.signal(session, exam.actor(AN), at=START + MINUTE)
    assert exam.candidate(AN).left_page == 3
    assert exam.candidate(AN).state == "working"
    assert [row.item for row in exam.rows(AN)] == [row.item for row in before]


# --- ending ---------------------------------------------------------------------------------------


def test_whoever_can_do_everything_passes_and_whoever_can_nothing_does_not(exam: Examined) -> None:
    exam.enter(AN, BINH)
    for username, credit in ((AN, 1.0), (BINH, 0.0)):
        ending, at = exam.answer(username, [credit] * MOST, at=START, every=MINUTE)
        assert ending in ("sure", "items")
        exam.finish(username, ending=ending, at=at)
    assert exam.sitting(AN).passed is True
    assert exam.sitting(BINH).passed is False
    assert {exam.candidate(one).state for one in (AN, BINH)} == {"done"}
    with exam.records.read() as session:
        figures = kept.results_of(session, exam.sitting(AN).id)
        assert set(figures) == {"", "1", "2", "3", "4", "5", "6"}
        assert audit.verify(session).sound


def test_nobody_passes_by_a_favourable_beginning_alone(exam: Examined) -> None:
    exam.enter(AN, BINH)
    exam.answer(AN, [1.0] * (LEAST - 1), at=START, every=MINUTE)
    exam.finish(AN, at=START + 20 * MINUTE)
    exam.finish(BINH, at=START + MINUTE)
    for username in (AN, BINH):
        assert exam.sitting(username).passed is False
        assert exam.candidate(username).state == "done"


def test_what_the_machine_could_not_mark_is_a_person_s_to_decide(exam: Examined) -> None:
    exam.enter(AN)
    at = START
    for number in range(1, LEAST + 1):
        at += MINUTE
        give(exam, AN, number, "x", at)
        go_on(exam, AN, at)  # nothing was marked
    exam.finish(AN, at=at)
    assert exam.sitting(AN).passed is None
    assert exam.candidate(AN).state == "jury"


def test_a_result_is_told_when_the_room_is_closed_and_not_before(exam: Examined) -> None:
    exam.enter(AN)
    ending, at = exam.answer(AN, [1.0] * MOST, at=START, every=MINUTE)
    exam.finish(AN, ending=ending, at=at)

    def told() -> views.OwnExamination:
        with exam.records.read() as session:
            (one,) = views.load_own(session, exam.actor(AN).person_id or 0, at=at)
            return one

    assert (told().sitting, told().whole) == (None, None)
    with exam.records.begin() as session:
        invigilating_acts.close_room(session, exam.actor(INVIGILATOR), exam.room, {}, at=at)
    sitting, whole = told().sitting, told().whole
    assert sitting is not None and sitting.passed and whole is not None and whole.level >= 3
