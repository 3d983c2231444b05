"""What a candidate does: enter, answer one item after another, report one, end.

Every answer is kept as it was given and when; the time is the server's. Answers have rows that say
who and when; that one entered and how one ended is audited.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from core.messages import Message, Refused
from records import Session
from records.examination import candidates as listed
from records.examination import during, planned
from records.examination.candidates import Seat
from records.people.entry import plain_code
from school import access
from school.access import Actor
from school.acts import act, log, require
from school.assessment import item_turns
from school.assessment.item_bank import ItemBank
from school.assessment.sittings import EXAMINATION
from school.examination import clock, seats
from school.examination.planning_acts import LONGEST_WORDS, words_of
from school.examination.seats import AtWork
from school.learning.notebooks import Answers

MOST_REPORTS = 10  # of one sitting


@act(may=access.may_sit_examination, audited="examination.enter")
def enter(
    session: Session, actor: Actor, bank: ItemBank, code: str, *, seed: int, at: dt.datetime
) -> int:
    """Enter the room with this code and begin; the candidate's key. Whoever is at work already
    goes on with the same sitting, in whatever window, and the log says so. `Refused` with why
    not: another room's code, too early, too late, identity not confirmed, handed in."""
    person = item_turns.held(session, actor)
    seat = _seat(session, person, code)
    candidate = seat.candidate
    again = candidate.sitting_id is not None
    if not again:
        _refuse_entry(session, seat, at)
        sitting = item_turns.begin(session, person, EXAMINATION, bank, seed=seed, at=at)
        candidate.sitting_id, candidate.state, candidate.saved_at = sitting.id, "working", at
        session.flush()
        found = seats.load_clock(session, seat, sitting, at=at)
        seats.ask_next(session, AtWork(seat, sitting, ()), bank, found, at=at)
    elif candidate.state != "working":
        raise Refused(ENDED)
    detail = {"room": seat.room.id, "again": again}
    log(session, actor, "examination.enter", f"candidate:{candidate.id}", at, detail)
    return candidate.id


def _seat(session: Session, person_id: int, code: str) -> Seat:
    """Where this code lets this person in."""
    room = planned.find_room_by_code(session, plain_code(code))
    candidate = listed.find_in_room(session, room.id, person_id) if room is not None else None
    if candidate is None:  # one answer for no room and another's: a code is not to be guessed
        raise Refused(NOT_THIS_ROOM, field="code")
    return listed.find_seat(session, candidate)


def _refuse_entry(session: Session, seat: Seat, at: dt.datetime) -> None:
    if seat.examination.state != "published" or seat.candidate.state != "registered":
        raise Refused(NOT_ANY_MORE)
    if seat.room.state == "closed":
        raise Refused(TOO_LATE)
    if seat.room.state != "open" or at < seat.room.starts_at:
        raise Refused(TOO_EARLY)
    if seat.candidate.identity != "confirmed":
        raise Refused(UNKNOWN_FACE)
    found = seats.load_clock(session, seat, None, at=at)
    if found.paused is not None:
        raise Refused(PAUSED)
    if found.seconds_left <= 0:
        raise Refused(TOO_LATE)


@act(may=access.may_sit_examination, kept_in="sitting_answer")
def answer(
    session: Session, actor: Actor, number: int, answers: Answers | None, *, at: dt.datetime
) -> None:
    """Keep an answer as it was given; None: "I do not know yet". The second time, of an item that
    is not the one asked, and after the time (with `clock.GRACE` for the line), nothing changes.
    During a pause it is kept: it was on its way."""
    work = _at_work(session, actor)
    row = work.asked
    if row is None or row.number != number or not _in_time(session, work, at):
        return
    item_turns.give(row, answers, at=at)
    work.candidate.saved_at = at
    session.flush()


@act(may=access.may_sit_examination, kept_in="sitting_answer")
def save_typed(
    session: Session, actor: Actor, number: int, typed: Answers, *, at: dt.datetime
) -> None:
    """Keep what is typed so far, not given; at the end of the time it counts as given."""
    work = _at_work(session, actor)
    if _in_time(session, work, at):
        item_turns.keep_typed(work.asked, number, typed)
        work.candidate.saved_at = at
        session.flush()


