"""One person, as officers see them, with what can be done about a person's life."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from analytics.programme import places
from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.web import PageHandler
from records import Session
from records.assessment.certificates import certificates_of
from records.people import merging, moves, persons
from records.people.looks import ONCE
from records.programme.counting import UnitNode, load_units_tree
from records.tables.assessment import Certificate
from records.tables.people import Person, RoleGrant
from records.tables.privacy import PostChange
from school import access
from school.people import acts, key_acts, life, looks, purposes
from school.people.choosing_units import Choices, find_units_to_go_to

IN_WORK = dt.timedelta(hours=12)  # for which a purpose holds for the forms of the page
UNSAID = "unsaid"
KINDS = {
    "transfer": Message("Chuyển đơn vị"),
    "leave": Message("Rời đi"),
    "return": Message("Trở lại"),
}
ROLE_NAMES = {
    access.LEARNER: Message("học viên"),
    access.INSTRUCTOR: Message("giảng viên"),
    access.UNIT_OFFICER: Message("cán bộ đầu mối"),
    access.MINISTRY_OFFICER: Message("cán bộ của Bộ"),
    access.AUDITOR: Message("kiểm tra, chỉ xem"),
    access.ADMINISTRATOR: Message("quản trị hệ thống"),
}


@dataclass(frozen=True)
class Seen:
    """What the page shows."""

    person: Person
    units: Mapping[int, UnitNode]
    changes: Sequence[PostChange]
    certificates: Sequence[Certificate]
    roles: Sequence[RoleGrant]
    merged: int  # how many others were found to be this person
    may_change: bool
    keys: int  # security keys; counted for whoever may take them away
    choices: Choices  # where to, for those who may transfer


class PersonPage(PageHandler):
    """Who it is, where they have been, what they hold; and, by who may, what changes it."""

    async def get(self, person: str) -> None:
        # Of a form that comes back nobody is asked in between.
        seen = await self._seen(int(person), within=IN_WORK if self.form else ONCE)
        if seen is None:
            self.page(
                "people/purpose.html",
                person=int(person),
                purposes=purposes.PURPOSES,
                other=purposes.OTHER,
                longest=purposes.LONGEST_WORDS,
            )
            return
        self.page(
            "people/person.html",
            seen=seen,
            kinds=KINDS,
            role_names=ROLE_NAMES,
            today=today_in_vietnam(self.now).isoformat(),
            choices=seen.choices,
            done=self.get_argument("done", ""),
        )

    async def post(self, person: str) -> None:
        key = int(person)
        if self.get_argument("act", "") == "purpose":
            await self._say_purpose(key)
            return
        self.require(access.may_change_people(self.actor))
        if await self._seen(key, within=IN_WORK) is None:
            self.redirect(self.url("people", key), status=HTTPStatus.SEE_OTHER)
            return
        reason = self.get_argument("reason", "")
        match self.get_argument("act", ""):
            case "transfer":
                unit = forms.read_key(self.get_argument("unit", ""))
                await self.act(
                    life.transfer, key, unit, on_day=self._day(), reason=reason, at=self.now
                )
            case "leave":
                await self.act(life.leave, key, on_day=self._day(), reason=reason, at=self.now)
            case "return":
                await self.act(life.come_back, key, on_day=self._day(), reason=reason, at=self.now)
            case "post":
                full_time = bool(self.get_argument("full_time", ""))
                await self.act(life.mark_full_time, key, full_time=full_time, at=self.now)
            case "merge":
                code = persons.clean(self.get_argument("code", ""))[:64]
                await self.act(life.merge_people, key, code, reason=reason, at=self.now)
            case "erase":
                await self._erase(key, reason)
            case "keys":
                await self.act(key_acts.take_keys_away, key, at=self.now)
            case _:
                raise Refused(Message("Hãy chọn việc cần làm"))
        self.redirect(self.url("people", key, done=self.get_argument("act")))

    async def _say_purpose(self, key: int) -> None:
        kind, words = self.get_argument("purpose", ""), self.get_argument("words", "")
        await self.act(purposes.say, key, kind, words, at=self.now)
        self.redirect(self.url("people", key), status=HTTPStatus.SEE_OTHER)

    async def _erase(self, key: int, reason: str) -> None:
        if not self.get_argument("sure", ""):
            raise Refused(
                Message("Hãy đánh dấu để xác nhận; xóa rồi không lấy lại được"), field="sure"
            )
        await self.act(life.erase, key, reason=reason, at=self.now)

    def _day(self) -> dt.date:
        try:
            return dt.date.fromisoformat(self.get_argument("day", ""))
        except ValueError:
            raise Refused(Message("Hãy chọn ngày"), field="day") from None

    async def _seen(self, person_id: int, *, within: dt.timedelta) -> Seen | None:
        """The person; None where it is first to be said what for. 404 for whom one may not see."""
        found = await self.look(self._load, person_id, within)
        self.require(found is not None)
        return found if isinstance(found, Seen) else None

    def _load(self, session: Session, person_id: int, within: dt.timedelta) -> Seen | str | None:
        person = persons.find_person_by_id(session, person_id)
        if person is None:
            return None
        units = load_units_tree(session)
        path = places.units_up_from(units, person.unit_id)
        if not access.may_see_people_of(self.actor, path):
            return None
        purpose = ""
        if self.portal.settings.ask_purpose and person_id != self.actor.person_id:
            purpose = purposes.lately(session, self.actor, person_id, at=self.now, within=within)
            if not purpose:
                looks.show(session, (), "person")
                return UNSAID
        looks.show(session, [person_id], "person", purpose=purpose)
        may_change = life.may_change(session, self.actor, person, at=self.now)
        return Seen(
            person,
            units,
            moves.changes_of(session, person_id),
            certificates_of(session, person_id),
            persons.roles_of(session, person_id, on=today_in_vietnam(self.now)),
            len(merging.same_person(session, person_id)) - 1,
            may_change,
            self._count_keys(session, person_id),
            find_units_to_go_to(
                units,
                acts.units_to_fill(session, self.actor),
                persons.clean(self.get_query_argument("unit_q", ""))[:100],
                keep=forms.read_key(self.get_body_argument("unit", "")),
            ),
        )

    def _count_keys(self, session: Session, person_id: int) -> int:
        if not access.may_take_keys_away(self.actor) or person_id == self.actor.person_id:
            return 0
        return len(key_acts.load_keys(session, person_id)[0])
