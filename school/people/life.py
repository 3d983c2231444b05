"""A person's life: another unit, away and back, two who are one, erased. Each with its reason.

An officer of a unit may do what happens inside their own units, to people who hold no role; joining
and erasing are for the ministry and for administrators, and never touch somebody who holds a role:
withdraw that first.
"""

from __future__ import annotations

import datetime as dt
import re

from core.calendar import today_in_vietnam
from core.folding import fold
from core.messages import Message, Refused
from records import Session
from records.learning import enrolments
from records.marking import unsettled
from records.people import logins, merging, moves, persons, privacy
from records.tables.people import Person
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require

LONGEST_REASON = 500
LONG_ENOUGH = 5  # letters of a name or a code that no other word has in it by chance
_NUMBER = re.compile(r"\d[\d .-]{7,}\d")  # of a card, or a telephone


@act(may=access.may_change_people, audited="person.transfer")
def transfer(
    session: Session,
    actor: Actor,
    person_id: int,
    unit_id: int | None,
    *,
    on_day: dt.date,
    reason: str,
    at: dt.datetime,
) -> None:
    """Somebody works in another unit from a day on. Certificates keep the unit they were earned
    in. Raises `Refused` with the field that is wrong."""
    person = _changeable(session, actor, person_id, at)
    unit = persons.find_unit_by_id(session, unit_id) if unit_id is not None else None
    if unit is None or unit.successor_id is not None or unit.id == person.unit_id:
        raise Refused(Message("Hãy chọn đơn vị mới"), field="unit")
    scope = _scope(session, actor)
    if scope is not None and unit.id not in scope:
        raise Refused(
            Message("Đơn vị mới không thuộc anh/chị; hãy nhờ cán bộ của Bộ chuyển"), field="unit"
        )
    before = person.unit_id
    _change(session, actor, person, "transfer", unit.id, on_day, reason, at)
    detail = {"from": before, "to": unit.id, "on": on_day.isoformat()}
    log(session, actor, "person.transfer", f"person:{person.id}", at, detail)


@act(may=access.may_change_people, audited="person.leave")
def leave(
    session: Session, actor: Actor, person_id: int, *, on_day: dt.date, reason: str, at: dt.datetime
) -> None:
    """Somebody is no longer an official here: off the lists, no login; what they did stays."""
    person = _changeable(session, actor, person_id, at)
    if person.left_at is not None:
        raise Refused(Message("Người này đã rời từ trước"))
    _refuse_roles(session, person, at)
    _change(session, actor, person, "leave", None, on_day, reason, at)
    log(session, actor, "person.leave", f"person:{person.id}", at, {"on": on_day.isoformat()})


@act(may=access.may_change_people, audited="person.return")
def come_back(
    session: Session, actor: Actor, person_id: int, *, on_day: dt.date, reason: str, at: dt.datetime
) -> None:
    """Somebody who left is back, with all they did and the login they had."""
    person = _changeable(session, actor, person_id, at)
    if person.left_at is None:
        raise Refused(Message("Người này chưa rời đi"))
    _change(session, actor, person, "return", None, on_day, reason, at)
    log(session, actor, "person.return", f"person:{person.id}", at, {"on": on_day.isoformat()})


@act(may=access.may_change_people, audited="person.post")
def mark_full_time(
    session: Session, actor: Actor, person_id: int, *, full_time: bool, at: dt.datetime
) -> None:
    """Whether somebody's post is full-time work on information technology or digital
    transformation: who holds one is assessed every year (`school.assessment.campaigns`)."""
    person = _changeable(session, actor, person_id, at)
    if person.full_time_digital == full_time:
        nothing_changed(session)
        return
    person.full_time_digital = full_time
    session.flush()
    log(session, actor, "person.post", f"person:{person.id}", at, {"full_time": full_time})


@act(may=access.may_change_everybody, audited="person.merge")
def merge_people(
    session: Session, actor: Actor, kept_id: int, other_code: str, *, reason: str, at: dt.datetime
) -> None:
    """Two persons are one: all of the one with ``other_code`` goes over to the one who stays
    (`records.people.merging`). Whoever registered has no code, and is named by the login name.
    Raises `Refused` where either holds a role."""
    kept = _known(session, kept_id)
    other = persons.find_person_by_code(session, other_code)
    if other is None and logins.is_registered(other_code):
        other = persons.find_person(session, logins.fold(other_code))
    if other is None or other.erased_at is not None:
        raise Refused(Message("Không có ai mang mã này"), field="code")
    if other.id == kept.id:
        raise Refused(Message("Đây là mã của chính người này"), field="code")
    why = _reason_for_ever(reason, kept, other)
    for person in (kept, other):
        _refuse_roles(session, person, at)
    moved = merging.merge(session, kept, other, at=at)
    for enrolment in enrolments.enrolments_of(session, kept.id):
        # What follows from marks is to follow from those of both (`school.settling`).
        again = unsettled.note_broken(session, kept.id, enrolment.course, None, why="merged", at=at)
        again.next_at = at
    detail = {"merged": other.id, "reason": why, **moved}
    privacy.erase_outside_later(session, other.id, None, at=at)
    log(session, actor, "person.merge", f"person:{kept.id}", at, detail)


