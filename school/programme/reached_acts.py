"""What learners write down of the neighbours they taught with a course's teaching card: how many,
on which day, and where. Who these neighbours were is asked nowhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from records import Session
from records.people.persons import clean
from records.programme import reached
from records.tables.programme import PeopleReached
from records.writing import hold_person
from school import access
from school.access import Actor
from school.acts import act, log, require
from school.programme.cards import find_card, teaches_by_card

MOST_PEOPLE, LONGEST_PLACE = 50, 100
OLDEST = dt.timedelta(days=60)  # a day that may still be written down
MENDED_FOR = dt.timedelta(days=7)  # from when it was written down


@dataclass(frozen=True)
class Said:
    """What a learner says. ``held_on`` None: no day was read."""

    people: int
    held_on: dt.date | None
    place: str = ""


def is_open(row: PeopleReached, at: dt.datetime) -> bool:
    """Whether it may still be mended or taken back."""
    return at < row.recorded_at + MENDED_FOR


@act(may=access.may_submit, audited="reached.record")
def record(session: Session, actor: Actor, course: str, said: Said, *, at: dt.datetime) -> int:
    """Write down how many people were taught on a day; the row's key. `Refused` with the field that
    is wrong, for a day that is written down already, and before the course is begun."""
    assert actor.person_id is not None
    hold_person(session, actor.person_id)  # two windows of one person wait for each other
    require(find_card(session, actor, course) is not None)
    if not teaches_by_card(session, actor, course):
        raise Refused(Message("Hãy bắt đầu học khóa này trước, rồi ghi số người đã hướng dẫn."))
    day, place = _checked(said, at)
    if reached.find_reached_on(session, actor.person_id, course, day) is not None:
        raise _twice()
    row = reached.add_reached(
        session,
        actor.person_id,
        course,
        unit_id=actor.unit_id,
        held_on=day,
        people=said.people,
        place=place,
        at=at,
    )
    _log(session, actor, "reached.record", row, at)
    return row.id


@act(may=access.may_submit, audited="reached.change")
def change(session: Session, actor: Actor, key: int, said: Said, *, at: dt.datetime) -> None:
    """Mend what one wrote down, within some days. `Refused` as above, and when it is too late."""
    row = _own_open(session, actor, key, at)
    day, place = _checked(said, at)
    other = reached.find_reached_on(session, row.person_id, row.course, day)
    if other is not None and other.id != row.id:
        raise _twice()
    row.held_on, row.people, row.place = day, said.people, place
    session.flush()
    _log(session, actor, "reached.change", row, at)


@act(may=access.may_submit, audited="reached.remove")
def remove(session: Session, actor: Actor, key: int, *, at: dt.datetime) -> None:
    """Take back what one wrote down, within some days; it is counted no more."""
    row = _own_open(session, actor, key, at)
    _log(session, actor, "reached.remove", row, at)
    reached.remove_reached(session, row)


def _own_open(session: Session, actor: Actor, key: int, at: dt.datetime) -> PeopleReached:
    assert actor.person_id is not None
    hold_person(session, actor.person_id)
    row = reached.find_reached(session, actor.person_id, key)
    require(row is not None)
    assert row is not None
    if not is_open(row, at):
        days = MENDED_FOR.days
        raise Refused(Message("Dòng này đã ghi quá {n} ngày, không sửa được nữa.", {"n": days}))
    return row


def _checked(said: Said, at: dt.datetime) -> tuple[dt.date, str]:
    today = today_in_vietnam(at)
    wrong: dict[str, Message] = {}
    if not 1 <= said.people <= MOST_PEOPLE:
        wrong["people"] = Message("Hãy ghi số người, từ 1 đến {n}", {"n": MOST_PEOPLE})
    if said.held_on is None or not today - OLDEST <= said.held_on <= today:
        about = {"n": OLDEST.days}
        wrong["held_on"] = Message("Hãy chọn một ngày từ {n} ngày trước đến hôm nay", about)
    place = clean(said.place.replace("\0", ""))
    if len(place) > LONGEST_PLACE:
        wrong["place"] = Message("Không quá {n} ký tự", {"n": LONGEST_PLACE})
    if wrong or said.held_on is None:
        raise Refused.at_fields(wrong)
    return said.held_on, place


def _twice() -> Refused:
    return Refused(
        Message("Ngày này đã có trong danh sách bên dưới: hãy sửa số người ở dòng ấy"),
        field="held_on",
    )


def _log(session: Session, actor: Actor, action: str, row: PeopleReached, at: dt.datetime) -> None:
    detail = {"people": row.people, "day": row.held_on.isoformat()}
    log(session, actor, action, f"course:{row.course}", at, detail)
