"""What happens at the desk of a room: whoever is named for it opens it, confirms who people are,
stops and goes on, gives time, decides about a question, ends, and writes down what happened.

Every act asks whether the actor is named for this very room and sits nowhere in the examination.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from core.messages import Message, Refused
from records import Session
from records.examination import candidates as listed
from records.examination import during, planned
from records.tables.examination import Candidate, ExamIncident, ExamRoom
from records.writing import hold_person
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.assessment import item_turns
from school.assessment.item_bank import ItemBank
from school.examination import seats
from school.examination.planning_acts import LONGEST_WORDS, words_of

EARLY = dt.timedelta(minutes=60)  # the desk checks papers before the start
MOST_ADDED = 120  # minutes at a time
WRITTEN = ("identity", "technical", "conduct", "note")  # kinds of incident that are written by hand
DECISIONS = {
    "new": Message("Đổi câu khác"),
    "keep": Message("Giữ câu này"),
    "noted": Message("Ghi nhận để xem sau"),
}


@act(may=access.may_invigilate, audited="examination.open")
def open_room(session: Session, actor: Actor, room_id: int, *, at: dt.datetime) -> None:
    """Open the room: papers can be checked, and from its beginning people enter."""
    room = _room(session, actor, room_id)
    examination = planned.find_examination(session, room.examination_id)
    if room.state == "open":
        nothing_changed(session)
        return
    if room.state == "closed" or examination is None or examination.state != "published":
        raise Refused(Message("Không mở được phòng này: kỳ thi chưa công bố, đã hủy, hoặc đã đóng"))
    if at < room.starts_at - EARLY:
        reason = Message(
            "Chỉ mở phòng từ {n} phút trước giờ thi", {"n": int(EARLY.total_seconds() // 60)}
        )
        raise Refused(reason)
    room.state, room.opened_at = "open", at
    session.flush()
    log(session, actor, "examination.open", f"exam_room:{room_id}", at)


@act(may=access.may_invigilate, audited="examination.identity")
def confirm_identity(session: Session, actor: Actor, candidate_id: int, *, at: dt.datetime) -> None:
    """The person at the desk is who the paper says; also of somebody taken for absent."""
    _, candidate = _waiting(session, actor, candidate_id)
    if candidate.identity == "confirmed" and candidate.state == "registered":
        nothing_changed(session)
        return
    candidate.state = "registered"
    _identified(session, actor, candidate, "confirmed", at)


@act(may=access.may_invigilate, audited="examination.identity")
def refuse_identity(
    session: Session, actor: Actor, candidate_id: int, *, reason: str, at: dt.datetime
) -> None:
    """They are not, or have no paper: they do not enter. The reason goes to the incidents."""
    room, candidate = _waiting(session, actor, candidate_id)
    reason = words_of(reason, LONGEST_WORDS, "reason", Message("Hãy ghi lý do"))
    during.add_incident(session, room, candidate, "identity", reason, by=_person(actor), at=at)
    _identified(session, actor, candidate, "refused", at)


def _identified(
    session: Session, actor: Actor, candidate: Candidate, identity: str, at: dt.datetime
) -> None:
    candidate.identity, candidate.identity_by = identity, _person(actor)
    candidate.identity_at = at
    session.flush()
    detail = {"identity": identity}
    log(session, actor, "examination.identity", f"candidate:{candidate.id}", at, detail)


@act(may=access.may_invigilate, audited="examination.pause")
def pause(
    session: Session,
    actor: Actor,
    room_id: int,
    candidate_id: int | None,
    *,
    reason: str,
    at: dt.datetime,
) -> None:
    """Let time stand still in the room, or (``candidate_id``) for one at work there."""
    room = _open_room(session, actor, room_id)
    reason = words_of(reason, LONGEST_WORDS, "reason", Message("Hãy ghi lý do tạm dừng"))
    if candidate_id is not None:
        _working(session, room, candidate_id)
    if during.open_pause(session, room_id, candidate_id) is not None:
        nothing_changed(session)
        return
    during.begin_pause(session, room_id, candidate_id, by=_person(actor), reason=reason, at=at)
    detail = {"candidate": candidate_id}
    log(session, actor, "examination.pause", f"exam_room:{room_id}", at, detail)


@act(may=access.may_invigilate, audited="examination.go-on")
def go_on(
    session: Session, actor: Actor, room_id: int, candidate_id: int | None, *, at: dt.datetime
) -> None:
    """End the pause of the room, or that of one candidate."""
    _open_room(session, actor, room_id)
    found = during.open_pause(session, room_id, candidate_id)
    if found is None:
        nothing_changed(session)
        return
    found.ended_at = at
    session.flush()
    detail = {"candidate": candidate_id}
    log(session, actor, "examination.go-on", f"exam_room:{room_id}", at, detail)


@act(may=access.may_invigilate, audited="examination.minutes")
def add_minutes(
    session: Session,
    actor: Actor,
    room_id: int,
    candidate_id: int | None,
    minutes: int,
    *,
    reason: str,
    at: dt.datetime,
) -> int:
    """Give time back to one at work, or to everybody at work in the room (a power cut); to how
    many. It stands among the incidents."""
    room = _open_room(session, actor, room_id)
    reason = words_of(reason, LONGEST_WORDS, "reason", Message("Hãy ghi lý do thêm giờ"))
    if not 1 <= minutes <= MOST_ADDED:
        raise Refused(Message("Thêm từ 1 đến {n} phút", {"n": MOST_ADDED}), field="minutes")
    if candidate_id is not None:
        given = [_working(session, room, candidate_id)]
    else:
        given = [one for one, _ in listed.in_room(session, room_id) if one.state == "working"]
    if not given:
        raise Refused(Message("Chưa có ai đang làm bài"))
    for one in given:
        one.added_minutes += minutes
    about = given[0] if candidate_id is not None else None
    text = f"+{minutes} phút: {reason}"
    during.add_incident(session, room, about, "technical", text, by=_person(actor), at=at)
    detail = {"candidate": candidate_id, "minutes": minutes, "people": len(given)}
    log(session, actor, "examination.minutes", f"exam_room:{room_id}", at, detail)
    return len(given)


@act(may=access.may_invigilate, audited="examination.end")
def end_sitting(
    session: Session,
    actor: Actor,
    candidate_id: int,
    earned: Mapping[int, float],
    *,
    reason: str,
    at: dt.datetime,
) -> None:
    """End somebody's sitting; a person decides what comes of it (state "jury"). ``earned``: as in
    `candidate_acts.finish`, by `views.load_unmarked`."""
    candidate = _candidate(session, candidate_id)
    room = _open_room(session, actor, candidate.room_id)
    reason = words_of(reason, LONGEST_WORDS, "reason", Message("Hãy ghi lý do dừng bài"))
    work = seats.hold_at_work(session, candidate)
    if work is None:
        raise Refused(NOT_WORKING)
    during.add_incident(session, room, candidate, "conduct", reason, by=_person(actor), at=at)
    detail = seats.end(session, work, earned, ending="room", at=at)
    log(session, actor, "examination.end", f"sitting:{work.sitting.id}", at, detail)


@act(may=access.may_invigilate, audited="examination.close")
def close_room(
    session: Session,
    actor: Actor,
    room_id: int,
    earned: Mapping[int, Mapping[int, float]],
    *,
    at: dt.datetime,
) -> None:
    """Close the room: sittings whose time is up end with what was kept, who never came is absent,
    pauses end. `Refused` while somebody at work has time left. ``earned``: what answers earned,
    by candidate and number."""
    room = _open_room(session, actor, room_id)
    counts = {"done": 0, "absent": 0}
    for one, _ in listed.in_room(session, room_id):
        work = seats.hold_at_work(session, one)
        if work is not None:
            if seats.load_clock(session, work.seat, work.sitting, at=at).seconds_left > 0:
                raise Refused(STILL_WORKING)
            seats.end(session, work, earned.get(one.id, {}), ending="time", at=at)
            counts["done"] += 1
        elif one.state == "registered":
            one.state, one.decided_by, one.decided_at = "absent", _person(actor), at
            counts["absent"] += 1
    for stretch in during.pauses_in(session, room_id):
        stretch.ended_at = stretch.ended_at or at
    room.state, room.closed_at = "closed", at
    session.flush()
    log(session, actor, "examination.close", f"exam_room:{room_id}", at, counts)


@act(may=access.may_invigilate, audited="examination.incident")
def write_incident(
    session: Session,
    actor: Actor,
    room_id: int,
    candidate_id: int | None,
    kind: str,
    text: str,
    *,
    at: dt.datetime,
) -> int:
    """Write down what happened, of one candidate or of the room; its key. What it says is no part
    of the log."""
    room = _room(session, actor, room_id)
    if kind not in WRITTEN:
        raise Refused(Message("Hãy chọn loại sự việc"), field="kind")
    text = words_of(text, LONGEST_WORDS, "text", Message("Hãy ghi việc đã xảy ra"))
    about = _candidate(session, candidate_id) if candidate_id is not None else None
    require(about is None or about.room_id == room_id)
    row = during.add_incident(session, room, about, kind, text, by=_person(actor), at=at)
    detail = {"incident": row.id, "kind": kind, "candidate": candidate_id}
    log(session, actor, "examination.incident", f"exam_room:{room_id}", at, detail)
    return row.id


@act(may=access.may_invigilate, audited="examination.question")
def decide_question(
    session: Session,
    actor: Actor,
    incident_id: int,
    decision: str,
    answer: str,
    bank: ItemBank,
    *,
    at: dt.datetime,
) -> None:
    """Decide about a question that a candidate reported: another one in its place (``new``: it
    counts for nothing, answered or not), ``keep`` it, or ``noted`` for later. ``answer``: said to
    the candidate, may be nothing. Decided once."""
    incident = during.find_incident(session, incident_id)
    require(incident is not None and incident.kind == "question")
    assert incident is not None
    _open_room(session, actor, incident.room_id)
    if decision not in DECISIONS:
        raise Refused(Message("Hãy chọn cách giải quyết"), field="decision")
    if incident.decision:
        raise Refused(Message("Câu này đã được giải quyết"))
    incident.answer = words_of(answer, LONGEST_WORDS, "answer", None)
    incident.decision, incident.decided_by, incident.decided_at = decision, _person(actor), at
    if decision == "new":
        _give_another(session, incident, bank, at)
    session.flush()
    detail = {"incident": incident_id, "decision": decision, "number": incident.number}
    log(session, actor, "examination.question", f"candidate:{incident.candidate_id}", at, detail)


def _give_another(
    session: Session, incident: ExamIncident, bank: ItemBank, at: dt.datetime
) -> None:
    assert incident.candidate_id is not None
    work = seats.hold_at_work(session, _candidate(session, incident.candidate_id))
    if work is None:
        raise Refused(NOT_WORKING)
    row = next(row for row in work.rows if row.number == incident.number)
    was_asked = row is work.asked
    item_turns.set_aside(row, at=at)
    session.flush()
    found = seats.load_clock(session, work.seat, work.sitting, at=at)
    if was_asked and found.seconds_left > 0:
        seats.ask_next(session, work, bank, found, at=at)


@act(may=access.may_invigilate, audited="examination.absent")
def mark_absent(session: Session, actor: Actor, candidate_id: int, *, at: dt.datetime) -> None:
    """They did not come. `confirm_identity` takes it back."""
    room, candidate = _waiting(session, actor, candidate_id)
    if at < room.starts_at:
        raise Refused(Message("Chưa đến giờ thi"))
    if candidate.state == "absent":
        nothing_changed(session)
        return
    candidate.state, candidate.decided_by, candidate.decided_at = "absent", _person(actor), at
    session.flush()
    log(session, actor, "examination.absent", f"candidate:{candidate_id}", at)


# --- whose room it is -----------------------------------------------------------------------------


def _person(actor: Actor) -> int:
    assert actor.person_id is not None
    return actor.person_id


def _room(session: Session, actor: Actor, room_id: int) -> ExamRoom:
    """A room that the actor is named for, held. `NotAllowed` for anybody else, whatever their
    roles, and for whoever is a candidate of the examination."""
    room = planned.hold_room(session, room_id)
    require(room is not None and planned.looks_after(session, room_id, _person(actor)))
    assert room is not None
    own = listed.find_in_examination(session, room.examination_id, _person(actor))
    require(own is None)
    return room


def _open_room(session: Session, actor: Actor, room_id: int) -> ExamRoom:
    room = _room(session, actor, room_id)
    if room.state != "open":
        raise Refused(Message("Phòng thi chưa mở hoặc đã đóng"))
    return room


def _candidate(session: Session, candidate_id: int) -> Candidate:
    candidate = listed.find_candidate(session, candidate_id)
    require(candidate is not None)
    assert candidate is not None
    return candidate


def _waiting(session: Session, actor: Actor, candidate_id: int) -> tuple[ExamRoom, Candidate]:
    """A candidate of one's own open room who has not entered, held."""
    candidate = _candidate(session, candidate_id)
    room = _open_room(session, actor, candidate.room_id)
    hold_person(session, candidate.person_id)
    session.refresh(candidate)
    if candidate.state not in ("registered", "absent") or candidate.sitting_id is not None:
        raise Refused(Message("Thí sinh này đã vào thi, hoặc không còn trong danh sách"))
    return room, candidate


def _working(session: Session, room: ExamRoom, candidate_id: int) -> Candidate:
    """A candidate at work in this room, held."""
    candidate = _candidate(session, candidate_id)
    require(candidate.room_id == room.id)
    if seats.hold_at_work(session, candidate) is None:
        raise Refused(NOT_WORKING)
    return candidate


NOT_WORKING = Message("Thí sinh này không đang làm bài")
STILL_WORKING = Message(
    "Còn người đang làm bài và còn giờ. Hãy đợi, hoặc dừng bài của từng người có lý do."
)