@act(may=access.may_change_everybody, audited="person.erase")
def erase(session: Session, actor: Actor, person_id: int, *, reason: str, at: dt.datetime) -> None:
    """Blank all that is personal about somebody, in the records now and outside them soon (the
    account, the lab's folder). Marks, counts and certificates stay, without a name; papers that
    were handed out still verify. Cannot be undone."""
    person = _known(session, person_id)
    _refuse_roles(session, person, at)
    everybody = [session.get_one(Person, one) for one in merging.same_person(session, person.id)]
    why = _reason_for_ever(reason, *everybody)
    for one in merging.same_person(session, person.id):
        found = session.get_one(Person, one)
        username = found.username
        if username:
            privacy.erase_by_name(session, username, one)
        persons.erase_person(session, one, at=at)
        privacy.erase_outside_later(session, one, username, at=at)
    log(session, actor, "person.erase", f"person:{person_id}", at, {"reason": why})


def may_change(session: Session, actor: Actor, person: Person, *, at: dt.datetime) -> bool:
    """Whether this actor may do any of this about this person."""
    if not access.may_change_people(actor) or person.erased_at is not None:
        return False
    scope = _scope(session, actor)
    if scope is None:
        return True
    return person.unit_id in scope and not _roles_above(session, person, at)


def _changeable(session: Session, actor: Actor, person_id: int, at: dt.datetime) -> Person:
    person = _known(session, person_id)
    require(may_change(session, actor, person, at=at))
    return person


def _known(session: Session, person_id: int) -> Person:
    person = persons.find_person_by_id(session, person_id)
    if person is None or person.erased_at is not None:
        raise Refused(Message("Người này không còn trong danh sách"))
    return person


def _scope(session: Session, actor: Actor) -> frozenset[int] | None:
    """The units whose people this actor may change; None for all."""
    if access.may_change_everybody(actor):
        return None
    own = actor.units_as(access.UNIT_OFFICER)
    return frozenset[int]().union(*(persons.unit_and_below(session, unit) for unit in own))


def _roles_above(session: Session, person: Person, at: dt.datetime) -> list[str]:
    held = persons.roles_held(session, on=today_in_vietnam(at), person_id=person.id)
    return sorted(held.get(person.id, frozenset()) - {access.LEARNER})


def _refuse_roles(session: Session, person: Person, at: dt.datetime) -> None:
    if held := _roles_above(session, person, at):
        raise Refused(
            Message(
                "{name} đang giữ vai trò {roles}; hãy thôi giao vai trò trước",
                {"name": person.full_name, "roles": ", ".join(held)},
            )
        )


def _change(
    session: Session,
    actor: Actor,
    person: Person,
    kind: moves.Kind,
    to_unit_id: int | None,
    on_day: dt.date,
    reason: str,
    at: dt.datetime,
) -> None:
    if on_day > today_in_vietnam(at):
        raise Refused(Message("Ngày này chưa đến; hãy ghi khi đã đến ngày"), field="day")
    why, by = _reason(reason), f"person:{actor.person_id}" if actor.person_id else actor.username
    moves.record_change(
        session, person, kind, to_unit_id=to_unit_id, on_day=on_day, reason=why, by=by or "", at=at
    )


def _reason_for_ever(typed: str, *people: Person) -> str:
    """A reason that the log keeps for ever: one that says who it is about would undo an erasure."""
    reason = _reason(typed)
    words = f" {fold(reason)} "
    named = any(
        f" {fold(said)} " in words or (len(said) > LONG_ENOUGH and fold(said) in words)
        for person in people
        for said in (person.full_name, person.code, person.username, person.email)
        if said
    )
    if named or _NUMBER.search(reason) or "@" in reason:
        raise Refused(
            Message(
                "Lý do được giữ mãi trong nhật ký: đừng ghi họ tên, mã, tài khoản, thư điện tử hay "
                "số giấy tờ"
            ),
            field="reason",
        )
    return reason


def _reason(typed: str) -> str:
    reason = " ".join(typed.split())
    if not reason:
        raise Refused(Message("Hãy ghi lý do"), field="reason")
    if len(reason) > LONGEST_REASON:
        most = {"n": LONGEST_REASON}
        raise Refused(Message("Lý do dài quá {n} ký tự", most), field="reason")
    return reason