@act(may=access.may_sit_examination, kept_in="sitting_answer")
def go_on(
    session: Session,
    actor: Actor,
    bank: ItemBank,
    earned: Mapping[int, float],
    *,
    at: dt.datetime,
) -> str:
    """Write down what answers earned, by number, and ask the next item; why the sitting is to end
    (`finish`), "" where it goes on. An item that the running bank has no longer is set aside."""
    work = _at_work(session, actor)
    item_turns.keep_credit(work.rows, earned)
    row = work.asked
    if row is not None and bank.find(row.item, row.digest) is None:
        item_turns.set_aside(row, at=at)
        row = None
    session.flush()
    found = seats.load_clock(session, work.seat, work.sitting, at=at)
    if found.seconds_left <= 0:
        return "time"
    return "" if row is not None else seats.ask_next(session, work, bank, found, at=at)


@act(may=access.may_sit_examination, kept_in="exam_incident")
def report_question(
    session: Session, actor: Actor, number: int, text: str, *, at: dt.datetime
) -> None:
    """Tell the invigilator that something is wrong with the item that is asked, while working on.
    One report an item, at most `MOST_REPORTS`."""
    work = _at_work(session, actor)
    text = words_of(text, LONGEST_WORDS, "text", Message("Hãy ghi câu hỏi có vấn đề gì"))
    require(work.asked is not None and work.asked.number == number)
    earlier = during.reports_of(session, work.candidate.id)
    if any(one.number == number for one in earlier):
        raise Refused(Message("Anh/chị đã báo câu này; giám thị đang xem"), field="text")
    if len(earlier) >= MOST_REPORTS:
        raise Refused(Message("Đã báo {n} câu. Hãy giơ tay gọi giám thị.", {"n": MOST_REPORTS}))
    room, person = work.seat.room, work.candidate.person_id
    during.add_incident(
        session, room, work.candidate, "question", text, number=number, by=person, at=at
    )


@act(may=access.may_sit_examination, kept_in="candidate")
def signal(session: Session, actor: Actor, *, at: dt.datetime) -> None:
    """The page lost the focus, or the full screen: counted, a sign for a person, no more."""
    del at
    listed.count_signal(session, _at_work(session, actor).candidate.id)


@act(may=access.may_sit_examination, audited="examination.finish")
def finish(
    session: Session,
    actor: Actor,
    earned: Mapping[int, float],
    *,
    ending: str = "person",
    at: dt.datetime,
) -> int:
    """End the sitting; the candidate's key. ``earned``: what answers earned that had no credit
    yet, by number, that of what was typed last among them (`views.Paper.last`)."""
    work = _at_work(session, actor)
    detail = seats.end(session, work, earned, ending=ending, at=at)
    log(session, actor, "examination.finish", f"sitting:{work.sitting.id}", at, detail)
    return work.candidate.id


def _at_work(session: Session, actor: Actor) -> AtWork:
    person = item_turns.held(session, actor)
    found = seats.find_at_work(session, listed.working_of(session, person))
    require(found is not None)
    assert found is not None
    return found


def _in_time(session: Session, work: AtWork, at: dt.datetime) -> bool:
    found = seats.load_clock(session, work.seat, work.sitting, at=at - clock.GRACE)
    return found.seconds_left > 0


NOT_THIS_ROOM = Message(
    "Mã phòng không đúng, hoặc anh/chị không có tên ở phòng này. Hãy nhập lại mã giám thị đọc."
)
NOT_ANY_MORE = Message("Anh/chị không vào thi được nữa. Hãy hỏi giám thị.")
TOO_EARLY = Message("Chưa đến giờ vào thi. Hãy đợi giám thị báo.")
TOO_LATE = Message("Đã hết giờ vào thi. Hãy hỏi giám thị.")
UNKNOWN_FACE = Message("Giám thị chưa xác nhận giấy tờ của anh/chị. Hãy đến bàn giám thị.")
PAUSED = Message("Phòng thi đang tạm dừng. Hãy đợi giám thị báo.")
ENDED = Message("Anh/chị đã nộp bài thi này.")
