"""What appointing asks before a role is given or taken: who is meant, for which unit, on which
days, and whether somebody is left who administers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from analytics.programme.places import path_of, units_up_from
from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from records import Session
from records.people import persons
from records.programme.counting import UnitNode, load_units_tree
from records.tables.people import Person
from school import access
from school.people.roster.check import USERNAME
from school.people.roster.names import refuse_name
from school.people.unit_names.keys import find_one

ROLE_NAMES = {
    access.LEARNER: Message("học viên"),
    access.INSTRUCTOR: Message("giảng viên"),
    access.UNIT_OFFICER: Message("cán bộ đầu mối"),
    access.MINISTRY_OFFICER: Message("cán bộ của Bộ"),
    access.AUDITOR: Message("kiểm tra"),
    access.ADMINISTRATOR: Message("quản trị hệ thống"),
}


@dataclass(frozen=True)
class Days:
    """From ``starts_on`` to the end of ``ends_on``; None: without bound."""

    starts_on: dt.date | None = None
    ends_on: dt.date | None = None

    def check(self, today: dt.date) -> None:
        """`Refused` for days in which the role would never be held."""
        if self.ends_on is None:
            return
        if self.starts_on and self.ends_on < self.starts_on:
            raise Refused(Message("Ngày cuối phải từ ngày bắt đầu trở đi"), field="ends_on")
        if self.ends_on < today:
            raise Refused(
                Message("Ngày cuối đã qua; muốn thôi giao thì bấm thôi giao"), field="ends_on"
            )

    def hold_on(self, today: dt.date) -> bool:
        """Whether the role is held on this day."""
        begun = self.starts_on is None or self.starts_on <= today
        return begun and (self.ends_on is None or self.ends_on >= today)

    def last_from(self, today: dt.date) -> bool:
        """Whether the role is held from this day on without end."""
        return self.ends_on is None and self.hold_on(today)


ALWAYS = Days()


def find_somebody(session: Session, who: str) -> Person:
    """The person with this login name or official's code. `Refused` for nobody, and where the name
    is one person's and the code another's: a login name is chosen, and must not stand in the way
    of the one who was meant."""
    by_name = persons.find_person(session, who)
    by_code = persons.find_person_by_code(session, who) if who else None
    found = [one for one in (by_name, by_code) if one is not None and one.erased_at is None]
    if len({one.id for one in found}) > 1:
        raise Refused(
            Message(
                "“{who}” là tên đăng nhập của một người và mã của một người khác; hãy ghi cách kia",
                {"who": who},
            ),
            field="who",
        )
    if not found:
        reason = Message("Không có ai mang tên đăng nhập hoặc mã {who}.", {"who": who})
        raise Refused(reason, field="who")
    return found[0]


def refuse_newcomer(username: str, full_name: str) -> None:
    """`Refused` for a login name or a name that no list of people could bring either."""
    wrong = {}
    if not USERNAME.fullmatch(username):
        wrong["username"] = Message(
            "Tên đăng nhập “{username}” sai dạng: chữ thường không dấu, số và . _ -, hoặc cả địa "
            "chỉ thư điện tử",
            {"username": username},
        )
    trouble = refuse_name(full_name)
    if trouble:
        wrong["full_name"] = trouble[0]
    if wrong:
        raise Refused.at_fields(wrong)


def find_unit_for(session: Session, role: str, words: str) -> UnitNode | None:
    """The unit that a role is for. `Refused` where role or unit do not fit."""
    if role not in access.ROLES:
        known = ", ".join(access.ROLES)
        reason = Message("Không có vai trò {role}; có: {known}", {"role": role, "known": known})
        raise Refused(reason, field="role")
    if role != access.UNIT_OFFICER:
        if words:
            reason = Message("Vai trò {role} không gắn với đơn vị nào", {"role": role})
            raise Refused(reason, field="unit")
        return None
    if not words:
        raise Refused(Message("Cán bộ đầu mối cần mã đơn vị"), field="unit")
    tree = load_units_tree(session)
    standing = [unit for unit in tree.values() if unit.successor_id is None]
    return find_one(standing, words, field="unit")


def units_above(session: Session, unit_id: int | None) -> Collection[int]:
    """Keys of the units above this one, without itself."""
    if unit_id is None:
        return ()
    tree = load_units_tree(session)
    return frozenset(unit.id for unit in path_of(tree, unit_id)) if unit_id in tree else ()


def path_of_person(session: Session, person: Person) -> Collection[int]:
    """Keys of the unit somebody belongs to and of all above it."""
    return units_up_from(load_units_tree(session), person.unit_id)


def keep_an_administrator(
    session: Session, person: Person, days: Days | None, *, at: dt.datetime
) -> None:
    """`Refused` where these days (None: none at all) take the role from the last one who
    administers: nobody else does from today on without end."""
    today = today_in_vietnam(at)
    held = {
        holder: Days(starts_on, ends_on)
        for holder, starts_on, ends_on in persons.hold_holders(session, access.ADMINISTRATOR)
    }
    own = held.pop(person.id, None)
    if own is None or not own.hold_on(today) or any(one.last_from(today) for one in held.values()):
        return
    kept = days is not None and (
        days.last_from(today) or (days.hold_on(today) and not own.last_from(today))
    )
    if not kept:
        raise Refused(
            Message(
                "{username} là người quản trị cuối cùng; hãy giao vai trò này, không hẹn ngày "
                "cuối, cho người khác trước",
                {"username": person.username or person.code or person.full_name},
            )
        )
