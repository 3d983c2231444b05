"""What the ministry plans: examinations, rooms, who looks after them, who sits there and how."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from core.messages import Message, Refused
from records import Session
from records.examination import candidates as listed
from records.examination import during, planned
from records.examination.planned import Rules
from records.people import persons
from records.people.persons import clean
from records.tables.examination import Candidate, Examination, ExamRoom
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.assessment.item_bank import FRAMEWORK
from school.examination.listing import read_list
from school.examination.rules import ALTERNATIVES, EXTRA_SHARES, check_rules
from school.people.account_tokens import ALPHABET
from school.people.appointing import find_somebody

CODE_LENGTH = 8  # 39 bits, known for an afternoon
LONGEST_TITLE, LONGEST_PLACE, LONGEST_NAME, LONGEST_WORDS = 200, 200, 100, 500


@dataclass(frozen=True)
class Plan:
    """An examination as it is planned."""

    title: str
    rules: Rules
    opens_at: dt.datetime
    closes_at: dt.datetime


@dataclass(frozen=True)
class RoomPlan:
    """A room as it is planned. ``unit_id``: whose house it is in."""

    name: str
    place: str
    unit_id: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime


@act(may=access.may_plan_examinations, audited="examination.plan")
def plan_examination(session: Session, actor: Actor, plan: Plan, *, at: dt.datetime) -> int:
    """Plan an examination; its key. `Refused` with what is wrong at its field."""
    title = words_of(plan.title, LONGEST_TITLE, "title", Message("Hãy ghi tên kỳ thi"))
    check_rules(plan.rules)
    if plan.closes_at <= plan.opens_at:
        raise Refused(Message("Ngày kết thúc phải sau ngày bắt đầu"), field="closes_at")
    row = planned.add_examination(
        session,
        title=title,
        framework=FRAMEWORK,
        rules=plan.rules,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        by=_person(actor),
        at=at,
    )
    log(session, actor, "examination.plan", f"examination:{row.id}", at, {"title": title})
    return row.id


@act(may=access.may_plan_examinations, audited="examination.publish")
def publish_examination(session: Session, actor: Actor, key: int, *, at: dt.datetime) -> None:
    """Let candidates see it. `Refused` while a room has nobody to look after it."""
    examination = _examination(session, key)
    if examination.state == "published":
        nothing_changed(session)
        return
    rooms = planned.rooms_of(session, key)
    if not rooms:
        raise Refused(Message("Kỳ thi chưa có phòng thi nào"))
    named = planned.invigilators_of(session, [room.id for room in rooms])
    bare = [room.name for room in rooms if not named[room.id]]
    if bare:
        raise Refused(Message("Chưa có giám thị: {rooms}", {"rooms": ", ".join(bare)}))
    examination.state = "published"
    session.flush()
    log(session, actor, "examination.publish", f"examination:{key}", at)


@act(may=access.may_plan_examinations, audited="examination.cancel")
def cancel_examination(
    session: Session, actor: Actor, key: int, *, reason: str, at: dt.datetime
) -> None:
    """Call it off; who has not begun is told so. `Refused` while a room is open."""
    examination = _examination(session, key)
    reason = words_of(reason, LONGEST_WORDS, "reason", Message("Hãy ghi lý do hủy"))
    if any(room.state == "open" for room in planned.rooms_of(session, key)):
        raise Refused(Message("Có phòng thi đang mở; giám thị phải đóng phòng trước"))
    examination.state, examination.reason = "cancelled", reason
    waiting = [one for one, _ in listed.in_examination(session, key) if one.state == "registered"]
    for one in waiting:
        one.state, one.decided_by, one.decided_at = "cancelled", _person(actor), at
    session.flush()
    detail = {"people": len(waiting)}
    log(session, actor, "examination.cancel", f"examination:{key}", at, detail)


@act(may=access.may_plan_examinations, audited="examination.room")
def plan_room(
    session: Session, actor: Actor, examination_id: int, room: RoomPlan, *, at: dt.datetime
) -> int:
    """A room of an examination; its key. Its code is drawn here."""
    examination = _examination(session, examination_id)
    name = words_of(room.name, LONGEST_NAME, "name", Message("Hãy ghi tên phòng thi"))
    place = words_of(room.place, LONGEST_PLACE, "place", Message("Hãy ghi địa điểm"))
    if room.unit_id is not None and persons.find_unit_by_id(session, room.unit_id) is None:
        raise Refused(Message("Không có đơn vị này"), field="unit_id")
    _check_hours(examination, room)
    row = planned.add_room(
        session,
        examination,
        name=name,
        place=place,
        unit_id=room.unit_id,
        starts_at=room.starts_at,
        ends_at=room.ends_at,
        code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
    )
    detail = {"name": name, "starts_at": room.starts_at.isoformat()}
    log(session, actor, "examination.room", f"examination:{examination_id}", at, detail)
    return row.id


def _check_hours(examination: Examination, room: RoomPlan) -> None:
    if not examination.opens_at <= room.starts_at:
        raise Refused(Message("Giờ bắt đầu sớm hơn kỳ thi"), field="starts_at")
    if not room.ends_at <= examination.closes_at:
        raise Refused(Message("Giờ kết thúc muộn hơn kỳ thi"), field="ends_at")
    if room.ends_at - room.starts_at < dt.timedelta(minutes=examination.minutes):
        reason = Message(
            "Từ giờ bắt đầu đến giờ kết thúc phải đủ {minutes} phút làm bài",
            {"minutes": examination.minutes},
        )
        raise Refused(reason, field="ends_at")


@act(may=access.may_plan_examinations, audited="examination.invigilator")
def name_invigilator(
    session: Session, actor: Actor, room_id: int, who: str, *, at: dt.datetime
) -> None:
    """Name somebody, by login name or code, to look after a room. `Refused` for a candidate of the
    same examination."""
    room = _room(session, room_id)
    person = find_somebody(session, who.strip())
    if listed.find_in_examination(session, room.examination_id, person.id) is not None:
        raise Refused(Message("Người này là thí sinh của chính kỳ thi này"), field="who")
    if not planned.add_invigilator(session, room_id, person.id, by=_person(actor), at=at):
        nothing_changed(session)
        return
    detail = {"person": person.id}
    log(session, actor, "examination.invigilator", f"exam_room:{room_id}", at, detail)


@act(may=access.may_plan_examinations, audited="examination.invigilator-withdraw")
def withdraw_invigilator(
    session: Session, actor: Actor, room_id: int, person_id: int, *, at: dt.datetime
) -> None:
    """Let somebody look after a room no more. An open room keeps at least one."""
    room = _room(session, room_id)
    named = [one.id for one in planned.invigilators_of(session, [room_id])[room_id]]
    if room.state == "open" and named == [person_id]:
        raise Refused(Message("Phòng đang mở phải còn ít nhất một giám thị"))
    if not planned.remove_invigilator(session, room_id, person_id):
        nothing_changed(session)
        return
    detail = {"person": person_id}
    log(session, actor, "examination.invigilator-withdraw", f"exam_room:{room_id}", at, detail)


@act(may=access.may_plan_examinations, audited="examination.register")
def register_candidates(
    session: Session, actor: Actor, room_id: int, who: Sequence[str], *, at: dt.datetime
) -> int:
    """Put people on a room's list, one login name or official's code a row; how many. All or
    nobody: `Refused` says what is wrong with each row, at ``who``."""
    room = _room(session, room_id)
    _examination(session, room.examination_id)  # held: numbers are given one after another
    people = read_list(session, room.examination_id, who)
    number = listed.next_number(session, room.examination_id)
    for place, person in enumerate(people):
        listed.add_candidate(session, room, person.id, number=number + place)
    detail = {"people": len(people)}
    log(session, actor, "examination.register", f"exam_room:{room_id}", at, detail)
    return len(people)


@act(may=access.may_plan_examinations, audited="examination.withdraw")
def withdraw_candidate(
    session: Session, actor: Actor, candidate_id: int, *, at: dt.datetime
) -> None:
    """Take somebody off the list who has begun nothing, and of whom nothing was written down."""
    candidate = _candidate(session, candidate_id)
    written = during.incidents_in(session, [candidate.room_id])
    own = any(one.candidate_id == candidate_id for one in written)
    if candidate.state != "registered" or candidate.sitting_id is not None or own:
        raise Refused(Message("Thí sinh này đã vào thi hoặc đã có sự việc được ghi, nên không xóa"))
    person, room = candidate.person_id, candidate.room_id
    listed.remove_candidate(session, candidate)
    log(session, actor, "examination.withdraw", f"exam_room:{room}", at, {"person": person})


@act(may=access.may_plan_examinations, audited="examination.alternative")
def give_alternative(
    session: Session,
    actor: Actor,
    candidate_id: int,
    *,
    extra_share: float,
    alternative: str,
    note: str,
    at: dt.datetime,
) -> None:
    """Extra time and another form of the page for who needs them; also while they work. What they
    need it for is no part of the log."""
    candidate = _candidate(session, candidate_id)
    if extra_share not in EXTRA_SHARES:
        raise Refused(Message("Hãy chọn thời gian thêm"), field="extra_share")
    if alternative not in ALTERNATIVES:
        raise Refused(Message("Hãy chọn cách trình bày"), field="alternative")
    if candidate.state not in ("registered", "working"):
        raise Refused(Message("Thí sinh này đã thi xong"))
    candidate.extra_share, candidate.alternative = extra_share, alternative
    candidate.note = words_of(note, LONGEST_WORDS, "note", None)
    session.flush()
    detail = {"extra_share": extra_share, "alternative": alternative}
    log(session, actor, "examination.alternative", f"candidate:{candidate_id}", at, detail)


def words_of(text: str, longest: int, field: str, missing: Message | None) -> str:
    """What was written, tidied; `Refused` at its field where it is too long, or, where it may not
    be ``missing``, nothing."""
    text = clean(text)
    if len(text) > longest:
        raise Refused(Message("Dài quá {n} ký tự", {"n": longest}), field=field)
    if missing is not None and not text:
        raise Refused(missing, field=field)
    return text


def _person(actor: Actor) -> int:
    require(actor.person_id is not None)
    assert actor.person_id is not None
    return actor.person_id


def _examination(session: Session, key: int) -> Examination:
    """One that can still be changed, held."""
    found = planned.hold_examination(session, key)
    require(found is not None)
    assert found is not None
    if found.state == "cancelled":
        raise Refused(Message("Kỳ thi này đã hủy"))
    return found


def _room(session: Session, key: int) -> ExamRoom:
    """One that is not closed, held."""
    found = planned.hold_room(session, key)
    require(found is not None)
    assert found is not None
    if found.state == "closed":
        raise Refused(Message("Phòng thi này đã đóng"))
    return found


def _candidate(session: Session, key: int) -> Candidate:
    found = listed.hold_candidate(session, key)
    require(found is not None)
    assert found is not None
    return found
