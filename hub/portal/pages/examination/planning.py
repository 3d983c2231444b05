"""The ministry's pages before an examination: plan it, its rooms, who looks after them, who sits
where and how. Who may see results reads along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from core.calendar import HANOI
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.pages.examination import words
from hub.portal.pages.officer import PAGE, OfficerPage
from hub.portal.returned_forms import collect
from records import Session
from records.examination.planned import Rules
from records.programme.counting import load_units_tree
from school import access
from school.examination import after, planning_acts, views
from school.examination.planning_acts import Plan, RoomPlan
from school.examination.rules import ALTERNATIVES, EXTRA_SHARES
from school.people import looks
from school.people.unit_names.finding import NEWEST
from school.people.unit_names.keys import find_one

USUAL = {"minutes": 60, "least_items": 20, "most_items": 30, "pass_level": 3}
LONGEST_LIST = 100_000  # characters of a list that is typed or pasted


class Filling(OfficerPage):
    """Reads what the ministry's forms say."""

    def said(self, name: str) -> str:
        return str(self.get_body_argument(name, ""))

    def whole(self, name: str) -> int:
        found = forms.read_key(self.said(name).strip())
        if found is None or found > 10**6:
            raise Refused(Message("Cần một số nguyên"), field=name)
        return found

    def moment(self, name: str) -> dt.datetime:
        """Day and hour in Việt Nam, as the browser's own field sends them."""
        try:
            found = dt.datetime.fromisoformat(self.said(name).strip())
        except ValueError:
            reason = Message("Ngày giờ không đúng dạng, ví dụ 2026-12-31T08:30")
            raise Refused(reason, field=name) from None
        return found.replace(tzinfo=HANOI)

    def go(self, *where: str | int) -> None:
        self.redirect(self.url("examinations", *where), status=HTTPStatus.SEE_OTHER)


class Examinations(Filling):
    """All examinations, and a form for a new one."""

    async def get(self) -> None:
        self.require(access.may_see_examination_results(self.actor))
        self.page(
            "examination/plans.html",
            plans=await self.read(views.load_examinations),
            words=words,
            usual=USUAL,
            count=self.count,
        )

    async def post(self) -> None:
        self.require(access.may_plan_examinations(self.actor))
        figures = ("minutes", "most_items", "least_items", "pass_level")
        moments = ("opens_at", "closes_at")
        collect(
            *(lambda name=name: self.whole(name) for name in figures),
            *(lambda name=name: self.moment(name) for name in moments),
        )
        rules = Rules(*(self.whole(name) for name in figures))
        plan = Plan(self.said("title"), rules, *(self.moment(name) for name in moments))
        key = await self.act(planning_acts.plan_examination, plan, at=self.now)
        self.go("plans", key)


class ExaminationPlan(Filling):
    """One examination: its rooms, its candidates, what is still to be done before it is told."""

    async def get(self, key: str) -> None:
        self.require(access.may_see_examination_results(self.actor))
        found = await self.look(self._load, int(key))
        if found is None:
            raise self.absent()
        room = forms.read_key(self.get_query_argument("room", ""))
        listed = [one for one in found.candidates if room in (None, one.room.id)]
        self.page(
            "examination/plan.html",
            plan=found,
            listed=listed[self.offset() : self.offset() + PAGE],
            total=len(listed),
            offset=self.offset(),
            room=room,
            size=PAGE,
            words=words,
            count=self.count,
            alternatives=ALTERNATIVES,
        )

    def _load(self, session: Session, key: int) -> views.ExaminationPage | None:
        found = views.load_examination(session, key)
        people = [one.person.id for one in found.candidates] if found else []
        named = [who.id for room in found.rooms for who in room.invigilators] if found else []
        looks.show(session, [*people, *named], after.SHOWN)
        return found

    async def post(self, key: str) -> None:
        self.require(access.may_plan_examinations(self.actor))
        doing: Mapping[str, Callable[[int], Awaitable[object]]] = {
            "publish": self._publish,
            "cancel": self._cancel,
            "room": self._room,
            "name": self._name,
            "unname": self._unname,
            "register": self._register,
        }
        act = doing.get(self.said("action"))
        if act is not None:
            await act(int(key))
        self.go("plans", key)

    async def _publish(self, key: int) -> None:
        await self.act(planning_acts.publish_examination, key, at=self.now)

    async def _cancel(self, key: int) -> None:
        reason = self.said("reason")
        await self.act(planning_acts.cancel_examination, key, reason=reason, at=self.now)

    async def _room(self, key: int) -> None:
        collect(lambda: self.moment("starts_at"), lambda: self.moment("ends_at"))
        unit = await self._unit()
        hours = self.moment("starts_at"), self.moment("ends_at")
        room = RoomPlan(self.said("name"), self.said("place"), unit, *hours)
        await self.act(planning_acts.plan_room, key, room, at=self.now)

    async def _unit(self) -> int | None:
        """The unit whose code was typed, None for none."""
        code = self.said("unit").strip()[:100]
        if not code:
            return None
        tree = await self.read(load_units_tree)
        return find_one(tree.values(), code, vintage=NEWEST, field="unit").id

    async def _name(self, _key: int) -> None:
        room, who = self.whole("room"), self.said("who")[:200]
        await self.act(planning_acts.name_invigilator, room, who, at=self.now)

    async def _unname(self, _key: int) -> None:
        room, person = self.whole("room"), self.whole("person")
        await self.act(planning_acts.withdraw_invigilator, room, person, at=self.now)

    async def _register(self, _key: int) -> None:
        listed = self.said("who")[:LONGEST_LIST].replace(",", "\n").replace(";", "\n")
        room, who = self.whole("room"), listed.splitlines()
        await self.act(planning_acts.register_candidates, room, who, at=self.now)


class PlannedCandidate(Filling):
    """One candidate for the ministry: what they need, and what is decided about them."""

    async def get(self, key: str, candidate: str) -> None:
        self.require(access.may_see_examination_results(self.actor))
        found = await self._found(key, candidate)
        self.page(
            "examination/candidate.html",
            found=found,
            words=words,
            alternatives=ALTERNATIVES,
            shares=EXTRA_SHARES,
        )

    async def _found(self, key: str, candidate: str) -> after.Decided:
        found = await self.look(after.load_candidate, self.actor, int(candidate))
        if found is None or found.seat.examination.id != int(key):
            raise self.absent()
        return found

    async def post(self, key: str, candidate: str) -> None:
        self.require(access.may_plan_examinations(self.actor))
        found, action = (await self._found(key, candidate)).seat.candidate.id, self.said("action")
        if action == "withdraw":
            await self.act(planning_acts.withdraw_candidate, found, at=self.now)
            self.go("plans", key)
            return
        if action == "alternative":
            await self._alternative(found)
        self.go("plans", key, "candidates", candidate)

    async def _alternative(self, candidate: int) -> None:
        share = next((one for one in EXTRA_SHARES if str(one) == self.said("extra_share")), -1.0)
        await self.act(
            planning_acts.give_alternative,
            candidate,
            extra_share=share,
            alternative=self.said("alternative"),
            note=self.said("note"),
            at=self.now,
        )
